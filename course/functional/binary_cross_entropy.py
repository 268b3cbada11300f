"""Binary cross-entropy: questions that are answered yes or no, one logit each."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats
from course.functional._target import with_target
from course.functional.sigmoid import sigmoid_forward


def binary_cross_entropy_with_logits_forward(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    pos_weight: np.ndarray | None = None,
) -> float:
    """The mean of -(t log p + (1 - t) log(1 - p)) with p = sigmoid(logits), stable for any finite logits.

    Since log p = -softplus(-z) and log(1 - p) = -softplus(z), it is computed as ``t * softplus(-z) + (1 - t) * softplus(z)``,
    and no p is rounded to 0 or 1 on the way.

    Parameters
    ----------
    logits : any shape
    target : the same shape, from 0 to 1; a mask of booleans will do
    weight : by how much each number's loss is multiplied, of a shape that broadcasts to the logits; the mean still divides by
        how many there are
    pos_weight : by how much the yes part alone is multiplied, likewise; where one in ten is a yes, 9 puts both in balance

    Returns
    -------
    float : in nats; log(2) for a guess that knows nothing

    Raises
    ------
    ValueError : wrong dtype, shapes that differ, a target outside 0 .. 1, weights that do not broadcast, or nothing to average

    Examples
    --------
    >>> import math
    >>> logits, target = np.log([1.0, 3.0]), np.array([1, 0])  # p = 1/2 and 3/4: losses log(2) and 2*log(2)
    >>> round(binary_cross_entropy_with_logits_forward(logits, target) / math.log(2), 4)
    1.5
    >>> round(binary_cross_entropy_with_logits_forward(logits, target, pos_weight=np.array(4.0)) / math.log(2), 4)
    3.0
    """
    z, t, w, yes = _arguments("binary_cross_entropy_with_logits", logits, target, weight, pos_weight)
    return float((w * (yes * t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))).mean())


def binary_cross_entropy_with_logits_backward(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    pos_weight: np.ndarray | None = None,
) -> np.ndarray:
    """The gradient with respect to the logits: ((1 - t) * p - t * (1 - p)) / n, which is (p - t) / n; weights multiply their part.

    Parameters and errors as `binary_cross_entropy_with_logits_forward`; returns the shape of the logits.

    Examples
    --------
    >>> binary_cross_entropy_with_logits_backward(np.log([1.0, 3.0]), np.array([1, 0]))
    array([-0.25 ,  0.375])
    """
    z, t, w, yes = _arguments("binary_cross_entropy_with_logits_backward", logits, target, weight, pos_weight)
    # sigmoid(-z) is 1 - p without the difference in which its digits would be lost
    return w * ((1 - t) * sigmoid_forward(z) - yes * t * sigmoid_forward(-z)) / z.size


def _arguments(
    operation: str,
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None,
    pos_weight: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    z, t = with_target(operation, "logits", logits, target)
    if ((t < 0) | (t > 1)).any():
        raise ValueError(
            f"{operation}: target runs from {t.min():g} to {t.max():g}; it must lie in 0 .. 1, the probability of a yes."
        )
    return z, t, _factor(operation, "weight", weight, z), _factor(operation, "pos_weight", pos_weight, z)


def check_factor(operation: str, name: str, factor: np.ndarray | None) -> np.ndarray | None:
    """A weight as floats of its own, finite and not negative; None stays None."""
    if factor is None:
        return None
    (found,) = floats(operation, **{name: factor})
    if not (np.isfinite(found) & (found >= 0)).all():
        raise ValueError(f"{operation}: {name} is {found.tolist()}; it must be 0 or more, and finite.")
    return found.copy()


def _factor(operation: str, name: str, factor: np.ndarray | None, z: np.ndarray) -> np.ndarray:
    """A weight in the logits' dtype, of a shape that broadcasts to theirs; 1 without one."""
    found = check_factor(operation, name, factor)
    if found is None:
        return np.ones((), z.dtype)
    try:
        np.broadcast_to(found, z.shape)
    except ValueError:
        raise ValueError(
            f"{operation}: {name} has shape {found.shape}, which does not broadcast to the logits' {z.shape}."
        ) from None
    return found.astype(z.dtype)
