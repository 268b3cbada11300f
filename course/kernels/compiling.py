"""What happens while Numba compiles the course's loops: it is done in less time, and in a notebook one line says that it is."""

from __future__ import annotations

import gc
import sys
import threading
import time
from functools import cache
from typing import Any

PATIENCE = 0.5  # seconds of compiling, taken together, before it is worth a line
LINE = "Numba compiles the course's loops; this happens once on a computer, and `course warmup` does it beforehand."


class Watch:
    """Listens to Numba: `begin` and `end` are called around a loop of ours that is compiled, its helpers inside included."""

    def __init__(self) -> None:
        self._depth = 0

    def begin(self) -> None:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError

    def on_start(self, event: Any) -> None:
        if _ours(event):
            self._depth += 1
            if self._depth == 1:
                self.begin()

    def on_end(self, event: Any) -> None:
        if _ours(event):
            self._depth -= 1
            if self._depth == 0:
                self.end()

    def notify(self, event: Any) -> None:
        (self.on_start if event.is_start else self.on_end)(event)


class Haste(Watch):
    """Without what costs time and brings next to nothing here: a third of the whole.

    LLVM's third level of optimising finds hardly anything in these loops that the second does not, and the compiler's many small
    objects keep Python's garbage collector busy. Numba compiles one loop at a time, and others than ours are compiled as always.
    """

    def begin(self) -> None:
        from numba.core import config

        self._level, self._collects = config.OPT, gc.isenabled()
        config.OPT = min(config.OPT, type(config.OPT)(2))
        gc.disable()

    def end(self) -> None:
        from numba.core import config

        config.OPT = self._level
        if self._collects:
            gc.enable()


class Notice(Watch):
    """Prints `LINE` once in a process, as soon as the waits have added up."""

    def __init__(self) -> None:
        super().__init__()
        self._spent, self._start, self._said = 0.0, 0.0, False
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        if not self._said:
            self._start = time.monotonic()
            self._timer = threading.Timer(max(0.0, PATIENCE - self._spent), self.say)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._spent += time.monotonic() - self._start

    def say(self) -> None:
        self._said, self._timer = True, None
        print(LINE, flush=True)


def _ours(event: Any) -> bool:
    return str(event.data["dispatcher"].py_func.__module__).startswith("course.")


@cache
def listen() -> None:
    """To be called once Numba is there. Outside notebooks nothing is said: there is a progress bar, or nobody to read it."""
    from numba.core import event

    event.Listener.register(Watch)  # its base class, without importing Numba above
    event.register("numba:compile", Haste())
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel"):
        event.register("numba:compile", Notice())
