"""Compile a loop when it pays, keep the machine code on disk where that is possible, and do without Numba where it is not."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

from course.kernels.compiling import listen

_compiling = threading.Lock()
_registered: set[Callable[..., Any]] = set()  # helpers that Numba knows

PATIENCE = 10_000_000  # numbers: NumPy is through with them in the time that importing Numba takes


class jit:
    """A kernel: a loop that is compiled when it pays, and a NumPy version for before and for where Numba is missing.

    NumPy serves until a kernel has worked on ten million numbers; then Numba is imported and the loop compiled, or loaded from
    the cache. A first small convolution so waits for nothing, and a training run compiles in its first steps. Both versions give
    the same bits, so nobody can tell when the change happens. Compiled kernels are serial and release the GIL, so that
    `course.kernels.threads` can run several at once; Numba's own threads are never used, because their most common layer ends
    the process when two Python threads enter it.

    Parameters
    ----------
    function : the plain Python loop, within what Numba's nopython mode understands
    fallback : a NumPy version with the same arguments and the same effect, to the bit
    uses : plain functions that the loop calls, compiled with it
    exact : False where speed needs fused or reordered additions, so that the NumPy version differs in the last bits; such a kernel
        is compiled at its first call, and whoever calls it asks for work that is worth it
    intrinsics : name -> what makes the instruction of that name that the loops use, once Numba is there; see `course.kernels.tile`.
        It takes the place of None in the modules that have such a name

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
    >>> kernel.compiled(a)
    >>> a
    array([2., 2., 2.])
    """

    def __init__(
        self,
        function: Callable[..., Any],
        fallback: Callable[..., Any],
        uses: tuple[Callable[..., Any], ...] = (),
        exact: bool = True,
        intrinsics: dict[str, Callable[[], Any]] | None = None,
    ) -> None:
        self.function, self.fallback, self.uses, self.exact = function, fallback, uses, exact
        self.intrinsics = intrinsics or {}
        self._ready: Callable[..., Any] | None = None
        self._done = 0

    def __call__(self, *args: Any) -> None:
        if self._ready is None and self.exact:
            self._done += max(getattr(a, "size", 0) for a in args)
            if self._done < PATIENCE:
                self.fallback(*args)
                return
        self.compiled(*args)

    @property
    def compiled(self) -> Callable[..., Any]:
        """The compiled loop, made now if need be; the NumPy version where Numba is missing."""
        if self._ready is None:
            with _compiling:
                self._ready = self._ready or _compiled(self) or self.fallback
        return self._ready


def _compiled(kernel: jit) -> Callable[..., Any] | None:
    """The Numba dispatcher of a kernel's loop, or None without Numba."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecation inside Numba must not stop a student who runs with -W error
        try:
            import numba
        except ImportError:
            return None
        listen()
        for helper in kernel.uses:
            if helper not in _registered:
                _registered.add(helper)
                numba.extending.register_jitable(helper)
        for name, make in kernel.intrinsics.items():
            for function in (kernel.function, *kernel.uses):
                if function.__globals__.get(name, make) is None:
                    function.__globals__[name] = make()
        loose = False if kernel.exact else {"contract", "reassoc", "nsz"}
        try:
            return numba.njit(cache=True, nogil=True, fastmath=loose, error_model="numpy")(kernel.function)
        except (
            RuntimeError
        ):  # "cannot cache function: no locator available": neither the install nor the home is writable
            return numba.njit(nogil=True, fastmath=loose, error_model="numpy")(kernel.function)
