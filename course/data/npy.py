"""A data set in two .npy files, which may be larger than memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from course.data.dataset import Dataset, Normalization
from course.data.rows import Rows

MEASURED = 10_000  # images that stand for all where mean and standard deviation are not given


def open_npy(
    images: str | Path, labels: str | Path, classes: Sequence[str], normalize: Normalization | None = None
) -> Dataset:
    """A data set from two .npy files that are memory-mapped: pixels stay on disk until a batch asks for them.

    `numpy.lib.format.open_memmap` makes such a file and lets it be filled image by image, `numpy.save` writes an array that is in
    memory. The files are opened for reading only.

    Parameters
    ----------
    images : file of uint8 (N, C, H, W)
    labels : file of integers (N,), uint8 takes the least room; or a class for each pixel (N, H, W); or whatever a loss takes
    classes : the name of each label
    normalize : measured on 10,000 of the images, drawn at random, unless given; a test set is given that of the training set

    Returns
    -------
    Dataset : its images, and label maps if it has them, are memory maps, and `split` and indexing leave them on disk

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, no .npy file or one cut short, images of another type or shape,
        more or fewer labels than images

    Examples
    --------
    >>> train = open_npy("images.npy", "labels.npy", ("cat", "dog"))  # doctest: +SKIP
    >>> train.images.shape  # doctest: +SKIP
    (1632000, 3, 64, 64)
    """
    pixels, numbers = _map(Path(images)), _map(Path(labels))
    if pixels.dtype != np.uint8 or pixels.ndim != 4:
        raise ValueError(f"{images}: holds {pixels.dtype} {pixels.shape}, but images must be uint8 (N, C, H, W).")
    if not numbers.ndim or len(numbers) != len(pixels):
        raise ValueError(
            f"{labels}: has shape {numbers.shape}, but {images} holds {len(pixels)} images; one label each."
        )
    return Dataset(pixels, numbers, tuple(classes), normalize or _measured(pixels))


def _map(path: Path) -> np.memmap:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file.")
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (
        ValueError,
        EOFError,
    ):  # no magic number, a damaged header, Python objects, fewer bytes than the header says
        raise ValueError(f"{path}: not a .npy file of numbers, or cut short; write it again.") from None


def _measured(images: np.memmap) -> Normalization:
    drawn = np.random.default_rng(0).choice(len(images), min(MEASURED, len(images)), replace=False)
    return Normalization.of(cast(np.ndarray, Rows(images, np.sort(drawn))))
