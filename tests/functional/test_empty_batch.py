"""A batch of no images goes through forward and backward as in PyTorch: empty outputs, zero gradients for the weights."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F


def images(*shape: int) -> np.ndarray:
    return np.zeros((0, *shape))


WEIGHT = np.ones((3, 2, 2, 2))


@pytest.mark.parametrize(
    "call, shapes",
    [
        (lambda: F.conv2d_forward(images(2, 5, 4), WEIGHT, np.ones(3)), [(0, 3, 4, 3)]),
        (lambda: F.conv2d_backward(images(3, 4, 3), images(2, 5, 4), WEIGHT), [(0, 2, 5, 4), (3, 2, 2, 2), (3,)]),
        (lambda: F.im2col(images(2, 5, 4), 2), [(0, 8, 12)]),
        (lambda: F.col2im(images(8, 12), (5, 4), 2), [(0, 2, 5, 4)]),
        (lambda: F.max_pool2d_with_indices(images(2, 5, 4), 2), [(0, 2, 2, 2), (0, 2, 2, 2)]),
        (lambda: F.max_pool2d_backward(images(2, 2, 2), images(2, 5, 4), 2), [(0, 2, 5, 4)]),
        (lambda: F.avg_pool2d_forward(images(2, 5, 4), 2), [(0, 2, 2, 2)]),
        (lambda: F.avg_pool2d_backward(images(2, 2, 2), images(2, 5, 4), 2), [(0, 2, 5, 4)]),
        (lambda: F.relu_forward(images(4)), [(0, 4)]),
        (lambda: F.relu_backward(images(4), images(4)), [(0, 4)]),
        (lambda: F.linear_forward(images(4), np.ones((3, 4)), np.ones(3)), [(0, 3)]),
        (lambda: F.linear_backward(images(3), images(4), np.ones((3, 4))), [(0, 4), (3, 4), (3,)]),
        (lambda: F.softmax(images(4)), [(0, 4)]),
    ],
)
def test_shapes_and_zeros(call: Callable[[], object], shapes: list[tuple[int, ...]]) -> None:
    found = call()
    found = list(found) if isinstance(found, tuple) else [found]
    assert [a.shape for a in found] == shapes
    assert not any(a.any() for a in found)


def test_a_mean_over_nothing_is_refused() -> None:
    """PyTorch answers NaN; a sentence finds the mistake sooner."""
    with pytest.raises(ValueError, match=r"^cross_entropy: the batch is empty, so there is nothing to average\.$"):
        F.cross_entropy_forward(images(4), np.zeros(0, int))
