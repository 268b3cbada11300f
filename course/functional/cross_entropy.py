"""Softmax, and the cross-entropy of its probabilities with the right classes."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank


def softmax(logits: np.ndarray) -> np.ndarray:
    """Positive numbers that add up to 1 along the last axis: exp(z) / sum(exp(z)), stable for any finite z.

    Parameters
    ----------
    logits : (..., classes)

    Returns
    -------
    the same shape

    Examples
    --------
    >>> softmax(np.array([5, 6, 1, 2])).round(4)
    array([0.2641, 0.7179, 0.0048, 0.0131])
    """
    (z,) = floats("softmax", logits=logits)
    e = np.exp(z - z.max(axis=-1, keepdims=True))  # the largest exponent is 0: nothing overflows
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy_forward(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean over the batch of -log softmax(logits)[label].

    Parameters
    ----------
    logits : (N, classes)
    labels : (N,) integers in 0 .. classes - 1

    Returns
    -------
    float : in nats; log(classes) for a guess that knows nothing

    Raises
    ------
    ValueError : wrong rank or dtype, another number of labels than rows, a label out of range, or an empty batch

    Examples
    --------
    >>> round(cross_entropy_forward(np.zeros((2, 10)), np.array([3, 7])), 4)  # log(10)
    2.3026
    """
    z, labels = _arguments("cross_entropy", logits, labels)
    z = z - z.max(axis=1, keepdims=True)
    log_normaliser = np.log(np.exp(z).sum(axis=1))
    return float((log_normaliser - z[np.arange(len(z)), labels]).mean())


def cross_entropy_backward(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of the mean loss with respect to the logits: (softmax - one-hot) / N.

    Parameters and errors as `cross_entropy_forward`; returns (N, classes).

    Examples
    --------
    >>> cross_entropy_backward(np.zeros((1, 4)), np.array([2]))
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    z, labels = _arguments("cross_entropy_backward", logits, labels)
    grad = softmax(z)
    grad[np.arange(len(z)), labels] -= 1
    return grad / len(z)


def _arguments(operation: str, logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    (z,) = floats(operation, logits=logits)
    rank(operation, "logits", z, "N, classes")
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{operation}: labels have dtype {labels.dtype}; they must be integers, the number of each class."
        )
    if labels.shape != z.shape[:1]:
        raise ValueError(
            f"{operation}: labels have shape {labels.shape}, but logits have {len(z)} rows; one label a row."
        )
    if not len(z):
        raise ValueError(f"{operation}: the batch is empty, so there is nothing to average.")
    if labels.min() < 0 or labels.max() >= z.shape[1]:
        raise ValueError(
            f"{operation}: labels run from {labels.min()} to {labels.max()}, but with {z.shape[1]} logits a row they must lie "
            f"in 0 .. {z.shape[1] - 1}."
        )
    return z, labels
