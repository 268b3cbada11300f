"""A picture of a digit, brought to the form that MNIST's digits have."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from course.data.picture import open_picture

SIDE, BOX = 28, 20  # pixels of the image and of the box that holds the digit


def read_digit(path: str | Path) -> np.ndarray:
    """Read a drawn or scanned digit of any size and centre it as MNIST does.

    Light digits on dark and dark on light are both understood, by the brightness of the border; transparency counts as white, and
    16 bits are brought down to 8. The digit is cut out, fitted into a 20x20 box with its proportions kept, and placed so that its
    centre of mass is at (14, 14) of a 28x28 image. A bright digit on a black 28x28 picture is taken as it is.

    Returns
    -------
    uint8 (1, 1, 28, 28), bright on dark

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, not a picture, or nothing drawn on it

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*: the preparation of the images.
    """
    grey = np.asarray(open_picture(path, "L"))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    if paper > 127:
        grey, paper = 255 - grey, 255 - paper
    ink = np.clip(grey - paper, 0, 255)  # float64: how much brighter than the paper
    if ink.max() < 25:
        raise ValueError(f"{path}: there is nothing drawn on it (brightest and darkest pixel are almost equal).")
    if grey.shape == (SIDE, SIDE) and paper < 25:
        return grey[None, None]
    return centre_digit(np.where(ink > 0.1 * ink.max(), ink, 0).astype(np.uint8))[None, None]


def centre_digit(ink: np.ndarray) -> np.ndarray:
    """Cut out the ink, fit it into a 20x20 box, and put its centre of mass into the middle, as MNIST does.

    Parameters
    ----------
    ink : uint8 (H, W), bright on black; a picture without any ink stays black

    Returns
    -------
    uint8 (28, 28)

    Examples
    --------
    >>> corner = np.zeros((28, 28), np.uint8)
    >>> corner[:10, :4] = 255  # a small stroke, far from the middle
    >>> rows, columns = np.nonzero(centre_digit(corner))
    >>> [int(n) for n in (rows.min(), rows.max(), columns.min(), columns.max())]
    [4, 23, 10, 17]
    """
    from PIL import Image

    if not ink.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(cut.shape)
    height, width = (max(1, round(n * scale)) for n in cut.shape)
    small = np.asarray(
        Image.fromarray(cut).resize((width, height), Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    )
    weights = small.astype(np.float64)
    y = (weights.sum(axis=1) @ np.arange(height)) / weights.sum()
    x = (weights.sum(axis=0) @ np.arange(width)) / weights.sum()
    top = min(max(0, round(SIDE / 2 - y)), SIDE - height)
    left = min(max(0, round(SIDE / 2 - x)), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = small
    return image
