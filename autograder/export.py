"""Marks for other systems: CSV files that are quoted, hold no formulas, and that Canvas and Moodle read."""

import csv
import io
from pathlib import Path

from autograder.errors import UsageError
from autograder.results import Result
from autograder.roster import Person
from autograder.table import harmless, isolated

FORMATS = ("csv", "canvas", "moodle")
_CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_MOODLE = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Feedback comments"]


def export(kind: str, unit: str, results: list[Result], people: dict[str, Person], sheet: Path | None = None) -> str:
    """Write the marks of a unit in the layout of another system.

    Parameters
    ----------
    kind
        "csv", "canvas" or "moodle".
    unit
        Name of the unit.
    results
        Everybody's marks.
    people
        Names and LMS numbers.
    sheet
        The file that the LMS itself exports (Canvas: the gradebook; Moodle: the grading worksheet): its
        lines and columns are kept, and the marks of this unit are filled in.

    Returns
    -------
    str
        The CSV file's text.

    Raises
    ------
    UsageError
        If the sheet is not one of that system.
    """
    if kind == "csv":
        return _plain(results, people)
    rows = _read_sheet(sheet) if sheet else _new_sheet(kind, unit, results, people)
    fill = _fill_canvas if kind == "canvas" else _fill_moodle
    return _text(fill(rows, unit, results, people, str(sheet or "")))


def _plain(results: list[Result], people: dict[str, Person]) -> str:
    exercises = list(dict.fromkeys(name for result in results for name in result.scores))
    rows: list[list[str | float]] = [
        ["student", "name", "email", *exercises, "late_penalty", "score", "max_score", "status", "isolated", "remarks"]
    ]
    for result in results:
        person = people.get(result.student, Person(result.student))
        points = [result.scores.get(name) for name in exercises]
        numbers = ["" if value is None else value for value in (*points, result.penalty, result.score)]
        status = "graded" if result.graded else "not graded"
        status = "to be marked by hand" if result.waiting else status
        remarks = "; ".join(result.remarks)
        rows.append(
            [result.student, person.name, person.email, *numbers, result.max_score, status, isolated(result), remarks]
        )
    return _text(rows)


def _read_sheet(path: Path | None) -> list[list[str | float]]:
    assert path is not None
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a CSV file: {error}.") from error
    rows: list[list[str | float]] = [list(row) for row in csv.reader(io.StringIO(text)) if row]
    if not rows:
        raise UsageError(f"{path} is empty.")
    return rows


def _new_sheet(kind: str, unit: str, results: list[Result], people: dict[str, Person]) -> list[list[str | float]]:
    persons = [people.get(result.student, Person(result.student)) for result in results]
    if kind == "canvas":
        blank = [""] * len(_CANVAS)
        most = results[0].max_score if results else 0.0
        head: list[list[str | float]] = [[*_CANVAS, unit], ["    Points Possible", *blank[1:], most]]
        return head + [[p.name, p.lms_id, "", p.student, "", ""] for p in persons]
    head = [list(_MOODLE)]
    return head + [[f"Participant {p.lms_id}" if p.lms_id else p.student, p.name, p.email, "", "", ""] for p in persons]


def _fill_canvas(
    rows: list[list[str | float]], unit: str, results: list[Result], people: dict[str, Person], path: str
) -> list[list[str | float]]:
    head = rows[0]
    if "Student" not in head or "ID" not in head:
        raise UsageError(f"{path} is no gradebook of Canvas: it has no columns Student and ID.")
    column = next((i for i, name in enumerate(head) if str(name).startswith(unit)), None)
    if column is None:
        column = len(head)
        head.append(unit)
    login = head.index("SIS Login ID") if "SIS Login ID" in head else head.index("ID")
    by_id = _by_id(results, people)
    for row in rows[1:]:
        row += [""] * (len(head) - len(row))
        result = by_id.get(str(row[head.index("ID")])) or by_id.get(str(row[login]))
        if result is not None and result.score is not None:
            row[column] = result.score
    return rows


def _fill_moodle(
    rows: list[list[str | float]], unit: str, results: list[Result], people: dict[str, Person], path: str
) -> list[list[str | float]]:
    head = rows[0]
    if "Identifier" not in head or "Grade" not in head:
        raise UsageError(f"{path} is no grading worksheet of Moodle: it has no columns Identifier and Grade.")
    by_id = _by_id(results, people)
    for row in rows[1:]:
        row += [""] * (len(head) - len(row))
        result = by_id.get(str(row[head.index("Identifier")]).removeprefix("Participant "))
        if result is None or result.score is None:
            continue
        row[head.index("Grade")] = result.score
        if "Maximum Grade" in head and not row[head.index("Maximum Grade")]:
            row[head.index("Maximum Grade")] = result.max_score
        if "Feedback comments" in head:
            row[head.index("Feedback comments")] = "; ".join([*result.remarks, *filter(None, [result.unsafe])])
    return rows


def _by_id(results: list[Result], people: dict[str, Person]) -> dict[str, Result]:
    """Return results by all that an LMS may call a student: its number, or the name of the folder."""
    found = {result.student: result for result in results}
    return found | {
        people[result.student].lms_id: result
        for result in results
        if result.student in people and people[result.student].lms_id
    }


def _text(rows: list[list[str | float]]) -> str:
    """Quote every text; one that a spreadsheet would take for a formula gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()
