"""Some of the images of an array that lies on disk, without reading them."""

from __future__ import annotations

import mmap
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
            self._array, self._which = array, row_numbers(len(array))[which]
        self.shape: tuple[int, ...] = (len(self._which), *self._array.shape[1:])
        self.dtype, self.ndim = self._array.dtype, self._array.ndim

    def __len__(self) -> int:
        return len(self._which)

    def __getitem__(self, index: Any) -> np.ndarray:
        """What NumPy gives for this index, read from disk into memory; a pair and so on indexes the other axes, too."""
        first, *others = index if isinstance(index, tuple) else (index,)
        rows = np.asarray(take(self._array, self._which[first]))
        if not others:
            return rows
        kept = (slice(None),) * np.ndim(self._which[first])  # none where `first` is a number
        return rows[(*kept, *others)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """All of the rows; they have to be read, so copy=False is refused."""
        if copy is False:
            raise ValueError("Rows: these images lie on disk and cannot be had without reading them.")
        return np.asarray(take(self._array, self._which), dtype)


def row_numbers(n: int) -> np.ndarray:
    """0 to n - 1, in 4 bytes each where they fit: lists of images are most of what a large data set needs in memory."""
    return np.arange(n, dtype=np.uint32 if n <= 2**32 else np.int64)


def take(array: np.ndarray | Rows, rows: np.ndarray) -> np.ndarray:
    """array[rows], for which the disk is asked for all rows of a memory map at once.

    Otherwise each row would be waited for by itself, and with it would come what lies around it: what the system reads ahead may be
    hundreds of times as much.

    Parameters
    ----------
    array : (N, ...)
    rows : integers from 0 to N - 1
    """
    if isinstance(array, np.memmap) and array.ndim > 1 and rows.ndim and len(rows):
        _will_need(array, rows)
    return array[rows]


def _will_need(array: np.ndarray, rows: np.ndarray) -> None:
    """Tell the system which pages of the file are about to be read; a hint and no more, and where it knows none, nothing."""
    pages = array.base
    while isinstance(pages, np.ndarray):  # a part of a map is based on the whole
        pages = pages.base
    row = array[0]
    if not (hasattr(mmap, "MADV_WILLNEED") and isinstance(pages, mmap.mmap) and row.flags.c_contiguous):
        return
    start = array.ctypes.data - np.frombuffer(pages, np.uint8).ctypes.data  # where the first row lies in the map
    for place in (start + rows.astype(np.int64) * array.strides[0]).tolist():  # 4 bytes would end at 4 GB
        beyond = place % mmap.PAGESIZE
        pages.madvise(mmap.MADV_WILLNEED, place - beyond, row.nbytes + beyond)
