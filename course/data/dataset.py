"""Images with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Normalization(NamedTuple):
    """Pixels 0-255 become (pixel / 255 - mean) / std, float32."""

    mean: float
    std: float

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 of any shape -> float32 of that shape."""
        scale = np.float32(1 / (255 * self.std))
        return images.astype(np.float32) * scale - np.float32(self.mean / self.std)


@dataclass(frozen=True)
class Dataset:
    """Images, their labels, and the names of the classes.

    Attributes
    ----------
    images : uint8 (N, C, H, W)
    labels : int64 (N,)
    classes : the name of each label
    normalize : what to do to pixels before a network sees them
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    normalize: Normalization

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ValueError(f"Dataset: {len(self.images)} images but {len(self.labels)} labels.")

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which: slice | np.ndarray) -> Dataset:
        """The images that a slice or an array of indices picks, as a data set of their own."""
        return Dataset(self.images[which], self.labels[which], self.classes, self.normalize)

    def split(self, held_out: int, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Part the set at random into (the rest, `held_out` images); the same parts for the same seed.

        Raises
        ------
        ValueError : `held_out` is not between 1 and len(self) - 1
        """
        if not 0 < held_out < len(self):
            raise ValueError(
                f"split: held_out is {held_out}, but it must leave something of {len(self)} images on both sides."
            )
        order = np.random.default_rng(seed).permutation(len(self))
        return self[np.sort(order[held_out:])], self[np.sort(order[:held_out])]
