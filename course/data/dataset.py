"""Images with their labels."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from course.data.rows import Rows, row_numbers


class Normalization(NamedTuple):
    """Pixels 0-255 become (pixel / 255 - mean) / std, float32.

    Attributes
    ----------
    mean, std : of pixels / 255; numbers for all channels alike, or one number for each channel

    Examples
    --------
    >>> grey = np.array([0, 51, 255], np.uint8).reshape(1, 1, 1, 3)
    >>> Normalization(mean=0.2, std=0.4)(grey).ravel().round(4)
    array([-0.5,  0. ,  2. ], dtype=float32)
    """

    mean: float | Sequence[float]
    std: float | Sequence[float]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(..., C, H, W), or any shape where mean and std are numbers -> float32 of that shape.

        Raises
        ------
        ValueError : mean and std have not one number for each of the C channels, or a std is 0
        """
        mean, std = np.asarray(self.mean, np.float64), np.asarray(self.std, np.float64)
        if not std.all():
            raise ValueError(
                f"Normalization: std is {self.std}; a channel without any contrast cannot be divided by it."
            )
        if mean.ndim or std.ndim:
            channels = images.shape[-3] if images.ndim > 2 else 0
            if not mean.shape == std.shape == (channels,):
                raise ValueError(
                    f"Normalization: mean {self.mean} and std {self.std} must have one number for each channel, "
                    f"but the images have shape {images.shape}, (N, C, H, W)."
                )
            mean, std = mean[:, None, None], std[:, None, None]  # (C, 1, 1)
        normalised = np.array(images, np.float32)
        normalised *= (1 / (255 * std)).astype(np.float32)
        normalised -= (mean / std).astype(np.float32)
        return normalised

    @classmethod
    def of(cls, images: np.ndarray) -> Normalization:
        """What brings each channel of these images, uint8 (N, C, H, W), to mean 0 and standard deviation 1.

        A channel without any contrast keeps its scale. Measure it on training images, and use it for the test images as well.

        Examples
        --------
        >>> Normalization.of(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1))
        Normalization(mean=(0.5,), std=(0.5,))
        """
        if images.ndim != 4 or not len(images):
            raise ValueError(
                f"Normalization.of: images have shape {images.shape}; it needs (N, C, H, W) with N of at least 1."
            )
        total = squares = np.zeros(images.shape[1])
        few = max(1, 2**20 // max(1, math.prod(images.shape[1:])))  # a million numbers at a time become float64
        for start in range(0, len(images), few):
            part = images[start : start + few] / 255
            total, squares = total + part.sum(axis=(0, 2, 3)), squares + (part**2).sum(axis=(0, 2, 3))
        count = math.prod(images.shape) / images.shape[1]
        mean = total / count
        std = np.sqrt(np.maximum(squares / count - mean**2, 0))
        return cls(tuple(mean.tolist()), tuple(np.where(std > 1e-6, std, 1).tolist()))


@dataclass(frozen=True)
class Dataset:
    """Images, their labels, and the names of the classes.

    Attributes
    ----------
    images : uint8 (N, C, H, W); a `np.memmap` stays on disk, and only the images that are asked for are read, see `open_npy`
    labels : integers (N,), or a class for each pixel (N, H, W), or whatever a loss takes, one entry for each image; a `np.memmap`
        of more than a number for each image stays on disk as well
    classes : the name of each label
    normalize : what to do to pixels before a network sees them

    Raises
    ------
    ValueError : more or fewer labels than images, label maps of another size than the images, or a label that names no class

    Examples
    --------
    >>> images, labels = np.zeros((4, 1, 2, 2), np.uint8), np.array([0, 1, 1, 0])
    >>> data = Dataset(images, labels, ("cat", "dog"), Normalization(0.5, 0.25))
    >>> len(data[:3]), len(data[data.labels == 1])
    (3, 2)
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    normalize: Normalization

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if len(images) != len(labels):
            raise ValueError(f"Dataset: {len(images)} images but {len(labels)} labels.")
        if self.has_label_maps and images.shape[2:] != labels.shape[1:]:
            raise ValueError(
                f"Dataset: the label maps have shape {labels.shape}, but images of shape {images.shape} "
                f"need one label a pixel, {(len(images), *images.shape[2:])}."
            )
        if labels.ndim == 1 and labels.dtype.kind in "iu" and len(labels):
            low, high = labels.min(), labels.max()
            if low < 0 or high >= len(self.classes):
                strange = low if low < 0 else high
                raise ValueError(
                    f"Dataset: label {strange} names none of {len(self.classes)} classes, 0 to {len(self.classes) - 1}."
                )

    @property
    def has_label_maps(self) -> bool:
        """Whether every pixel has a label of its own, as in segmentation."""
        return self.labels.ndim == 3 and self.labels.dtype.kind in "iu"

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which: slice | Sequence[int] | np.ndarray) -> Dataset:
        """The images that a slice, an array of indices or an array of True and False picks, as a data set of their own.

        Raises
        ------
        ValueError : `which` is one number, and one image is no data set
        """
        if not isinstance(which, slice) and np.ndim(which) != 1:
            raise ValueError(
                f"Dataset: {which!r} picks no list of images; take data[3:4] for a set of one, or data.images[3] for an image."
            )
        labels = self.labels[which] if self.labels.ndim == 1 else _pick(self.labels, which)
        return Dataset(_pick(self.images, which), labels, self.classes, self.normalize)

    def split(self, held_out: int, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Part the set at random into (the rest, `held_out` images); the same parts for the same seed.

        Raises
        ------
        ValueError : `held_out` is not between 1 and len(self) - 1
        """
        try:
            held = operator.index(held_out)
        except TypeError:
            held = 0
        if not 0 < held < len(self):
            raise ValueError(
                f"split: held_out is {held_out}, but it must leave something of {len(self)} images on both sides."
            )
        order, out = row_numbers(len(self)), np.zeros(len(self), bool)
        np.random.default_rng(seed).shuffle(order)
        out[order[:held]] = True
        del order  # before there are lists of both parts
        return self[~out], self[out]


def _pick(array: np.ndarray, which: slice | Sequence[int] | np.ndarray) -> np.ndarray:
    """Some entries of an array; those on disk stay there."""
    # a slice of a memmap is a memmap; any other choice would be read at once
    lazy = isinstance(array, Rows) or (isinstance(array, np.memmap) and not isinstance(which, slice))
    return cast(np.ndarray, Rows(array, which)) if lazy else array[which]
