"""The one who writes: outcomes go into nbgrader's gradebook, graded notebooks and feedback pages into their folders."""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from autograder.one import Outcome
from autograder.roster import Person
from autograder.store import Store

# The tables of nbgrader's gradebook that hold students' work, so that a copy without them can be sent around.
_STUDENTS_TABLES = ("grade", "comment", "submitted_notebook", "submitted_assignment", "student")


class Writer:
    """Writes outcomes, each in steps that can be repeated.

    Parameters
    ----------
    root
        The course folder.
    gradebook
        An open `nbgrader.api.Gradebook`.
    people
        What is known about students besides their folder's name.
    """

    def __init__(self, root: Path, gradebook: Any, people: dict[str, Person]) -> None:
        self.root, self.gradebook, self.people = root, gradebook, people

    def write(self, outcome: Outcome, store: Store) -> None:
        """File an outcome away and record it; whoever is killed in the middle starts again with the same outcome."""
        if not outcome.reason:
            for room in ("autograded", "feedback"):
                self._place(outcome, room)
            self._enter(outcome, store.record(outcome.student) or {})
        store.done(outcome)

    def manual(self, unit: str, student: str) -> dict[str, tuple[float | None, float | None, str | None]]:
        """Return marks and comments that were given by hand, by cell."""
        from nbgrader.api import MissingEntry

        try:
            submission = self.gradebook.find_submission(unit, student)
        except MissingEntry:
            return {}
        found: dict[str, tuple[float | None, float | None, str | None]] = {}
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if grade.manual_score is not None or grade.extra_credit is not None:
                    found[grade.name] = (grade.manual_score, grade.extra_credit, None)
            for comment in notebook.comments:
                if comment.manual_comment is not None:
                    score, extra, _ = found.get(comment.name, (None, None, None))
                    found[comment.name] = (score, extra, comment.manual_comment)
        return found

    def stands(self, record: dict[str, Any]) -> bool:
        """Say whether what a record tells is still in the gradebook and in the folders."""
        from nbgrader.api import MissingEntry

        unit, student = record["unit"], record["student"]
        if record["reason"]:
            return False
        for room, name in (("autograded", f"{unit}.ipynb"), ("feedback", f"{unit}.html")):
            if not (self.root / "autograder" / room / student / unit / name).is_file():
                return False
        try:
            submission = self.gradebook.find_submission(unit, student)
        except MissingEntry:
            return False
        scores = {grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades}
        return scores == {name: points for name, (points, _) in record["scores"].items()}

    def _place(self, outcome: Outcome, room: str) -> None:
        """Put one folder in place; there is a moment without one, and none with half of one."""
        target = self.root / "autograder" / room / outcome.student / outcome.unit
        target.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        for path, content in outcome.files.items():
            if path.startswith(room + "/"):
                file = new / path.removeprefix(room + "/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                file.chmod(0o444 if room == "autograded" else 0o644)
        new.chmod(0o755)
        for old in target.parent.glob(".old-*"):
            shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            old = target.parent / f".old-{outcome.unit}"
            os.replace(target, old)
            shutil.rmtree(old, ignore_errors=True)
        os.replace(new, target)
        for left in target.parent.glob(".new-*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)

    def _enter(self, outcome: Outcome, record: dict[str, Any]) -> None:
        """Enter the marks through nbgrader's public interface."""
        known = record.get("answers", {})
        same = {name for name in outcome.scores if known.get(name) == outcome.answers.get(name)}
        person = self.people.get(outcome.student)
        about = {}
        if person is not None:
            about = {"first_name": person.first_name, "last_name": person.last_name}
            about |= {"email": person.email, "lms_user_id": person.lms_id}
        self.gradebook.update_or_create_student(outcome.student, **{k: v for k, v in about.items() if v})
        when = {"timestamp": outcome.timestamp} if outcome.timestamp else {}
        submission = self.gradebook.update_or_create_submission(outcome.unit, outcome.student, **when)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                points, look = outcome.scores.get(grade.name, (0.0, False))
                # nbgrader asks to look again at every mark that was given by hand; where neither the answer nor the
                # points given automatically are new, there is nothing to look at.
                marked = grade.manual_score is not None and not grade.needs_manual_grade
                settled = marked and grade.name in same and grade.auto_score == points
                grade.needs_manual_grade = not settled and (look or grade.manual_score is not None)
                grade.auto_score = points
            for comment in notebook.comments:
                comment.auto_comment = outcome.comments.get(comment.name)
        self.gradebook.db.commit()


def empty_copy(path: Path) -> bytes:
    """Return a copy of the gradebook without any student.

    Parameters
    ----------
    path
        nbgrader's gradebook, which may be in use.

    Returns
    -------
    bytes
        An SQLite file.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "gradebook.db"
        source, target = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True), sqlite3.connect(copy)
        try:
            source.backup(target)
            for table in _STUDENTS_TABLES:
                target.execute(f"DELETE FROM {table}")
            target.commit()
            target.execute("VACUUM")
        finally:
            source.close()
            target.close()
        return copy.read_bytes()
