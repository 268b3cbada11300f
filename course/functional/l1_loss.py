"""The mean absolute error."""

from __future__ import annotations

import numpy as np

from course.functional._target import with_target


def l1_loss_forward(x: np.ndarray, target: np.ndarray) -> float:
    """The mean of |x - target| over all numbers; an outlier counts once, not squared.

    Parameters
    ----------
    x : any shape, the prediction
    target : the same shape

    Returns
    -------
    float : in their unit

    Raises
    ------
    ValueError : wrong dtype, shapes that differ, or nothing to average

    Examples
    --------
    >>> l1_loss_forward(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    1.5
    """
    x, target = with_target("l1_loss", "x", x, target)
    return float(np.abs(x - target).mean())


def l1_loss_backward(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The gradient with respect to x: the sign of x - target, over n numbers; 0 where they are equal, as in PyTorch.

    Parameters and errors as `l1_loss_forward`; returns the shape of x.

    Examples
    --------
    >>> l1_loss_backward(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    array([ 0. , -0.5])
    """
    x, target = with_target("l1_loss_backward", "x", x, target)
    return np.sign(x - target) / x.size
