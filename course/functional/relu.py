"""The rectified linear unit."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape
from course.kernels import elementwise, threads


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
    out = np.empty_like(x)
    flat, flat_out = x.reshape(-1), out.reshape(-1)

    def piece(numbers: slice) -> None:
        elementwise.positive_part(flat[numbers], flat_out[numbers])

    threads.run(piece, threads.spans(x.size, x.itemsize))
    return out


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
    grad_x = np.empty_like(x)
    flat = grad_out.reshape(-1), x.reshape(-1), grad_x.reshape(-1)

    def piece(numbers: slice) -> None:
        elementwise.pass_where_positive(*(a[numbers] for a in flat))

    threads.run(piece, threads.spans(x.size, x.itemsize))
    return grad_x
