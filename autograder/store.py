"""What a run has found out so far, by student: pending outcomes, and records of those that are written."""

import contextlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.one import Outcome


class Store:
    """The folder `autograder/grades/UNIT`: `STUDENT.zip` is graded and not yet written, `STUDENT.json` is done.

    Every file appears in one go, so that a run that is killed leaves whole files or none.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    """

    def __init__(self, root: Path, unit: str) -> None:
        self.folder = root / "autograder" / "grades" / unit
        self.folder.mkdir(parents=True, exist_ok=True)

    def keep(self, outcome: Outcome) -> None:
        """Keep an outcome until it is written; it replaces an earlier one."""
        about = asdict(outcome)
        files = about.pop("files")
        path = self.folder / f"{outcome.student}.zip"
        beside = path.with_suffix(".part")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("outcome.json", json.dumps(about))
            for name, content in files.items():
                archive.writestr(name, content)
        os.replace(beside, path)

    def pending(self, student: str) -> Outcome | None:
        """Return what was kept for a student, or None."""
        try:
            with zipfile.ZipFile(self.folder / f"{student}.zip") as archive:
                about = json.loads(archive.read("outcome.json"))
                files = {name: archive.read(name) for name in archive.namelist() if name != "outcome.json"}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        about["scores"] = {name: (points, bool(look)) for name, (points, look) in about["scores"].items()}
        return Outcome(**about, files=files)

    def forget(self, student: str) -> None:
        """Drop what was kept for a student."""
        (self.folder / f"{student}.zip").unlink(missing_ok=True)

    def done(self, outcome: Outcome) -> None:
        """Record that an outcome is written, and drop the pending one."""
        about = asdict(outcome)
        del about["files"], about["log"]
        path = self.folder / f"{outcome.student}.json"
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(about), encoding="utf-8")
        os.replace(beside, path)
        self.forget(outcome.student)

    def record(self, student: str) -> dict[str, Any] | None:
        """Return the record of a student, or None."""
        try:
            return dict(json.loads((self.folder / f"{student}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None


@contextlib.contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Hold the course while it is being graded; a second run says so instead of waiting.

    The system gives the lock back when the process ends, however it ends.

    Raises
    ------
    UsageError
        If another run holds it.
    """
    path = root / "autograder" / "grades" / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows; nbgrader's own commands do not lock either
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"Another run is grading in {root}: wait until it is done.") from error
        yield
