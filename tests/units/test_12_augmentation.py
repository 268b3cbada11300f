"""What unit 12 shows holds from other starts: moves must be shown to be forgiven, and mirrored digits cost."""

from functools import partial

import numpy as np
import pytest

from course.data import DataLoader, mnist
from course.data.augmentation import random_flip, random_shift
from course.insight import shift
from course.models import lenet5
from course.optim import Adam
from course.training import evaluate, train
from tests.units.seeds import SEEDS

TEST = mnist(train=False)[:2000]


def trained(seed, digits, epochs, augment=None):
    model = lenet5(seed=seed)
    loader = DataLoader(digits, batch_size=64, shuffle=True, seed=seed, augment=augment)
    train(model, loader, Adam(model.parameters(), lr=2e-3), epochs=epochs)
    return model


def right(model, x):
    return (model(x).argmax(axis=1) == TEST.labels).mean()


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_network_forgives_the_moves_that_it_was_shown(seed):
    digits = mnist()[:6000]
    plain = trained(seed, digits, 3)
    shown = trained(seed, digits, 5, partial(random_shift, pixels=5))
    x = TEST.normalize(TEST.images)
    black = x.min()
    moved = {n: shift(x - black, 0, n) + black for n in (0, 2, 4, 9)}
    a, b = ({n: right(model, x) for n, x in moved.items()} for model in (plain, shown))
    assert a[0] - a[2] < 0.15, "two pixels are forgiven, more or less"
    assert a[4] < 0.75 < 0.85 < b[4], "four are not, unless they were shown"
    assert b[9] < 0.7, "and no further than shown"
    turned = plain(x[..., ::-1, ::-1]).argmax(axis=1)
    assert np.bincount(turned[TEST.labels == 6], minlength=10).argmax() == 9
    assert np.bincount(turned[TEST.labels == 9], minlength=10).argmax() == 6
    for digit in (0, 1, 8):
        assert (turned[TEST.labels == digit] == digit).mean() > 0.25


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_mirrored_digits_cost_points(seed):
    few = mnist()[:3000]
    plain, mirrored = (evaluate(trained(seed, few, 5, a), TEST).accuracy for a in (None, random_flip))
    assert 0.01 < plain - mirrored < 0.15
