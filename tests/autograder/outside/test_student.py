"""A student's functions called in a kernel: answers, errors, limits, losses."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nbgrader")
from traitlets.config import Config

from autograder.exercise import Behaviour, Case, Exercise
from autograder.judge import CourseCheck
from autograder.outside.kernel import Kernel
from autograder.outside.limits import Limits
from autograder.outside.student import Function, Student
from autograder.outside.watchdog import Bounds, Watchdog

LIMITS = Limits(cell=3, call=1, grace=0.5, output=1 << 20)
CODE = """
import numpy as np
def parts(x, scale=1):
    return x * scale, [scale, "word"], {"t": x.T}, {1, 2}
def spoil(x, y):
    x[0] = 0
    return y[::2]
def wrong(x):
    total = 0
    return x[99]
buffer = np.zeros(3)
def reuse(x):
    buffer[:] = x
    return buffer
def hang(x):
    while True:
        sum(range(1000))
def stubborn(x):
    while True:
        try:
            while True: sum(range(1000))
        except BaseException:
            pass
def die(x):
    import os
    os._exit(0)
def flood(x):
    import os
    from IPython.display import display
    while True:
        display({"text/plain": "x" * 100_000}, raw=True)
def apply(f, x):
    return f(x)
def odd(x):
    get_ipython().kernel.session.send(get_ipython().kernel.iopub_socket, "outside_answer", {"value": ["a", "|O"]})
    raise SystemExit
class Layer:
    def forward(self, x): return x + 1
"""
COMPILED = """
import numba, time
from numba.core.compiler_lock import global_compiler_lock
@numba.njit
def total(x):
    found = 0.0
    for i in range(x.size):
        found += x[i]
    return found
def compiled(x):
    with global_compiler_lock:  # what every compilation holds
        time.sleep(1.5)
    return total(x)
def endless(x):
    total(x)  # compiles once more
    while True:
        sum(range(1000))
"""


@pytest.fixture
def student():
    with Student(lambda: Kernel("python3", Config(), None, LIMITS), LIMITS) as student:
        assert student.run(CODE, lambda kind, content: None).status == "ok"
        yield student


def test_calls_errors_and_manners(student):
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    scaled, listed, named, kept = Function(student, "parts")((x,), {"scale": 3}).value
    np.testing.assert_array_equal(scaled, x * 3)
    assert scaled.flags.f_contiguous
    assert listed == [3, "word"]
    np.testing.assert_array_equal(named["t"], x.T)
    assert type(kept).__name__ == "set"

    outcome = Function(student, "spoil")((np.ones(4), np.ones(4)), {})
    assert (outcome.changed, outcome.shared) == ((0,), (1,))
    error = Function(student, "wrong")(([1],), {}).error
    assert (error.type, error.line, error.source) == ("IndexError", 9, "return x[99]")
    assert Function(student, "nowhere").undefined().type == "NameError"
    assert Function(student, "parts").undefined() is None
    assert Function(student, "odd")((1,), {}).error.type in ("SystemExit", "Unreadable")

    first = Function(student, "reuse")((np.ones(3),), {})
    Function(student, "reuse")((np.zeros(3),), {})
    assert (first.value[0], first.look()[0]) == (1, 0)

    def triple(x):
        return 3 * x

    triple.source = "lambda x: 3 * x"
    assert Function(student, "apply")((triple, 2), {}).value == 6
    assert Function(student, "Layer().forward")((2,), {}).value == 3


@pytest.mark.slow
def test_compiling_is_not_counted_and_what_follows_is(student):
    assert student.run(COMPILED, lambda kind, content: None).status == "ok"
    outcome = Function(student, "compiled")((np.zeros(3),), {})
    assert (outcome.error, outcome.value) == (None, 0)
    error = Function(student, "endless")((np.zeros(3, np.float32),), {}).error
    assert error.type == "OutOfTime"


@pytest.mark.slow
def test_what_does_not_end_is_ended_and_the_rest_is_played_again(student):
    assert "stopped after 1 seconds" in Function(student, "hang")((1,), {}).error.message
    exercise = Exercise("hang", lambda x: x, [Behaviour("values", 1, [Case(1)])], seconds=0.5)
    assert "stopped after 0.5 seconds, the limit for one call" in CourseCheck(exercise, [], "hang").judge(student).text
    assert Function(student, "flood")((1,), {}).error.type == "Flood"
    assert student.losses == 0
    stubborn = Function(student, "stubborn")
    assert "could not be interrupted" in stubborn((1,), {}).error.message
    assert "not called any more" in stubborn((1,), {}).error.message
    assert student.losses == 1
    assert "ended the kernel" in Function(student, "die")((1,), {}).error.message
    assert student.run("import os; os._exit(1)", lambda kind, content: None).status == "lost"
    assert Function(student, "Layer().forward")((2,), {}).value == 3  # the last cell is not played again
    assert Function(student, "die")((1,), {}).error.type == "Lost"
    assert student.gone
    assert Function(student, "parts").undefined().type == "KernelLost"


def test_the_judge_of_the_guide_judges(student):
    guide = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL) if "class Doubles" in block
    )
    names: dict = {}
    exec(code, names)
    assert names["judge"]("hw1", "test-other", "") is None
    check = names["judge"]("hw1", "test-double", "")
    assert check.judge(student).score == 0
    student.run("def double(x): return 2 * x", lambda kind, content: None)
    assert check.judge(student).score == 1


def test_memory_that_the_grader_itself_needs_is_not_the_students(monkeypatch):
    size = 500
    monkeypatch.setattr("autograder.outside.watchdog.memory", lambda pid: size << 20)
    watchdog = Watchdog(0, Bounds(grader=280), [], lambda sentence: None)
    assert watchdog._grader() == ""  # an oracle is trained, for example
    with watchdog.listening():
        size = 600
        assert watchdog._grader() == ""
        size = 700
        assert watchdog._grader() == "it sent more than can be taken in"
    assert watchdog._grader() == ""
