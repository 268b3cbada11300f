"""The rectified linear unit that lets a little through below 0."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape
from course.functional._numbers import number


def leaky_relu_forward(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """x where it is above 0, negative_slope * x elsewhere; a unit that is off still hears a little of its gradient.

    Parameters
    ----------
    x : any shape
    negative_slope : the slope below 0

    Returns
    -------
    a new array of the same shape

    Raises
    ------
    ValueError : wrong dtype, or a slope that is not a finite number

    References
    ----------
    A. Maas, A. Hannun, A. Ng, *Rectifier nonlinearities improve neural network acoustic models*, ICML workshop (2013).

    Examples
    --------
    >>> leaky_relu_forward(np.array([-200.0, 0.0, 3.0]))
    array([-2.,  0.,  3.])
    """
    (x,) = floats("leaky_relu", x=x)
    return np.where(x > 0, x, x * number("leaky_relu: negative_slope", negative_slope))


def leaky_relu_backward(grad_out: np.ndarray, x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """The gradient as it is where x was above 0, negative_slope times it elsewhere, at 0 itself too, as in PyTorch.

    Parameters
    ----------
    grad_out, x : the same shape
    negative_slope : as it went in

    Returns
    -------
    grad_x, that shape

    Raises
    ------
    ValueError : the shapes differ, or as `leaky_relu_forward`

    Examples
    --------
    >>> leaky_relu_backward(np.array([5.0, 5.0, 5.0]), np.array([-200.0, 0.0, 3.0]))
    array([0.05, 0.05, 5.  ])
    """
    grad_out, x = floats("leaky_relu_backward", grad_out=grad_out, x=x)
    same_shape("leaky_relu_backward", "grad_out", grad_out, x.shape, "x")
    return np.where(x > 0, grad_out, grad_out * number("leaky_relu_backward: negative_slope", negative_slope))
