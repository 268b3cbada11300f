"""Group normalisation: each group of channels gets mean 0 and variance 1, in each image by itself."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import whole
from course.functional._norm_arguments import above_0, channel_arrays
from course.functional._standardise import gradient, moments, normalise

Maybe = np.ndarray | None
ANY = ("N, C", "N, C, L", "N, C, H, W")


def group_norm_forward_plain(
    x: np.ndarray, num_groups: int, weight: Maybe = None, bias: Maybe = None, eps: float = 1e-5
) -> np.ndarray:
    """`group_norm_forward`, one group of one image at a time."""
    x, weight, bias = channel_arrays("group_norm", ANY, {"x": x}, weight=weight, bias=bias)
    _check("group_norm", x, num_groups, eps)
    out = np.empty_like(x)
    size = x.shape[1] // num_groups
    for n, g in np.ndindex(len(x), num_groups):
        for c in range(g * size, (g + 1) * size):
            group = x[n, g * size : (g + 1) * size]
            x_hat = (x[n, c] - group.mean()) / np.sqrt(group.var() + eps)
            out[n, c] = x_hat * (1 if weight is None else weight[c]) + (0 if bias is None else bias[c])
    return out


def group_norm_forward(
    x: np.ndarray, num_groups: int, weight: Maybe = None, bias: Maybe = None, eps: float = 1e-5
) -> np.ndarray:
    """(x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over a group of channels of one image.

    With one group it is layer norm over (C, H, W), but for a weight for each channel and not for each number; with as many groups
    as channels, instance norm.

    Parameters
    ----------
    x : (N, C), (N, C, L) or (N, C, H, W)
    num_groups : neighbouring channels share a group; must divide C
    weight, bias : (C,); None for 1 and 0
    eps : added to the variance, above 0

    Returns
    -------
    the shape of x

    Raises
    ------
    ValueError : wrong rank, dtype or sizes, or groups that do not divide the channels

    References
    ----------
    Y. Wu, K. He, *Group normalization*, ECCV (2018).

    Examples
    --------
    >>> group_norm_forward(np.array([[1.0, 3.0, 10.0, 30.0]]), 2).round(3)  # 1 and 3 are a group, 10 and 30 another
    array([[-1.,  1., -1.,  1.]])
    """
    x, weight, bias = channel_arrays("group_norm", ANY, {"x": x}, weight=weight, bias=bias)
    _check("group_norm", x, num_groups, eps)
    groups = _groups(x, num_groups)
    mean, var = moments(groups)
    out = normalise(groups, mean, 1 / np.sqrt(var + eps)).reshape(x.shape)
    if weight is not None:
        out *= _beside(weight, x)
    if bias is not None:
        out += _beside(bias, x)
    return out


def group_norm_backward(
    grad_out: np.ndarray, x: np.ndarray, num_groups: int, weight: Maybe = None, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `group_norm_forward`.

    ``grad_x = (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(var + eps)`` with g = weight * grad_out and means over a group.

    Parameters
    ----------
    grad_out : the shape of x, the gradient of the loss with respect to the output
    x, num_groups, weight, eps : as they went in

    Returns
    -------
    grad_x (the shape of x), grad_weight (C,), grad_bias (C,)

    Raises
    ------
    ValueError : as `group_norm_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x, grad_out = np.array([[1.0, 1.0, 3.0, 3.0, 0.0]]), np.array([[1.0, 0.0, 2.0, 0.0, 9.0]])
    >>> group_norm_backward(grad_out[:, :4], x[:, :4], 1)[0].round(4)  # the first: 1 - 0.75 - (-1 * 0.25)
    array([[ 0.5, -0.5,  1. , -1. ]])
    """
    arrays = {"grad_out": grad_out, "x": x}
    grad_out, x, weight = channel_arrays("group_norm_backward", ANY, arrays, weight=weight)
    _check("group_norm_backward", x, num_groups, eps)
    groups = _groups(x, num_groups)
    mean, var = moments(groups)
    inv_std = 1 / np.sqrt(var + eps)
    grad_hat = grad_out if weight is None else grad_out * _beside(weight, x)
    grad_x, _, _ = gradient(_groups(grad_hat, num_groups), groups, mean, inv_std)
    x_hat = normalise(groups, mean, inv_std).reshape(x.shape)
    others = (0, *range(2, x.ndim))  # all axes but the channels
    grad_weight, grad_bias = (a.sum(others, dtype=np.float64).astype(x.dtype) for a in (grad_out * x_hat, grad_out))
    return grad_x.reshape(x.shape), grad_weight, grad_bias


def _groups(x: np.ndarray, num_groups: int) -> np.ndarray:
    """(1, N*groups, C/groups*L): what is to be normalised as one, side by side."""
    rows = len(x) * num_groups
    return x.reshape(1, rows, x.size // rows if rows else 0)


def _beside(numbers: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(C,) as (C, 1, 1), to stand beside an x with as many axes."""
    return numbers.reshape(-1, *[1] * (x.ndim - 2))


def _check(operation: str, x: np.ndarray, num_groups: int, eps: float) -> None:
    above_0(operation, "eps", eps)
    if x.shape[1] % whole(f"{operation}: num_groups", num_groups, least=1):
        raise ValueError(
            f"{operation}: x has {x.shape[1]} channels, which {num_groups} groups do not divide; "
            f"use a num_groups that divides {x.shape[1]}."
        )
