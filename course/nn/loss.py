"""Losses: forward gives a number, backward the gradient that starts the way back through the network."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._labels import check_ignore_index, check_weight
from course.functional._numbers import number
from course.functional.binary_cross_entropy import check_factor
from course.functional.cross_entropy import CrossEntropy
from course.functional.dice_loss import check_smooth


class Loss:
    """What a loss is: called with a prediction and its target it gives a number; `backward` then gives the gradient with respect
    to the prediction. It holds no layers and no parameters, and no layer follows it.
    """

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")

    def __call__(self, prediction: np.ndarray, target: np.ndarray) -> float:
        return self.forward(prediction, target)


class CrossEntropyLoss(Loss):
    """Mean cross-entropy of logits and labels; see `course.functional.cross_entropy_forward`.

    Parameters
    ----------
    weight : (classes,), how much a row of each class counts
    ignore_index : the label of places that do not count
    label_smoothing : from 0 to 1, what all classes share of each row's loss

    Raises
    ------
    ValueError : a weight that is negative or not finite, an ignore_index that is no whole number, smoothing outside 0 .. 1

    Examples
    --------
    >>> loss = CrossEntropyLoss()
    >>> round(loss(np.zeros((2, 10)), np.array([3, 7])), 4), loss.backward().shape
    (2.3026, (2, 10))
    """

    def __init__(
        self, weight: np.ndarray | None = None, ignore_index: int = -100, label_smoothing: float = 0.0
    ) -> None:
        self.weight = check_weight("CrossEntropyLoss", weight)
        self.ignore_index = check_ignore_index("CrossEntropyLoss", ignore_index)
        self.label_smoothing = number("CrossEntropyLoss: label_smoothing", label_smoothing, least=0, most=1)

    def forward(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """The loss of logits (N, classes, d1, ...) for integer labels (N, d1, ...)."""
        self._last = CrossEntropy("cross_entropy", logits, labels, self.weight, self.ignore_index, self.label_smoothing)
        return self._last.loss()

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its logits."""
        return self._last.gradient()


class NLLLoss(Loss):
    """Mean negative log-likelihood of labels under log-probabilities; see `course.functional.nll_loss_forward`.

    Parameters
    ----------
    weight : (classes,), how much a row of each class counts
    ignore_index : the label of places that do not count
    """

    def __init__(self, weight: np.ndarray | None = None, ignore_index: int = -100) -> None:
        self.weight = check_weight("NLLLoss", weight)
        self.ignore_index = check_ignore_index("NLLLoss", ignore_index)

    def forward(self, log_probabilities: np.ndarray, labels: np.ndarray) -> float:
        """The loss of log-probabilities (N, classes, d1, ...) for integer labels (N, d1, ...)."""
        self._log_probabilities, self._labels = log_probabilities, labels
        return F.nll_loss_forward(log_probabilities, labels, self.weight, self.ignore_index)

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its log-probabilities."""
        return F.nll_loss_backward(self._log_probabilities, self._labels, self.weight, self.ignore_index)


class MSELoss(Loss):
    """Mean squared error; see `course.functional.mse_loss_forward`."""

    def forward(self, x: np.ndarray, target: np.ndarray) -> float:
        """The loss of x for a target of its shape."""
        self._x, self._target = x, target
        return F.mse_loss_forward(x, target)

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its x."""
        return F.mse_loss_backward(self._x, self._target)


class L1Loss(Loss):
    """Mean absolute error; see `course.functional.l1_loss_forward`."""

    def forward(self, x: np.ndarray, target: np.ndarray) -> float:
        """The loss of x for a target of its shape."""
        self._x, self._target = x, target
        return F.l1_loss_forward(x, target)

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its x."""
        return F.l1_loss_backward(self._x, self._target)


class BCEWithLogitsLoss(Loss):
    """Mean binary cross-entropy of logits; see `course.functional.binary_cross_entropy_with_logits_forward`.

    Parameters
    ----------
    weight : by how much each number's loss is multiplied, of a shape that broadcasts to the logits
    pos_weight : by how much the part of a yes alone is multiplied, likewise
    """

    def __init__(self, weight: np.ndarray | None = None, pos_weight: np.ndarray | None = None) -> None:
        self.weight = check_factor("BCEWithLogitsLoss", "weight", weight)
        self.pos_weight = check_factor("BCEWithLogitsLoss", "pos_weight", pos_weight)

    def forward(self, logits: np.ndarray, target: np.ndarray) -> float:
        """The loss of logits for a target of their shape, from 0 to 1."""
        self._logits, self._target = logits, target
        return F.binary_cross_entropy_with_logits_forward(logits, target, self.weight, self.pos_weight)

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its logits."""
        return F.binary_cross_entropy_with_logits_backward(self._logits, self._target, self.weight, self.pos_weight)


class DiceLoss(Loss):
    """1 minus the mean soft Dice coefficient of the classes, with the softmax inside; see `course.functional.dice_loss_forward`.

    Parameters
    ----------
    smooth : in pixels, above 0; added above and below
    ignore_index : the label of places that do not count
    """

    def __init__(self, smooth: float = 1.0, ignore_index: int = -100) -> None:
        check_smooth("DiceLoss", smooth)
        self.smooth, self.ignore_index = smooth, check_ignore_index("DiceLoss", ignore_index)

    def forward(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """The loss of logits (N, classes, d1, ...) for integer labels (N, d1, ...)."""
        self._logits, self._labels = logits, labels
        return F.dice_loss_forward(logits, labels, self.smooth, self.ignore_index)

    def backward(self) -> np.ndarray:
        """The gradient of the last loss with respect to its logits."""
        return F.dice_loss_backward(self._logits, self._labels, self.smooth, self.ignore_index)
