"""The negative log-likelihood of the right classes, from log-probabilities."""

from __future__ import annotations

import numpy as np

from course.functional._labels import labelled


def nll_loss_forward(
    log_probabilities: np.ndarray, labels: np.ndarray, weight: np.ndarray | None = None, ignore_index: int = -100
) -> float:
    """The mean of -log_probabilities[label]: what `cross_entropy_forward` does after its `log_softmax`.

    With weights w, a row of label y counts w[y] times: ``sum(w[y] * loss) / sum(w[y])``.

    Parameters
    ----------
    log_probabilities : (N, classes) or (N, classes, d1, ...), such as `log_softmax` with ``dim=1`` gives them; any numbers are
        taken, and nothing here makes them add up
    labels : (N,) or (N, d1, ...), integers in 0 .. classes - 1
    weight : (classes,), not negative; None means 1 each
    ignore_index : the label of places that do not count

    Returns
    -------
    float : in nats

    Raises
    ------
    ValueError : as `cross_entropy_forward`

    Examples
    --------
    >>> nll_loss_forward(np.array([[-1.0, -5.0], [-3.0, -2.0]]), np.array([0, 1]))
    1.5
    >>> nll_loss_forward(np.array([[-1.0, -5.0], [-3.0, -2.0]]), np.array([0, 1]), weight=np.array([1.0, 3.0]))  # (1 + 6) / 4
    1.75
    """
    z = labelled("nll_loss", "log_probabilities", log_probabilities, labels, weight, ignore_index)
    return float((-z.rows[z.at_label] * z.of_label).sum() / z.of_label.sum())


def nll_loss_backward(
    log_probabilities: np.ndarray, labels: np.ndarray, weight: np.ndarray | None = None, ignore_index: int = -100
) -> np.ndarray:
    """The gradient with respect to the log-probabilities: -w[y] / sum(w[y]) at each label, 0 elsewhere.

    Parameters and errors as `nll_loss_forward`; returns the shape of the log-probabilities.

    Examples
    --------
    >>> nll_loss_backward(np.array([[-1.0, -5.0], [-3.0, -2.0]]), np.array([0, 1]))
    array([[-0.5,  0. ],
           [ 0. , -0.5]])
    """
    z = labelled("nll_loss_backward", "log_probabilities", log_probabilities, labels, weight, ignore_index)
    grad = np.zeros_like(z.rows)
    grad[z.at_label] = -z.of_label / z.of_label.sum()
    return z.back(grad)
