"""What a judge says of one test cell, and how it stands in the notebook."""

import math
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Protocol

from autograder.outside.student import Student


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check.

    Parameters
    ----------
    score, max_score
        Points reached and reachable, in the check's own measure.
    text, html
        The message to the student.
    data
        More representations by MIME type.
    error
        (name, sentence) where there is nothing to give points for; it is shown as an exception is.
    """

    score: float
    max_score: float
    text: str = ""
    html: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, str] | None = None


class Judge(Protocol):
    """A check of one test cell."""

    def judge(self, student: Student) -> Verdict:
        """Call the student's functions and say what they are worth."""


def noted(verdict: Verdict, note: str) -> Verdict:
    """Return the verdict with a sentence below it, unless that is empty."""
    if not note:
        return verdict
    page = f"{verdict.html}<p><em>{escape(note)}</em></p>" if verdict.html else ""
    return replace(verdict, text=f"{verdict.text}\n\n{note}" if verdict.text else note, html=page)


def points(verdict: Verdict, most: float) -> float:
    """Return the points of a cell that gives `most`: always a finite number between 0 and that."""
    if verdict.error is not None or not (verdict.max_score > 0 and math.isfinite(verdict.score)):
        return 0.0
    return round(min(max(verdict.score / verdict.max_score, 0.0), 1.0) * most, 6)


def outputs(verdict: Verdict, most: float) -> list[dict[str, Any]]:
    """Return a test cell's outputs; nbgrader reads the points from the last one, or 0 from an error."""
    shown: list[dict[str, Any]] = []
    if verdict.text:
        data = {"text/plain": verdict.text, **({"text/html": verdict.html} if verdict.html else {}), **verdict.data}
        shown.append({"output_type": "display_data", "data": data, "metadata": {}})
    if verdict.error is not None:
        name, sentence = verdict.error
        return [
            *shown,
            {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [f"{name}: {sentence}"]},
        ]
    number = {"text/plain": f"{points(verdict, most):g}"}
    return [*shown, {"output_type": "execute_result", "data": number, "metadata": {}, "execution_count": None}]
