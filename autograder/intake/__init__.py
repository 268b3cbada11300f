"""Intake: what was handed in becomes a notebook that can be graded, or a sentence that says why not.

Nothing here writes to a submission: repairs are made on a copy. Only the standard library is needed, so that a
student can run the same doctor before handing in.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.intake.extras import read_extras
from autograder.intake.find import find_notebook
from autograder.intake.read import Notebook, Unusable, read_notebook
from autograder.intake.repair import known_cells, repair, unanswered
from autograder.intake.template import Template
from autograder.intake.when import read_timestamp

__all__ = ["Intake", "Template", "Unusable", "examine_file", "take_in"]


@dataclass
class Intake:
    """A submission as it will be graded.

    Parameters
    ----------
    notebook
        The repaired copy of the notebook; None if there is nothing that could be graded.
    reason
        Why not, or "".
    notes
        What was repaired or left out.
    unanswered
        Exercises that stand as released.
    extras
        Other files, by their path.
    timestamp
        When it was handed in, in UTC; None if that is not known.
    """

    notebook: Notebook | None = None
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    extras: dict[str, bytes] = field(default_factory=dict)
    timestamp: datetime | None = None


def take_in(folder: Path, template: Template) -> Intake:
    """Read the submission in a folder; whatever is in it, this returns.

    Parameters
    ----------
    folder
        `submitted/STUDENT/UNIT`.
    template
        The unit as released.

    Returns
    -------
    Intake
    """
    intake = Intake()
    try:
        if folder.is_symlink():
            raise Unusable(f"{folder.name} is a symbolic link, and links are not followed")
        if not folder.is_dir():
            raise Unusable(f"there is no folder {folder.name} in {folder.parent.name}/, where the notebook belongs")
        _, notebook, intake.notes = find_notebook(folder, template)
        _fill(intake, notebook, template)
        intake.extras, more = read_extras(folder)
        intake.timestamp, about_time = read_timestamp(folder / "timestamp.txt")
        intake.notes += [*more, *filter(None, [about_time])]
    except Unusable as reason:
        return Intake(reason=str(reason))
    except Exception as error:  # a submission of a kind that nobody thought of stops nobody else
        return Intake(reason=f"the intake could not read it ({type(error).__name__}: {error})")
    return intake


def examine_file(path: Path, template: Template) -> Intake:
    """Look at one notebook file, as a student does before handing it in.

    Parameters
    ----------
    path
        The file, under whatever name.
    template
        The unit as released.

    Returns
    -------
    Intake
    """
    try:
        notebook, notes = read_notebook(path)
        if template.exercises and not known_cells(notebook, template) & {cell.name for cell in template.exercises}:
            raise Unusable(f"{path.name} holds none of the {len(template.exercises)} exercises of {template.unit}")
    except Unusable as reason:
        return Intake(reason=str(reason))
    intake = Intake(notes=notes)
    _fill(intake, notebook, template)
    return intake


def _fill(intake: Intake, notebook: Notebook, template: Template) -> None:
    repaired, notes = repair(notebook, template)
    intake.notebook = repaired
    intake.notes += notes
    intake.unanswered = unanswered(repaired, template)
