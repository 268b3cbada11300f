"""Who is who: names, addresses and LMS numbers of students, in `autograder/students.csv`."""

import csv
import io
import os
from dataclasses import astuple, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """What is known about a student; everything but the folder's name may be empty."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """The full name, or what the folder is called."""
        return f"{self.first_name} {self.last_name}".strip() or self.student


def read_roster(root: Path) -> dict[str, Person]:
    """Read the list of students; without one nobody is known.

    Parameters
    ----------
    root
        The course folder.

    Returns
    -------
    dict of str to Person
        By the name of the student's folder.
    """
    path = root / "autograder" / "students.csv"
    if not path.is_file():
        return {}
    known = [field.name for field in fields(Person)]
    people = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            values = {name: (row.get(name) or "").strip() for name in known}
            if values["student"]:
                people[values["student"]] = Person(**values)
    return people


def write_roster(root: Path, people: dict[str, Person]) -> Path:
    """Write the list of students, sorted, in one go; return where it is."""
    path = root / "autograder" / "students.csv"
    path.parent.mkdir(exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Person)])
    writer.writerows(astuple(people[name]) for name in sorted(people))
    beside = path.with_suffix(".part")
    beside.write_text(text.getvalue(), encoding="utf-8")
    os.replace(beside, path)
    return path
