"""What happens to the output when the input moves: equivariance and invariance, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from course.functional import softmax
from course.insight._passes import untouched
from course.nn import Module

Images = Callable[[np.ndarray], np.ndarray]


class Equivariance(NamedTuple):
    """How far f(T(x)) and T(f(x)) lie apart.

    Attributes
    ----------
    error : root mean square of the difference, relative to that of f(T(x)), away from the border; 0 is equivariant
    difference : (N, C, H, W), f(T(x)) - T(f(x)), border and all
    """

    error: float
    difference: np.ndarray


def equivariance(
    f: Images, transform: Images, x: np.ndarray, margin: int = 0, transform_out: Images | None = None
) -> Equivariance:
    """Does it make a difference whether the image is moved before, or its map afterwards? f(T(x)) - T(f(x)).

    Convolution with padding is equivariant to shifts, but for the border; a stride of s only to shifts by multiples of s, which
    move its map by 1/s of that (say so with `transform_out`). It is not equivariant to rotation or scaling.

    Parameters
    ----------
    f : from images (N, C, H, W) to maps (N, C', H', W'); a network in evaluation mode, or any function
    transform : T, of images and maps of any number of channels
    x : (N, C, H, W) images
    margin : pixels to leave out along each side of the maps, where the image's border counts
    transform_out : what T does to maps, where that is something else

    Returns
    -------
    Equivariance : error and difference

    Raises
    ------
    ValueError : f(T(x)) and T(f(x)) have different shapes, or the margin leaves nothing

    References
    ----------
    T. S. Cohen, M. Welling, *Group equivariant convolutional networks*, ICML 2016, section 2.

    Examples
    --------
    >>> from course.functional import conv2d_forward, max_pool2d_forward
    >>> x = np.random.default_rng(0).normal(size=(1, 1, 12, 12))
    >>> right = lambda n: lambda a: np.roll(a, n, axis=3)  # n pixels to the right; what falls off comes in again
    >>> blur = lambda a: conv2d_forward(a, np.full((1, 1, 3, 3), 1 / 9), padding=1)
    >>> equivariance(blur, right(1), x, margin=2).error < 1e-12
    True
    >>> pool = lambda a: max_pool2d_forward(a, 2)
    >>> equivariance(pool, right(2), x, transform_out=right(1)).error, equivariance(pool, right(1), x).error > 0.1
    (0.0, True)
    """
    before, after = f(transform(x)), (transform_out or transform)(f(x))
    if before.shape != after.shape:
        raise ValueError(
            f"equivariance: f(T(x)) has shape {before.shape}, but T(f(x)) {after.shape}; use transform_out for maps."
        )
    if margin < 0 or 2 * margin >= min(before.shape[-2:]):
        raise ValueError(f"equivariance: a margin of {margin} leaves nothing of maps of shape {before.shape}.")
    inside = (..., slice(margin, before.shape[-2] - margin), slice(margin, before.shape[-1] - margin))
    difference = before - after
    size = np.sqrt(np.mean(before[inside] ** 2))
    error = np.sqrt(np.mean(difference[inside] ** 2))
    return Equivariance(float(error / size) if error else 0.0, difference)


class Point(NamedTuple):
    """A point of an invariance curve.

    Attributes
    ----------
    amount : how far the images were moved
    accuracy : the share of right answers; nan without labels
    change : how much probability moved to other classes, averaged over the images: 0 none, 1 all of it
    """

    amount: float
    accuracy: float
    change: float


def invariance_curve(
    model: Module,
    x: np.ndarray,
    transform: Callable[[np.ndarray, float], np.ndarray],
    amounts: Iterable[float],
    labels: np.ndarray | None = None,
) -> list[Point]:
    """How a classifier's answers change when its images are moved more and more.

    Parameters
    ----------
    model : a classifier, used in evaluation mode and left as it was
    x : (N, C, H, W) images
    transform : ``transform(x, amount)``, such as a rotation by `amount` degrees; returns new images
    amounts : the amounts to try
    labels : (N,) integers, for the accuracy

    Returns
    -------
    list of Point (amount, accuracy, change), one for each amount

    Examples
    --------
    >>> from course.models import lenet5
    >>> x = np.random.default_rng(0).normal(size=(4, 1, 28, 28))
    >>> curve = invariance_curve(lenet5(), x, lambda a, n: np.roll(a, int(n), axis=3), amounts=[0, 1, 5])
    >>> [point.amount for point in curve], curve[0].change
    ([0, 1, 5], 0.0)
    """
    curve = []
    with untouched(model):
        unmoved = softmax(model(x))
        for amount in amounts:
            probabilities = softmax(model(transform(x, amount)))
            right = np.nan if labels is None else (probabilities.argmax(axis=1) == labels).mean()
            change = abs(probabilities - unmoved).sum(axis=1).mean() / 2  # what one class loses, others gain
            curve.append(Point(amount, float(right), float(change)))
    return curve


def shift(x: np.ndarray, down: int, across: int) -> np.ndarray:
    """Images moved by whole pixels; what comes in is 0.

    Parameters
    ----------
    x : (..., H, W)
    down, across : in pixels; negative is up and to the left

    Returns
    -------
    (..., H, W)

    Examples
    --------
    >>> shift(np.array([[1, 2, 3], [4, 5, 6]]), down=1, across=-1)
    array([[0, 0, 0],
           [2, 3, 0]])
    """
    out = np.zeros_like(x)
    (H, W) = x.shape[-2:]
    there = slice(max(down, 0), H + min(down, 0)), slice(max(across, 0), W + min(across, 0))
    here = slice(max(-down, 0), H + min(-down, 0)), slice(max(-across, 0), W + min(-across, 0))
    if abs(down) < H and abs(across) < W:
        out[..., there[0], there[1]] = x[..., here[0], here[1]]
    return out
