"""The fully connected layer, and the flattening before it."""

from __future__ import annotations

import math

import numpy as np

from course import functional as F
from course.functional._arguments import whole
from course.functional._numbers import axis
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

    Raises
    ------
    ValueError : a number of features that is not a whole number of at least 1
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, rng: np.random.Generator | None = None
    ) -> None:
        in_features = whole("Linear: in_features", in_features, least=1)
        out_features = whole("Linear: out_features", out_features, least=1)
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
    """The axes from one to another as a single one: (N, C, H, W) -> (N, C*H*W), channels outermost.

    Parameters
    ----------
    start_dim, end_dim : the first and the last axis that are taken together; as they are, all but the batch

    Raises
    ------
    ValueError : an axis that is no whole number; in `forward`, an axis that is not there, or an end before the start

    Examples
    --------
    >>> Flatten()(np.zeros((5, 16, 4, 4))).shape, Flatten(2)(np.zeros((5, 16, 4, 4))).shape
    ((5, 256), (5, 16, 16))
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = axis("Flatten: start_dim", start_dim), axis("Flatten: end_dim", end_dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = np.array(x, order="C")  # a copy: an output shares no memory with what came in
        start, end = (dim + x.ndim if dim < 0 else dim for dim in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < x.ndim:
            raise ValueError(
                f"Flatten: x has shape {x.shape}, without axes {self.start_dim} to {self.end_dim} in this order."
            )
        self._x_shape = x.shape
        return x.reshape(*x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return np.array(grad_out, order="C").reshape(self._x_shape)

    def extra_repr(self) -> str:
        default = (self.start_dim, self.end_dim) == (1, -1)
        return "" if default else f"start_dim={self.start_dim}, end_dim={self.end_dim}"
