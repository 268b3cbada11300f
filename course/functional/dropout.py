"""Dropout: in training some numbers are left out by chance, and what stays is scaled up so that the mean does not change."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank, same_shape
from course.functional._numbers import number


def dropout_forward(x: np.ndarray, p: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Set each number to 0 with probability `p`, and divide the others by 1 - p.

    Each number is kept where a draw from [0, 1) is at least `p`; so, from the same generator, a larger `p` drops what a smaller one
    drops and more.

    Parameters
    ----------
    x : any shape
    p : the chance to drop a number, 0 to 1
    rng : what the mask is drawn from; it moves on, so that the next mask is another one

    Returns
    -------
    out : the shape of x
    mask : the same shape, bool; True where a number was kept

    Raises
    ------
    ValueError : `p` outside 0 .. 1, a wrong dtype, or no generator

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, *Dropout: a simple way to prevent neural networks from
    overfitting*, JMLR 15 (2014), section 4; scaled in training rather than in use ("inverted"), as in PyTorch.

    Examples
    --------
    >>> out, mask = dropout_forward(np.ones(6), 0.25, np.random.default_rng(1))
    >>> mask, out.round(3)  # 1 / (1 - 0.25)
    (array([ True,  True, False,  True,  True,  True]), array([1.333, 1.333, 0.   , 1.333, 1.333, 1.333]))
    """
    (x,) = floats("dropout", x=x)
    p = number("dropout: p", p, least=0, most=1)
    mask = _draw("dropout", x.shape, p, rng)
    return _masked(x, mask, p), mask


def dropout_backward(grad_out: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """The gradient of what was kept, divided by 1 - p; 0 for what was dropped.

    Parameters
    ----------
    grad_out : the gradient of the loss with respect to the output
    mask : the same shape; other than 0 where a number was kept
    p : as it went in

    Returns
    -------
    grad_x, that shape

    Raises
    ------
    ValueError : `p` outside 0 .. 1, or the shapes differ

    Examples
    --------
    >>> dropout_backward(np.array([3.0, 3.0]), np.array([True, False]), 0.25)
    array([4., 0.])
    """
    (grad_out,) = floats("dropout_backward", grad_out=grad_out)
    p = number("dropout_backward: p", p, least=0, most=1)
    mask = np.asarray(mask)
    same_shape("dropout_backward", "grad_out", grad_out, mask.shape, "mask")
    return _masked(grad_out, mask, p)


def dropout2d_forward(x: np.ndarray, p: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Set each whole channel of each image to 0 with probability `p`, and divide the others by 1 - p.

    Neighbouring pixels of a feature map say much the same, so dropping one of them takes little away; dropping the map does.

    Parameters
    ----------
    x : (N, C, H, W)
    p, rng : as in `dropout_forward`

    Returns
    -------
    out : (N, C, H, W)
    mask : (N, C, 1, 1) bool; True where a channel was kept

    Raises
    ------
    ValueError : as `dropout_forward`, or a wrong rank

    References
    ----------
    J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler, *Efficient object localization using convolutional networks*, CVPR
    (2015), where it is called SpatialDropout.

    Examples
    --------
    >>> out, mask = dropout2d_forward(np.ones((1, 3, 1, 2)), 0.5, np.random.default_rng(1))
    >>> out.reshape(3, 2)
    array([[2., 2.],
           [2., 2.],
           [0., 0.]])
    """
    (x,) = floats("dropout2d", x=x)
    rank("dropout2d", "x", x, "N, C, H, W")
    p = number("dropout2d: p", p, least=0, most=1)
    mask = _draw("dropout2d", (*x.shape[:2], 1, 1), p, rng)
    return _masked(x, mask, p), mask


def dropout2d_backward(grad_out: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """`dropout_backward` for a mask (N, C, 1, 1) and gradients (N, C, H, W).

    Examples
    --------
    >>> dropout2d_backward(np.ones((1, 2, 1, 2)), np.array([True, False]).reshape(1, 2, 1, 1), 0.5).reshape(2, 2)
    array([[2., 2.],
           [0., 0.]])
    """
    (grad_out,) = floats("dropout2d_backward", grad_out=grad_out)
    rank("dropout2d_backward", "grad_out", grad_out, "N, C, H, W")
    p = number("dropout2d_backward: p", p, least=0, most=1)
    mask = np.asarray(mask)
    same_shape(
        "dropout2d_backward", "mask", mask, (*grad_out.shape[:2], 1, 1), "one number for each channel of grad_out"
    )
    return _masked(grad_out, mask, p)


def _draw(operation: str, shape: tuple[int, ...], p: float, rng: np.random.Generator) -> np.ndarray:
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"{operation}: rng is {rng!r}; it must be a generator, such as np.random.default_rng(0).")
    return rng.random(shape) >= p  # a draw is below 1, so p = 1 keeps nothing; and at least 0, so p = 0 keeps all


def _masked(x: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """x / (1 - p) where the mask is not 0, else 0; a product would make NaN of an infinity that is dropped."""
    if p == 1:
        return np.zeros_like(x)
    return np.where(mask, x * (1 / (1 - p)), x.dtype.type(0))
