"""Batches, shuffled by a seed, prepared ahead by threads where wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import numpy as np

from course.data.dataset import Dataset
from course.data.rows import row_numbers, take
from course.functional._arguments import whole

T = TypeVar("T")
Batch = tuple[np.ndarray, np.ndarray]
Augment = Callable[[Any, np.random.Generator], Any]
"""(images, rng) -> images; for a data set with label maps ((images, label maps), rng) -> (images, label maps)."""


class DataLoader:
    """A data set in batches: normalised float32 images (n, C, H, W) and their labels (n,) or label maps (n, H, W).

    Each epoch has an order of its own that depends on `seed` and the epoch's number alone, and each batch random numbers of its own
    for its augmentation, so that a run can be stopped anywhere and taken up at the very batch; `epoch` goes up by one with each
    pass. Nothing of this depends on the number of workers.

    Parameters
    ----------
    dataset : the images
    batch_size : images at a time; the last batch may be smaller
    shuffle : whether to draw a new order for each epoch
    seed : of the orders and of the augmentation
    drop_last : leave out the last batch of an epoch where it is smaller than the others
    augment : what to do to each batch's pixels before they are normalised, see `course.data.augmentation`
    workers : how many batches are prepared ahead, each by a thread, while the last one is worked on; 0: prepare a batch when it is
        asked for. Threads work in notebooks and on Windows, need no copies, and help where a batch takes NumPy or SciPy long.

    Raises
    ------
    ValueError : batch_size below 1, seed or workers below 0

    Examples
    --------
    >>> from course.data import mnist
    >>> loader = DataLoader(mnist()[:100], batch_size=64, shuffle=True, seed=1)
    >>> [images.shape for images, labels in loader]
    [(64, 1, 28, 28), (36, 1, 28, 28)]
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 64,
        shuffle: bool = False,
        seed: int = 0,
        *,
        drop_last: bool = False,
        augment: Augment | None = None,
        workers: int = 0,
    ) -> None:
        self.dataset, self.shuffle, self.drop_last, self.augment = dataset, shuffle, drop_last, augment
        self.batch_size = whole("DataLoader: batch_size", batch_size, least=1)
        self.seed = whole("DataLoader: seed", seed, least=0)
        self.workers = whole("DataLoader: workers", workers, least=0)
        self.epoch = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        yield from self.batches(epoch)

    def batches(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of a given epoch, from batch number `start` on."""
        n = len(self.dataset)
        order = row_numbers(n) if self.shuffle else None
        if order is not None:
            np.random.default_rng((self.seed, epoch)).shuffle(order)

        def make(number: int) -> Batch:
            first, end = number * self.batch_size, min((number + 1) * self.batch_size, n)
            rows = np.arange(first, end) if order is None else order[first:end]
            # plus one: for NumPy (seed, epoch, 0) is the same seed as (seed, epoch), which is the order's
            return self._batch(rows, np.random.default_rng((self.seed, epoch, number + 1)))

        numbers = range(start, len(self))
        yield from _ahead(make, numbers, self.workers) if self.workers else map(make, numbers)

    def _batch(self, rows: np.ndarray, rng: np.random.Generator) -> Batch:
        data = self.dataset
        images, labels = take(data.images, rows), take(data.labels, rows)  # copies: an augmentation may write into them
        if self.augment and data.has_label_maps:
            both = self.augment((images, labels), rng)
            if not isinstance(both, tuple) or len(both) != 2:
                raise ValueError("DataLoader: this set has label maps, so augment must give back (images, label maps).")
            images, labels = both
        elif self.augment:
            images = self.augment(images, rng)
        if not len(images) == len(labels) == len(rows):
            raise ValueError(
                f"DataLoader: augment made {len(images)} images and {len(labels)} labels out of a batch of {len(rows)}; "
                f"it must keep their number."
            )
        return data.normalize(images), labels


def _ahead(make: Callable[[int], T], numbers: Iterable[int], workers: int) -> Iterator[T]:
    """What `make` makes of each number, in order, while threads make the next ones; an error in any of them is raised here."""
    pending: deque[Future[T]] = deque()
    try:
        for number in numbers:
            if len(pending) < workers:
                pending.append(_start(make, number))
                continue
            made = pending.popleft().result()
            pending.append(_start(make, number))  # before the caller works on this one
            yield made
        while pending:
            yield pending.popleft().result()
    finally:  # also when the caller leaves its loop early: whoever is still at work makes one batch, and is waited for
        wait(pending)


def _start(make: Callable[[int], T], number: int) -> Future[T]:
    """Make one thing in a thread that ends with it, so that no thread waits for work that never comes."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="course-loader")
    future = thread.submit(make, number)
    thread.shutdown(wait=False)
    return future
