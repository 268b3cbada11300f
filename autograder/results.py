"""Read back what a grading run gave: points from the gradebook, reasons from the graded notebooks."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.books import open_gradebook
from autograder.grading import Run
from autograder.in_kernel import REPORT_MIMETYPE


@dataclass
class Result:
    """One student's marks.

    Parameters
    ----------
    student
        Name of the student's folder.
    scores
        Points by exercise; empty if nothing was graded.
    score, max_score
        Total, after any late penalty, and what could be reached.
    remarks
        What went wrong, in words.
    mistakes
        (exercise, name of the mistake) for every mistake that a check could name.
    max_scores
        Points that can be reached, by exercise.
    blank
        Exercises that were not attempted.
    waiting
        Parts that somebody has to mark by hand.
    penalty
        Points that being late costs; `score` is what is left.
    unsafe
        What has to be said if it was graded without a sandbox; else "".
    """

    student: str
    scores: dict[str, float | None] = field(default_factory=dict)
    score: float | None = None
    max_score: float = 0.0
    remarks: list[str] = field(default_factory=list)
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    max_scores: dict[str, float] = field(default_factory=dict)
    blank: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    penalty: float = 0.0
    unsafe: str = ""

    @property
    def graded(self) -> bool:
        """Whether there are marks at all."""
        return self.score is not None


def read_results(root: Path, unit: str, run: Run) -> list[Result]:
    """Collect the marks of all students of a run.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    run
        What `grade` returned.

    Returns
    -------
    list of Result
        One for each student who handed something in.
    """
    results = []
    with open_gradebook(root) as gradebook:
        most = gradebook.find_assignment(unit).max_score
        for student in run.students:
            result = Result(student, max_score=most, remarks=list(run.notes.get(student, [])))
            result.unsafe = run.unsafe.get(student, "")
            results.append(result)
            if student in run.ungraded:
                result.remarks.append(f"not graded: {run.ungraded[student]}")
                continue
            path = root / "autograder" / "autograded" / student / unit / f"{unit}.ipynb"
            submission = _submission(gradebook, unit, student)
            if submission is None or not path.is_file():
                result.remarks.append("not graded: there are no marks yet")
                continue
            notebook = json.loads(path.read_text(encoding="utf-8"))
            result.penalty = submission.late_submission_penalty
            result.score = max(0.0, submission.score - result.penalty)
            for submitted in submission.notebooks:
                for grade in submitted.grades:
                    name = exercise_of(grade.name)
                    waiting = grade.needs_manual_grade and grade.manual_score is None
                    result.scores[name] = None if waiting else grade.score
                    result.max_scores[name] = grade.max_score
                    if grade.needs_manual_grade:
                        result.waiting.append(name)
            if result.penalty:
                result.remarks.append(f"late: {result.penalty:g} points less")
            if result.waiting:
                result.remarks.append(f"to be marked by hand: {', '.join(result.waiting)}")
            order = {name: i for i, name in enumerate(_graded_cells(notebook))}
            result.scores = dict(sorted(result.scores.items(), key=lambda item: order.get(item[0], len(order))))
            _read_remarks(notebook, result)
    return results


def _submission(gradebook: Any, unit: str, student: str) -> Any:
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_submission(unit, student)
    except MissingEntry:
        return None


def _graded_cells(notebook: dict[str, Any]) -> list[str]:
    """List the exercises in the order of the notebook."""
    marks = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    names = [mark["grade_id"] for mark in marks if mark.get("grade") or mark.get("task")]
    return [exercise_of(name) for name in names]


def _read_remarks(notebook: dict[str, Any], result: Result) -> None:
    """Go through the check cells of a graded notebook and put into words what they say."""
    cells = {
        cell["metadata"]["nbgrader"].get("grade_id", ""): cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"]
    }
    for grade_id, cell in cells.items():
        exercise = _exercise(grade_id)
        if not exercise:
            continue
        report = next(
            (o["data"][REPORT_MIMETYPE] for o in cell["outputs"] if REPORT_MIMETYPE in o.get("data", {})), None
        )
        if report is None:
            error = _error(cells.get(exercise, {})) or _error(cell) or "the check did not answer"
            result.remarks.append(f"{exercise}: {error}")
        elif report["status"] == "not attempted":
            result.blank.append(exercise)
        elif report["mistakes"]:
            result.mistakes += [(exercise, name) for name in report["mistakes"]]
            result.remarks.append(f"{exercise}: {', '.join(name.replace('_', ' ') for name in report['mistakes'])}")
        elif report["status"] == "wrong":
            parts = [part["title"] for part in report["parts"] if part["score"] < part["max_score"]]
            result.remarks.append(f"{exercise}: wrong in {'; '.join(parts)}")
    if result.blank:
        result.remarks.append(f"not attempted: {', '.join(result.blank)}")


def exercise_of(grade_id: str) -> str:
    """Return what a grade cell's points are called in tables: its exercise, or its own name."""
    return _exercise(grade_id) or grade_id


def _exercise(grade_id: str) -> str:
    """Return the exercise that a check cell is about ("check-conv2d_forward"), or "" for any other cell."""
    match = re.fullmatch(r"check[-_](\w+)", grade_id)
    return match[1] if match else ""


def _error(cell: dict[str, Any]) -> str:
    """Return the exception that stopped a cell as one line, or ""."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            # IPython's file names mean nothing to a reader; the line number does.
            value = re.sub(r"\(\S+\.py, line", "(line", output["evalue"].strip())
            return f"{output['ename']}: {value.splitlines()[0]}" if value else output["ename"]
    return ""
