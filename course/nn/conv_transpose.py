"""Transposed convolution as a layer."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, pair
from course.functional.conv_transpose import read_geometry_transposed
from course.nn._filters import Filters, check_channels


class ConvTranspose2d(Filters):
    """The transpose of a convolution, which makes images larger; see `course.functional.conv_transpose2d_forward`.

    Parameters
    ----------
    in_channels, out_channels : channels of the input and of the output
    kernel_size : int or pair (h, w), in pixels
    stride, padding, output_padding, groups, dilation : as `course.functional.conv_transpose2d_forward` takes them
    bias : whether each channel of the output adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(out_channels/groups*kH*kW), which is what PyTorch takes here

    Attributes
    ----------
    weight : (in_channels, out_channels/groups, kH, kW)
    bias : (out_channels,), or None
    in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, dilation : as given, the kernel as a pair

    Raises
    ------
    ValueError : channels below 1, groups that do not divide them, or an argument that
        `course.functional.conv_transpose2d_forward` refuses

    Examples
    --------
    >>> ConvTranspose2d(8, 4, 2, stride=2)(np.ones((1, 8, 7, 5), np.float32)).shape
    (1, 4, 14, 10)
    """

    options: ClassVar[dict[str, Any]] = {
        "stride": None,
        "padding": None,
        "output_padding": 0,
        "groups": 1,
        "dilation": 1,
    }

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        output_padding: Pair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Pair = 1,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.in_channels, self.out_channels = check_channels("ConvTranspose2d", in_channels, out_channels, groups)
        self.kernel_size = pair("ConvTranspose2d: kernel_size", kernel_size, least=1)
        read_geometry_transposed("ConvTranspose2d", stride, padding, output_padding, dilation)
        self.stride, self.padding, self.output_padding = stride, padding, output_padding
        self.groups, self.dilation = groups, dilation
        shape = (in_channels, out_channels // groups, *self.kernel_size)
        self._draw(shape, (out_channels,), math.prod(shape[1:]), bias, rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.conv_transpose2d_forward(x, self.weight.data, self._bias(), **self._how())

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return self._keep(F.conv_transpose2d_backward(grad_out, self._x, self.weight.data, **self._how()))
