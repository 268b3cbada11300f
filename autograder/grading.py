"""Grade everything that was handed in for one unit: nbgrader does the work, this keeps the run going."""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.commands import nbgrader, require_nbgrader
from autograder.errors import UsageError

_STUDENT = re.compile(r"Creating/updating student with ID '(.*)'")
_EDITED = re.compile(r"Attribute '.*' for cell (\S+) has changed!")
_MISSING = re.compile(r"Missing grade cell (\S+) encountered")
_ERROR = re.compile(r" {0,4}(?:\w+\.)*(\w+(?:: .*)?)$")
_DONE = "INFO] Setting destination file permissions"
_FAILED = "ERROR] There was an error processing assignment: "


@dataclass
class Run:
    """What a grading run came across, by student.

    Parameters
    ----------
    students
        Everybody who handed something in, sorted.
    ungraded
        Why a submission could not be graded.
    notes
        What else an instructor wants to know: locked cells that were edited or missing.
    """

    students: list[str]
    ungraded: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)


def grade(root: Path, unit: str, say: Callable[[str], None] = print) -> Run:
    """Autograde all submissions of a unit and write their feedback pages.

    Parameters
    ----------
    root
        The course folder, with submissions in `autograder/submitted/STUDENT/UNIT/UNIT.ipynb`.
    unit
        Name of the unit.
    say
        Takes one line of progress for each student.

    Returns
    -------
    Run

    Raises
    ------
    UsageError
        If there is nothing to grade or nbgrader cannot work at all; the message is one sentence.
    """
    require_nbgrader()
    submitted = root / "autograder" / "submitted"
    run = Run(sorted(path.parent.name for path in submitted.glob(f"*/{unit}") if path.is_dir()))
    if not run.students:
        raise UsageError(f"Nothing was handed in: there is no autograder/submitted/STUDENT/{unit}/ in {root}.")
    log = log_path(root, unit)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    try:
        register(root, unit, log)
        for student in run.students:
            reason = _unreadable(submitted / student / unit / f"{unit}.ipynb")
            if reason:
                run.ungraded[student] = reason
                say(f"  {student}: not graded, {reason}")
        if len(run.ungraded) < len(run.students):
            _autograde(root, unit, log, run, say)
            _feedback(root, unit, log, run)
    except subprocess.CalledProcessError as error:
        raise UsageError(f"nbgrader could not go on ({error.output}); all it said is in {log}.") from error
    return run


def log_path(root: Path, unit: str) -> Path:
    """Return the file that keeps what nbgrader said."""
    return root / "autograder" / "grades" / f"{unit}.log"


def db_url(root: Path) -> str:
    """Return the gradebook's address, as nbgrader's API wants it."""
    return f"sqlite:///{root / 'autograder' / 'gradebook.db'}"


def register(root: Path, unit: str, log: Path) -> None:
    """Enter the unit into the gradebook if it is not there; the release in notebooks/ is left as it is."""
    source = root / "solutions" / unit / f"{unit}.ipynb"
    if not source.is_file():
        raise UsageError(f"{source} is missing: `course build` writes it.")
    if (root / "autograder" / "gradebook.db").is_file():
        from nbgrader.api import Gradebook

        with Gradebook(db_url(root)) as gradebook:
            if unit in [assignment.name for assignment in gradebook.assignments]:
                return
    with tempfile.TemporaryDirectory() as release:
        for _ in nbgrader(root, log, "generate_assignment", unit, f"--CourseDirectory.release_directory={release}"):
            pass


def _unreadable(path: Path) -> str:
    """Say why nbgrader could not even open a submission, or return ""."""
    if not path.is_file():
        return f"there is no {path.name} in {path.parent.name}/"
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return f"{path.name} is not a notebook (it is no valid JSON)"
    if not isinstance(content, dict) or not content.get("cells"):
        return f"{path.name} is not a notebook with cells in it"
    return ""


def _autograde(root: Path, unit: str, log: Path, run: Run, say: Callable[[str], None]) -> None:
    """Run `nbgrader autograde` and follow its log: who is being graded, who is done, what was odd."""
    skip = [f"--CourseDirectory.student_id_exclude={','.join(run.ungraded)}"] if run.ungraded else []
    total, done, student, failed = len(run.students) - len(run.ungraded), 0, "", ""
    graded: set[str] = set()
    try:
        for line in nbgrader(root, log, "autograde", unit, "--force", *skip):
            if failed and (match := _ERROR.match(line)):
                run.ungraded[failed] = f"nbgrader stopped with {match[1]}"  # a traceback ends with the error
            elif match := _STUDENT.search(line):
                student, failed = match[1], ""
            elif match := _EDITED.search(line):
                run.notes.setdefault(student, []).append(f"the locked cell {match[1]} was edited; the original was run")
            elif match := _MISSING.search(line):
                run.notes.setdefault(student, []).append(f"the cell {match[1]} was missing and was put back")
            elif _DONE in line or _FAILED in line:
                done += 1
                say(f"  {done} of {total}  {student}: {'graded' if _DONE in line else 'not graded'}")
                if _DONE in line:
                    graded.add(student)
                else:
                    failed = student
                    run.ungraded[student] = "nbgrader stopped"
    except subprocess.CalledProcessError:
        if not done:
            raise
    for name in run.students:
        if name not in graded and name not in run.ungraded:
            run.ungraded[name] = f"nbgrader did not get so far; see {log.name}"


def _feedback(root: Path, unit: str, log: Path, run: Run) -> None:
    if len(run.ungraded) < len(run.students):
        for _ in nbgrader(root, log, "generate_feedback", unit, "--force"):
            pass
