"""Split work over a few threads of our own, with BLAS held to one thread each.

Two pools that meet are slower than one thread: a LeNet step with OpenBLAS on two threads beside two of ours ran at a tenth of the
speed. So the first parallel call tells BLAS to use one thread from then on, and the batch is split here. How work is cut into
pieces depends on its shape alone wherever the results do, never on the number of threads, so one core and two give the same bits.
"""

from __future__ import annotations

import contextvars
import operator
import os
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import TypeVar

from course.kernels.memory import keep_freed_memory

T = TypeVar("T")

_lock = threading.Lock()
_helpers: SimpleQueue[_Help | None] | None = None
_threads: int | None = None
_prepared = False


def num_threads() -> int:
    """How many threads the library uses: what `set_num_threads` said, else COURSE_NUM_THREADS, OMP_NUM_THREADS, or the cores."""
    global _threads
    if _threads is None:
        for name in ("COURSE_NUM_THREADS", "OMP_NUM_THREADS"):
            value = os.environ.get(name, "")
            if value.isdecimal() and int(value) > 0:
                _threads = int(value)
                break
        else:
            _threads = _cores()
    return _threads


def set_num_threads(n: int) -> None:
    """Use `n` threads from now on.

    Raises
    ------
    ValueError : `n` is not a positive whole number
    """
    global _threads, _helpers
    try:
        threads = operator.index(n)
    except TypeError:
        threads = 0
    if threads < 1 or isinstance(n, bool):
        raise ValueError(f"set_num_threads: n is {n!r}; it must be a whole number of at least 1.")
    with _lock:
        if _helpers is not None:
            for _ in range(num_threads() - 1):
                _helpers.put(None)  # one for each of the old helpers, after all that waits for them
        _threads, _helpers = threads, None


def run(task: Callable[[T], None], pieces: Iterable[T]) -> None:
    """Call `task` on each piece, on several threads where there are several pieces; an error in any of them is raised here."""
    prepare()
    pieces = list(pieces)
    helpers = min(num_threads(), len(pieces)) - 1
    if helpers <= 0:
        for piece in pieces:
            task(piece)
        return
    queue = iter(pieces)  # next() on a list's iterator is atomic, so every piece is taken once

    def work() -> None:
        for piece in queue:
            task(piece)

    helps = [_Help(work) for _ in range(helpers)]
    waiting = _queue()
    for help in helps:
        waiting.put(help)
    try:
        work()
    finally:
        for help in helps:
            help.finish()
    for help in helps:
        if help.error is not None:
            raise help.error


class _Help:
    """A part in the work of a `run`, for the first helper that comes; it takes 25 microseconds less than an executor's future."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self.error: BaseException | None = None
        self._context = contextvars.copy_context()  # the caller's, so that np.errstate holds there too
        self._begun, self._under_way = threading.Lock(), threading.Lock()
        self._under_way.acquire()

    def give(self) -> None:
        """Take part, unless the caller was through before anybody came."""
        if self._begun.acquire(blocking=False):
            try:
                self._context.run(self._work)
            except BaseException as error:
                self.error = error
            self._under_way.release()

    def finish(self) -> None:
        """Wait until it is done; what nobody has begun is not needed any more."""
        if not self._begun.acquire(blocking=False):
            self._under_way.acquire()


def slices(n: int, size: int) -> list[slice]:
    """Cut range(n) into slices of `size` (the last may be shorter).

    Examples
    --------
    >>> slices(7, 3)
    [slice(0, 3, None), slice(3, 6, None), slice(6, 7, None)]
    """
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def pieces(n: int, bytes_each: int, working_set: int) -> list[slice]:
    """Cut range(n) into nearly equal slices of about `working_set` bytes or less: one for little work, else an even number.

    Examples
    --------
    >>> pieces(7, bytes_each=1 << 20, working_set=3 << 20)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None), slice(6, 7, None)]
    """
    total = n * bytes_each
    if total <= 1 << 16:
        return slices(n, max(1, n))
    count = -(-total // working_set)
    return slices(n, -(-n // (count + count % 2)))


def spans(n: int, bytes_each: int | None = None) -> list[slice]:
    """Cut range(n) into as many nearly equal slices as there are threads, for loops whose results do not hang on the cut.

    Two threads that return to Python at the same moment wait for each other, so such a loop is called once by each. With
    `bytes_each` it goes over numbers once or twice, and two megabytes take as long as calling a second thread.

    Examples
    --------
    >>> spans(8, bytes_each=1 << 18)
    [slice(0, 8, None)]
    """
    light = bytes_each is not None and n * bytes_each <= 1 << 21
    return slices(n, max(1, n if light else -(-n // num_threads())))


def shares(pieces: list[slice], bytes_each: int) -> int:
    """How many partial sums of `bytes_each` to keep for so many pieces: at most 8, and beyond 2 no more than 16 MB of them."""
    return min(len(pieces), max(2, min(8, (1 << 24) // max(1, bytes_each))))


def _queue() -> SimpleQueue[_Help | None]:
    """Where the helpers wait for work; they are started with it."""
    global _helpers
    with _lock:
        if _helpers is None:
            _helpers = SimpleQueue()
            for i in range(num_threads() - 1):
                threading.Thread(target=_lend_a_hand, args=(_helpers,), name=f"course_{i}", daemon=True).start()
        return _helpers


def _lend_a_hand(waiting: SimpleQueue[_Help | None]) -> None:
    while (help := waiting.get()) is not None:
        help.give()
        del help  # with all that it holds, while this thread waits for the next one


def prepare() -> None:
    """Once and for the whole process: BLAS uses one thread, since parallel work is ours; and freed memory is kept."""
    global _prepared
    if not _prepared:
        from threadpoolctl import threadpool_limits

        threadpool_limits(limits=1, user_api="blas")
        keep_freed_memory()
        _prepared = True


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not say which cores a process may use
        return os.cpu_count() or 1


def _forget_pool() -> None:
    """In a forked child the helpers are gone: start new ones when they are needed."""
    global _helpers, _lock
    _helpers, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
