"""Cutout: a square of each image is hidden."""

from __future__ import annotations

import numpy as np

from course.data.augmentation.batch import B, changed, check_fill, images_of
from course.functional._arguments import Pair, pair


def cutout(batch: B, rng: np.random.Generator, size: Pair = 8, fill: float = 0) -> B:
    """Hide a square of each image, so that a network cannot rely on a single part of what it shows.

    The square's middle is any pixel, all equally likely, so that a part of the square may lie outside.

    Labels: safe as long as enough remains to be seen. A small thing may be hidden altogether (the stroke that makes a Q of an O, a
    lesion of five pixels), and then the label is wrong. Label maps keep the labels of hidden pixels: the network has to guess them.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    size : side of the square, or a pair (height, width)
    fill : level of the hidden pixels; the data set's mean disturbs photographs least

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : size below 1 or no whole number; a fill that bytes cannot hold

    References
    ----------
    T. DeVries, G. W. Taylor, *Improved Regularization of Convolutional Neural Networks with Cutout* (2017), arXiv:1708.04552.

    Examples
    --------
    >>> cutout(np.ones((1, 1, 4, 5), np.uint8), np.random.default_rng(0), size=3)[0, 0]
    array([[1, 1, 1, 1, 1],
           [1, 1, 1, 1, 1],
           [1, 1, 0, 0, 0],
           [1, 1, 0, 0, 0]], dtype=uint8)
    """
    images = images_of("cutout", batch, rng)
    height, width = pair("cutout: size", size, least=1)
    check_fill("cutout", fill, images.dtype)
    out = images.copy()
    if images.size:
        rows, columns = (rng.integers(0, n, len(images)) for n in images.shape[2:])
        for image, top, left in zip(out, rows - height // 2, columns - width // 2, strict=True):
            image[:, max(0, top) : top + height, max(0, left) : left + width] = fill
    return changed(batch, out)
