"""Batch normalisation of features (N, C) and signals (N, C, L): `course.functional.batch_norm` on images one number wide."""

from __future__ import annotations

import numpy as np

from course.functional._numbers import number
from course.functional.batch_norm import (
    Maybe,
    batch_arguments,
    batch_norm2d_backward,
    batch_norm2d_eval_backward,
    batch_norm2d_forward,
    planes,
)

SIGNALS = ("N, C", "N, C, L")


def batch_norm1d_forward(
    x: np.ndarray,
    weight: Maybe,
    bias: Maybe,
    running_mean: Maybe,
    running_var: Maybe,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, Maybe, Maybe]:
    """`batch_norm2d_forward` for x (N, C), with statistics over N, or (N, C, L), with statistics over N and L.

    Parameters, returns and errors as `course.functional.batch_norm2d_forward`.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [5.0, 0.5]])
    >>> batch_norm1d_forward(x, None, None, None, None, training=True)[0].round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    momentum = number("batch_norm1d: momentum", momentum, least=0, most=1)
    running = {"running_mean": running_mean, "running_var": running_var}
    x, weight, bias, running_mean, running_var = batch_arguments(
        "batch_norm1d", SIGNALS, {"x": x}, training, eps, weight=weight, bias=bias, **running
    )
    images = planes(x)[..., None]  # (N, C, L, 1)
    out, mean, var = batch_norm2d_forward(images, weight, bias, running_mean, running_var, training, momentum, eps)
    return out.reshape(x.shape), mean, var


def batch_norm1d_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: Maybe, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients with respect to what went into `batch_norm1d_forward` in training; as `batch_norm2d_backward`.

    Examples
    --------
    >>> x, grad_out = np.array([[1.0], [1.0], [3.0], [3.0]]), np.array([[1.0], [0.0], [2.0], [0.0]])
    >>> batch_norm1d_backward(grad_out, x, None)[0].ravel().round(4)
    array([ 0.5, -0.5,  1. , -1. ])
    """
    grad_out, x, weight = batch_arguments(
        "batch_norm1d_backward", SIGNALS, {"grad_out": grad_out, "x": x}, True, eps, weight=weight
    )
    images = planes(grad_out)[..., None], planes(x)[..., None]
    grad_x, grad_weight, grad_bias = batch_norm2d_backward(*images, weight, eps)
    return grad_x.reshape(x.shape), grad_weight, grad_bias


def batch_norm1d_eval_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: Maybe,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients with respect to what went into `batch_norm1d_forward` with ``training=False``; as `batch_norm2d_eval_backward`.

    Examples
    --------
    >>> x = np.array([[1.0], [5.0]])
    >>> batch_norm1d_eval_backward(x, x, None, np.array([3.0]), np.array([4.0]))[0].round(4)
    array([[0.5],
           [2.5]])
    """
    running = {"running_mean": running_mean, "running_var": running_var}
    grad_out, x, weight, running_mean, running_var = batch_arguments(
        "batch_norm1d_eval_backward", SIGNALS, {"grad_out": grad_out, "x": x}, False, eps, weight=weight, **running
    )
    images = planes(grad_out)[..., None], planes(x)[..., None]
    grad_x, grad_weight, grad_bias = batch_norm2d_eval_backward(*images, weight, running_mean, running_var, eps)
    return grad_x.reshape(x.shape), grad_weight, grad_bias
