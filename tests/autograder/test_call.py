"""One call of a student's function: what is observed, and that nothing it does gets out."""

import sys
import time

import numba
import numpy as np
import pytest
from numba.core.compiler_lock import global_compiler_lock

from autograder import call as module
from autograder.call import call_here


def helper(values):
    return values[99]


def calls_helper(values):
    total = 0
    return total + helper(values)


def test_an_exception_is_told_with_the_deepest_line_of_the_students_own_code():
    error = call_here(calls_helper, ([1, 2],), {}).error
    assert (error.type, error.message) == ("IndexError", "list index out of range")
    assert error.source == "return values[99]"
    assert error.line == helper.__code__.co_firstlineno + 1


def test_an_exception_inside_numpy_is_told_with_the_students_line():
    def multiply(a):
        return np.einsum("ij,jk->ik", a, a)

    error = call_here(multiply, (np.ones((2, 3)),), {}).error
    assert error.type == "ValueError"
    assert error.source == 'return np.einsum("ij,jk->ik", a, a)'


def test_leaving_python_is_an_error_like_others_and_an_interrupt_is_not():
    assert call_here(lambda: sys.exit(0), (), {}).error.type == "SystemExit"

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_here(interrupted, (), {})


def test_an_endless_loop_is_stopped_even_if_it_catches_exceptions(monkeypatch):
    monkeypatch.setattr(module, "TIME_LIMIT", 0.2)

    def endless():
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    error = call_here(endless, (), {}).error
    assert (error.type, error.message) == ("OutOfTime", "stopped after 0.2 seconds, the limit for one call")
    assert call_here(lambda: 1, (), {}).value == 1


@pytest.mark.slow
def test_compiling_is_not_counted_and_what_follows_is(monkeypatch):
    monkeypatch.setattr(module, "TIME_LIMIT", 0.5)

    @numba.njit
    def total(x):
        found = 0.0
        for i in range(x.size):
            found += x[i]
        return found

    def student(x):
        with global_compiler_lock:  # what every compilation holds
            time.sleep(0.7)
        return total(x)

    started = time.perf_counter()
    outcome = call_here(student, (np.zeros(3),), {})
    passed = time.perf_counter() - started
    assert (outcome.error, outcome.value) == (None, 0)
    assert total.signatures
    assert passed - outcome.seconds > 0.7

    def endless(x):
        total(x.astype(np.float32))  # compiles once more
        while True:
            pass

    assert call_here(endless, (np.zeros(3),), {}).error.type == "OutOfTime"


def test_compiling_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(module, "COMPILING", 0.2)

    def endless():
        with global_compiler_lock:
            while True:
                pass

    assert call_here(endless, (), {}).error.type == "OutOfTime"


def test_an_exercise_may_have_a_limit_of_its_own():
    def slow():
        time.sleep(5)

    assert call_here(slow, (), {}, seconds=0.1).error.message.startswith("stopped after 0.1 seconds")


def test_changed_and_shared_arguments_are_seen():
    def spoil(a, b, c):
        b[0] += 1
        return a[::2]

    outcome = call_here(spoil, (np.ones(4), np.ones(4)), {"c": np.ones(4)})
    assert (outcome.changed, outcome.shared) == ((1,), (0,))

    def parts(a, b):
        return a + b, b.T

    assert call_here(parts, (np.ones((2, 2)), np.ones((2, 2))), {}).shared == (1,)
    nans = np.array([np.nan, 1.0])
    assert call_here(lambda a: a + 1, (nans,), {}).changed == ()
