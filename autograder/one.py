"""Grade one submission with nbgrader in a course folder of its own, where nobody else's work is."""

import hashlib
import json
import logging
import os
import re
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.in_kernel import SEED_VARIABLE

LIMIT = 1800.0  # seconds for one submission, after which its process is ended
_ERROR = re.compile(r" {0,4}(?:\w+\.)*(\w+(?:: .*)?)$")
_BROKEN = "CheckBugError: "
_NOT_STARTED = ("Kernel died before replying to kernel_info", "Kernel didn't respond in 120 seconds")
_SAFE = re.compile(r"[^A-Za-z0-9_.-]")
_one_at_a_time = threading.Lock()  # nbgrader changes the current folder, which belongs to the whole process


@dataclass(frozen=True)
class Job:
    """All that grading one submission needs, as plain data that can be sent to another machine.

    Parameters
    ----------
    student, unit
        Names.
    key
        What the marks depend on; see `autograder.keys`.
    notebook
        The repaired notebook.
    extras
        The student's other files.
    gradebook
        A gradebook that knows the unit and no student.
    source
        The files that the unit brings along.
    seed
        Seed of the grading run.
    timestamp
        When it was handed in, in UTC, as nbgrader writes it, or "".
    manual
        Marks and comments given by hand so far: by cell, (score, extra credit, comment).
    notes
        What the intake found.
    """

    student: str
    unit: str
    key: str
    notebook: dict[str, Any]
    extras: dict[str, bytes]
    gradebook: bytes
    source: dict[str, bytes]
    seed: str
    timestamp: str = ""
    manual: dict[str, tuple[float | None, float | None, str | None]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What came of a job: marks by cell and the files to file away, or a reason.

    Parameters
    ----------
    student, unit, key
        Those of the job.
    reason
        Why it could not be graded; "" if it was.
    broken
        Whether that is because a check is broken: the course's error.
    notes
        What an instructor wants to know.
    scores
        By grade cell: (points, whether somebody has to look at it); None for points that are given by hand.
    comments
        nbgrader's own comment by cell.
    answers
        A digest of each answer that can be marked by hand: who has not changed it need not be looked at again.
    files
        Contents by path: `autograded/...` and `feedback/...`.
    timestamp
        When it was handed in.
    log
        What nbgrader said.
    seconds
        Time that it took.
    unsafe
        What to say in every report if it was graded without a sandbox; else "".
    """

    student: str
    unit: str
    key: str
    reason: str = ""
    broken: bool = False
    notes: list[str] = field(default_factory=list)
    scores: dict[str, tuple[float | None, bool]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    timestamp: str = ""
    log: str = ""
    seconds: float = 0.0
    unsafe: str = ""


def grade_one(job: Job) -> Outcome:
    """Grade a submission; what goes wrong ends up in the outcome.

    Parameters
    ----------
    job
        The submission.

    Returns
    -------
    Outcome
    """
    start = time.monotonic()
    with _one_at_a_time:
        outcome = _try(job)
        if outcome.reason.endswith(_NOT_STARTED):  # no line of the student's was run: the machine's fault, not theirs
            outcome = _try(job)
    outcome.seconds = time.monotonic() - start
    return outcome


def _try(job: Job) -> Outcome:
    """Grade in a new folder."""
    outcome = Outcome(job.student, job.unit, job.key, notes=list(job.notes), timestamp=job.timestamp)
    outcome.answers = _answers(job.notebook)
    end = threading.Timer(LIMIT, os._exit, [3])  # whoever waits for this process learns that it is gone
    end.daemon = True
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as folder:
        end.start()
        try:
            _grade(job, Path(folder).resolve(), outcome)
        except Exception as error:
            outcome.reason = f"grading stopped with {type(error).__name__}: {error}"
        finally:
            end.cancel()
    return outcome


def _answers(notebook: dict[str, Any]) -> dict[str, str]:
    marked = [(cell["metadata"]["nbgrader"], cell) for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
    return {
        marks["grade_id"]: hashlib.sha256(cell["source"].encode()).hexdigest()
        for marks, cell in marked
        if marks.get("solution") and marks.get("grade")
    }


def _grade(job: Job, root: Path, outcome: Outcome) -> None:
    os.environ[SEED_VARIABLE] = job.seed
    api, gradebook_url = _nbgrader(root)
    outcome.unsafe = str(api.config.get("TrustedExecute", {}).get("note", ""))
    student = _SAFE.sub("_", job.student)[:60] or "student"  # nbgrader reads a name as a pattern of file names
    _lay_out(job, root, student)
    _enter_manual(job, gradebook_url, student)
    done = api.autograde(job.unit, student)
    outcome.log = done.get("log", "")[-20_000:]
    if not done["success"]:
        errors = [match[1] for line in outcome.log.splitlines() if (match := _ERROR.match(line))]
        last = errors[-1] if errors else ""
        outcome.broken = last.startswith(_BROKEN)
        outcome.reason = f"nbgrader stopped with {last}" if last else "nbgrader stopped"
        if outcome.broken:
            sentence = last.removeprefix(_BROKEN).rstrip(".")
            outcome.reason = sentence[:1].lower() + sentence[1:]
        return
    _read_marks(job, gradebook_url, student, outcome)
    done = api.generate_feedback(job.unit, student)
    if not done["success"]:
        outcome.log += done.get("log", "")[-20_000:]
        outcome.notes.append("nbgrader could not write the feedback page")
    for room in ("autograded", "feedback"):
        folder = root / "autograder" / room / student / job.unit
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                outcome.files[f"{room}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()


def _nbgrader(root: Path) -> tuple[Any, str]:
    """Return nbgrader's API for a course in `root`, set up as `nbgrader_config.py` sets it up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config

        from autograder.config import configure
    warnings.filterwarnings("ignore", module="sqlalchemy|nbgrader|nbconvert|nbformat|zmq|traitlets|jupyter_client")
    config = Config()
    configure(config, root=root)
    course = CourseDirectory(config=config)
    api = NbGraderAPI(course, config=config)
    api.log.setLevel(logging.INFO)
    api.log.propagate = False
    return api, course.db_url


def _lay_out(job: Job, root: Path, student: str) -> None:
    (root / "autograder").mkdir(exist_ok=True)
    (root / "autograder" / "gradebook.db").write_bytes(job.gradebook)
    submission = root / "autograder" / "submitted" / student / job.unit
    files = dict(job.extras)
    files[f"{job.unit}.ipynb"] = json.dumps(job.notebook).encode()
    if job.timestamp:
        files["timestamp.txt"] = job.timestamp.encode()
    for folder, contents in ((submission, files), (root / "solutions" / job.unit, job.source)):
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _enter_manual(job: Job, url: str, student: str) -> None:
    """Enter what was given by hand, so that the feedback page shows it and nbgrader asks to look again."""
    if not job.manual:
        return
    from nbgrader.api import Gradebook

    with Gradebook(url) as gradebook:
        gradebook.add_student(student)
        submission = gradebook.add_submission(job.unit, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.manual_score, grade.extra_credit, _ = job.manual.get(grade.name, (None, None, None))
            for comment in notebook.comments:
                comment.manual_comment = job.manual.get(comment.name, (None, None, None))[2]
        gradebook.db.commit()


def _read_marks(job: Job, url: str, student: str, outcome: Outcome) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(url) as gradebook:
        for notebook in gradebook.find_submission(job.unit, student).notebooks:
            for grade in notebook.grades:
                outcome.scores[grade.name] = (grade.auto_score, bool(grade.needs_manual_grade))
            for comment in notebook.comments:
                outcome.comments[comment.name] = comment.auto_comment
