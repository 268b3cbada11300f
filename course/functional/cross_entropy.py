"""The cross-entropy of the probabilities of logits with the right classes."""

from __future__ import annotations

import numpy as np

from course.functional._labels import labelled
from course.functional._numbers import number
from course.functional.softmax import log_softmax


def cross_entropy_forward(
    logits: np.ndarray,
    labels: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> float:
    """The mean of -log softmax(logits)[label].

    With weights w, a row of label y counts w[y] times: ``sum(w[y] * loss) / sum(w[y])``. With label smoothing s, the label takes
    only 1 - s of the row's loss, and all K classes share the rest: ``(1 - s) * w[y] * -log p[y] + s/K * sum over k of
    w[k] * -log p[k]``, still divided by ``sum(w[y])``.

    Parameters
    ----------
    logits : (N, classes), or (N, classes, d1, ...) for a label at every place, such as (N, classes, H, W)
    labels : (N,) or (N, d1, ...), integers in 0 .. classes - 1
    weight : (classes,), not negative; None means 1 each. It takes the dtype of the logits
    ignore_index : the label of places that do not count
    label_smoothing : from 0 to 1

    Returns
    -------
    float : in nats; log(classes) for a guess that knows nothing

    Raises
    ------
    ValueError : wrong rank or dtype, labels of another shape than the logits ask for or out of range, an empty batch or one in
        which nothing counts, bad weights or smoothing

    References
    ----------
    C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna, *Rethinking the inception architecture for computer vision*, CVPR
    (2016), section 7, for label smoothing.

    Examples
    --------
    >>> round(cross_entropy_forward(np.zeros((2, 10)), np.array([3, 7])), 4)  # log(10)
    2.3026
    >>> import math
    >>> logits, labels = np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0])  # losses log(2) and 2*log(2)
    >>> round(cross_entropy_forward(logits, labels) / math.log(2), 4)
    1.5
    """
    return CrossEntropy("cross_entropy", logits, labels, weight, ignore_index, label_smoothing).loss()


def cross_entropy_backward(
    logits: np.ndarray,
    labels: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> np.ndarray:
    """The gradient of the mean loss with respect to the logits: (softmax - one-hot) / N, where all count alike.

    Each row is the part that the label takes, ``(1 - s) * w[y] * (p - one-hot)``, and the part that all share,
    ``s/K * (sum(w) * p - w)``, divided by the sum of the w[y].

    Parameters and errors as `cross_entropy_forward`; returns the shape of the logits.

    Examples
    --------
    >>> cross_entropy_backward(np.zeros((1, 4)), np.array([2]))
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    return CrossEntropy("cross_entropy_backward", logits, labels, weight, ignore_index, label_smoothing).gradient()


class CrossEntropy:
    """The loss and its gradient from one look at the arguments: who asks, and what `cross_entropy_forward` takes."""

    def __init__(
        self,
        operation: str,
        logits: np.ndarray,
        labels: np.ndarray,
        weight: np.ndarray | None,
        ignore_index: int,
        label_smoothing: float,
    ) -> None:
        self._smoothing = number(f"{operation}: label_smoothing", label_smoothing, least=0, most=1)
        self._z = labelled(operation, "logits", logits, labels, weight, ignore_index)
        self._log_p = log_softmax(self._z.rows)
        self._of_label = self._z.of_label

    def loss(self) -> float:
        z, smoothing = self._z, self._smoothing
        losses = -self._log_p[z.at_label] * self._of_label
        if smoothing:
            losses = (1 - smoothing) * losses - smoothing / len(z.weight) * (self._log_p * z.weight).sum(axis=1)
        return float(losses.sum() / self._of_label.sum())

    def gradient(self) -> np.ndarray:
        z, smoothing = self._z, self._smoothing
        share = smoothing / len(z.weight)
        # how much of each row's loss hangs on p: all the weight that its classes carry
        carried = (1 - smoothing) * self._of_label + share * z.weight.sum()
        grad = np.exp(self._log_p) * carried[:, None]
        if smoothing:
            grad -= share * z.weight
        grad[z.at_label] -= (1 - smoothing) * self._of_label
        return z.back(grad / self._of_label.sum())
