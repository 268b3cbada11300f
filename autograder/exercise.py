"""The vocabulary of a check: an Exercise has Behaviours, a Behaviour has Cases, and named Mistakes explain."""

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

Function = Callable[..., Any]

SHAPE = ("shape",)
VALUES = ("shape", "values")
TYPES = ("shape", "values", "dtype")
MANNERS = ("shape", "values", "inputs", "memory", "again")
HERE = Path(__file__).parent


class Case:
    """One call of the student's function, written as the code that a student can paste.

    Parameters
    ----------
    args, kwargs
        The arguments. A string is a Python expression in which `np`, `rng`, a seeded generator, and what IMPORTS
        names are known: `"rng.standard_normal((2, 3, 7, 5))"`. Anything else stands for itself.
    then
        An expression in these and `result`: what to compare instead of the result itself, for answers that are known by
        what they do. It may raise `Wrong`.
    """

    def __init__(self, *args: Any, then: str | None = None, **kwargs: Any) -> None:
        self.args, self.kwargs, self.then = args, kwargs, then
        self.file, self.line = _written_at()

    def draw(self, seed: int) -> tuple[tuple[Any, ...], dict[str, Any], np.random.Generator]:
        """Return fresh arguments: the same ones for the same seed, and the generator as it stands after."""
        rng = np.random.default_rng(seed)
        args = tuple(_evaluate(value, rng) for value in self.args)
        kwargs = {key: _evaluate(value, rng) for key, value in self.kwargs.items()}
        return args, kwargs, rng

    def view(self, result: Any, seed: int) -> Any:
        """Return what is compared: the result itself, or what `then` makes of it."""
        return result if self.then is None else _evaluate(self.then, self.draw(seed)[2], result=result)

    def paste(self, name: str, parameters: list[str], seed: int) -> str:
        """Return lines which, pasted below the student's function `name`, repeat this call."""
        assigned: list[str] = []
        listed: list[str] = []
        keys = [*parameters[: len(self.args)], *self.kwargs]
        for i, (key, value) in enumerate(zip(keys, [*self.args, *self.kwargs.values()], strict=True)):
            text = repr(value)
            if isinstance(value, str):
                assigned.append(f"{key} = {value}")
                text = key
            listed.append(text if i < len(self.args) else f"{key}={text}")
        call = f"{name}({', '.join(listed)})"
        if self.then is not None:
            call = f"result = {call}; {self.then}"
        written = "".join([*assigned, self.then or ""])
        if re.search(r"\brng\b", written):
            assigned.insert(0, f"rng = np.random.default_rng({seed})")
        assigned[:0] = [line for name, line in IMPORTS.items() if re.search(rf"\b{name}\.", written)]
        return "\n".join([*assigned, call])


@dataclass(frozen=True, eq=False)
class Behaviour:
    """One thing that a right answer does, and its points: all of its cases pass, or none are given.

    Parameters
    ----------
    title
        What is looked at, as the student reads it: "stride".
    points
        Points for it.
    cases
        What is tried wherever the check runs.
    hidden
        What is tried on top of that in a grading run, which also draws other numbers.
    demands
        What must hold: SHAPE, VALUES, TYPES (the dtype too) or MANNERS (inputs untouched, output in its own
        memory, a second call knows nothing of the first).
    """

    title: str
    points: float
    cases: list[Case]
    hidden: list[Case] | tuple[()] = ()
    demands: tuple[str, ...] = VALUES


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function to be written, its oracle, and the behaviours that give points.

    Parameters
    ----------
    name
        The student's function.
    oracle
        A slow, obvious, right answer.
    behaviours
        What is looked at, in order.
    answered_by
        Dotted names of ready-made functions that would do the exercise, such as "course.functional.conv2d_forward": a grading
        run takes them away. The function of `course.functional` with the exercise's own name needs no mention.
    seconds
        What one call of the function may take; the time that Numba compiles is not counted. None takes the usual limit, 10 s.
    """

    name: str
    oracle: Function
    behaviours: list[Behaviour]
    answered_by: tuple[str, ...] = ()
    seconds: float | None = None

    @property
    def points(self) -> float:
        """The most that can be reached."""
        return sum(behaviour.points for behaviour in self.behaviours)

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the function's arguments."""
        return list(inspect.signature(self.oracle).parameters)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A typical wrong solution: it names the student's error, and it proves that the check sees it."""

    name: str
    diagnosis: str
    function: Function


def collect(found: list[Mistake]) -> Callable[[str], Callable[[Function], Function]]:
    """Return a decorator that files a wrong solution, named as its function is.

    Parameters
    ----------
    found
        The list that it is appended to.

    Returns
    -------
    callable
        `wrong(diagnosis)`, to stand above a function.
    """

    def wrong(diagnosis: str) -> Callable[[Function], Function]:
        def file(function: Function) -> Function:
            found.append(Mistake(function.__name__, diagnosis, function))
            return function

        return file

    return wrong


class Wrong(Exception):
    """Raised by what a `then` calls, where an answer is wrong and can be told in a better sentence than by comparing.

    Parameters
    ----------
    sentence
        What the student reads; it holds no expected value.
    value
        What two equally wrong answers have in common, by which a named mistake is recognised.
    """

    def __init__(self, sentence: str, value: Any) -> None:
        super().__init__(sentence)
        self.value = value


IMPORTS = {
    "F": "import course.functional as F",
    "data": "from course import data",
    "networks": "from autograder import networks",
}
"""What an expression of a case may use besides `np` and `rng`, and the line that a student pastes for it."""


def _written_at() -> tuple[str, int]:
    """Return file and line of the check that is making a case: the first caller that is none of this folder's own files."""
    frame = sys._getframe(2)
    while Path(frame.f_code.co_filename).parent == HERE and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


@cache
def _compiled(text: str) -> tuple[CodeType, list[str]]:
    """Compile an expression, once for all calls, and find the lines that import what it names."""
    return compile(text, "<case>", "eval"), [line for name, line in IMPORTS.items() if re.search(rf"\b{name}\.", text)]


def _evaluate(value: Any, rng: np.random.Generator, **names: Any) -> Any:
    """Evaluate an expression written by the author of a check; pass anything but a string through.

    A function that comes out keeps its text as `source`: a student in another process is sent that.
    """
    if not isinstance(value, str):
        return value
    known = {"np": np, "rng": rng, **names}
    code, imports = _compiled(value)
    for line in imports:
        exec(line, known)
    found = eval(code, known)
    if inspect.isfunction(found):
        found.source = value  # type: ignore[attr-defined]
    return found
