"""Grade again, and show what would change before anything is written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autograder.books import open_gradebook
from autograder.grading import Options, Run, grade
from autograder.one import Outcome
from autograder.results import exercise_of

Scores = dict[str, float | None]


def compare(
    root: Path, unit: str, say: Callable[[str], None], options: Options
) -> tuple[list[tuple[str, Scores, Scores | None]], list[str], Run]:
    """Grade without writing, and hold the new marks against those in the gradebook.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    say
        Takes lines of progress.
    options
        How to grade.

    Returns
    -------
    list, list of str, Run
        (student, points before, points after) of everybody whose points change, None after if the submission
        cannot be graded any more; who was graded again or for the first time; and the run.
    """
    run = grade(root, unit, say, replace(options, write=False))
    before = _before(root, unit)
    changes: list[tuple[str, Scores, Scores | None]] = []
    # Who could not be graded before either is no news.
    outcomes = [outcome for outcome in run.outcomes if not outcome.reason or before.get(outcome.student)]
    for outcome in sorted(outcomes, key=lambda outcome: outcome.student):
        old, new = before.get(outcome.student, {}), _after(outcome)
        if old != new and (old or new is not None):
            changes.append((outcome.student, old, new))
    return changes, sorted(outcome.student for outcome in outcomes), run


def table(changes: list[tuple[str, Scores, Scores | None]]) -> str:
    """Lay out the changes: a line per student, and one below it for each exercise that changes."""
    width = max((len(student) for student, _, _ in changes), default=0)
    lines = []
    for student, old, new in changes:
        if new is None:
            lines.append(f"{student.ljust(width)}  {_total(old)} -> cannot be graded; the old marks stay")
            continue
        lines.append(f"{student.ljust(width)}  {_total(old)} -> {_total(new)}")
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) != new.get(name):
                lines.append(f"{' ' * width}    {name}: {_number(old.get(name))} -> {_number(new.get(name))}")
    return "\n".join(lines)


def _before(root: Path, unit: str) -> dict[str, Scores]:
    with open_gradebook(root) as gradebook:
        return {
            submission.student.id: {
                exercise_of(grade.name): grade.auto_score for part in submission.notebooks for grade in part.grades
            }
            for submission in gradebook.assignment_submissions(unit)
        }


def _after(outcome: Outcome) -> Scores | None:
    if outcome.reason:
        return None
    return {exercise_of(name): points for name, (points, _) in outcome.scores.items()}


def _total(scores: Scores) -> str:
    return f"{sum(points or 0.0 for points in scores.values()):g}" if scores else "no marks"


def _number(points: float | None) -> str:
    return "-" if points is None else f"{points:g}"
