"""Layers: each calls the function of its name and keeps what the way back needs."""

from __future__ import annotations

import math

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, pair
from course.functional.pool import scatter_to_winners
from course.nn.module import Module, Parameter


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
        self.weight, self.bias = _first_numbers(shape, bias, rng)

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
        C_out, C, kH, kW = self.weight.data.shape
        text = f"{C}, {C_out}, kernel_size=({kH}, {kW}), stride={self.stride}, padding={self.padding}"
        return text + f", dilation={self.dilation}" * (self.dilation != 1) + ", bias=False" * (self.bias is None)


class Linear(Module):
    """A fully connected layer; see `course.functional.linear_forward`.

    Parameters
    ----------
    in_features, out_features : numbers in and out, for each image
    bias : whether each output adds a number of its own
    rng : where the first weights come from; uniform in +-1/sqrt(in_features), as in PyTorch

    Attributes
    ----------
    weight : (out_features, in_features)
    bias : (out_features,), or None
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, rng: np.random.Generator | None = None
    ) -> None:
        self.weight, self.bias = _first_numbers((out_features, in_features), bias, rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.linear_forward(x, self.weight.data, None if self.bias is None else self.bias.data)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x, grad_weight, grad_bias = F.linear_backward(grad_out, self._x, self.weight.data)
        self.weight.add_grad(grad_weight)
        if self.bias is not None:
            self.bias.add_grad(grad_bias)
        return grad_x

    def extra_repr(self) -> str:
        out_features, in_features = self.weight.data.shape
        return f"{in_features}, {out_features}"


class ReLU(Module):
    """max(x, 0); see `course.functional.relu_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.relu_forward(x)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.relu_backward(grad_out, self._x)


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


class Flatten(Module):
    """(N, C, H, W) -> (N, C*H*W), channels outermost."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return grad_out.reshape(self._x_shape)


def _first_numbers(
    shape: tuple[int, ...], bias: bool, rng: np.random.Generator | None
) -> tuple[Parameter, Parameter | None]:
    """Weight and bias, uniform in +-1/sqrt(fan_in): Kaiming's rule with a = sqrt(5), which is PyTorch's default."""
    rng = rng or np.random.default_rng()
    bound = 1 / np.sqrt(np.prod(shape[1:]))
    weight = Parameter(rng.uniform(-bound, bound, shape).astype(np.float32))
    return weight, Parameter(rng.uniform(-bound, bound, shape[0]).astype(np.float32)) if bias else None
