"""Some of the images of an array that lies on disk, without reading them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class Rows:
    """The rows of an array that an index picks, read when they are asked for and not before.

    Indexing a `np.memmap` with a list of rows reads all of them at once; a random half of a data set that is larger than memory has
    to stay a list of numbers. It behaves as a read-only array along its first axis, and `np.asarray` reads it all.

    Parameters
    ----------
    array : (N, ...), usually a `np.memmap`; or other `Rows`
    which : a slice, indices or N times True or False

    Examples
    --------
    >>> squares = Rows(np.arange(10) ** 2, [7, 2, 5])
    >>> squares.shape, squares[0], squares[1:]
    ((3,), array(49), array([ 4, 25]))
    """

    def __init__(self, array: np.ndarray | Rows, which: slice | Sequence[int] | np.ndarray) -> None:
        if isinstance(array, Rows):
            self._array: np.ndarray = array._array
            self._which: np.ndarray = array._which[which]
        else:
            self._array, self._which = array, np.arange(len(array))[which]
        self.shape: tuple[int, ...] = (len(self._which), *self._array.shape[1:])
        self.dtype, self.ndim = self._array.dtype, self._array.ndim

    def __len__(self) -> int:
        return len(self._which)

    def __getitem__(self, index: Any) -> np.ndarray:
        """What NumPy gives for this index, read from disk into memory; a pair and so on indexes the other axes, too."""
        first, *others = index if isinstance(index, tuple) else (index,)
        rows = np.asarray(self._array[self._which[first]])
        if not others:
            return rows
        kept = (slice(None),) * np.ndim(self._which[first])  # none where `first` is a number
        return rows[(*kept, *others)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """All of the rows; they have to be read, so copy=False is refused."""
        if copy is False:
            raise ValueError("Rows: these images lie on disk and cannot be had without reading them.")
        return np.asarray(self._array[self._which], dtype)
