"""Convolution as a layer: it owns its filters and keeps its input for the way back."""

from __future__ import annotations

import math

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, pair
from course.nn import init
from course.nn.module import Module
from course.nn.parameter import Parameter


class Conv2d(Module):
    """A bank of `out_channels` filters; see `course.functional.conv2d_forward`.

    Parameters
    ----------
    in_channels, out_channels : channels of the input, number of filters
    kernel_size, stride, padding, dilation : int or pair (h, w), in pixels
    bias : whether each filter adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(in_channels*kH*kW), as in PyTorch

    Attributes
    ----------
    weight : (out_channels, in_channels, kH, kW)
    bias : (out_channels,), or None
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.stride, self.padding, self.dilation = stride, padding, dilation
        shape = (out_channels, in_channels, *pair("Conv2d: kernel_size", kernel_size, least=1))
        rng = rng or np.random.default_rng()
        fan_in = math.prod(shape[1:])
        self.weight = Parameter(shape, init.pytorch_default(fan_in, rng))
        self.bias = Parameter(shape[:1], init.pytorch_default(fan_in, rng)) if bias else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        bias = None if self.bias is None else self.bias.data
        return F.conv2d_forward(x, self.weight.data, bias, self.stride, self.padding, self.dilation)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x, grad_weight, grad_bias = F.conv2d_backward(
            grad_out, self._x, self.weight.data, self.stride, self.padding, self.dilation
        )
        self.weight.add_grad(grad_weight)
        if self.bias is not None:
            self.bias.add_grad(grad_bias)
        return grad_x

    def extra_repr(self) -> str:
        C_out, C, kH, kW = self.weight.shape
        text = f"{C}, {C_out}, kernel_size=({kH}, {kW}), stride={self.stride}, padding={self.padding}"
        return text + f", dilation={self.dilation}" * (self.dilation != 1) + ", bias=False" * (self.bias is None)
