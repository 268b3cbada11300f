"""Where a course keeps its things: submissions, the gradebook, the log, and what a unit brings along."""

import contextlib
import json
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.intake import Template
from autograder.intake.template import from_gradebook, from_release
from autograder.nbgrader_commands import nbgrader


def submissions(root: Path, unit: str, only: tuple[str, ...] = ()) -> list[str]:
    """List who handed in a unit.

    Raises
    ------
    UsageError
        If nobody did, or one of those asked for did not.
    """
    submitted = root / "autograder" / "submitted"
    # A notebook that lies one folder too high was handed in all the same; the intake says what is wrong.
    paths = [*submitted.glob(f"*/{unit}"), *submitted.glob(f"*/*{unit}*.ipynb")]
    found = sorted({path.parent.name for path in paths if not path.parent.name.startswith(".")})
    if not found:
        raise UsageError(f"Nothing was handed in: there is no autograder/submitted/STUDENT/{unit}/ in {root}.")
    for student in only:
        if student not in found:
            raise UsageError(f"{student} handed in nothing: there is no autograder/submitted/{student}/{unit}/.")
    return [student for student in found if student in only] if only else found


@contextlib.contextmanager
def open_gradebook(root: Path) -> Iterator[Any]:
    """Open nbgrader's gradebook of a course, without the warnings that nbgrader 0.9.6 causes in SQLAlchemy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{root / 'autograder' / 'gradebook.db'}") as gradebook:
            yield gradebook


def log_path(root: Path, unit: str) -> Path:
    """Return the file that keeps what nbgrader said."""
    return root / "autograder" / "grades" / f"{unit}.log"


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


def template_of(root: Path, unit: str, gradebook: Any) -> Template:
    """Return the marked cells of a unit: as the gradebook has them, in the order of the notebook."""
    source = root / "solutions" / unit / f"{unit}.ipynb"
    return from_gradebook(gradebook, unit, from_release(source) if source.is_file() else None)


def unit_files(root: Path, template: Template) -> dict[str, bytes]:
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
