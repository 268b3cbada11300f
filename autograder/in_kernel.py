"""`check`, as a notebook calls it: run the check in this process, show the report, return it."""

import contextlib
import io
import os
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from autograder.call import call_here
from autograder.engine import run
from autograder.errors import CheckBugError, UsageError
from autograder.registry import find
from autograder.report import Report

REPORT_MIMETYPE = "application/vnd.sobel-to-vgg.report+json"
SEED_VARIABLE = "AUTOGRADER_SEED"


def check(name: str, function: Callable[..., Any]) -> Report:
    """Check your function: show what is right and what is wrong, and return the report.

    Parameters
    ----------
    name
        Name of the exercise.
    function
        Your function itself, without parentheses behind it.

    Returns
    -------
    Report
        With `status` ("right", "wrong", "not attempted"), `score`, `max_score`, `mistakes` and `text`. Its
        repr is the score, so that as the last line of a grade cell it is what nbgrader reads as the points.

    Raises
    ------
    UsageError
        If there is no exercise of that name, or what is given is not a function.
    CheckBugError
        If the check itself is broken.
    """
    exercise, mistakes = find(name)
    if not callable(function):
        raise UsageError(f"check wants the function itself: check({name!r}, {name}), without parentheses behind it.")
    seed = grading_seed()
    # nbgrader takes all points from a cell that writes to stderr, be it only a warning of NumPy.
    with _quiet():
        call = partial(call_here, function, seconds=exercise.seconds)
        try:
            report = run(exercise, mistakes, call, seed=seed or 0, hidden=seed is not None)
        except CheckBugError as bug:
            raise CheckBugError(
                f"{bug} This is an error of the course, not of your function; please tell your instructor."
            ) from bug
    _show(report)
    return report


def grading_seed() -> int | None:
    """Return the seed of a grading run, or None in a student's run.

    nbgrader says in NBGRADER_EXECUTION that it is grading; `autograder.config.configure` sets AUTOGRADER_SEED,
    which may be any text. Seeds start at 1000, above all that a student's run uses.
    """
    if os.environ.get("NBGRADER_EXECUTION") != "autograde":
        return None
    return 1000 + zlib.crc32(os.environ.get(SEED_VARIABLE, "").encode()) % 1_000_000


class _Nowhere(io.TextIOBase):
    """A stream that forgets: what a student's function prints hundreds of times is not kept."""

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _show(report: Report) -> None:
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(report.text)
        return
    from IPython.display import display

    display({"text/plain": report.text, "text/html": report.html, REPORT_MIMETYPE: report.data}, raw=True)
