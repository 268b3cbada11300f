"""In a notebook, one line when loops are being compiled, so that nobody takes the wait for the network's."""

from __future__ import annotations

import sys
import threading
import time
from functools import cache
from typing import Any

PATIENCE = 0.5  # seconds of compiling, taken together, before it is worth a line
LINE = "Numba compiles the course's loops; this happens once on a computer, and `course warmup` does it beforehand."


class Notice:
    """Listens to Numba, and prints `LINE` once in a process, as soon as the waits have added up."""

    def __init__(self) -> None:
        self._depth, self._spent, self._start, self._said = 0, 0.0, 0.0, False
        self._timer: threading.Timer | None = None

    def on_start(self, event: Any) -> None:
        if not _ours(event):
            return
        self._depth += 1  # the loop's own helpers are compiled inside
        if self._depth == 1 and not self._said:
            self._start = time.monotonic()
            self._timer = threading.Timer(max(0.0, PATIENCE - self._spent), self.say)
            self._timer.daemon = True
            self._timer.start()

    def on_end(self, event: Any) -> None:
        if not _ours(event):
            return
        self._depth -= 1
        if self._depth == 0 and self._timer:
            self._timer.cancel()
            self._spent += time.monotonic() - self._start

    def notify(self, event: Any) -> None:
        (self.on_start if event.is_start else self.on_end)(event)

    def say(self) -> None:
        self._said, self._timer = True, None
        print(LINE, flush=True)


def _ours(event: Any) -> bool:
    return str(event.data["dispatcher"].py_func.__module__).startswith("course.")


@cache
def listen() -> None:
    """To be called once Numba is there. Outside notebooks nothing is said: there is a progress bar, or nobody to read it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        from numba.core import event

        event.Listener.register(Notice)  # its base class, without importing Numba above
        event.register("numba:compile", Notice())
