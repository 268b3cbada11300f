"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape


def tanh_forward(x: np.ndarray) -> np.ndarray:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), between -1 and 1, number by number; it is 2*sigmoid(2x) - 1.

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
    >>> tanh_forward(np.array([-1e4, 0.0, np.log(2)]))
    array([-1. ,  0. ,  0.6])
    """
    (x,) = floats("tanh", x=x)
    return np.tanh(x)


def tanh_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """grad_out * (1 - tanh(x)^2).

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
    >>> tanh_backward(np.array([25.0, 25.0]), np.array([0.0, np.log(2)])).round(9)
    array([25., 16.])
    """
    grad_out, x = floats("tanh_backward", grad_out=grad_out, x=x)
    same_shape("tanh_backward", "grad_out", grad_out, x.shape, "x")
    t = np.tanh(x)
    return grad_out * (1 - t * t)
