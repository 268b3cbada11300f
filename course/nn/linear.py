"""The fully connected layer, and the flattening before it."""

from __future__ import annotations

import math

import numpy as np

from course import functional as F
from course.nn import init
from course.nn.module import Module
from course.nn.parameter import Parameter


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
        rng = rng or np.random.default_rng()
        self.weight = Parameter((out_features, in_features), init.pytorch_default(in_features, rng))
        self.bias = Parameter((out_features,), init.pytorch_default(in_features, rng)) if bias else None

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
        out_features, in_features = self.weight.shape
        return f"{in_features}, {out_features}" + ", bias=False" * (self.bias is None)


class Flatten(Module):
    """(N, C, H, W) -> (N, C*H*W), channels outermost."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return grad_out.reshape(self._x_shape)
