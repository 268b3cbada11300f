"""The locally connected layer: a convolution that shares no weights."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, pair
from course.functional.padding import Padding
from course.functional.window import place_window
from course.nn._filters import Filters, check_channels


class LocallyConnected2d(Filters):
    """Filters of its own for every position; see `course.functional.locally_connected2d_forward`. PyTorch has no such layer.

    Parameters
    ----------
    in_channels, out_channels : channels of the input, number of filters at each position
    input_size : int or pair (H, W) of the images, in pixels; other images do not fit
    kernel_size, stride, padding : as in `Conv2d`
    bias : whether each filter adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(in_channels*kH*kW), as a convolution's

    Attributes
    ----------
    weight : (H_out, W_out, out_channels, in_channels, kH, kW)
    bias : (H_out, W_out, out_channels), or None
    in_channels, out_channels, input_size, kernel_size, stride, padding : as given, the sizes as pairs
    border : the padding in pixels, (top, bottom, left, right)

    Raises
    ------
    ValueError : channels below 1, or a window that does not fit

    Examples
    --------
    >>> LocallyConnected2d(1, 6, 28, 5).weight.size  # a convolution has 150: the same 6 filters at all 24 x 24 positions
    86400
    """

    options: ClassVar[dict[str, Any]] = {"stride": None, "padding": None}

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        input_size: Pair,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Padding = 0,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        size = pair("LocallyConnected2d: input_size", input_size, least=1)
        window = place_window("LocallyConnected2d", size, kernel_size, stride, padding)
        C, C_out = check_channels("LocallyConnected2d", in_channels, out_channels, groups=1)
        self.in_channels, self.out_channels, self.input_size = C, C_out, size
        self.kernel_size, self.stride, self.padding, self.border = window.kernel, stride, padding, window.border
        shape = (*window.positions, C_out, C, *window.kernel)
        self._draw(shape, shape[:3], C * window.taps, bias, rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.locally_connected2d_forward(x, self.weight.data, self._bias(), **self._how())

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return self._keep(F.locally_connected2d_backward(grad_out, self._x, self.weight.data, **self._how()))

    def _sizes(self) -> str:
        return f"input_size={self.input_size}, {super()._sizes()}"
