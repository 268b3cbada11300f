"""How well a segmentation covers what it should: Dice and intersection over union."""

from __future__ import annotations

import numpy as np

from course.insight.confusion import Classes, confusion_matrix


def dice_scores(labels: np.ndarray, predictions: np.ndarray, classes: Classes) -> np.ndarray:
    """Twice the overlap of what is a class and what was predicted as it, divided by the size of both: 2|A and B| / (|A| + |B|).

    All pixels of the batch count together. The background is a class like others; leave it out with ``[1:]`` where it is class 0.

    Parameters
    ----------
    labels, predictions : integers of the same shape, (N, H, W) or any other
    classes : how many there are, or their names

    Returns
    -------
    float64 (classes,), 0 to 1; nan for a class that is neither there nor predicted. `numpy.nanmean` of it is the mean Dice.

    Raises
    ------
    ValueError : as `confusion_matrix`

    References
    ----------
    L. R. Dice, *Measures of the amount of ecologic association between species*, Ecology 26 (1945).

    Examples
    --------
    >>> labels = np.array([[1, 1, 0], [1, 1, 0]])
    >>> predicted = np.array([[0, 1, 1], [0, 1, 1]])  # 4 pixels against 4, 2 in common; background: 2 against 2, none
    >>> dice_scores(labels, predicted, 2)
    array([0. , 0.5])
    """
    return confusion_matrix(labels, predictions, classes).dice


def mean_iou(labels: np.ndarray, predictions: np.ndarray, classes: Classes) -> float:
    """Intersection over union, |A and B| / |A or B|, averaged over the classes that occur.

    Never above Dice: iou = dice / (2 - dice) for each class.

    Parameters and errors as `dice_scores`.

    Returns
    -------
    float : 0 to 1; nan where there is no pixel at all

    Examples
    --------
    >>> mean_iou(np.array([1, 1, 1, 0]), np.array([1, 1, 0, 0]), 2)  # (1/2 + 2/3) / 2
    0.5833333333333333
    """
    iou = confusion_matrix(labels, predictions, classes).iou
    return float(iou[~np.isnan(iou)].mean()) if not np.isnan(iou).all() else float("nan")
