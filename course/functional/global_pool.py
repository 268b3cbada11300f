"""One number for each channel: the mean or the largest of all its pixels."""

from __future__ import annotations

import numpy as np

from course.functional.adaptive_pool import (
    adaptive_avg_pool2d_backward,
    adaptive_avg_pool2d_forward,
    adaptive_max_pool2d_backward,
    adaptive_max_pool2d_forward,
)


def global_avg_pool2d_forward(x: np.ndarray) -> np.ndarray:
    """The mean of each channel; PyTorch's ``adaptive_avg_pool2d(x, 1)``.

    Parameters
    ----------
    x : (N, C, H, W)

    Returns
    -------
    (N, C, 1, 1)

    Raises
    ------
    ValueError : wrong rank or dtype, or images without a pixel

    References
    ----------
    M. Lin, Q. Chen, S. Yan, *Network in network*, ICLR (2014), section 3.2.

    Examples
    --------
    >>> global_avg_pool2d_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
    array([[[[3.]]]])
    """
    return adaptive_avg_pool2d_forward(x, 1)


def global_avg_pool2d_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Hand the gradient of each channel in equal shares to its pixels.

    Parameters
    ----------
    grad_out : (N, C, 1, 1)
    x : as it went in

    Returns
    -------
    grad_x (N, C, H, W)

    Raises
    ------
    ValueError : as `global_avg_pool2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> global_avg_pool2d_backward(np.array([[[[8.0]]]]), np.zeros((1, 1, 2, 2)))[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """
    return adaptive_avg_pool2d_backward(grad_out, x, 1)


def global_max_pool2d_forward(x: np.ndarray) -> np.ndarray:
    """The largest number of each channel; PyTorch's ``adaptive_max_pool2d(x, 1)``. Returns and errors as
    `global_avg_pool2d_forward`.

    Examples
    --------
    >>> global_max_pool2d_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
    array([[[[6.]]]])
    """
    return adaptive_max_pool2d_forward(x, 1)


def global_max_pool2d_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Hand the gradient of each channel to its largest pixel, of equal ones the first. Parameters, returns and errors as
    `global_avg_pool2d_backward`.

    Examples
    --------
    >>> global_max_pool2d_backward(np.array([[[[8.0]]]]), np.array([[[[1.0, 6.0], [3.0, 6.0]]]]))[0, 0]
    array([[0., 8.],
           [0., 0.]])
    """
    return adaptive_max_pool2d_backward(grad_out, x, 1)
