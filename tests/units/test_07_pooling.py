"""What unit 07 says in its prose holds: its examples, its riddles, its trainings."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from course import functional as F
from course import nn
from course.data import DataLoader, brain, mnist, photo
from course.optim import Adam
from course.training import evaluate, train

SOURCE = (Path(__file__).parents[2] / "solutions" / "07_pooling.py").read_text()


def cell(start: str, end: str) -> dict:
    """Run the lines of the unit from one that starts so to one that starts so, that one excluded, and return their names."""
    lines = SOURCE[SOURCE.index(f"\n{start}") : SOURCE.index(f"\n{end}")]
    names = {"np": np, "F": F, "nn": nn, "picture": photo()}
    exec("\n".join(line for line in lines.splitlines() if not line.startswith("#")), names)
    return names


MAPS = cell("small = ", "# %% [markdown]\n# ## Before")
SMALL, LARGE = MAPS["small"][None, None], MAPS["large"][None, None]


def test_the_examples():
    assert F.max_pool2d_forward(SMALL, 2)[0, 0].tolist() == [[149, 82], [120, 133]]
    assert F.max_pool2d_forward(LARGE, 3, 1)[0, 0].tolist() == [[200, 200, 135], [200, 200, 135], [210, 210, 210]]
    assert F.avg_pool2d_forward(SMALL, 2)[0, 0, 0, 0] == 45.25
    grad = F.max_pool2d_backward(np.arange(1.0, 10.0).reshape(1, 1, 3, 3), LARGE, 3, 1)[0, 0]
    assert (grad[2, 1], grad[2, 3], grad[4, 2], grad.sum()) == (12, 9, 24, 45)
    assert (F.max_pool2d_backward(np.ones((1, 1, 2, 2)), SMALL, 2) != 0).sum() == 4
    assert [F.output_size(227, k, 2) for k in (2, 3)] == [113, 113]


def test_three_numbers_win_two_windows_each():
    wins = F.max_pool2d_backward(np.ones((1, 1, 3, 3)), SMALL, 2, 1)
    assert sorted(wins[wins > 0].tolist()) == [1, 1, 1, 2, 2, 2]
    assert set(SMALL[wins == 2].tolist()) == {149, 64, 133}


def test_the_brain_gets_brighter_by_maxima_and_its_fissure_closes():
    x = largest = brain().images[13][None].astype(float)
    contrast, before = [], 0.0
    for times in range(4):
        size = 2**times
        rows, middle = slice(16 // size, 34 // size), slice(38 // size, 42 // size)
        beside = largest[0, 0, rows, 26 // size : 34 // size].mean()
        contrast.append(beside - largest[0, 0, rows, middle].min(axis=1).mean())
        averages = F.avg_pool2d_forward(x, size)
        assert averages.mean() == pytest.approx(x.mean())
        if times:
            assert largest.mean() > before + 5
        before, largest = largest.mean(), F.max_pool2d_forward(largest, 2)
    assert contrast[0] > 70 and contrast[2] < 25, contrast


def test_global_maxima_are_the_same_for_the_face_and_its_misplaced_parts():
    names = cell("face = picture", "maps, maps_too")
    face, misplaced = names["face"], names["misplaced"]
    assert (face != misplaced).any()
    one, other = (names["detect"](image) for image in (face, misplaced))
    places = list(names["places"].values())
    for maps, order in ((one, [0, 1, 2]), (other, [1, 2, 0])):  # the first eye stands where the second was, and so on
        assert np.allclose(maps.max(axis=(2, 3)), 1)
        found = [np.unravel_index(m.argmax(), m.shape) for m in maps[0]]
        assert found == [places[n] for n in order]
    for k in (1, 4, 16):
        tops = [F.max_pool2d_forward(maps, k)[0].reshape(3, -1).argmax(axis=1).tolist() for maps in (one, other)]
        assert tops[0] != tops[1]


def test_a_3x3_stride_reaches_pixels_once_twice_or_four_times():
    grad, _, _ = F.conv2d_backward(np.ones((1, 1, 4, 4)), np.zeros((1, 1, 8, 8)), np.ones((1, 1, 3, 3)), 2, 1)
    assert set(grad[0, 0].ravel().tolist()) == {1, 2, 4}


@cache
def accuracies(seed: int) -> dict[str, float]:
    """The unit's training cell from other starts and in another order."""
    names = cell("HALVE = ", "digits, test = ")
    test = mnist(train=False)
    found = {}
    for name, halve in names["HALVE"].items():
        model = names["lenet"](halve, seed)
        loader = DataLoader(mnist()[:12000], batch_size=64, shuffle=True, seed=seed)
        train(model, loader, Adam(model.parameters(), lr=2e-3))
        found[name] = evaluate(model, test).accuracy
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_promised_accuracies(seed):
    text = re.sub(r"\n# ", " ", SOURCE)
    promised = re.search(r"between (\d+) % and (\d+) % of the 10,000 .* between (\d+) % and (\d+) % with", text)
    low, high, low_others, high_others = (int(n) / 100 for n in promised.groups())
    found = dict(accuracies(seed))
    best = found.pop("max pooling")
    assert low <= best <= high
    assert all(low_others <= value <= high_others for value in found.values()), found
    assert best > max(found.values()), found
    assert max(found, key=found.get) == "2x2 convolution, stride 2", found
    assert abs(found["every second pixel"] - found["average pooling"]) < 0.02


def test_the_unit_trains_as_this_test_does():
    assert "mnist()[: 1500 if FAST else 12000]" in SOURCE
    assert "DataLoader(digits, batch_size=64, shuffle=True, seed=7)" in SOURCE
    assert "Adam(model.parameters(), lr=2e-3)" in SOURCE
