"""Read back what a grading run gave: points from the gradebook, reasons from the graded notebooks."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading import Run, db_url
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
    broken
        Checks that failed themselves: the course's error.
    """

    student: str
    scores: dict[str, float | None] = field(default_factory=dict)
    score: float | None = None
    max_score: float = 0.0
    remarks: list[str] = field(default_factory=list)
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


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
    from nbgrader.api import Gradebook

    results = []
    with Gradebook(db_url(root)) as gradebook:
        most = gradebook.find_assignment(unit).max_score
        for student in run.students:
            result = Result(student, max_score=most, remarks=list(run.notes.get(student, [])))
            results.append(result)
            if student in run.ungraded:
                result.remarks.append(f"not graded: {run.ungraded[student]}")
                continue
            submission = gradebook.find_submission(unit, student)
            result.score = max(0.0, submission.score - submission.late_submission_penalty)
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    waiting = grade.needs_manual_grade and grade.manual_score is None
                    result.scores[_exercise(grade.name) or grade.name] = None if waiting else grade.score
            path = root / "autograder" / "autograded" / student / unit / f"{unit}.ipynb"
            _read_remarks(json.loads(path.read_text(encoding="utf-8")), result)
    return results


def _read_remarks(notebook: dict[str, Any], result: Result) -> None:
    """Go through the check cells of a graded notebook and put into words what they say."""
    cells = {
        cell["metadata"]["nbgrader"].get("grade_id", ""): cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"]
    }
    blank = []
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
            if error.startswith("CheckBugError"):
                result.broken.append(exercise)
        elif report["status"] == "not attempted":
            blank.append(exercise)
        elif report["mistakes"]:
            result.mistakes += [(exercise, name) for name in report["mistakes"]]
            result.remarks.append(f"{exercise}: {', '.join(name.replace('_', ' ') for name in report['mistakes'])}")
        elif report["status"] == "wrong":
            parts = [part["title"] for part in report["parts"] if part["score"] < part["max_score"]]
            result.remarks.append(f"{exercise}: wrong in {'; '.join(parts)}")
    if blank:
        result.remarks.append(f"not attempted: {', '.join(blank)}")


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
