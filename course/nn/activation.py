"""Nonlinearities as layers."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._numbers import axis, number
from course.nn.module import Module


class ReLU(Module):
    """max(x, 0); see `course.functional.relu_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = F.relu_forward(x)  # above 0 where x is; the next layer most likely keeps it as well
        return self._out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.relu_backward(grad_out, self._out)


class LeakyReLU(Module):
    """x above 0, negative_slope * x below; see `course.functional.leaky_relu_forward`."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = number("LeakyReLU: negative_slope", negative_slope)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.leaky_relu_forward(x, self.negative_slope)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.leaky_relu_backward(grad_out, self._x, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class ELU(Module):
    """x above 0, alpha * (exp(x) - 1) below; see `course.functional.elu_forward`."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = number("ELU: alpha", alpha)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.elu_forward(x, self.alpha)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.elu_backward(grad_out, self._x, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class Sigmoid(Module):
    """1 / (1 + exp(-x)); see `course.functional.sigmoid_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.sigmoid_forward(x)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.sigmoid_backward(grad_out, self._x)


class Tanh(Module):
    """The hyperbolic tangent; see `course.functional.tanh_forward`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.tanh_forward(x)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.tanh_backward(grad_out, self._x)


class Softmax(Module):
    """Probabilities along an axis; see `course.functional.softmax`. A network that is trained ends in its logits: the loss has
    the softmax inside.
    """

    def __init__(self, dim: int = -1) -> None:
        self.dim = axis("Softmax: dim", dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.softmax(x, self.dim)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.softmax_backward(grad_out, self._x, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """Logarithms of probabilities along an axis, what `NLLLoss` takes; see `course.functional.log_softmax`."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = axis("LogSoftmax: dim", dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.log_softmax(x, self.dim)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.log_softmax_backward(grad_out, self._x, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
