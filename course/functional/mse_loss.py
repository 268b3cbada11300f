"""The mean squared error."""

from __future__ import annotations

import numpy as np

from course.functional._target import with_target


def mse_loss_forward(x: np.ndarray, target: np.ndarray) -> float:
    """The mean of (x - target)^2 over all numbers.

    Parameters
    ----------
    x : any shape, the prediction
    target : the same shape

    Returns
    -------
    float : in the square of their unit

    Raises
    ------
    ValueError : wrong dtype, shapes that differ, or nothing to average

    Examples
    --------
    >>> mse_loss_forward(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    4.5
    """
    x, target = with_target("mse_loss", "x", x, target)
    return float(np.square(x - target).mean())


def mse_loss_backward(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The gradient with respect to x: 2 (x - target) / n, with n numbers in all.

    Parameters and errors as `mse_loss_forward`; returns the shape of x.

    Examples
    --------
    >>> mse_loss_backward(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    array([ 0., -3.])
    """
    x, target = with_target("mse_loss_backward", "x", x, target)
    return 2 * (x - target) / x.size
