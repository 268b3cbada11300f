"""What unit 04 says about its training cell and about wrong layers holds for other seeds too."""

import re
from pathlib import Path

import numpy as np
import pytest

from course import functional as F
from course.data import DataLoader, mnist
from course.models import lenet5
from course.optim import Adam
from course.training import evaluate, train

SOURCE = (Path(__file__).parents[2] / "solutions" / "04_convolution_layer.py").read_text()


def trained(seed: int):
    """The unit's training cell, from another start and in another order."""
    model = lenet5(seed=seed)
    loader = DataLoader(mnist()[:12000], batch_size=64, shuffle=True, seed=seed)
    train(model, loader, Adam(model.parameters(), lr=2e-3))
    return model


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 4])
def test_the_promised_accuracy_and_what_wrong_layers_do_to_it(seed):
    low, high = map(int, re.search(r"between (\d+) % and (\d+) % of the 10,000 test digits", SOURCE).groups())
    model = trained(seed)
    right = evaluate(model, mnist(train=False)).accuracy
    assert low / 100 <= right <= high / 100

    for name, parameter in model.named_parameters():
        if name.startswith("features") and name.endswith("weight"):
            parameter.data = parameter.data[:, :, ::-1, ::-1].copy()
    assert evaluate(model, mnist(train=False)[:1000]).accuracy < 0.6, "a flipped kernel must be a disaster"

    for name, parameter in model.named_parameters():
        if name.startswith("features"):
            flip_back = (..., slice(None, None, -1), slice(None, None, -1))
            parameter.data = (
                parameter.data[flip_back].copy() if name.endswith("weight") else np.zeros_like(parameter.data)
            )
    without_bias = evaluate(model, mnist(train=False)[:1000]).accuracy
    assert without_bias > right - 0.05, "a missing bias must be hard to notice"


def test_the_unit_trains_as_this_test_does():
    assert "mnist()[: 3000 if FAST else 12000]" in SOURCE
    assert "DataLoader(digits, batch_size=64, shuffle=True), Adam(model.parameters(), lr=2e-3)" in SOURCE


def test_the_stride_that_leaves_out_a_row_and_a_column():
    x = np.zeros((1, 1, 6, 6))
    x[..., -1, :] = x[..., -1] = 1e9
    assert not F.conv2d_forward(x, np.ones((1, 1, 3, 3)), stride=2).any()
