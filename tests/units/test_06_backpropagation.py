"""What unit 06 says about weights that move, wrong backward passes that train, and checks that see nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from course import functional as F
from course.insight import gradient_check
from tests.units.seeds import SEEDS

SOURCE = (Path(__file__).parents[2] / "solutions" / "06_backpropagation.py").read_text()
CODE = [cell.split("\n", 1)[1] for cell in re.split(r"^# %%", SOURCE, flags=re.M)[1:] if "[markdown]" not in cell[:12]]


def run(*beginnings: str, **names) -> dict:
    """Run the unit's own cells that hold these lines, and return what they define."""
    space = {"np": np, "F": F, "FAST": False, "gallery": lambda *args, **kwargs: None, **names}
    for beginning in beginnings:
        [cell] = [cell for cell in CODE if beginning in cell]
        exec(cell, space)
    return space


@pytest.fixture(scope="module")
def network() -> dict:
    """The unit's network, trained by the library's backward pass instead of the student's, and its wrong passes."""
    return run("def start(seed", "def windows_of(", conv2d_backward=F.conv2d_backward)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_promised_accuracy_and_that_wrong_gradients_train(network, seed):
    low, high = map(int, re.search(r"(\d+) % and\n# (\d+) % of 2,000 test digits", SOURCE).groups())
    train, accuracy = network["train"], network["accuracy"]
    right = accuracy(network["trained"] if seed == 0 else train(F.conv2d_backward, seed))
    assert low / 100 <= right <= high / 100
    assert abs(accuracy(train(network["flips_for_the_pixels"], seed)) - right) < 0.025
    assert accuracy(train(network["flips_the_weights"], seed)) < right - 0.05


@pytest.mark.slow
def test_the_two_other_wrong_passes_train_too(network):
    right = network["accuracy"](network["trained"])
    for wrong in ("overwrites", "averages_the_bias"):
        assert abs(network["accuracy"](network["train"](network[wrong])) - right) < 0.025


@pytest.mark.slow
def test_the_table_of_checks(capsys):
    run("def numerical_gradient(", "def relative_error(", "def right(", **first_numbers())
    table = capsys.readouterr().out.splitlines()[-8:]
    found = {line.split()[0]: [mark == "found" for mark in re.findall(r" (found|\.)", line)] for line in table[1:]}
    assert not any(found.pop("right"))
    assert len(found) == 6
    for marks in found.values():
        usual, *changes, together = marks
        assert (usual, sum(changes), together) == (False, 1, True)
    per_change = np.array(list(found.values()))[:, 1:-1].sum(axis=0)
    assert set(per_change) == {1, 2}


def test_the_table_of_steps(capsys):
    run("def numerical_gradient(", "def relative_error(", **first_numbers())
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip().startswith("1e-")]
    one_sided, central, single = np.array(lines, float).T[1:]
    assert np.allclose(np.log10(one_sided[:3] / one_sided[1:4]), 1, atol=0.35), "ten times smaller"
    assert np.allclose(np.log10(central[:3] / central[1:4]), 2, atol=0.35), "a hundred times smaller"
    assert central[4:6].max() < 5e-7, "steps of 1e-5 and 1e-6"
    assert central.min() == central[4]
    assert single.min() > 1e-3, "with float32 no step is good"


def test_nine_weights_become_sobel(capsys):
    space = run("brain_slice", conv2d_grad_weight=lambda g, x, weight: F.conv2d_backward(g, x, weight)[1])
    assert np.array_equal(space["learned"].round(2), space["sobel"])


def test_answers_of_the_first_page():
    numbers = first_numbers()
    image, kernel = numbers["image"], numbers["kernel"]
    ones = np.ones((1, 1, 2, 3))
    grad_x, grad_weight, _ = F.conv2d_backward(ones, image[None, None], kernel[None, None])
    assert (grad_x[0, 0, 0, 0], grad_x[0, 0, 1, 1], grad_weight[0, 0, 0, 0]) == (1, 5, 10)
    upstream = F.conv2d_backward(numbers["G"][None, None], image[None, None], kernel[None, None])
    unflipped = F.conv2d_forward(np.pad(numbers["G"], 1)[None, None], kernel[None, None])
    assert (unflipped == upstream[0]).sum() == 1, "one cell is right by chance"
    strided = F.conv2d_backward(np.ones((1, 1, 1, 2)), image[None, None], np.ones((1, 1, 2, 2)), stride=2)[0]
    assert (strided[0, 0] == 0).any(), "with stride 2 some forward sets are empty"


def test_a_layer_that_flips_agrees_with_its_own_backward_pass():
    space = run("def flip(weight", rng=np.random.default_rng(6))
    assert gradient_check(space["flipping_layer"], space["its_backward"], space["arrays"]).ok


def first_numbers() -> dict:
    """The image, the kernel and the upstream gradient of the whole unit."""
    [cell] = [cell for cell in CODE if "image = np.array" in cell]
    space = {"np": np, "BackwardExplorer": lambda *args: None}
    exec(cell, space)
    return {name: space[name] for name in ("image", "kernel", "G")}
