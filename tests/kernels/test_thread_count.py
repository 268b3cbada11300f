"""How many threads: what was said in the code, else in the environment, else the cores."""

import os
from collections.abc import Callable

import numpy as np
import pytest

import course
from course.kernels import threads


@pytest.mark.parametrize("n", [0, -1, 1.5, "2", None])
def test_a_number_that_makes_no_sense_is_refused(n: object) -> None:
    before = course.num_threads()
    with pytest.raises(ValueError, match=r"^set_num_threads: n is .+; it must be a whole number of at least 1\.$"):
        course.set_num_threads(n)  # type: ignore[arg-type]
    assert course.num_threads() == before


def test_the_number_is_kept() -> None:
    before = course.num_threads()
    course.set_num_threads(3)
    assert course.num_threads() == 3
    course.set_num_threads(before)


def test_numpys_whole_numbers_will_do() -> None:
    before = course.num_threads()
    course.set_num_threads(np.int64(3))
    assert course.num_threads() == 3
    course.set_num_threads(before)


@pytest.mark.parametrize(
    "of_ours, of_openmp, expected",
    [("5", "3", 5), (None, "3", 3), ("0", "3", 3), ("many", "3", 3), ("", None, None)],
)
def test_the_environment_is_obeyed(
    of_ours: str | None, of_openmp: str | None, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("COURSE_NUM_THREADS", of_ours), ("OMP_NUM_THREADS", of_openmp)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(threads, "_threads", None)  # as if nobody had asked yet
    monkeypatch.setattr(threads, "_cores", lambda: 64)
    assert course.num_threads() == (expected or 64)


def test_the_cores_are_those_this_process_may_use() -> None:
    assert 1 <= threads._cores() <= (os.cpu_count() or 1)


def test_a_process_that_was_told_one_thread_starts_no_other(run_python: Callable[..., str]) -> None:
    code = """
import threading, time
from course.kernels.threads import run
run(lambda piece: time.sleep(0.001), range(8))
print([t.name for t in threading.enumerate()])
"""
    assert run_python(code, COURSE_NUM_THREADS="1") == "['MainThread']\n"
    assert "course" in run_python(code, COURSE_NUM_THREADS="2")
