"""Whose file is it? The names that learning management systems give to what they hand out."""

import re
import unicodedata
from dataclasses import dataclass

from autograder.intake.find import is_notebook_name, without_copy_number


@dataclass(frozen=True)
class Sender:
    """Who handed a file in, as far as its name says.

    Parameters
    ----------
    student
        A name for a folder: plain letters, digits, `_` and `-`.
    name
        The name as the system writes it, or "".
    lms_id
        The system's number for the student, or "".
    late
        Whether the system marked it as late.
    file
        What the student had called the file.
    system
        "moodle", "canvas", "blackboard" or "".
    when
        When it was handed in, if the name says so.
    """

    student: str
    name: str = ""
    lms_id: str = ""
    late: bool = False
    file: str = ""
    system: str = ""
    when: str = ""


# Moodle: "Ada Lovelace_1234567_assignsubmission_file_" is a folder, or stands in front of the file's name.
_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_/?(?P<file>[^/]*(?:/.*)?)$")
# Canvas: "lovelaceada_LATE_4711_990123_unit.ipynb", the student's number and the submission's.
_CANVAS = re.compile(r"(?P<name>[^\W\d_][^_/]*)_(?P<late>LATE_)?(?P<id>\d+)_(?P<submission>\d+)_(?P<file>[^/]+)$")
# Blackboard: "Unit 04_alovelace_attempt_2026-01-30-15-00-00_unit.ipynb".
_BLACKBOARD = re.compile(r"[^/]*?_(?P<name>[^_/]+)_attempt_(?P<time>[\d-]+)(?:_(?P<file>[^/]+))?$")


def sender(path: str, unit: str) -> Sender | None:
    """Read from a path in a download who handed the file in.

    Parameters
    ----------
    path
        The path below the downloaded folder, with `/`.
    unit
        Name of the unit.

    Returns
    -------
    Sender or None
        None if the path names nobody.

    Examples
    --------
    >>> who = sender("Ada Lovelace_1234567_assignsubmission_file_/unit (1).ipynb", "unit")
    >>> who.student, who.name, who.lms_id, who.file
    ('ada-lovelace-1234567', 'Ada Lovelace', '1234567', 'unit (1).ipynb')
    >>> sender("lovelaceada_LATE_4711_990123_unit-2.ipynb", "unit").student
    'lovelaceada-4711'
    >>> sender("ada/unit/unit.ipynb", "unit").student, sender("unit_ada.ipynb", "unit").student
    ('ada', 'ada')
    """
    parts = path.split("/")
    for i in range(len(parts)):
        rest = "/".join(parts[i:])
        if match := _MOODLE.match(rest):
            return Sender(
                _slug(f"{match['name']}-{match['id']}"), match["name"], match["id"], False, match["file"], "moodle"
            )
    if match := _CANVAS.match(parts[-1]):
        name = match["name"]
        return Sender(_slug(f"{name}-{match['id']}"), name, match["id"], bool(match["late"]), match["file"], "canvas")
    if (match := _BLACKBOARD.match(parts[-1])) and match["file"]:
        return Sender(_slug(match["name"]), match["name"], "", False, match["file"], "blackboard", match["time"])
    folders = [part for part in parts[:-1] if part != unit]
    if folders:
        student = _slug(folders[0])
        return Sender(student, "" if student == folders[0] else folders[0], file=parts[-1])
    if not is_notebook_name(parts[-1]):
        return None
    stem, _ = without_copy_number(parts[-1])
    rest = re.sub(rf"^{re.escape(unit)}[_ -]*|[_ -]*{re.escape(unit)}$", "", stem).strip("_ -")
    return Sender(_slug(rest), file=parts[-1]) if rest else None


def _slug(name: str) -> str:
    """Make a name for a folder that no system and no pattern stumbles over."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")
    if not slug:  # a name without any Latin letter keeps its own
        slug = re.sub(r"[\W]+", "-", name).strip("-") or "student"
    return slug.lower() if " " in name or "-" in slug else slug
