"""The rectified linear unit."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape


def relu_forward(x: np.ndarray) -> np.ndarray:
    """max(x, 0), number by number.

    Parameters
    ----------
    x : any shape

    Returns
    -------
    a new array of the same shape

    References
    ----------
    V. Nair, G. Hinton, *Rectified linear units improve restricted Boltzmann machines*, ICML (2010).

    Examples
    --------
    >>> relu_forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    (x,) = floats("relu", x=x)
    return np.maximum(x, 0)


def relu_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Let the gradient pass where x was above 0; at 0 itself it is 0, as in PyTorch.

    Parameters
    ----------
    grad_out, x : the same shape

    Returns
    -------
    grad_x, that shape

    Raises
    ------
    ValueError : the shapes differ

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0, 5.0]), np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 5.])
    """
    grad_out, x = floats("relu_backward", grad_out=grad_out, x=x)
    same_shape("relu_backward", "grad_out", grad_out, x.shape, "x")
    # np.where(x > 0, grad_out, 0), ten times as fast: all bits of a number or none. A product would make NaN of infinity.
    bits = np.int32 if x.itemsize == 4 else np.int64
    passes = np.negative((x > 0).astype(bits))  # -1 is all ones
    return np.bitwise_and(grad_out.view(bits), passes).view(x.dtype)
