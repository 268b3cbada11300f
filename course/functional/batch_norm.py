"""Batch normalisation: each channel gets mean 0 and variance 1 over the batch, then a scale and a shift that are learnt.

In training the mean and the variance are the batch's own, so every image has a part in every output and in every gradient; in
use they are fixed numbers, collected during training. Hence two ways back.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course.functional._norm_arguments import above_0, channel_arrays
from course.functional._numbers import number
from course.functional._standardise import gradient, gradient_of_fixed, moments, normalise

Maybe = np.ndarray | None
IMAGES = ("N, C, H, W",)


def batch_norm2d_forward_plain(
    x: np.ndarray,
    weight: Maybe,
    bias: Maybe,
    running_mean: Maybe,
    running_var: Maybe,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, Maybe, Maybe]:
    """`batch_norm2d_forward`, one channel at a time."""
    running = {"running_mean": running_mean, "running_var": running_var}
    x, weight, bias, mean, var = batch_arguments(
        "batch_norm2d", IMAGES, {"x": x}, training, eps, weight=weight, bias=bias, **running
    )
    momentum = number("batch_norm2d: momentum", momentum, least=0, most=1)
    out = np.empty_like(x)
    count = x.size // max(1, x.shape[1])
    for c in range(x.shape[1] if count else 0):
        m, v = (x[:, c].mean(), x[:, c].var()) if training else (mean[c], var[c])
        x_hat = (x[:, c] - m) / np.sqrt(v + eps)
        out[:, c] = x_hat * (1 if weight is None else weight[c]) + (0 if bias is None else bias[c])
        if training and mean is not None:
            mean[c] = (1 - momentum) * mean[c] + momentum * m
            var[c] = (1 - momentum) * var[c] + momentum * v * count / (count - 1)
    return out, mean, var


def batch_norm2d_forward(
    x: np.ndarray,
    weight: Maybe,
    bias: Maybe,
    running_mean: Maybe,
    running_var: Maybe,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, Maybe, Maybe]:
    """(x - mean) / sqrt(var + eps) * weight + bias, channel by channel.

    In training, mean and variance are those of the batch, over N, H and W; the variance is the biased one (divided by n = N*H*W).
    The running mean and variance move towards them, ``new = (1 - momentum) * old + momentum * batch``; there the variance is the
    unbiased one (divided by n - 1). In use (``training=False``) the running ones normalise, and stay as they are.

    Parameters
    ----------
    x : (N, C, H, W)
    weight, bias : (C,) the learnt scale and shift; None for 1 and 0
    running_mean, running_var : (C,) before this batch; both None to keep none
    training : whether the batch's own statistics normalise
    momentum : the share of the *new* value, 0 to 1
    eps : added to the variance, above 0

    Returns
    -------
    out (N, C, H, W), running_mean, running_var : all new; None where None went in

    Raises
    ------
    ValueError : wrong rank, dtype or sizes; in training one number a channel (N*H*W = 1), whose variance is always 0

    References
    ----------
    S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML
    (2015), algorithms 1 and 2; the running averages are PyTorch's.

    Examples
    --------
    >>> x = np.array([1.0, 5.0]).reshape(2, 1, 1, 1)  # mean 3, biased variance 4, unbiased 8
    >>> out, mean, var = batch_norm2d_forward(x, None, None, np.zeros(1), np.ones(1), training=True)
    >>> out.ravel().round(4), mean, var  # 0.9 * 0 + 0.1 * 3 and 0.9 * 1 + 0.1 * 8
    (array([-1.,  1.]), array([0.3]), array([1.7]))
    >>> batch_norm2d_forward(x, None, None, mean, var, training=False)[0].ravel().round(4)  # (1 - 0.3) / sqrt(1.7)
    array([0.5369, 3.6047])
    """
    running = {"running_mean": running_mean, "running_var": running_var}
    x, weight, bias, running_mean, running_var = batch_arguments(
        "batch_norm2d", IMAGES, {"x": x}, training, eps, weight=weight, bias=bias, **running
    )
    momentum = number("batch_norm2d: momentum", momentum, least=0, most=1)
    maps = planes(x)  # (N, C, H*W)
    mean, var = moments(maps) if training else (running_mean, running_var)
    out = normalise(maps, mean, _inverse_root(var, eps), weight, bias).reshape(x.shape)
    if training and running_mean is not None and x.size:  # no images teach nothing
        count = x.size // x.shape[1]
        running_mean = _towards(running_mean, mean, momentum)
        running_var = _towards(running_var, var * count / (count - 1), momentum)
    return out, running_mean, running_var


def batch_norm2d_backward_plain(
    grad_out: np.ndarray, x: np.ndarray, weight: Maybe, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`batch_norm2d_backward`, one channel at a time: the chain rule through variance and mean, step by step as in the paper."""
    grad_out, x, weight = batch_arguments(
        "batch_norm2d_backward", IMAGES, {"grad_out": grad_out, "x": x}, True, eps, weight=weight
    )
    C = x.shape[1]
    count = x.size // max(1, C)
    grad_x, grad_weight, grad_bias = np.zeros_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C if count else 0):
        centred = x[:, c] - x[:, c].mean()
        std = np.sqrt(x[:, c].var() + eps)
        grad_weight[c], grad_bias[c] = (grad_out[:, c] * centred / std).sum(), grad_out[:, c].sum()
        grad_hat = grad_out[:, c] * (1 if weight is None else weight[c])
        grad_var = (grad_hat * centred).sum() * -0.5 / std**3
        grad_mean = -(grad_hat / std).sum()
        grad_x[:, c] = grad_hat / std + grad_var * 2 * centred / count + grad_mean / count
    return grad_x, grad_weight, grad_bias


def batch_norm2d_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: Maybe, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `batch_norm2d_forward` in training.

    Every number of a channel moves the channel's mean and variance, so two terms are taken away from the gradient: with
    x_hat = (x - mean) / sqrt(var + eps) and means over N, H and W,
    ``grad_x = weight / sqrt(var + eps) * (grad_out - mean(grad_out) - x_hat * mean(grad_out * x_hat))``.

    Parameters
    ----------
    grad_out : (N, C, H, W), the gradient of the loss with respect to the output
    x, weight, eps : as they went in

    Returns
    -------
    grad_x (N, C, H, W), grad_weight (C,), grad_bias (C,)

    Raises
    ------
    ValueError : as `batch_norm2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x = np.array([1.0, 1.0, 3.0, 3.0]).reshape(4, 1, 1, 1)  # mean 2, deviation 1, so x_hat is -1, -1, 1, 1
    >>> grad_out = np.array([1.0, 0.0, 2.0, 0.0]).reshape(4, 1, 1, 1)  # mean 0.75, and 0.25 times x_hat
    >>> grad_x, grad_weight, grad_bias = batch_norm2d_backward(grad_out, x, None)
    >>> grad_x.ravel().round(4), grad_weight.round(4), grad_bias  # the first: 1 - 0.75 - (-1 * 0.25)
    (array([ 0.5, -0.5,  1. , -1. ]), array([1.]), array([3.]))
    """
    grad_out, x, weight = batch_arguments(
        "batch_norm2d_backward", IMAGES, {"grad_out": grad_out, "x": x}, True, eps, weight=weight
    )
    maps = planes(x)  # (N, C, H*W)
    mean, var = moments(maps)
    grad_x, grad_weight, grad_bias = gradient(planes(grad_out), maps, mean, _inverse_root(var, eps), weight)
    return grad_x.reshape(x.shape), grad_weight, grad_bias


def batch_norm2d_eval_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: Maybe,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients with respect to what went into `batch_norm2d_forward` with ``training=False``.

    The statistics are given numbers, so each output depends on its own input alone: ``grad_x = grad_out * weight /
    sqrt(running_var + eps)``. Parameters, returns and errors as `batch_norm2d_backward`.

    Examples
    --------
    >>> x = np.array([1.0, 5.0]).reshape(2, 1, 1, 1)
    >>> mean, var = np.array([3.0]), np.array([4.0])
    >>> grad_x, grad_weight, grad_bias = batch_norm2d_eval_backward(x, x, None, mean, var)
    >>> grad_x.ravel().round(4), grad_weight.round(4), grad_bias  # 1/2, 5/2; 1 * -1 + 5 * 1; 1 + 5
    (array([0.5, 2.5]), array([4.]), array([6.]))
    """
    running = {"running_mean": running_mean, "running_var": running_var}
    grad_out, x, weight, running_mean, running_var = batch_arguments(
        "batch_norm2d_eval_backward", IMAGES, {"grad_out": grad_out, "x": x}, False, eps, weight=weight, **running
    )
    inv_std = _inverse_root(running_var, eps)
    grad_x, grad_weight, grad_bias = gradient_of_fixed(planes(grad_out), planes(x), running_mean, inv_std, weight)
    return grad_x.reshape(x.shape), grad_weight, grad_bias


def planes(x: np.ndarray) -> np.ndarray:
    """(N, C, ...) as (N, C, L)."""
    return x.reshape(*x.shape[:2], math.prod(x.shape[2:]))


def batch_arguments(
    operation: str,
    axes: tuple[str, ...],
    arrays: dict[str, np.ndarray],
    training: bool,
    eps: float,
    **per_channel: Maybe,
) -> list[Any]:
    """The arrays as `channel_arrays` returns them, checked for what batch norm needs besides; the running ones are copies."""
    found = dict(zip([*arrays, *per_channel], channel_arrays(operation, axes, arrays, **per_channel), strict=True))
    x, mean, var = found["x"], found.get("running_mean"), found.get("running_var")
    above_0(operation, "eps", eps)
    if (mean is None) is not (var is None):
        raise ValueError(f"{operation}: one of running_mean and running_var is None; give both or neither.")
    if training and x.size == x.shape[1] > 0:
        raise ValueError(
            f"{operation}: x has shape {x.shape}, one number a channel, whose variance is 0; "
            f"train with more images, or normalise with the running statistics (training=False)."
        )
    if not training and var is None:
        raise ValueError(
            f"{operation}: running_mean and running_var are None, but training=False normalises with them."
        )
    if mean is not None and var is not None:
        if (var < 0).any():
            raise ValueError(f"{operation}: running_var has {var.min()} in it; a variance is at least 0.")
        found |= {"running_mean": mean.copy(), "running_var": var.copy()}
    return list(found.values())


def _inverse_root(var: np.ndarray, eps: float) -> np.ndarray:
    return 1 / np.sqrt(var.astype(np.float64) + eps)


def _towards(running: np.ndarray, new: np.ndarray, momentum: float) -> np.ndarray:
    return ((1 - momentum) * running + momentum * new).astype(running.dtype)
