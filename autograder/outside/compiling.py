"""The time that Numba compiles, so that no limit counts it; like `wire`, the same text runs on both sides."""

import contextlib
import sys
import time
from typing import Any


class Spent:
    """Seconds spent compiling so far."""

    seconds = 0.0


@contextlib.contextmanager
def compiling(tell: Any) -> Any:
    """Call `tell(True)` whenever Numba begins to compile in the block, and `tell(False)` when it is done.

    Numba tells by its compiler lock, which every way of compiling takes (`njit`, `vectorize`, `guvectorize`).
    Where Numba is not imported when the block begins, nothing is told.

    Parameters
    ----------
    tell
        Called with a bool.

    Yields
    ------
    Spent
        Grows as time is spent compiling.
    """
    spent = Spent()
    if "numba" not in sys.modules:
        yield spent
        return
    from numba.core import event

    class Listener(event.Listener):
        depth, started = 0, 0.0

        def on_start(self, what: Any) -> Any:
            self.depth += 1
            if self.depth == 1:
                self.started = time.perf_counter()
                tell(True)

        def on_end(self, what: Any) -> Any:
            self.depth -= 1
            if self.depth == 0:
                tell(False)
                spent.seconds += time.perf_counter() - self.started

    with event.install_listener("numba:compiler_lock", Listener()):
        yield spent
