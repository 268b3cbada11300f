"""Which classes a classifier takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course.insight._table import table

Classes = int | Sequence[str]


@dataclass(frozen=True)
class ConfusionMatrix:
    """How often each class was taken for each; prints as a table with precision and recall.

    Attributes
    ----------
    counts : int64 (classes, classes), rows are what is true, columns what was predicted
    classes : the names
    """

    counts: np.ndarray
    classes: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The share of right answers; nan of none."""
        return float(_share(np.trace(self.counts), self.counts.sum()))

    @property
    def precision(self) -> np.ndarray:
        """Of all that was predicted as a class, the share that is it, (classes,); nan for one that was never predicted."""
        return _share(np.diag(self.counts), self.counts.sum(axis=0))

    @property
    def recall(self) -> np.ndarray:
        """Of all that is a class, the share that was predicted as it, (classes,); nan for one that does not occur."""
        return _share(np.diag(self.counts), self.counts.sum(axis=1))

    @property
    def iou(self) -> np.ndarray:
        """Intersection over union, TP / (TP + FP + FN), (classes,); nan for a class that is neither true nor predicted."""
        right = np.diag(self.counts)
        return _share(right, self.counts.sum(axis=0) + self.counts.sum(axis=1) - right)

    @property
    def dice(self) -> np.ndarray:
        """2 TP / (2 TP + FP + FN), (classes,), also called F1; nan for a class that is neither true nor predicted."""
        return _share(2 * np.diag(self.counts), self.counts.sum(axis=0) + self.counts.sum(axis=1))

    def worst(self, n: int = 5) -> list[tuple[str, str, int]]:
        """The n commonest mistakes, as (true class, predicted class, how often), those that occur."""
        wrong = self.counts - np.diag(np.diag(self.counts))
        order = np.argsort(-wrong, axis=None, kind="stable")[:n]
        places = [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, wrong.shape), strict=True)]
        return [(self.classes[i], self.classes[j], int(wrong[i, j])) for i, j in places if wrong[i, j]]

    def __str__(self) -> str:
        rows = [("true \\ predicted", *self.classes, "recall")]
        for name, counts, recall in zip(self.classes, self.counts, self.recall, strict=True):
            rows.append((name, *(str(c) if c else "." for c in counts), _percent(recall)))
        rows.append(("precision", *map(_percent, self.precision), _percent(self.accuracy)))
        return table(rows, left=1, rule_before_last=True)

    __repr__ = __str__


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: Classes) -> ConfusionMatrix:
    """Count how often each class was taken for each.

    Parameters
    ----------
    labels : integers of any shape, the true classes: (N,) of images, (N, H, W) of pixels
    predictions : integers of the same shape
    classes : how many there are, or their names

    Returns
    -------
    ConfusionMatrix : counts (classes, classes), rows true, columns predicted; prints as a table

    Raises
    ------
    ValueError : shapes that differ, no integers, or a class out of range

    Examples
    --------
    >>> print(confusion_matrix(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 1]), ("cat", "dog", "owl")))
    true \\ predicted     cat    dog  owl  recall
    --------------------------------------------
    cat                    2      1    .   66.7%
    dog                    .      2    .  100.0%
    owl                    .      1    .    0.0%
    --------------------------------------------
    precision         100.0%  50.0%    -   66.7%
    """
    names = tuple(map(str, range(classes))) if isinstance(classes, int | np.integer) else tuple(classes)
    n = len(names)
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape:
        raise ValueError(
            f"confusion_matrix: labels have shape {labels.shape}, but predictions {predictions.shape}; "
            "of logits, take argmax(axis=1) first."
        )
    for what, numbers in (("labels", labels), ("predictions", predictions)):
        if numbers.dtype.kind not in "iu":
            raise ValueError(f"confusion_matrix: {what} have dtype {numbers.dtype}; they must be integers.")
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < n:
            raise ValueError(
                f"confusion_matrix: {what} run from {numbers.min()} to {numbers.max()}, but there are {n} classes, 0 .. {n - 1}."
            )
    pairs = labels.ravel().astype(np.int64) * n + predictions.ravel().astype(np.int64)
    return ConfusionMatrix(np.bincount(pairs, minlength=n * n).reshape(n, n), names)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.true_divide(part, whole)  # 0 of 0 is nan


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.1%}"
