"""Normalisations that take each image by itself, as layers; `course.nn.batch_norm` has the other one."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._arguments import whole
from course.nn.module import Module
from course.nn.parameter import Buffer, Parameter


class LayerNorm(Module):
    """Each image, or each vector, at mean 0 and variance 1 by itself; see `course.functional.layer_norm_forward`.

    Parameters
    ----------
    normalized_shape : the sizes of the last axes, over which mean and variance are taken; an int for one axis
    eps : added to the variance
    elementwise_affine : whether there is a scale to learn for each number
    bias : whether there is a shift, too

    Attributes
    ----------
    weight, bias : normalized_shape, ones and zeros at first; or None
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        sizes = normalized_shape if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
        self.normalized_shape = tuple(whole("LayerNorm: normalized_shape", n, least=1) for n in sizes)
        self.eps = eps
        self.weight = Parameter(self.normalized_shape, np.ones) if elementwise_affine else None
        self.bias = Parameter(self.normalized_shape, np.zeros) if elementwise_affine and bias else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.layer_norm_forward(x, self.normalized_shape, data_of(self.weight), data_of(self.bias), self.eps)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x, grad_weight, grad_bias = F.layer_norm_backward(
            grad_out, self._x, self.normalized_shape, data_of(self.weight), self.eps
        )
        add_grads(self.weight, grad_weight, self.bias, grad_bias)
        return grad_x

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}" + ", elementwise_affine=False" * (self.weight is None)


class GroupNorm(Module):
    """Each group of channels at mean 0 and variance 1, image by image; see `course.functional.group_norm_forward`.

    Parameters
    ----------
    num_groups, num_channels : the first must divide the second
    eps : added to the variance
    affine : whether there are a scale and a shift to learn for each channel

    Attributes
    ----------
    weight, bias : (num_channels,), ones and zeros at first; None without `affine`
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        if whole("GroupNorm: num_channels", num_channels, 1) % whole("GroupNorm: num_groups", num_groups, 1):
            raise ValueError(f"GroupNorm: num_groups {num_groups} does not divide num_channels {num_channels}.")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = Parameter((num_channels,), np.ones) if affine else None
        self.bias = Parameter((num_channels,), np.zeros) if affine else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.group_norm_forward(x, self.num_groups, data_of(self.weight), data_of(self.bias), self.eps)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x, grad_weight, grad_bias = F.group_norm_backward(
            grad_out, self._x, self.num_groups, data_of(self.weight), self.eps
        )
        add_grads(self.weight, grad_weight, self.bias, grad_bias)
        return grad_x

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}" + ", affine=False" * (self.weight is None)


class InstanceNorm2d(Module):
    """Each map of each image at mean 0 and variance 1; see `course.functional.instance_norm_forward`.

    It keeps no running statistics, as PyTorch's does not by default, and does the same in training and in use.

    Parameters
    ----------
    num_features : channels
    eps : added to the variance
    affine : by keyword; whether there are a scale and a shift to learn for each channel

    Attributes
    ----------
    weight, bias : (num_features,), ones and zeros at first; None without `affine`
    """

    def __init__(self, num_features: int, eps: float = 1e-5, *, affine: bool = False) -> None:
        self.num_features = whole("InstanceNorm2d: num_features", num_features, least=1)
        self.eps = eps
        self.weight = Parameter((num_features,), np.ones) if affine else None
        self.bias = Parameter((num_features,), np.zeros) if affine else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.instance_norm_forward(x, data_of(self.weight), data_of(self.bias), self.eps)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x, grad_weight, grad_bias = F.instance_norm_backward(grad_out, self._x, data_of(self.weight), self.eps)
        add_grads(self.weight, grad_weight, self.bias, grad_bias)
        return grad_x

    def extra_repr(self) -> str:
        return f"{self.num_features}, eps={self.eps}, affine={self.weight is not None}"


class LocalResponseNorm(Module):
    """A channel held down where its neighbours are strong; see `course.functional.local_response_norm_forward`.

    Parameters
    ----------
    size : channels in a window
    alpha, beta, k : as in the formula
    divide_alpha : True for PyTorch's alpha/size; False for alpha as in AlexNet's paper
    """

    def __init__(
        self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, divide_alpha: bool = True
    ) -> None:
        self.size, self.alpha, self.beta, self.k, self.divide_alpha = size, alpha, beta, k, divide_alpha

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.local_response_norm_forward(x, self.size, self.alpha, self.beta, self.k, self.divide_alpha)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.local_response_norm_backward(
            grad_out, self._x, self.size, self.alpha, self.beta, self.k, self.divide_alpha
        )

    def extra_repr(self) -> str:
        text = f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
        return text + ", divide_alpha=False" * (not self.divide_alpha)


def data_of(parameter: Parameter | Buffer | None) -> np.ndarray | None:
    return None if parameter is None else parameter.data


def add_grads(weight: Parameter | None, grad_weight: np.ndarray, bias: Parameter | None, grad_bias: np.ndarray) -> None:
    if weight is not None:
        weight.add_grad(grad_weight)
    if bias is not None:
        bias.add_grad(grad_bias)
