"""The soft Dice loss: how little predicted and true regions overlap, class by class."""

from __future__ import annotations

import numpy as np

from course.functional._labels import Labelled, labelled
from course.functional._numbers import number
from course.functional.softmax import softmax, softmax_backward


def dice_loss_forward(logits: np.ndarray, labels: np.ndarray, smooth: float = 1.0, ignore_index: int = -100) -> float:
    """1 minus the mean over the classes of their soft Dice coefficient, ``(2 sum(p*g) + smooth) / (sum(p^2) + sum(g^2) + smooth)``.

    p is the probability of the class at a place: the softmax over the classes is taken here, so give logits. g is 1 where the
    label is that class and 0 elsewhere. The sums go over all images and places of the batch, so a class that is missing from
    one image does no harm; one that is missing from the whole batch has, thanks to `smooth`, a coefficient of 1 where nobody
    predicts it. Every class counts alike, however few its pixels are: that is what this loss is for.

    Parameters
    ----------
    logits : (N, classes, d1, ...), such as (N, classes, H, W); at least 2 classes
    labels : (N, d1, ...), integers in 0 .. classes - 1
    smooth : in pixels, above 0
    ignore_index : the label of places that do not count

    Returns
    -------
    float : 0 for a perfect prediction, near 1 where nothing overlaps

    Raises
    ------
    ValueError : wrong rank or dtype, labels of another shape than the logits ask for or out of range, an empty batch or one in
        which nothing counts, fewer than 2 classes, or `smooth` not above 0

    References
    ----------
    F. Milletari, N. Navab, S.-A. Ahmadi, *V-Net: fully convolutional neural networks for volumetric medical image
    segmentation*, 3DV (2016), section 3; there for one class and without `smooth`.

    Examples
    --------
    >>> round(dice_loss_forward(np.zeros((1, 2, 2)), np.array([[0, 1]])), 4)  # each class 1 - (2*1/2 + 1) / (1/2 + 1 + 1)
    0.2
    """
    z = _arguments("dice_loss", logits, labels, smooth, ignore_index)
    p, g = softmax(z.rows), _one_hot(z)
    coefficient, _ = _coefficients(p, g, smooth)
    return float(1 - coefficient.mean())


def dice_loss_backward(
    logits: np.ndarray, labels: np.ndarray, smooth: float = 1.0, ignore_index: int = -100
) -> np.ndarray:
    """The gradient with respect to the logits: with D a class's coefficient and T its denominator, dD/dp = 2 (g - D p) / T, by
    the quotient rule; then the softmax.

    Parameters and errors as `dice_loss_forward`; returns the shape of the logits.

    Examples
    --------
    >>> dice_loss_backward(np.zeros((1, 2, 2)), np.array([[0, 1]])).round(4)  # more of the right class makes the loss less
    array([[[-0.1,  0.1],
            [ 0.1, -0.1]]])
    """
    z = _arguments("dice_loss_backward", logits, labels, smooth, ignore_index)
    p, g = softmax(z.rows), _one_hot(z)
    coefficient, total = _coefficients(p, g, smooth)
    grad_p = -2 * (g - coefficient * p) / total / len(coefficient)
    return z.back(softmax_backward(grad_p, z.rows))


def _coefficients(p: np.ndarray, g: np.ndarray, smooth: float) -> tuple[np.ndarray, np.ndarray]:
    """Each class's coefficient and its denominator, both (classes,), from p and g, both (R, classes)."""
    total = (p * p).sum(axis=0) + g.sum(axis=0) + smooth  # g is 0 or 1, so it is its own square
    return (2 * (p * g).sum(axis=0) + smooth) / total, total


def _one_hot(z: Labelled) -> np.ndarray:
    g = np.zeros_like(z.rows)
    g[z.at_label] = 1
    return g


def _arguments(operation: str, logits: np.ndarray, labels: np.ndarray, smooth: float, ignore_index: int) -> Labelled:
    check_smooth(operation, smooth)
    z = labelled(operation, "logits", logits, labels, None, ignore_index)
    if len(z.weight) < 2:
        raise ValueError(
            f"{operation}: logits has shape {z.shape}, one class, whose softmax is always 1; give the background logits of its own."
        )
    return z


def check_smooth(operation: str, smooth: float) -> None:
    if number(f"{operation}: smooth", smooth) <= 0:
        raise ValueError(f"{operation}: smooth is {smooth!r}; it must be above 0.")
