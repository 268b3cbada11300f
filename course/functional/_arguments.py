"""What every operation asks of its arguments, and the one sentence each gives when it does not get it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

Pair = int | tuple[int, int]
_FLOATS = frozenset((np.dtype(np.float32), np.dtype(np.float64)))


def pair(name: str, value: Pair, least: int) -> tuple[int, int]:
    """An int or a pair (h, w) as a pair of ints, each at least `least`.

    Examples
    --------
    >>> pair("conv2d: stride", 2, least=1)
    (2, 2)
    >>> pair("conv2d: stride", (2, 0), least=1)
    Traceback (most recent call last):
    ValueError: conv2d: stride is (2, 0); it must be a whole number of at least 1, or a pair (h, w) of them.
    """
    if type(value) is int and value >= least:  # what nearly every call gives, without the look at what else it might be
        return value, value
    both = whole_numbers(value if isinstance(value, (tuple, list, np.ndarray)) else (value, value), least)
    if len(both) != 2:
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number of at least {least}, or a pair (h, w) of them."
        )
    return both[0], both[1]


def whole(name: str, value: int, least: int) -> int:
    """An int of at least `least`.

    Examples
    --------
    >>> whole("conv2d: groups", 0, least=1)
    Traceback (most recent call last):
    ValueError: conv2d: groups is 0; it must be a whole number of at least 1.
    """
    if type(value) is int and value >= least:
        return value
    found = whole_numbers([value], least)
    if not found:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least {least}.")
    return found[0]


def whole_numbers(values: Iterable[Any], least: int) -> list[int]:
    """The values as ints; none of them where one is not a whole number or is below `least`."""
    try:
        found = [operator.index(v) for v in values]
    except TypeError:
        return []
    return found if min(found, default=least) >= least else []


def floats(operation: str, **arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays in memory order and in their common float dtype; integers and booleans count as float64.

    Raises
    ------
    ValueError : lists whose rows differ in length, or an array that is neither integer nor float32 nor float64
    """
    given = list(arrays.values())
    kind = getattr(given[0], "dtype", None)
    if kind in _FLOATS and all(type(a) is np.ndarray and a.dtype is kind and a.flags.carray for a in given):
        return given  # inside a network all are as they should be, and nobody has to look closer
    found = {name: array_of(f"{operation}: {name}", a) for name, a in arrays.items()}
    for name, a in found.items():
        if a.dtype.kind not in "iub" and a.dtype not in (np.float32, np.float64):
            raise ValueError(f"{operation}: {name} has dtype {a.dtype}; use float32 (to train) or float64.")
    kinds = [np.dtype(np.float64) if a.dtype.kind in "iub" else a.dtype for a in found.values()]
    # writeable too: for a read-only array Numba would compile every kernel once more
    return [np.require(a, np.result_type(*kinds), ["C", "W"]) for a in found.values()]


def rank(operation: str, name: str, array: np.ndarray, axes: str) -> None:
    """Raise unless `array` has one axis for each name in `axes`, as in "N, C, H, W"."""
    wanted = axes.count(",") + 1
    if array.ndim != wanted:
        hint = "; add the batch axis with x[None]" if array.ndim == wanted - 1 and axes.startswith("N") else ""
        raise ValueError(
            f"{operation}: {name} has shape {array.shape}, {array.ndim} axes; it needs {wanted}, ({axes}){hint}."
        )


def same_shape(operation: str, name: str, array: np.ndarray, shape: tuple[int, ...], of: str) -> None:
    """Raise unless `array` has `shape`, which is that of `of`."""
    if array.shape != shape:
        raise ValueError(f"{operation}: {name} has shape {array.shape}, but {of} has shape {shape}.")


def array_of(name: str, value: np.ndarray) -> np.ndarray:
    """`value` as an array, or one sentence on lists that are none."""
    try:
        return np.asarray(value)
    except ValueError:  # NumPy's words for it are about "inhomogeneous parts"
        raise ValueError(f"{name} is no array: the lists in it differ in length.") from None
