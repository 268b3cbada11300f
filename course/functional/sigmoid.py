"""The logistic function."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape


def sigmoid_forward(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), between 0 and 1, number by number; stable for any x.

    Parameters
    ----------
    x : any shape

    Returns
    -------
    a new array of the same shape

    Raises
    ------
    ValueError : wrong dtype

    Examples
    --------
    >>> sigmoid_forward(np.array([-1e4, 0.0, np.log(3), 1e4]))
    array([0.  , 0.5 , 0.75, 1.  ])
    """
    (x,) = floats("sigmoid", x=x)
    e = np.exp(-np.abs(x))  # never above 1, so nothing overflows
    return np.where(x >= 0, 1, e) / (1 + e)  # below 0 the fraction is extended by exp(x)


def sigmoid_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """grad_out * s * (1 - s) with s = sigmoid(x): at most a quarter of it, next to nothing far from 0.

    Parameters
    ----------
    grad_out, x : the same shape

    Returns
    -------
    grad_x, that shape

    Raises
    ------
    ValueError : wrong dtype, or the shapes differ

    Examples
    --------
    >>> sigmoid_backward(np.array([16.0, 16.0, 16.0]), np.array([-1e4, 0.0, np.log(3)]))
    array([0., 4., 3.])
    """
    grad_out, x = floats("sigmoid_backward", grad_out=grad_out, x=x)
    same_shape("sigmoid_backward", "grad_out", grad_out, x.shape, "x")
    e = np.exp(-np.abs(x))
    return grad_out * (e / (1 + e) ** 2)  # s * (1 - s), without the difference in which digits of 1 - s would be lost
