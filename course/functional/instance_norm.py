"""Instance normalisation: each channel of each image gets mean 0 and variance 1 by itself."""

from __future__ import annotations

import math

import numpy as np

from course.functional._norm_arguments import above_0, channel_arrays
from course.functional.group_norm import group_norm_backward, group_norm_forward

Maybe = np.ndarray | None
MAPS = ("N, C, H, W", "N, C, L")


def instance_norm_forward(x: np.ndarray, weight: Maybe = None, bias: Maybe = None, eps: float = 1e-5) -> np.ndarray:
    """(x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over each channel of each image.

    The brightness and the contrast of every map are taken out, so it suits pictures whose style should not count. No running
    statistics are kept: PyTorch's default, too.

    Parameters
    ----------
    x : (N, C, H, W) or (N, C, L)
    weight, bias : (C,); None for 1 and 0
    eps : added to the variance, above 0

    Returns
    -------
    the shape of x

    Raises
    ------
    ValueError : wrong rank, dtype or sizes, or maps of one pixel, whose variance is 0

    References
    ----------
    D. Ulyanov, A. Vedaldi, V. Lempitsky, *Instance normalization: the missing ingredient for fast stylization* (2016).

    Examples
    --------
    >>> instance_norm_forward(np.array([1.0, 1.0, 3.0, 3.0, 0.0, 0.0, 0.0, 4.0]).reshape(1, 2, 2, 2)).reshape(2, 4).round(3)
    array([[-1.   , -1.   ,  1.   ,  1.   ],
           [-0.577, -0.577, -0.577,  1.732]])
    """
    x, weight, bias = channel_arrays("instance_norm", MAPS, {"x": x}, weight=weight, bias=bias)
    _check_maps("instance_norm", x, eps)
    return group_norm_forward(x, x.shape[1], weight, bias, eps)


def instance_norm_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: Maybe = None, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `instance_norm_forward`: `group_norm_backward`, a group for each channel.

    Parameters, returns and errors as `group_norm_backward`.

    Examples
    --------
    >>> x, grad_out = np.array([[[1.0, 1.0, 3.0, 3.0]]]), np.array([[[1.0, 0.0, 2.0, 0.0]]])
    >>> instance_norm_backward(grad_out, x)[0].round(4)
    array([[[ 0.5, -0.5,  1. , -1. ]]])
    """
    arrays = {"grad_out": grad_out, "x": x}
    grad_out, x, weight = channel_arrays("instance_norm_backward", MAPS, arrays, weight=weight)
    _check_maps("instance_norm_backward", x, eps)
    return group_norm_backward(grad_out, x, x.shape[1], weight, eps)


def _check_maps(operation: str, x: np.ndarray, eps: float) -> None:
    above_0(operation, "eps", eps)
    if math.prod(x.shape[2:]) == 1:
        raise ValueError(
            f"{operation}: x has shape {x.shape}, maps of one number, whose variance is 0; use it before the maps get that small."
        )
