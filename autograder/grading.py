"""Grade everything that was handed in for one unit: intake, many graders, one writer."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.books import log_path, open_gradebook, register, submissions, template_of, unit_files
from autograder.errors import UsageError
from autograder.in_kernel import SEED_VARIABLE
from autograder.intake import take_in
from autograder.keys import environment_key, submission_key
from autograder.late import settle
from autograder.nbgrader_commands import require_nbgrader
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
    broken
        Who of these could not because a check is broken: the course's error.
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
    broken: list[str] = field(default_factory=list)
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
        from sqlalchemy.exc import OperationalError

        try:
            with open_gradebook(root) as gradebook, log.open("a", encoding="utf-8") as said:
                _Grading(root, unit, run, options, gradebook, Progress(len(run.students), say)).work(said)
                if options.write:
                    settle(root, unit, gradebook)
        except (OSError, OperationalError) as error:  # a full disk; somebody else's hand on the gradebook
            reason = str(getattr(error, "orig", error))
            raise UsageError(f"The run stopped ({reason}); what is graded is kept: mend that and run again.") from error
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
        source = unit_files(self.root, self.template)
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
        if pending is not None and pending.key == key and not pending.broken:
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
            self.run.broken += [outcome.student] if outcome.broken else []
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
