"""The exponential linear unit."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape
from course.functional._numbers import number


def elu_forward(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """x where it is above 0, alpha * (exp(x) - 1) elsewhere: it falls towards -alpha, so that means lie near 0.

    Parameters
    ----------
    x : any shape
    alpha : how far below 0 it goes

    Returns
    -------
    a new array of the same shape

    Raises
    ------
    ValueError : wrong dtype, or an alpha that is not a finite number

    References
    ----------
    D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and accurate deep network learning by exponential linear units (ELUs)*,
    ICLR (2016), equation 15.

    Examples
    --------
    >>> elu_forward(np.array([-100.0, -np.log(2), 0.0, 3.0]))
    array([-1. , -0.5,  0. ,  3. ])
    """
    (x,) = floats("elu", x=x)
    below = np.expm1(np.minimum(x, 0))  # exact near 0, and no overflow far above
    return np.where(x > 0, x, below * number("elu: alpha", alpha))


def elu_backward(grad_out: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """The gradient as it is where x was above 0, alpha * exp(x) times it elsewhere, at 0 itself too, as in PyTorch.

    Parameters
    ----------
    grad_out, x : the same shape
    alpha : as it went in

    Returns
    -------
    grad_x, that shape

    Raises
    ------
    ValueError : the shapes differ, or as `elu_forward`

    Examples
    --------
    >>> elu_backward(np.array([8.0, 8.0, 8.0]), np.array([-np.log(2), 0.0, 3.0]))
    array([4., 8., 8.])
    """
    grad_out, x = floats("elu_backward", grad_out=grad_out, x=x)
    same_shape("elu_backward", "grad_out", grad_out, x.shape, "x")
    slope = np.exp(np.minimum(x, 0)) * number("elu_backward: alpha", alpha)
    return np.where(x > 0, grad_out, grad_out * slope)
