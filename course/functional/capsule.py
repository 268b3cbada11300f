"""Capsules: small vectors whose length says whether something is there and whose direction says how."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape


def squash_forward(s: np.ndarray, axis: int = -1) -> np.ndarray:
    """|s|**2 / (1 + |s|**2) * s / |s|: the direction stays, the length comes to lie between 0 and 1.

    Parameters
    ----------
    s : any shape with vectors along `axis`
    axis : along which the numbers of a vector lie

    Returns
    -------
    the same shape; 0 for a vector of zeros

    Raises
    ------
    ValueError : no such axis, or a wrong dtype

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS (2017), equation 1.

    Examples
    --------
    >>> squash_forward(np.array([[3.0, 4.0], [0.3, 0.4]])).round(4)  # lengths 5 and 0.5 become 25/26 and 0.25/1.25
    array([[0.5769, 0.7692],
           [0.12  , 0.16  ]])
    """
    (s,) = floats("squash", s=s)
    _check_axis("squash", "s", s, axis)
    length = np.sqrt((s * s).sum(axis=axis, keepdims=True))
    return s * (length / (1 + length * length))


def squash_backward(grad_out: np.ndarray, s: np.ndarray, axis: int = -1) -> np.ndarray:
    """The gradient with respect to s.

    With n = |s| the squash is s * f(n), f(n) = n / (1 + n**2), so ``grad_s = f(n) * grad_out + s * f'(n) * (grad_out . s) / n``
    where f'(n) = (1 - n**2) / (1 + n**2)**2. At s = 0 all of it is 0.

    Parameters
    ----------
    grad_out : the shape of s, the gradient of the loss with respect to the output
    s, axis : as they went in

    Returns
    -------
    grad_s, the shape of s

    Raises
    ------
    ValueError : as `squash_forward`, or a `grad_out` of another shape than s

    Examples
    --------
    >>> squash_backward(np.array([1.0, 1.0]), np.array([2.0, 0.0])).round(4)  # along s: 2*2 / 25; across it: f(2) = 0.4
    array([0.16, 0.4 ])
    """
    grad_out, s = floats("squash_backward", grad_out=grad_out, s=s)
    _check_axis("squash_backward", "s", s, axis)
    same_shape("squash_backward", "grad_out", grad_out, s.shape, "s")
    length = np.sqrt((s * s).sum(axis=axis, keepdims=True))
    one_and_square = 1 + length * length
    unit = s / np.where(length == 0, 1, length)  # 0 for a vector of zeros
    along = (grad_out * unit).sum(axis=axis, keepdims=True)
    slope = (1 - length * length) / one_and_square**2
    return grad_out * (length / one_and_square) + s * (slope * along)


def capsule_lengths_forward(v: np.ndarray) -> np.ndarray:
    """The length of each vector: how sure a capsule is that its thing is there.

    Parameters
    ----------
    v : (..., D)

    Returns
    -------
    (...)

    Raises
    ------
    ValueError : a wrong dtype, or no axis

    Examples
    --------
    >>> capsule_lengths_forward(np.array([[0.3, 0.4], [0.0, 0.0]]))
    array([0.5, 0. ])
    """
    (v,) = floats("capsule_lengths", v=v)
    _check_axis("capsule_lengths", "v", v, -1)
    return np.sqrt((v * v).sum(axis=-1))


def capsule_lengths_backward(grad_out: np.ndarray, v: np.ndarray) -> np.ndarray:
    """grad_out along each vector: ``grad_v = grad_out * v / |v|``, and 0 for a vector of zeros, which has no direction.

    Parameters
    ----------
    grad_out : (...), the gradient of the loss with respect to the lengths
    v : (..., D) as it went in

    Returns
    -------
    grad_v (..., D)

    Raises
    ------
    ValueError : as `capsule_lengths_forward`, or a `grad_out` of another shape than the lengths

    Examples
    --------
    >>> capsule_lengths_backward(np.array([2.0, 2.0]), np.array([[0.3, 0.4], [0.0, 0.0]])).round(4)
    array([[1.2, 1.6],
           [0. , 0. ]])
    """
    grad_out, v = floats("capsule_lengths_backward", grad_out=grad_out, v=v)
    _check_axis("capsule_lengths_backward", "v", v, -1)
    same_shape("capsule_lengths_backward", "grad_out", grad_out, v.shape[:-1], "the output")
    length = np.sqrt((v * v).sum(axis=-1))
    return v * (grad_out / np.where(length == 0, 1, length))[..., None]


def _check_axis(operation: str, name: str, array: np.ndarray, axis: int) -> None:
    if not isinstance(axis, (int, np.integer)) or not -array.ndim <= axis < array.ndim:
        raise ValueError(f"{operation}: axis is {axis!r}, but {name} has shape {array.shape}, which has no such axis.")
