"""Convolutions as layers: each owns its filters and keeps its input for the way back."""

from __future__ import annotations

import math

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, whole
from course.functional.conv import conv2d_backward_parameters
from course.functional.conv1d import Padding1d, read_geometry1d
from course.functional.padding import Padding, check_mode
from course.functional.window import read_geometry
from course.nn._filters import Filters, check_channels

OPTIONS = {"stride": None, "padding": None, "dilation": 1, "groups": 1, "padding_mode": "zeros"}


class Conv2d(Filters):
    """A bank of `out_channels` filters; see `course.functional.conv2d_forward`.

    Parameters
    ----------
    in_channels, out_channels : channels of the input, number of filters
    kernel_size, stride, padding, dilation, groups, padding_mode : as `course.functional.conv2d_forward` takes them
    bias : whether each filter adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(in_channels/groups*kH*kW), as in PyTorch

    Attributes
    ----------
    weight : (out_channels, in_channels/groups, kH, kW)
    bias : (out_channels,), or None
    in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode : as given, the kernel as a pair
    border : the padding in pixels, (top, bottom, left, right)

    Raises
    ------
    ValueError : channels below 1, groups that do not divide them, or an argument that `course.functional.conv2d_forward` refuses

    Examples
    --------
    >>> depthwise = Conv2d(32, 32, 3, padding=1, groups=32)
    >>> depthwise.weight.shape, depthwise(np.ones((1, 32, 7, 9), np.float32)).shape
    ((32, 1, 3, 3), (1, 32, 7, 9))
    """

    options = OPTIONS

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Padding = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        rng: np.random.Generator | None = None,
    ) -> None:
        self.in_channels, self.out_channels = check_channels("Conv2d", in_channels, out_channels, groups)
        self.kernel_size, _, self.border, _ = read_geometry("Conv2d", kernel_size, stride, padding, dilation)
        check_mode("Conv2d", "padding_mode", padding_mode)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.groups, self.padding_mode = groups, padding_mode
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self._draw(shape, (out_channels,), math.prod(shape[1:]), bias, rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.conv2d_forward(x, self.weight.data, self._bias(), **self._how())

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return self._keep(F.conv2d_backward(grad_out, self._x, self.weight.data, **self._how()))

    def backward_parameters(self, grad_out: np.ndarray) -> None:
        self._add(*conv2d_backward_parameters(grad_out, self._x, self.weight.data, **self._how()))


class Conv1d(Filters):
    """A bank of `out_channels` filters over signals; see `course.functional.conv1d_forward`.

    Parameters
    ----------
    in_channels, out_channels : channels of the input, number of filters
    kernel_size : in samples
    stride, padding, dilation, groups, padding_mode : as `course.functional.conv1d_forward` takes them
    bias : whether each filter adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(in_channels/groups*kernel_size), as in PyTorch

    Attributes
    ----------
    weight : (out_channels, in_channels/groups, kernel_size)
    bias : (out_channels,), or None
    in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode : as given
    border : the padding in samples, (left, right)

    Raises
    ------
    ValueError : channels below 1, groups that do not divide them, or an argument that `course.functional.conv1d_forward` refuses

    Examples
    --------
    >>> Conv1d(2, 4, 5, stride=2)(np.ones((3, 2, 20), np.float32)).shape
    (3, 4, 8)
    """

    options = OPTIONS

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: Padding1d = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        rng: np.random.Generator | None = None,
    ) -> None:
        self.in_channels, self.out_channels = check_channels("Conv1d", in_channels, out_channels, groups)
        self.kernel_size = whole("Conv1d: kernel_size", kernel_size, least=1)
        _, self.border, _ = read_geometry1d("Conv1d", kernel_size, stride, padding, dilation)
        check_mode("Conv1d", "padding_mode", padding_mode)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.groups, self.padding_mode = groups, padding_mode
        shape = (out_channels, in_channels // groups, kernel_size)
        self._draw(shape, (out_channels,), math.prod(shape[1:]), bias, rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.conv1d_forward(x, self.weight.data, self._bias(), **self._how())

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return self._keep(F.conv1d_backward(grad_out, self._x, self.weight.data, **self._how()))
