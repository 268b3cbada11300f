"""Numbers that people understand, from a network's outputs and the labels; a loss is for the optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Metric = Callable[[np.ndarray, np.ndarray], float]
"""``metric(outputs, labels)`` of a batch: a mean over its images, so that batches can be put together."""


def accuracy(outputs: np.ndarray, labels: np.ndarray) -> float:
    """The share of right answers: of images, or of pixels where every pixel has a label.

    Parameters
    ----------
    outputs : (N, classes) or (N, classes, H, W); the largest one is the answer
    labels : integers (N,) or (N, H, W); for anything else, such as a picture to be copied, there is no share, and it is nan

    Returns
    -------
    float : 0 to 1, or nan

    Examples
    --------
    >>> accuracy(np.array([[0.1, 2.0], [3.0, 1.0]]), np.array([1, 1]))
    0.5
    """
    if labels.dtype.kind not in "iu" or labels.shape != outputs.shape[:1] + outputs.shape[2:]:
        return math.nan
    return float((outputs.argmax(axis=1) == labels).mean())


def mean_dice(outputs: np.ndarray, labels: np.ndarray) -> float:
    """How well the pixels of a class and those called so overlap, 2*|A and B| / (|A| + |B|): a mean over images and classes.

    Class 0 is the background and does not count. A class that is neither in an image nor seen there has a Dice of 1.

    Parameters
    ----------
    outputs : (N, classes, H, W), at least 2 classes; the largest one is the answer
    labels : integers (N, H, W)

    Returns
    -------
    float : 0 to 1

    References
    ----------
    L. R. Dice, *Measures of the amount of ecologic association between species*, Ecology 26 (1945).

    Examples
    --------
    >>> labels = np.array([[[0, 1, 1], [1, 0, 0]]])
    >>> outputs = np.zeros((1, 2, 2, 3))
    >>> outputs[0, 1, 0] = 1  # the first row is said to be class 1: 2 of 3 pixels are, and 2 of the 3 that are have been found
    >>> round(mean_dice(outputs, labels), 4)
    0.6667
    """
    classes = np.arange(1, outputs.shape[1])[:, None, None, None]  # without the background
    there, said = labels == classes, outputs.argmax(axis=1) == classes  # (classes - 1, N, H, W)
    both, either = (there & said).sum(axis=(2, 3)), there.sum(axis=(2, 3)) + said.sum(axis=(2, 3))
    return float(np.where(either, 2 * both / np.maximum(either, 1), 1).mean())
