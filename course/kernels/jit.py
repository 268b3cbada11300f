"""Compile a loop at its first call, keep the machine code on disk where that is possible, and do without Numba where it is not."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

_compiling = threading.Lock()


class jit:
    """A kernel: the compiled form of `function` where Numba is installed, `fallback` where it is not.

    Nothing is compiled, and Numba is not imported, before the first call. Kernels are serial and release the GIL, so that
    `course.kernels.threads` can run several at once; Numba's own threads are never used, because their most common layer
    ends the process when two Python threads enter it.

    Parameters
    ----------
    function : the plain Python loop, within what Numba's nopython mode understands
    fallback : a NumPy version with the same arguments and the same effect

    Examples
    --------
    >>> def add_one(a):
    ...     for i in range(a.size):
    ...         a[i] += 1
    >>> def add_one_numpy(a):
    ...     a += 1
    >>> kernel = jit(add_one, fallback=add_one_numpy)
    >>> import numpy as np
    >>> a = np.zeros(3)
    >>> kernel(a)
    >>> a
    array([1., 1., 1.])
    """

    def __init__(self, function: Callable[..., Any], fallback: Callable[..., Any]) -> None:
        self.function = function
        self.fallback = fallback
        self._ready: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        return (self._ready or self._prepare())(*args)

    def _prepare(self) -> Callable[..., Any]:
        with _compiling:
            if self._ready is None:
                self._ready = _compiled(self.function) or self.fallback
            return self._ready


def _compiled(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The Numba dispatcher of `function`, or None without Numba."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecation inside Numba must not stop a student who runs with -W error
        try:
            import numba
        except ImportError:
            return None
        try:
            return numba.njit(cache=True, nogil=True)(function)
        except (
            RuntimeError
        ):  # "cannot cache function: no locator available": neither the install nor the home is writable
            return numba.njit(nogil=True)(function)
