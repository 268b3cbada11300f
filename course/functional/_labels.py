"""What losses over classes share: rows of scores with one label each, class weights, and labels that do not count."""

from __future__ import annotations

import operator
from typing import NamedTuple

import numpy as np

from course.functional._arguments import array_of, floats, rank


class Labelled(NamedTuple):
    """Scores and labels as rows, without those that do not count.

    Attributes
    ----------
    rows : (R, C), a row for every label that counts
    labels : (R,) int64
    weight : (C,), of the rows' dtype
    counts : (N*d1*...,) bool, which of all rows these are
    shape : (N, C, d1, ...), of the scores as they came in
    """

    rows: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    counts: np.ndarray
    shape: tuple[int, ...]

    @property
    def of_label(self) -> np.ndarray:
        """(R,), the weight of each row's label; it says how much the row counts in the mean."""
        return self.weight[self.labels]

    @property
    def at_label(self) -> tuple[np.ndarray, np.ndarray]:
        """An index that takes from each row the number at its label."""
        return np.arange(len(self.rows)), self.labels

    def back(self, grad_rows: np.ndarray) -> np.ndarray:
        """A gradient of the rows (R, C) as one of the scores (N, C, d1, ...); zero where the label does not count."""
        N, C, *places = self.shape
        if not places and len(grad_rows) == N:
            return grad_rows
        grad = np.zeros((len(self.counts), C), grad_rows.dtype)
        grad[self.counts] = grad_rows
        return np.ascontiguousarray(np.moveaxis(grad.reshape(N, *places, C), -1, 1))


def labelled(
    operation: str, name: str, scores: np.ndarray, labels: np.ndarray, weight: np.ndarray | None, ignore_index: int
) -> Labelled:
    """Scores (N, C, d1, ...) and labels (N, d1, ...) as rows, or one sentence on what is wrong with them.

    Raises
    ------
    ValueError : wrong ranks or dtypes, labels of another shape or out of range, weights that are not one for each class and not
        negative, or nothing to average
    """
    (z,) = floats(operation, **{name: scores})
    if z.ndim < 2:
        rank(operation, name, z, "N, classes")
    labels = array_of(f"{operation}: labels", labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"{operation}: labels have dtype {labels.dtype}; they must be integers, the number of each class."
        )
    N, C, *places = z.shape
    if labels.shape != (N, *places):
        raise ValueError(
            f"{operation}: labels have shape {labels.shape}, but {name} have {N} rows; one label a row."
            if z.ndim == 2
            else f"{operation}: labels have shape {labels.shape}, but {name} (N, C, d1, ...) = {z.shape} need one for each place, "
            f"{(N, *places)}."
        )
    if not C:
        raise ValueError(f"{operation}: {name} has shape {z.shape}, without a class.")
    if not labels.size:
        raise ValueError(f"{operation}: the batch is empty, so there is nothing to average.")
    labels = labels.ravel()
    counts = labels != check_ignore_index(operation, ignore_index)
    labels = labels[counts].astype(np.int64)
    if not len(labels):
        raise ValueError(f"{operation}: every label is ignore_index = {ignore_index}, so there is nothing to average.")
    if labels.min() < 0 or labels.max() >= C:
        raise ValueError(
            f"{operation}: labels run from {labels.min()} to {labels.max()}, but with {C} {name} a row they must lie "
            f"in 0 .. {C - 1}."
        )
    rows = z
    if z.ndim > 2 or not counts.all():
        rows = np.moveaxis(z, 1, -1).reshape(-1, C)[counts]  # (N, C, d1, ...) -> (N, d1, ..., C) -> (R, C)
    found = Labelled(rows, labels, _class_weight(operation, weight, C, z.dtype), counts, z.shape)
    if not found.of_label.any():
        raise ValueError(f"{operation}: every label has a class of weight 0, so there is nothing to average.")
    return found


def check_weight(operation: str, weight: np.ndarray | None) -> np.ndarray | None:
    """Class weights as floats of their own, one axis of finite numbers that are not negative; None stays None."""
    if weight is None:
        return None
    (found,) = floats(operation, weight=weight)
    rank(operation, "weight", found, "classes")
    if not (np.isfinite(found) & (found >= 0)).all():
        raise ValueError(f"{operation}: weight is {found.tolist()}; a class counts 0 or more, and finitely.")
    return found.copy()


def check_ignore_index(operation: str, ignore_index: int) -> int:
    """A whole number; a negative one ignores no class."""
    try:
        return operator.index(ignore_index)
    except TypeError:
        raise ValueError(
            f"{operation}: ignore_index is {ignore_index!r}; it must be a whole number, a label."
        ) from None


def _class_weight(operation: str, weight: np.ndarray | None, classes: int, dtype: np.dtype) -> np.ndarray:
    found = check_weight(operation, weight)
    if found is None:
        return np.ones(classes, dtype)
    if len(found) != classes:
        raise ValueError(
            f"{operation}: weight has shape {found.shape}, but there are {classes} classes; it needs shape ({classes},)."
        )
    return found.astype(dtype)
