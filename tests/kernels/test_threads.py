"""The thread pool: every piece once, errors raised, no deadlock, no second pool in BLAS."""

import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import course
from course.functional import conv2d_forward
from course.kernels.threads import run, slices

X = np.random.default_rng(0).normal(size=(40, 3, 24, 24))
WEIGHT = np.random.default_rng(1).normal(size=(8, 3, 5, 5))


@pytest.fixture
def four_threads() -> Iterator[None]:
    before = course.num_threads()
    course.set_num_threads(4)
    yield
    course.set_num_threads(before)


@pytest.mark.parametrize("pieces", [0, 1, 2, 3, 50])
def test_every_piece_is_done_once(pieces: int, threads: int) -> None:
    done: list[int] = []
    run(done.append, range(pieces))
    assert sorted(done) == list(range(pieces))


def test_pieces_run_at_the_same_time(four_threads: None) -> None:
    all_there = threading.Barrier(4, timeout=20)  # broken, and so an error, unless four threads stand in it at once
    run(lambda _: all_there.wait() and None, range(4))


def test_one_thread_stays_in_the_callers() -> None:
    before = course.num_threads()
    course.set_num_threads(1)
    seen: set[threading.Thread] = set()
    run(lambda _: seen.add(threading.current_thread()), range(9))
    course.set_num_threads(before)
    assert seen == {threading.current_thread()}


@pytest.mark.parametrize("bad", [0, 7, 49])
def test_an_error_in_a_piece_is_raised(bad: int, threads: int) -> None:
    def task(i: int) -> None:
        time.sleep(0.001)
        if i == bad:
            raise RuntimeError(f"piece {i}")

    with pytest.raises(RuntimeError, match=f"^piece {bad}$"):
        run(task, range(50))
    run(lambda _: None, range(50))  # the pool lives on


NESTED = """
import faulthandler
from course import set_num_threads
from course.kernels.threads import run
faulthandler.dump_traceback_later(20, exit=True)  # a deadlock ends here
set_num_threads({threads})
done = []
run(lambda i: run(lambda j: done.append((i, j)), range(6)), range(6))
print(sorted(done) == [(i, j) for i in range(6) for j in range(6)])
"""


def test_a_run_inside_a_run_comes_to_its_end(threads: int, run_python: Callable[..., str]) -> None:
    assert run_python(NESTED.format(threads=threads)) == "True\n"


def test_two_python_threads_at_once(four_threads: None) -> None:
    expected = conv2d_forward(X, WEIGHT)
    found: list[np.ndarray] = []

    def work() -> None:
        for _ in range(5):
            found.append(conv2d_forward(X, WEIGHT))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert len(found) == 10
    for out in found:
        np.testing.assert_array_equal(out, expected)


def test_the_number_of_threads_may_change_while_others_work(four_threads: None) -> None:
    before, end = sys.getswitchinterval(), time.monotonic() + 0.5

    def change() -> None:
        while time.monotonic() < end:
            course.set_num_threads(4)

    other = threading.Thread(target=change)
    sys.setswitchinterval(1e-6)  # so that threads take turns at the worst moments, too
    try:
        other.start()
        while time.monotonic() < end:
            run(lambda _: None, range(8))
    finally:
        other.join()
        sys.setswitchinterval(before)


FORK = """
import os, signal, threading
import numpy as np
import course
from course.functional import conv2d_forward
from course.kernels.threads import run
course.set_num_threads(2)
x, weight = np.ones((40, 3, 24, 24)), np.ones((8, 3, 5, 5))
expected = conv2d_forward(x, weight)
child = os.fork()
if child == 0:
    signal.alarm(30)  # a child that waits for threads it does not have is ended
    right = np.array_equal(conv2d_forward(x, weight), expected)
    both = threading.Barrier(2, timeout=10)
    try:
        run(lambda _: both.wait(), range(2))  # and on two threads of its own
    except threading.BrokenBarrierError:
        right = False
    os._exit(0 if right else 1)
assert np.array_equal(conv2d_forward(x, weight), expected)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_forked_child_can_convolve(run_python: Callable[..., str]) -> None:
    assert run_python(FORK) == "0\n"


BLAS = """
import numpy as np
from threadpoolctl import threadpool_info
from course import functional as F

def blas():
    return {{pool["filepath"]: pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}}

before = blas()  # NumPy's own; SciPy brings another one, which Numba loads where SciPy is installed
F.{call}
print(*before.values(), *(blas()[path] for path in before))
"""


@pytest.mark.parametrize(
    "call",
    [
        "conv2d_forward(np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)))",
        "linear_forward(np.ones((2, 3)), np.ones((4, 3)))",
        "linear_backward(np.ones((2, 4)), np.ones((2, 3)), np.ones((4, 3)))",
    ],
)
def test_blas_is_held_to_one_thread_after_the_first_call(call: str, run_python: Callable[..., str]) -> None:
    two = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    printed = run_python(BLAS.format(call=call), **two)
    if printed == "1 1\n":
        pytest.skip("this BLAS has one thread anyhow")
    assert printed == "2 1\n"


def test_slices_cover_the_range() -> None:
    assert [i for part in slices(23, 5) for i in range(23)[part]] == list(range(23))
    assert slices(0, 5) == []


def test_what_the_caller_says_of_overflows_holds_in_the_pool(threads: int) -> None:
    """With warnings turned into errors, as students' runs may have them."""
    together = threading.Barrier(threads)

    def task(_: int) -> None:
        together.wait(timeout=30)  # so that each thread has one
        np.float32(1e38) * np.float32(10)

    with np.errstate(over="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        run(task, range(threads))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        run(task, range(threads))
