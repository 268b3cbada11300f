"""Grade everything that was handed in for one unit: intake, many graders, one writer."""

import contextlib
import json
import os
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.in_kernel import SEED_VARIABLE
from autograder.intake import Template, take_in
from autograder.intake.template import from_gradebook, from_release
from autograder.keys import environment_key, submission_key
from autograder.late import settle
from autograder.nbgrader_commands import nbgrader, require_nbgrader
from autograder.one import Job, Outcome
from autograder.parallel import grade_all
from autograder.progress import Progress
from autograder.roster import read_roster
from autograder.store import Store, one_writer
from autograder.writer import Writer, empty_copy


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
        What else an instructor wants to know: what the intake repaired, for example.
    unchanged
        Who was graded before and handed in nothing new.
    unsafe
        What to say of those who were graded without a sandbox.
    outcomes
        What was graded but, as asked, not written.
    """

    students: list[str]
    ungraded: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    unsafe: dict[str, str] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """How to grade.

    Parameters
    ----------
    workers
        Processes on this machine.
    scheduler
        Address of a Dask scheduler to use instead.
    students
        Grade these only; () means everybody.
    again
        Grade also what has not changed.
    write
        False keeps the outcomes and leaves gradebook and folders alone.
    """

    workers: int = 1
    scheduler: str = ""
    students: tuple[str, ...] = ()
    again: bool = False
    write: bool = True


def grade(root: Path, unit: str, say: Callable[[str], None] = print, options: Options | None = None) -> Run:
    """Autograde submissions of a unit and write their feedback pages.

    Parameters
    ----------
    root
        The course folder, with submissions in `autograder/submitted/STUDENT/UNIT/`.
    unit
        Name of the unit.
    say
        Takes one line of progress for each student.
    options
        How; None grades what is new, one after the other.

    Returns
    -------
    Run

    Raises
    ------
    UsageError
        If there is nothing to grade or nbgrader cannot work at all; the message is one sentence.
    """
    require_nbgrader()
    options = options or Options()
    run = Run(submissions(root, unit, options.students))
    log = log_path(root, unit)
    log.parent.mkdir(parents=True, exist_ok=True)
    with one_writer(root):
        log.write_text("", encoding="utf-8")
        try:
            register(root, unit, log)
        except subprocess.CalledProcessError as error:
            raise UsageError(f"nbgrader could not go on ({error.output}); all it said is in {log}.") from error
        with open_gradebook(root) as gradebook, log.open("a", encoding="utf-8") as said:
            _Grading(root, unit, run, options, gradebook, Progress(len(run.students), say)).work(said)
            if options.write:
                settle(root, unit, gradebook)
    return run


class _Grading:
    """One run: which submissions become jobs, and what becomes of their outcomes."""

    def __init__(self, root: Path, unit: str, run: Run, options: Options, gradebook: Any, progress: Progress) -> None:
        self.root, self.unit, self.run, self.options, self.progress = root, unit, run, options, progress
        self.store = Store(root, unit)
        self.writer = Writer(root, gradebook, read_roster(root))
        self.template = template_of(root, unit, gradebook)
        self.seed = os.environ.get(SEED_VARIABLE) or str(root)
        self.engine = _engine()
        self.ready: list[Outcome] = []  # outcomes that need no grading

    def work(self, said: Any) -> None:
        with self.progress:
            for outcome in grade_all(
                self._jobs(), self.options.workers, self.options.scheduler, log_path(self.root, self.unit)
            ):
                said.write(f"--- {outcome.student}\n{outcome.log}\n")
                self.store.keep(outcome)
                self._take(outcome)
                self._take_ready()
            self._take_ready()

    def _jobs(self) -> Iterator[Job]:
        environment = environment_key(self.unit, f"{self.seed}\0{self.engine}", self.template)
        gradebook = empty_copy(self.root / "autograder" / "gradebook.db")
        source = _unit_files(self.root, self.template)
        for student in self.run.students:
            intake = take_in(self.root / "autograder" / "submitted" / student / self.unit, self.template)
            if intake.notebook is None:
                self.ready.append(Outcome(student, self.unit, "", reason=intake.reason))
                continue
            key = submission_key(intake, environment)
            if not self.options.again and self._known(student, key):
                continue
            timestamp = f"{intake.timestamp:%Y-%m-%d %H:%M:%S.%f} UTC" if intake.timestamp else ""
            manual = self.writer.manual(self.unit, student)
            assert intake.notebook is not None
            yield Job(
                student, self.unit, key, intake.notebook, intake.extras, gradebook, source, self.seed, timestamp,
                manual, tuple(intake.notes),
            )  # fmt: skip

    def _known(self, student: str, key: str) -> bool:
        """Take what an earlier run has found out, if it is still true."""
        pending = self.store.pending(student)
        if pending is not None and pending.key == key:
            self.ready.append(pending)
            return True
        record = self.store.record(student)
        if record is not None and record["key"] == key and self.writer.stands(record):
            self.run.unchanged.append(student)
            self.run.notes[student] = record["notes"]
            self.run.unsafe[student] = record["unsafe"]
            self.progress.step(student, "unchanged")
            return True
        return False

    def _take_ready(self) -> None:
        while self.ready:
            self._take(self.ready.pop(0), fresh=False)

    def _take(self, outcome: Outcome, fresh: bool = True) -> None:
        self.run.unsafe[outcome.student] = outcome.unsafe
        if outcome.notes:
            self.run.notes[outcome.student] = outcome.notes
        if self.options.write:
            self.writer.write(outcome, self.store)
        else:
            outcome.files = {}  # they are kept in the store
            self.run.outcomes.append(outcome)
        if outcome.reason:
            self.run.ungraded[outcome.student] = outcome.reason
            self.progress.step(outcome.student, f"not graded, {outcome.reason}")
        else:
            self.progress.step(
                outcome.student, "graded" if fresh else "graded before", outcome.seconds if fresh else None
            )


def _engine() -> str:
    """Return the sandbox that will be used, or say in one sentence that there is none."""
    from autograder.outside.engines import EngineError, choose
    from autograder.outside.setup import ENGINE_VARIABLE

    try:
        return choose(os.environ.get(ENGINE_VARIABLE) or "auto")
    except EngineError as error:
        raise UsageError(str(error)) from error


def submissions(root: Path, unit: str, only: tuple[str, ...] = ()) -> list[str]:
    """List who handed in a unit.

    Raises
    ------
    UsageError
        If nobody did, or one of those asked for did not.
    """
    submitted = root / "autograder" / "submitted"
    found = sorted(path.parent.name for path in submitted.glob(f"*/{unit}"))
    if not found:
        raise UsageError(f"Nothing was handed in: there is no autograder/submitted/STUDENT/{unit}/ in {root}.")
    for student in only:
        if student not in found:
            raise UsageError(f"{student} handed in nothing: there is no autograder/submitted/{student}/{unit}/.")
    return [student for student in found if student in only] if only else found


def earlier_run(root: Path, unit: str) -> Run:
    """Return what earlier runs recorded, without grading anything."""
    store = Store(root, unit)
    run = Run(submissions(root, unit))
    for student in run.students:
        record = store.record(student)
        if record is None:  # not graded yet, or by nbgrader's own command: the gradebook knows
            continue
        run.notes[student] = record["notes"]
        run.unsafe[student] = record["unsafe"]
        if record["reason"]:
            run.ungraded[student] = record["reason"]
    return run


def template_of(root: Path, unit: str, gradebook: Any) -> Template:
    """Return the marked cells of a unit: as the gradebook has them, in the order of the notebook."""
    source = root / "solutions" / unit / f"{unit}.ipynb"
    return from_gradebook(gradebook, unit, from_release(source) if source.is_file() else None)


def _unit_files(root: Path, template: Template) -> dict[str, bytes]:
    """Return the files that a unit brings along, and its marked cells as a notebook without any solution."""
    folder = root / "solutions" / template.unit
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb" and ".ipynb_checkpoints" not in path.parts
    }
    cells: list[dict[str, Any]] = [
        {
            "cell_type": cell.cell_type,
            "id": cell.cell_id,
            "metadata": {"nbgrader": cell.marks, "tags": list(cell.tags)},
            "source": cell.source,
        }
        | ({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        for cell in template.cells
    ]
    notebook = {"cells": cells, "metadata": {"kernelspec": template.kernel}, "nbformat": 4, "nbformat_minor": 5}
    return files | {f"{template.unit}.ipynb": json.dumps(notebook).encode()}


def log_path(root: Path, unit: str) -> Path:
    """Return the file that keeps what nbgrader said."""
    return root / "autograder" / "grades" / f"{unit}.log"


@contextlib.contextmanager
def open_gradebook(root: Path) -> Iterator[Any]:
    """Open nbgrader's gradebook of a course, without the warnings that nbgrader 0.9.6 causes in SQLAlchemy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{root / 'autograder' / 'gradebook.db'}") as gradebook:
            yield gradebook


def register(root: Path, unit: str, log: Path) -> None:
    """Enter the unit into the gradebook if it is not there; the release in notebooks/ is left as it is."""
    source = root / "solutions" / unit / f"{unit}.ipynb"
    if not source.is_file():
        raise UsageError(f"{source} is missing: `course build` writes it.")
    if (root / "autograder" / "gradebook.db").is_file():
        with open_gradebook(root) as gradebook:
            if unit in [assignment.name for assignment in gradebook.assignments]:
                return
    with tempfile.TemporaryDirectory() as release:
        for _ in nbgrader(root, log, "generate_assignment", unit, f"--CourseDirectory.release_directory={release}"):
            pass
