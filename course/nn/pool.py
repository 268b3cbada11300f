"""Pooling as layers."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._arguments import Pair
from course.functional.pool import scatter_to_winners
from course.nn.module import Module


class _Pool2d(Module):
    """What both poolings remember: their window, and the shape that came in."""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride or self.kernel_size}, padding={self.padding}"


class MaxPool2d(_Pool2d):
    """The largest number of each window; see `course.functional.max_pool2d_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = x.shape
        out, self._winners = F.max_pool2d_with_indices(x, self.kernel_size, self.stride, self.padding)
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return scatter_to_winners(grad_out, self._winners, self._x_shape)


class AvgPool2d(_Pool2d):
    """The mean of each window; see `course.functional.avg_pool2d_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.avg_pool2d_forward(x, self.kernel_size, self.stride, self.padding)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.avg_pool2d_backward(grad_out, self._x, self.kernel_size, self.stride, self.padding)
