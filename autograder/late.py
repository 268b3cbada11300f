"""Late rules: so much a day, a grace time, and more time for single students, in `autograder/late.toml`."""

import math
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from autograder.errors import UsageError

DAY = 86400.0


@dataclass(frozen=True)
class Rules:
    """The late rules of one unit.

    Parameters
    ----------
    per_day
        Percent of the points reached that every day begun takes away.
    grace_minutes
        Who is no later than this is on time.
    at_most
        The most that is taken away, in percent.
    due
        When the unit is due, in UTC; None leaves what the gradebook says.
    extensions
        Days more, by student.
    """

    per_day: float = 0.0
    grace_minutes: float = 0.0
    at_most: float = 100.0
    due: datetime | None = None
    extensions: dict[str, float] = field(default_factory=dict)

    def penalty(self, score: float, seconds_late: float) -> float:
        """Return the points that being late costs; `seconds_late` counts from the due date, extension included.

        >>> Rules(per_day=10, grace_minutes=15).penalty(18, 25 * 3600)
        3.6
        """
        if seconds_late <= 60 * self.grace_minutes:
            return 0.0
        return round(score * min(self.at_most, self.per_day * math.ceil(seconds_late / DAY)) / 100, 4)


def read_rules(root: Path, unit: str) -> Rules | None:
    """Read the rules for a unit; None if the course has no late rules.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.

    Raises
    ------
    UsageError
        If the file cannot be understood; the message says what is wrong.
    """
    path = root / "autograder" / "late.toml"
    if not path.is_file():
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    unknown = set(content) - {"default", "due", "extensions"}
    if unknown:
        raise UsageError(
            f"{path} has a table [{sorted(unknown)[0]}]; known are [default], [due] and [extensions.UNIT]."
        )
    numbers = content.get("default", {})
    for name, value in numbers.items():
        if name not in ("per_day", "grace_minutes", "at_most") or not _positive(value):
            raise UsageError(f"{path}: {name} = {value!r} is not per_day, grace_minutes or at_most with a number >= 0.")
    days = content.get("extensions", {}).get(unit, {})
    for student, value in days.items():
        if not _positive(value):
            raise UsageError(f"{path}: the extension of {student} is {value!r}; it has to be a number of days.")
    due = content.get("due", {}).get(unit)
    if due is not None and not isinstance(due, datetime):
        raise UsageError(f"{path}: {unit} is due at {due!r}; write a time such as 2026-02-01 23:59:00+01:00.")
    if due is not None:
        due = (due if due.tzinfo else due.replace(tzinfo=UTC)).astimezone(UTC)
    return Rules(**numbers, due=due, extensions=days)


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def settle(root: Path, unit: str, gradebook: Any) -> None:
    """Bring due date, extensions and penalties in the gradebook up to date.

    It can be done at any time: after marks were given by hand, penalties are those of the new points.
    Without `late.toml` nothing is touched, and nbgrader's own rules stand.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    gradebook
        An open `nbgrader.api.Gradebook`.
    """
    rules = read_rules(root, unit)
    if rules is None:
        return
    assignment = gradebook.find_assignment(unit)
    if rules.due is not None:
        assignment.duedate = rules.due.replace(tzinfo=None)  # nbgrader keeps UTC without saying so
    for submission in gradebook.assignment_submissions(unit):
        if submission.student.id in rules.extensions:
            submission.extension = timedelta(days=rules.extensions[submission.student.id])
        late = submission.total_seconds_late if assignment.duedate is not None else 0.0
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = rules.penalty(notebook.score, late) or None
    gradebook.db.commit()
