"""A look at a network in evaluation mode leaves no trace."""

import numpy as np
import pytest

from course.nn import BatchNorm2d, Conv2d, Dropout, Module, Sequential
from course.training.mode import evaluating


def test_each_part_gets_its_own_mode_back() -> None:
    model = Sequential(Conv2d(1, 2, 3), Sequential(BatchNorm2d(2), Dropout()), BatchNorm2d(2)).train()
    model[1].eval()  # frozen
    with evaluating(model):
        assert not any(layer.training for _, layer in model.leaves())
    assert model.training
    assert [layer.training for _, layer in model.leaves()] == [True, False, False, True]


class AlwaysDrops(Dropout):
    """A dropout that draws in use as well."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x * (self.rng.random(x.shape) < 0.5)


def test_what_is_drawn_inside_is_not_missing_outside() -> None:
    def model() -> Module:
        return Sequential(AlwaysDrops(rng=np.random.default_rng(4)))

    looked, other = model(), model()
    with evaluating(looked):
        looked(np.ones(20))
    np.testing.assert_array_equal(looked(np.ones(20)), other(np.ones(20)))


def test_an_error_inside_changes_nothing() -> None:
    model = Sequential(Dropout())
    with pytest.raises(KeyError), evaluating(model):
        raise KeyError
    assert model.training
    assert model[0].training
