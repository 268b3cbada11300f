"""The margin loss of capsule networks: the right capsule is to be long, every other one short."""

from __future__ import annotations

import numpy as np

from course.functional._labels import Labelled, labelled
from course.functional._numbers import number


def margin_loss_forward(
    lengths: np.ndarray, labels: np.ndarray, m_plus: float = 0.9, m_minus: float = 0.1, down_weight: float = 0.5
) -> float:
    """The mean over the batch of what the lengths are on the wrong side of their margins, squared.

    ``max(0, m_plus - length)**2`` for the labelled class, plus ``down_weight * max(0, length - m_minus)**2`` for every other.

    Parameters
    ----------
    lengths : (N, classes), of the last capsules
    labels : (N,) integers in 0 .. classes - 1
    m_plus, m_minus : a capsule that is to be long need not be longer, one that is to be short not shorter
    down_weight : so that, at first, the many short ones do not press all lengths to 0

    Returns
    -------
    float

    Raises
    ------
    ValueError : as `cross_entropy_forward`, or a margin that is not finite, or a down_weight below 0

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS (2017), equation 4.

    Examples
    --------
    >>> round(margin_loss_forward(np.array([[0.5, 0.3, 0.0]]), np.array([0])), 4)  # 0.4**2 + 0.5 * 0.2**2
    0.18
    """
    z, weights, excess = _excess("margin_loss", lengths, labels, m_plus, m_minus, down_weight)
    return float((weights * excess**2).sum(axis=1).mean())


def margin_loss_backward(
    lengths: np.ndarray, labels: np.ndarray, m_plus: float = 0.9, m_minus: float = 0.1, down_weight: float = 0.5
) -> np.ndarray:
    """The gradient with respect to the lengths.

    ``-2 * (m_plus - length) / N`` for the labelled class where it is too short, and for another, where it is too long,
    ``2 * down_weight * (length - m_minus) / N``.

    Parameters and errors as `margin_loss_forward`; returns (N, classes).

    Examples
    --------
    >>> margin_loss_backward(np.array([[0.5, 0.3, 0.0]]), np.array([0])).round(4)
    array([[-0.8,  0.2,  0. ]])
    """
    z, weights, excess = _excess("margin_loss_backward", lengths, labels, m_plus, m_minus, down_weight)
    grad = 2 * weights * excess
    grad[z.at_label] *= -1
    return z.back(grad / len(z.rows))


def check_margins(operation: str, m_plus: float, m_minus: float, down_weight: float) -> tuple[float, float, float]:
    least = {"m_plus": -np.inf, "m_minus": -np.inf, "down_weight": 0}
    values = (m_plus, m_minus, down_weight)
    found = [number(f"{operation}: {name}", v, least[name]) for name, v in zip(least, values, strict=True)]
    return found[0], found[1], found[2]


def _excess(
    operation: str, lengths: np.ndarray, labels: np.ndarray, m_plus: float, m_minus: float, down_weight: float
) -> tuple[Labelled, np.ndarray, np.ndarray]:
    """The rows, and for each number its weight and by how much it is on the wrong side of its margin."""
    m_plus, m_minus, down_weight = check_margins(operation, m_plus, m_minus, down_weight)
    z = labelled(operation, "lengths", lengths, labels, None, ignore_index=-100)
    excess = z.rows - m_minus
    excess[z.at_label] = m_plus - z.rows[z.at_label]
    weights = np.full_like(z.rows, down_weight)
    weights[z.at_label] = 1
    return z, weights, np.maximum(excess, 0)
