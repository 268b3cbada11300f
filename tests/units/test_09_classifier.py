"""The numbers of unit 09 come out, and its two trainings keep their promises from other starts."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.registry import find
from course import functional as F
from course.data import DataLoader, mnist
from course.models import lenet5, lenet5_rgb
from course.nn import Conv2d, MaxPool2d, MSELoss, Sequential
from course.optim import Adam
from tests.units.seeds import SEEDS

SOURCE = (Path(__file__).parents[2] / "solutions" / "09_classifier.py").read_text()
ANSWERS = find("lecture_exercise")[0].oracle()


def matrices(formula: str) -> list[np.ndarray]:
    """The pmatrix blocks of the prose."""
    text = formula.replace("\n#", "")
    blocks = re.findall(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", text)
    return [np.array([[int(n) for n in row.split("&")] for row in block.split(r"\\")]) for block in blocks]


def test_the_lecture_exercise_comes_out():
    blocks = matrices(SOURCE[SOURCE.index("### Exercise 6") : SOURCE.index('solution="lecture_exercise"')])
    image, kernel, printed = np.array(blocks[:3]), np.array(blocks[3:6]), blocks[6]
    out = F.conv2d_forward(image[None], kernel[None], np.array([7.0]))[0, 0]
    assert out.shape == ANSWERS["out_shape"]
    assert [out[0, 0], out[2, 1], out[3, 1]] == [
        ANSWERS[key] for key in ("top_left", "row_2_column_1", "bottom_row_column_1")
    ]
    assert (out == printed).sum() == 8, "half of the sixteen"
    pooled = F.max_pool2d_forward(F.relu_forward(printed[None, None].astype(float)), 2, 1)[0, 0]
    assert tuple(pooled.ravel()) == ANSWERS["pooled"]
    assert ANSWERS["dense_parameters"] == 32 * (pooled.size + 1)
    layer = Conv2d(3, 8, 7, padding=3)
    assert layer(np.zeros((1, 3, 256, 256), np.float32)).shape[1:] == ANSWERS["same_shape"]
    assert sum(p.size for p in layer.parameters()) == ANSWERS["same_parameters"]
    net = Sequential(Conv2d(3, 10, 3), MaxPool2d(4), Conv2d(10, 20, 5, padding=2), MaxPool2d(2))
    assert net(np.zeros((1, 3, 130, 130), np.float32)).size == ANSWERS["numbers_to_the_classifier"]
    assert np.arange(12).reshape(3, 2, 2)[1, 0, 1] == ANSWERS["flat_index"]


def test_the_numbers_in_the_prose():
    assert F.softmax(np.array([5, 6, 1, 2])).round(4).tolist() == [0.2641, 0.7179, 0.0048, 0.0131]
    assert round(-np.log(0.2641), 2) == 1.33
    parameters = {name: p.size for name, p in lenet5_rgb().named_parameters()}
    dense = sum(n for name, n in parameters.items() if name.startswith("classifier"))
    assert (sum(parameters.values()), round(dense / 62958, 2)) == (62958, 0.94)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_templates_reach_the_promised_accuracy(seed):
    low, high = map(int, re.search(r"between (\d+) % and (\d+) % of 10,000 test digits", SOURCE).groups())
    digits, test = mnist()[20000 * (seed % 2) : 20000 * (seed % 2) + 20000], mnist(train=False)
    weight, bias = np.zeros((10, 784), np.float32), np.zeros(10, np.float32)
    for epoch in range(2):
        for images, labels in DataLoader(digits, batch_size=64, shuffle=True, seed=10 * seed + epoch):
            x = images.reshape(len(images), -1)
            grad = F.cross_entropy_backward(F.linear_forward(x, weight, bias), labels)
            _, grad_weight, grad_bias = F.linear_backward(grad, x, weight)
            weight, bias = weight - 0.02 * grad_weight, bias - 0.02 * grad_bias
    logits = F.linear_forward(test.normalize(test.images).reshape(len(test), -1), weight, bias)
    assert low / 100 <= (logits.argmax(axis=1) == test.labels).mean() <= high / 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_head_measures_to_less_than_a_pixel(seed):
    rng = np.random.default_rng(seed)
    digits, test = mnist(), mnist(train=False)
    model, loss = lenet5(seed=seed, num_classes=1), MSELoss()
    optimizer = Adam(model.parameters(), lr=2e-3)

    def moved(images, by):
        padded = np.pad(images, ((0, 0), (0, 0), (0, 0), (6, 6)))
        return np.stack([padded[i, :, :, 6 - d : 34 - d] for i, d in enumerate(by)])

    for start in range(0, 20000, 64):
        by = rng.integers(-6, 7, 64)
        optimizer.zero_grad()
        loss(model(digits.normalize(moved(digits.images[start : start + 64], by))), by[:, None].astype(np.float32))
        model.backward(loss.backward())
        optimizer.step()
    by = rng.integers(-6, 7, 1000)
    assert np.abs(model(test.normalize(moved(test.images[:1000], by)))[:, 0] - by).mean() < 1
