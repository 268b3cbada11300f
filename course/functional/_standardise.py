"""Mean 0 and variance 1 for each channel of (N, C, L): what batch, layer, group and instance norm have in common.

They differ only in what they call a channel: a feature map, an image, a group of maps, or one map of one image. Sums are taken in
float64 whatever the dtype. Inside, an array is (N, C*L) and a channel's number stands L times in a row of it: NumPy is at its best
with long rows, and the last maps of a network are only a few pixels large.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course.kernels import moments as passes
from course.kernels import threads
from course.kernels.jit import jit

WORTH_COMPILING = 100_000  # numbers; below that NumPy's sums are as good, and nothing has to be compiled

Numbers = np.ndarray | None


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of each channel.

    Parameters
    ----------
    x : (N, C, L)

    Returns
    -------
    mean, var : (C,) float64; zeros where a channel holds no numbers
    """
    N, C, L = x.shape
    if not x.size:
        return np.zeros(C), np.zeros(C)
    # deviations from some number of the channel's own: squares of the numbers themselves would drown the variance in a large mean
    centre = np.ascontiguousarray(x[0, :, 0])
    first, second = _sums(passes.deviations, (x,), centre)
    offset = first / (N * L)
    return centre + offset, np.maximum(second / (N * L) - offset**2, 0)


def normalise(
    x: np.ndarray, mean: np.ndarray, inv_std: np.ndarray, weight: Numbers = None, bias: Numbers = None
) -> np.ndarray:
    """(x - mean) * inv_std * weight + bias, channel by channel.

    Parameters
    ----------
    x : (N, C, L)
    mean, inv_std, weight, bias : (C,); a weight of None is 1, a bias of None 0

    Returns
    -------
    (N, C, L), the dtype of x
    """
    centre, missed = _held(mean, x)
    slope = inv_std if weight is None else inv_std * weight
    level = np.zeros(len(mean)) if bias is None else bias
    return _each(passes.line, (x,), centre, slope, level - slope * missed)


def gradient(
    grad_out: np.ndarray, x: np.ndarray, mean: np.ndarray, inv_std: np.ndarray, weight: Numbers = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The way back through `normalise` when mean and inv_std come from x itself, by `moments`.

    With x_hat = (x - mean) * inv_std and means over a channel,
    grad_x = weight * inv_std * (grad_out - mean(grad_out) - x_hat * mean(grad_out * x_hat)).

    Parameters
    ----------
    grad_out, x : (N, C, L)
    mean, inv_std, weight : (C,)

    Returns
    -------
    grad_x (N, C, L), grad_weight (C,), grad_bias (C,), all of the dtype of x
    """
    N, C, L = x.shape
    centre, missed, grad_weight, grad_bias = _sums_of_gradient(grad_out, x, mean, inv_std)
    # grad_x = scale * grad_out + slope * (x - mean) + level, three numbers for each channel
    scale = inv_std if weight is None else inv_std * weight
    slope = -scale * inv_std * grad_weight / max(1, N * L)
    level = -scale * grad_bias / max(1, N * L) - slope * missed
    grad_x = _each(passes.plane, (grad_out, x), centre, scale, slope, level)
    return grad_x, grad_weight.astype(x.dtype), grad_bias.astype(x.dtype)


def gradient_of_fixed(
    grad_out: np.ndarray, x: np.ndarray, mean: np.ndarray, inv_std: np.ndarray, weight: Numbers = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The way back through `normalise` when mean and inv_std are given numbers; arguments and returns as `gradient`."""
    _, _, grad_weight, grad_bias = _sums_of_gradient(grad_out, x, mean, inv_std)
    scale = inv_std if weight is None else inv_std * weight
    zeros = np.zeros(len(mean))
    grad_x = _each(passes.line, (grad_out,), zeros, scale, zeros)
    return grad_x, grad_weight.astype(x.dtype), grad_bias.astype(x.dtype)


def _held(mean: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean as the dtype of x can hold it, and what that misses: of 1000 in float32, up to 0.00003."""
    centre = mean.astype(x.dtype)
    return centre, mean - centre


def _sums_of_gradient(
    grad_out: np.ndarray, x: np.ndarray, mean: np.ndarray, inv_std: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """centre, missed, grad_weight and grad_bias, (C,) each."""
    centre, missed = _held(mean, x)
    grad_bias, products = _sums(passes.products, (grad_out, x), centre)
    return centre, missed, (products - missed * grad_bias) * inv_std, grad_bias


def _sums(kernel: jit, arrays: tuple[np.ndarray, ...], centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The kernel's two sums for each channel, over all images."""
    N, C, _ = arrays[0].shape
    run: Callable[..., Any] = kernel if arrays[0].size >= WORTH_COMPILING else kernel.fallback
    first, second = np.zeros((N, C)), np.zeros((N, C))
    _over_images(lambda i: run(*(a[i] for a in arrays), centre, first[i], second[i]), arrays[0])
    return first.sum(axis=0), second.sum(axis=0)


def _each(kernel: jit, arrays: tuple[np.ndarray, ...], *per_channel: np.ndarray) -> np.ndarray:
    """What the kernel makes of every number, given some numbers for each channel."""
    out = np.empty_like(arrays[0])
    numbers = [np.ascontiguousarray(n, out.dtype) for n in per_channel]
    _over_images(lambda i: kernel(*(a[i] for a in arrays), *numbers, out[i]), out)
    return out


def _over_images(task: Callable[[slice], None], x: np.ndarray) -> None:
    """Call `task` with slices of the images; none of the sums goes over several of them."""
    if x.size:
        threads.run(task, threads.spans(len(x), x[0].nbytes))
