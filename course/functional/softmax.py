"""Softmax: numbers that add up to 1; and its logarithm."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, same_shape
from course.functional._numbers import axis


def softmax(logits: np.ndarray, dim: int = -1) -> np.ndarray:
    """Positive numbers that add up to 1 along an axis: exp(z) / sum(exp(z)), stable for any finite z.

    Parameters
    ----------
    logits : any shape of at least one axis, such as (N, classes)
    dim : the axis of the classes; 1 for maps of logits (N, C, H, W)

    Returns
    -------
    the same shape

    Raises
    ------
    ValueError : wrong dtype, no such axis, or an axis without classes

    Examples
    --------
    >>> softmax(np.array([5, 6, 1, 2])).round(4)
    array([0.2641, 0.7179, 0.0048, 0.0131])
    """
    z = _logits("softmax", dim, logits=logits)[0]
    e = np.exp(z - z.max(axis=dim, keepdims=True))  # the largest exponent is 0: nothing overflows
    return e / e.sum(axis=dim, keepdims=True)


def softmax_backward(grad_out: np.ndarray, logits: np.ndarray, dim: int = -1) -> np.ndarray:
    """p * (grad_out - sum(p * grad_out)) with p = softmax(logits): of a gradient, what differs from its mean under p.

    Parameters
    ----------
    grad_out, logits : the same shape
    dim : as it went in

    Returns
    -------
    the gradient with respect to the logits, that shape

    Raises
    ------
    ValueError : as `softmax`, or the shapes differ

    Examples
    --------
    >>> softmax_backward(np.array([8.0, 0.0]), np.array([0.0, 0.0]))
    array([ 2., -2.])
    """
    grad_out, z = _logits("softmax_backward", dim, grad_out=grad_out, logits=logits)
    same_shape("softmax_backward", "grad_out", grad_out, z.shape, "logits")
    p = softmax(z, dim)
    return p * (grad_out - (p * grad_out).sum(axis=dim, keepdims=True))


def log_softmax(logits: np.ndarray, dim: int = -1) -> np.ndarray:
    """log(softmax(logits)) as z - log(sum(exp(z))): finite for any finite z, where a softmax of 0 would give -inf.

    Parameters, returns and errors as `softmax`.

    Examples
    --------
    >>> log_softmax(np.array([[1e4, -1e4]])), np.exp(log_softmax(np.array([0.0, np.log(3)])))
    (array([[     0., -20000.]]), array([0.25, 0.75]))
    """
    z = _logits("log_softmax", dim, logits=logits)[0]
    z = z - z.max(axis=dim, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=dim, keepdims=True))


def log_softmax_backward(grad_out: np.ndarray, logits: np.ndarray, dim: int = -1) -> np.ndarray:
    """grad_out - softmax(logits) * sum(grad_out).

    Parameters, returns and errors as `softmax_backward`.

    Examples
    --------
    >>> log_softmax_backward(np.array([8.0, 0.0]), np.array([0.0, 0.0]))
    array([ 4., -4.])
    """
    grad_out, z = _logits("log_softmax_backward", dim, grad_out=grad_out, logits=logits)
    same_shape("log_softmax_backward", "grad_out", grad_out, z.shape, "logits")
    return grad_out - softmax(z, dim) * grad_out.sum(axis=dim, keepdims=True)


def _logits(operation: str, dim: int, **arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays as floats, the last of them with classes along `dim`."""
    found = floats(operation, **arrays)
    z = found[-1]
    if not -z.ndim <= axis(f"{operation}: dim", dim) < z.ndim:
        raise ValueError(f"{operation}: dim is {dim}, but logits has shape {z.shape}, which has no such axis.")
    if z.shape[dim] == 0:
        raise ValueError(f"{operation}: logits has shape {z.shape}, without a class along axis {dim}.")
    return found
