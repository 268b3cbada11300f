"""Batches, shuffled by a seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course.data.dataset import Dataset


class DataLoader:
    """A data set in batches: normalised float32 images (n, C, H, W) and their labels (n,).

    Each epoch has an order of its own that depends on `seed` and the epoch's number alone, so that a run can be stopped anywhere
    and taken up at the very batch; `epoch` goes up by one with each pass.

    Parameters
    ----------
    dataset : the images
    batch_size : images at a time; the last batch may be smaller
    shuffle : whether to draw a new order for each epoch
    seed : of the orders

    Examples
    --------
    >>> from course.data import mnist
    >>> loader = DataLoader(mnist()[:100], batch_size=64, shuffle=True, seed=1)
    >>> [images.shape for images, labels in loader]
    [(64, 1, 28, 28), (36, 1, 28, 28)]
    """

    def __init__(self, dataset: Dataset, batch_size: int = 64, shuffle: bool = False, seed: int = 0) -> None:
        if batch_size < 1:
            raise ValueError(f"DataLoader: batch_size is {batch_size}; it must be at least 1.")
        self.dataset, self.batch_size, self.shuffle, self.seed = dataset, batch_size, shuffle, seed
        self.epoch = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        yield from self.batches(epoch)

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The batches of a given epoch, from batch number `start` on."""
        data = self.dataset
        order = (
            np.random.default_rng((self.seed, epoch)).permutation(len(data)) if self.shuffle else np.arange(len(data))
        )
        for i in range(start * self.batch_size, len(data), self.batch_size):
            batch = order[i : i + self.batch_size]
            yield data.normalize(data.images[batch]), data.labels[batch]
