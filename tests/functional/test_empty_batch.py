"""A batch of no images goes through forward and backward as in PyTorch: empty outputs, zero gradients for the weights."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F


def test_shapes_and_zeros(empty: tuple[Callable[[], object], list[tuple[int, ...]]]) -> None:
    call, shapes = empty
    found = call()
    found = list(found) if isinstance(found, tuple) else [found]
    assert [a.shape for a in found] == shapes
    assert not any(a.any() for a in found)


def test_a_mean_over_nothing_is_refused() -> None:
    """PyTorch answers NaN; a sentence finds the mistake sooner."""
    with pytest.raises(ValueError, match=r"^cross_entropy: the batch is empty, so there is nothing to average\.$"):
        F.cross_entropy_forward(np.zeros((0, 4)), np.zeros(0, int))
