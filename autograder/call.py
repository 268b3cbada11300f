"""One call of a student's function, and everything that is to be known about it afterwards."""

import contextlib
import inspect
import linecache
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from autograder.outside.compiling import compiling

TIME_LIMIT = 10.0  # seconds for one call; the cases are small, plain loops need milliseconds
COMPILING = 60.0  # seconds that Numba may add to that

# What a check needs of the outside world: something that makes the call and reports. A grader that keeps
# the student's code in another process hands in its own.
Call = Callable[[tuple[Any, ...], dict[str, Any]], "Outcome"]


@dataclass(frozen=True)
class Error:
    """How a call failed: exception type, message, and the student's line where one is known."""

    type: str
    message: str
    line: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Parameters
    ----------
    value
        What was returned; None after an error.
    error
        The exception, or None.
    changed, shared
        Indices of the array arguments (positional first, then by keyword) that were modified, and of those
        whose memory the returned array uses.
    look
        Returns the value as it is now, where `value` is only a copy of what is kept elsewhere; None where it is the value itself.
    seconds
        How long the call took, without the time that Numba compiled.
    """

    value: Any = None
    error: Error | None = None
    changed: tuple[int, ...] = ()
    shared: tuple[int, ...] = ()
    look: Callable[[], Any] | None = None
    seconds: float = 0.0


def call_here(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float | None = None
) -> Outcome:
    """Call the function in this process and say what happened; it never raises an Exception.

    Parameters
    ----------
    function, args, kwargs
        What to call.
    seconds
        Limit for the call, without the time that Numba compiles; None is TIME_LIMIT. Machine code that does not end
        cannot be stopped from within its own process, only by the grader.
    """
    limit = seconds or TIME_LIMIT
    given = [(i, a) for i, a in enumerate([*args, *kwargs.values()]) if isinstance(a, np.ndarray)]
    before = [array.copy() for _, array in given]
    try:
        with _time_limit(limit) as pause, compiling(pause) as spent:
            started = time.perf_counter()
            value = function(*args, **kwargs)
            took = time.perf_counter() - started - spent.seconds
    except _OutOfTime:
        return Outcome(error=out_of_time(limit))
    except (Exception, SystemExit) as error:
        return Outcome(error=_describe(error, function))
    changed = tuple(i for (i, a), b in zip(given, before, strict=True) if not _same(a, b))
    parts = value if isinstance(value, (tuple, list)) else [value]
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    shared = tuple(i for i, a in given if any(np.may_share_memory(a, part) for part in arrays))
    return Outcome(value, changed=changed, shared=shared, seconds=took)


def out_of_time(seconds: float) -> Error:
    """Return the error of a call that was stopped after so many seconds."""
    return Error("OutOfTime", f"stopped after {seconds:g} seconds, the limit for one call")


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _describe(error: BaseException, function: Callable[..., Any]) -> Error:
    """Find the deepest line of the student's own code: the last frame that lives where the function lives."""
    home = getattr(inspect.unwrap(function), "__globals__", None)
    line, source = None, ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if home is not None and frame.f_globals is home:
            line, source = number, linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
    return Error(type(error).__name__, str(error), line, source)


class _OutOfTime(BaseException):
    """Not an Exception, so that a student's `except Exception` lets it pass."""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[Callable[[bool], None]]:
    """Stop the block after so many seconds, where the system can (a main thread with POSIX signals).

    Yields what is to be called with True and False around compiling, which has a limit of its own.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield lambda compiling: None
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _OutOfTime

    other = COMPILING

    def swap(compiling: bool) -> None:
        """Set the other limit to work; what was left of this one is kept for later."""
        nonlocal other
        other, _ = signal.setitimer(signal.ITIMER_REAL, max(other, 0.001))  # 0 would be no limit

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield swap
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
