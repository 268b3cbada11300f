"""The brain: a template of many heads with its tissues, slice by slice."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from course.data.dataset import Dataset, Normalization

FILE = Path(__file__).parent / "files" / "brain" / "icbm152_2mm.npz"
Part = Literal["train", "validation", "test"]

# Slices 6 to 74 hold brain; they are dealt out in three rounds of 23, from the neck to the crown. Between two parts lie two slices
# that belong to none, so slices of different parts are at least 6 mm apart.
FIRST, ROUNDS, PERIOD = 6, 3, 23
PLACES: dict[Part, range] = {"train": range(0, 9), "validation": range(11, 15), "test": range(17, 21)}
ROWS, COLUMNS = slice(10, 106), slice(9, 89)  # of 116x98 pixels; what is cut off is black in every slice


def brain(part: Part = "train") -> Dataset:
    """Axial slices of the ICBM 152 template with the tissue of each pixel: 27 to train on, 12 to choose weights by, 12 to test.

    A T1-weighted image, 2 mm a pixel and 2 mm between slices, front at the top, cut to 96x80 pixels (multiples of 16, so that a
    network may halve them four times). A pixel is tissue where the template's probabilities of grey and white matter make more than
    1/2 together, and then the likelier of the two; everything else, fluid included, is background.

    What this can show: that a network learns to name the tissue of a pixel from its brightness and its surroundings, and what
    loss, depth, skip connections and few training images do to that. Neighbouring slices look alike, so the parts are blocks of
    slices with gaps of 6 mm; a random split would have measured memory. What it cannot show: how a network does on another
    person, scanner or disease. This is ONE template, the mean of 152 heads: smoother than any person's image, without noise,
    lesions or a skull; labels and image come from the same heads, and the three parts are parts of the same brain. A Dice of
    0.95 here says nothing about a clinic. Left and right are nearly mirror images, so flipping them adds next to nothing.

    Parameters
    ----------
    part : "train", "validation" or "test"

    Returns
    -------
    Dataset : images uint8 (N, 1, 96, 80), read-only; labels int64 (N, 96, 80), 0 background, 1 grey matter, 2 white matter

    Raises
    ------
    ValueError : there is no such part

    References
    ----------
    V. Fonov, A. Evans, R. McKinstry, C. Almli, D. Collins, *Unbiased nonlinear average age-appropriate brain templates from
    birth to adulthood*, NeuroImage 47 (2009), S102; V. Fonov et al., *Unbiased average age-appropriate atlases for pediatric
    studies*, NeuroImage 54 (2011), 313-327. ICBM 2009a, symmetric; see NOTICE.

    Examples
    --------
    >>> data = brain()
    >>> data.images.shape, data.labels.shape, data.classes
    ((27, 1, 96, 80), (27, 96, 80), ('background', 'grey matter', 'white matter'))
    """
    if part not in PLACES:
        raise ValueError(f"brain: part is {part!r}; it must be one of {', '.join(map(repr, PLACES))}.")
    return _read(part)


def brain_slice() -> np.ndarray:
    """One axial slice of the template at 1 mm, T1-weighted, front at the top.

    Returns
    -------
    uint8 (233, 197)

    References
    ----------
    As in `brain`.

    Examples
    --------
    >>> brain_slice().shape
    (233, 197)
    """
    with np.load(FILE) as file:
        return file["axial_slice_1mm"]


def slice_numbers(part: Part) -> list[int]:
    """Which slices of the template, counted from below, make a part.

    Examples
    --------
    >>> slice_numbers("test")
    [23, 24, 25, 26, 46, 47, 48, 49, 69, 70, 71, 72]
    """
    return [FIRST + turn * PERIOD + place for turn in range(ROUNDS) for place in PLACES[part]]


@cache
def _read(part: Part) -> Dataset:
    with np.load(FILE) as file:
        t1, grey, white = (_axial(file[name], slice_numbers(part)) for name in ("t1", "grey_matter", "white_matter"))
    tissue = grey.astype(np.int64) + white > 127  # probabilities are 0-255; their sum is at most 255
    labels = np.where(tissue, np.where(white > grey, 2, 1), 0)
    images = t1[:, None]
    for array in (images, labels):
        array.setflags(write=False)  # every caller gets the same arrays
    # mean and standard deviation of the training slices / 255
    return Dataset(
        images, labels, ("background", "grey matter", "white matter"), Normalization(mean=0.3108, std=0.3581)
    )


def _axial(volume: np.ndarray, numbers: list[int]) -> np.ndarray:
    """Slices (N, 96, 80), front at the top, of a volume whose axes go left-right, back-front, bottom-top."""
    slices = volume[:, ::-1, numbers].transpose(2, 1, 0)  # (N, 116, 98)
    return np.ascontiguousarray(slices[:, ROWS, COLUMNS])
