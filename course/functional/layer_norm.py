"""Layer normalisation: each image, or each vector, gets mean 0 and variance 1 by itself; the batch does not matter."""

from __future__ import annotations

import math

import numpy as np

from course.functional._arguments import floats, same_shape, whole_numbers
from course.functional._norm_arguments import above_0
from course.functional._standardise import gradient, moments, normalise

Maybe = np.ndarray | None
Shape = int | tuple[int, ...]


def layer_norm_forward_plain(
    x: np.ndarray, normalized_shape: Shape, weight: Maybe = None, bias: Maybe = None, eps: float = 1e-5
) -> np.ndarray:
    """`layer_norm_forward`, one stretch of numbers at a time."""
    (x,), weight, bias = _arguments("layer_norm", normalized_shape, eps, {"x": x}, weight, bias)
    out = np.empty_like(x)
    for place in np.ndindex(x.shape[: x.ndim - weight.ndim]):
        x_hat = (x[place] - x[place].mean()) / np.sqrt(x[place].var() + eps)
        out[place] = x_hat * weight + bias
    return out


def layer_norm_forward(
    x: np.ndarray, normalized_shape: Shape, weight: Maybe = None, bias: Maybe = None, eps: float = 1e-5
) -> np.ndarray:
    """(x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over the last axes.

    Parameters
    ----------
    x : (..., *normalized_shape), such as images (N, C, H, W) with normalized_shape (C, H, W)
    normalized_shape : the sizes of the last axes, over which mean and variance are taken; an int for one axis
    weight, bias : normalized_shape, a scale and a shift for each number; None for 1 and 0
    eps : added to the variance, above 0

    Returns
    -------
    the shape of x

    Raises
    ------
    ValueError : wrong dtype, last axes other than `normalized_shape`, or a weight or bias of another shape

    References
    ----------
    J. Ba, J. Kiros, G. Hinton, *Layer normalization* (2016).

    Examples
    --------
    >>> layer_norm_forward(np.array([[1.0, 1.0, 3.0, 3.0], [0.0, 0.0, 0.0, 4.0]]), 4).round(3)  # 1/sqrt(3) = 0.577
    array([[-1.   , -1.   ,  1.   ,  1.   ],
           [-0.577, -0.577, -0.577,  1.732]])
    """
    (x,), weight, bias = _arguments("layer_norm", normalized_shape, eps, {"x": x}, weight, bias)
    rows = _rows(x, weight)
    mean, var = moments(rows)
    return normalise(rows, mean, 1 / np.sqrt(var + eps)).reshape(x.shape) * weight + bias


def layer_norm_backward(
    grad_out: np.ndarray, x: np.ndarray, normalized_shape: Shape, weight: Maybe = None, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `layer_norm_forward`.

    As in batch norm, the gradient loses its mean and what of it goes along with x_hat; here over each image's own numbers:
    ``grad_x = (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(var + eps)`` with g = weight * grad_out.

    Parameters
    ----------
    grad_out : the shape of x, the gradient of the loss with respect to the output
    x, normalized_shape, weight, eps : as they went in

    Returns
    -------
    grad_x (the shape of x), grad_weight, grad_bias (both normalized_shape)

    Raises
    ------
    ValueError : as `layer_norm_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x, grad_out = np.array([[1.0, 1.0, 3.0, 3.0]]), np.array([[1.0, 0.0, 2.0, 0.0]])
    >>> layer_norm_backward(grad_out, x, 4)[0].round(4)  # the first: 1 - 0.75 - (-1 * 0.25)
    array([[ 0.5, -0.5,  1. , -1. ]])
    """
    operation = "layer_norm_backward"
    (grad_out, x), weight, _ = _arguments(operation, normalized_shape, eps, {"grad_out": grad_out, "x": x}, weight)
    rows = _rows(x, weight)
    mean, var = moments(rows)
    inv_std = 1 / np.sqrt(var + eps)
    grad_x, _, _ = gradient(_rows(grad_out * weight, weight), rows, mean, inv_std)
    x_hat = normalise(rows, mean, inv_std).reshape(x.shape)
    outer = tuple(range(x.ndim - weight.ndim))
    grad_weight, grad_bias = (a.sum(axis=outer, dtype=np.float64).astype(x.dtype) for a in (grad_out * x_hat, grad_out))
    return grad_x.reshape(x.shape), grad_weight, grad_bias


def _rows(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(1, R, D): R stretches of D numbers, a channel each."""
    R = math.prod(x.shape[: x.ndim - weight.ndim])
    return x.reshape(1, R, weight.size)


def _arguments(
    operation: str,
    normalized_shape: Shape,
    eps: float,
    arrays: dict[str, np.ndarray],
    weight: Maybe,
    bias: Maybe = None,
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """The arrays as floats, and weight and bias with ones and zeros for None."""
    sizes = normalized_shape if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
    shape = tuple(whole_numbers(sizes, least=1))
    if not shape:
        raise ValueError(
            f"{operation}: normalized_shape is {normalized_shape!r}; it must be a whole number of at least 1, "
            f"or several of them: the sizes of the last axes."
        )
    given = {name: a for name, a in {"weight": weight, "bias": bias}.items() if a is not None}
    found = dict(zip([*arrays, *given], floats(operation, **arrays, **given), strict=True))
    x = found["x"]
    if x.shape[-len(shape) :] != shape:
        raise ValueError(f"{operation}: x has shape {x.shape}, which does not end in normalized_shape {shape}.")
    for name in given:
        same_shape(operation, name, found[name], shape, "a stretch to be normalised")
    same_shape(operation, "grad_out", found.get("grad_out", x), x.shape, "the output")
    above_0(operation, "eps", eps)
    scale, shift = found.get("weight", np.ones(shape, x.dtype)), found.get("bias", np.zeros(shape, x.dtype))
    return [found[name] for name in arrays], scale, shift
