"""Whole pixels to other places: reflection, translation, random crops. No level is changed, so nothing is blurred."""

from __future__ import annotations

import numpy as np

from course.data.augmentation.batch import B, changed, check_fill, images_of, number
from course.functional._arguments import Pair, pair


def random_flip(batch: B, rng: np.random.Generator, p: float = 0.5, axis: int = -1) -> B:
    """Mirror each image with chance p.

    Labels: safe for most photographs, left and right (a cat is a cat both ways). Not for writing: a mirrored 2 or S is no 2 or
    S, a mirrored b is a d. Not in medicine where sides matter: a mirrored chest has its heart on the right, and "left lung" is
    now wrong. Upside down only where up has no meaning, as under a microscope or from a satellite; it makes a p a b.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    p : chance of each image, 0 to 1
    axis : -1 exchanges left and right, -2 top and bottom

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : p is no chance, or axis none of the two

    Examples
    --------
    >>> image = np.arange(6, dtype=np.uint8).reshape(1, 1, 2, 3)
    >>> random_flip(image, np.random.default_rng(0), p=1)[0, 0]
    array([[2, 1, 0],
           [5, 4, 3]], dtype=uint8)
    """
    images = images_of("random_flip", batch, rng)
    p = number("random_flip: p", p, 0, 1)
    if axis not in (-1, -2):
        raise ValueError(f"random_flip: axis is {axis!r}; it must be -1 (left and right) or -2 (top and bottom).")
    chosen = rng.random(len(images)) < p

    def flip(array: np.ndarray) -> np.ndarray:
        out = array.copy()
        out[chosen] = np.flip(array[chosen], axis)
        return out

    return changed(batch, flip(images), flip)


def random_shift(batch: B, rng: np.random.Generator, pixels: Pair = 2, fill: float = 0) -> B:
    """Move each image by a whole number of pixels, down or up and right or left.

    Labels: safe for nearly everything, as long as what the picture shows is not pushed out of it: MNIST's digits have a margin of 4
    pixels. Not where the place is the answer, as in finding a box: its corners would have to move along.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    pixels : the furthest way, a number or a pair (down or up, right or left); all ways up to it are equally likely
    fill : level of the pixels that come in at the border; in label maps they are 0

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : pixels negative or no whole number; a fill that bytes cannot hold

    Examples
    --------
    >>> image = np.arange(1, 10, dtype=np.uint8).reshape(1, 1, 3, 3)
    >>> random_shift(image, np.random.default_rng(0), pixels=1)[0, 0]
    array([[4, 5, 6],
           [7, 8, 9],
           [0, 0, 0]], dtype=uint8)
    """
    images = images_of("random_shift", batch, rng)
    margin = pair("random_shift: pixels", pixels, least=0)
    return _cut("random_shift", batch, images, rng, images.shape[2:], margin, fill)


def random_crop(batch: B, rng: np.random.Generator, size: Pair, padding: Pair = 0, fill: float = 0) -> B:
    """Cut a piece of the given size out of each image at a random place, after a border has been put around it.

    Size 32 with padding 4 is customary for CIFAR-10; size 224 of 256x256 pixels was AlexNet's (Krizhevsky et al. 2012, section
    4.1).

    Labels: safe as long as the piece shows what the label says. A small piece of a photograph of a dog may be all lawn; and a piece
    of a tumour slice without the tumour has another label.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    size : of the piece, a number or a pair (height, width)
    padding : width of the border, a number or a pair (above and below, left and right)
    fill : its level; in label maps it is 0

    Returns
    -------
    as `batch`, height and width as `size` says

    Raises
    ------
    ValueError : a piece larger than the image with its border; numbers that are negative or not whole; a fill that bytes cannot
        hold

    Examples
    --------
    >>> image = np.arange(12, dtype=np.uint8).reshape(1, 1, 3, 4)
    >>> random_crop(image, np.random.default_rng(0), size=2)[0, 0]
    array([[ 5,  6],
           [ 9, 10]], dtype=uint8)
    """
    images = images_of("random_crop", batch, rng)
    height, width = pair("random_crop: size", size, least=1)
    margin = pair("random_crop: padding", padding, least=0)
    high, wide = (n + 2 * border for n, border in zip(images.shape[2:], margin, strict=True))
    if height > high or width > wide:
        raise ValueError(
            f"random_crop: a piece of {height}x{width} does not fit into {high}x{wide} (the image with its padding); "
            f"use a smaller size or more padding."
        )
    return _cut("random_crop", batch, images, rng, (height, width), margin, fill)


def _cut(
    operation: str,
    batch: B,
    images: np.ndarray,
    rng: np.random.Generator,
    size: tuple[int, ...],
    margin: tuple[int, int],
    fill: float,
) -> B:
    """A piece of each image and of its label map, from the same place."""
    check_fill(operation, fill, images.dtype)
    height, width = size
    # how far the piece can move down and right; both ends are possible
    room = [n + 2 * border - part for n, border, part in zip(images.shape[2:], margin, size, strict=True)]
    tops, lefts = (rng.integers(0, way, len(images), endpoint=True) for way in room)

    def cut(array: np.ndarray, level: float) -> np.ndarray:
        padded = np.pad(array, ((0, 0), (0, 0), (margin[0],) * 2, (margin[1],) * 2), constant_values=level)
        out = np.empty((*array.shape[:2], height, width), array.dtype)
        for i, (top, left) in enumerate(zip(tops, lefts, strict=True)):
            out[i] = padded[i, :, top : top + height, left : left + width]
        return out

    return changed(batch, cut(images, fill), lambda masks: cut(masks, 0))
