"""Run an exercise's check on a function and write the report.

Nothing here knows of notebooks or of the student's process: `call` makes the calls, wherever the
function lives, and everything else, drawing inputs, comparing and explaining, happens on this side.
"""

import itertools
import traceback
from pathlib import Path
from typing import Any

from autograder.call import Call, Error, Outcome
from autograder.diagnose import explain
from autograder.errors import CheckBugError, Unreachable
from autograder.exercise import Behaviour, Case, Exercise, Mistake
from autograder.report import NOT_ATTEMPTED, RIGHT, WRONG, Line, Report
from autograder.trial import Trial, try_case

VISIBLE_NOTE = (
    "All that is tried here passes. The grading run draws other numbers and tries more cases of the same parts."
)


def run(exercise: Exercise, mistakes: list[Mistake], call: Call, seed: int = 0, hidden: bool = False) -> Report:
    """Check one function.

    Parameters
    ----------
    exercise
        What is asked.
    mistakes
        Named wrong solutions that may explain the output.
    call
        Makes one call of the student's function with these arguments and says what happened.
    seed
        Where the drawing of inputs starts; equal seeds draw equal inputs.
    hidden
        True for a grading run, which tries the hidden cases too.

    Returns
    -------
    Report
        Status, score and message.

    Raises
    ------
    CheckBugError
        If a case, the oracle or the comparison fails: the instructor's error, never the student's.
    Unreachable
        If `call` cannot make calls at all.
    """
    call = _give_up_on_endless(call)
    case = None
    groups: list[list[Trial]] = []
    try:
        for behaviour, numbered in zip(exercise.behaviours, _number_cases(exercise, hidden), strict=True):
            groups.append([])
            for i, case in numbered:
                groups[-1].append(try_case(exercise, behaviour, case, seed + i, call))
        return _report(exercise, mistakes, groups, hidden)
    except Unreachable:
        raise
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise CheckBugError(
            f"The check of {exercise.name} is broken: {_place(exercise, case, error)} stopped with {said}."
        ) from error


def _place(exercise: Exercise, case: Case | None, error: Exception) -> str:
    """Name file and line of the check: the deepest that stopped of what defines the exercise, else where its case is written."""
    code = getattr(exercise.oracle, "__code__", None)
    files = {code.co_filename if code else "", *(case.file for b in exercise.behaviours for case in b.cases)}
    found = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    inside = [place for place in found if place[0] in files]
    file, line = inside[-1] if inside else (case.file, case.line) if case is not None else ("", 0)
    path = Path(file)
    return f"{path.parent.name}/{path.name}, line {line},"


def _give_up_on_endless(call: Call) -> Call:
    """Make no more calls after two that ran out of time, or an endless loop holds up a class for minutes."""
    endless = 0

    def limited(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
        nonlocal endless
        if endless == 2:
            return Outcome(error=Error("OutOfTime", "not called any more after two calls that did not end"))
        outcome = call(args, kwargs)
        endless += outcome.error is not None and outcome.error.type == "OutOfTime"
        return outcome

    return limited


def _number_cases(exercise: Exercise, hidden: bool) -> list[list[tuple[int, Case]]]:
    """Number all cases through, so that each draws its own inputs."""
    counter = itertools.count()
    return [
        [(next(counter), case) for case in [*behaviour.cases, *(behaviour.hidden if hidden else ())]]
        for behaviour in exercise.behaviours
    ]


def _report(exercise: Exercise, mistakes: list[Mistake], groups: list[list[Trial]], hidden: bool) -> Report:
    if all(_is_blank(trial) for trials in groups for trial in trials):
        lines = tuple(Line(behaviour.title, 0, behaviour.points) for behaviour in exercise.behaviours)
        return Report(exercise.name, NOT_ATTEMPTED, lines)
    worst = [min((t for t in trials if t.failure), key=lambda t: t.size, default=None) for trials in groups]
    lines = tuple(map(_line, exercise.behaviours, worst))
    first = next((trial for trial in worst if trial is not None), None)
    if first is None:
        return Report(exercise.name, RIGHT, lines, notes=() if hidden else (VISIBLE_NOTE,))
    named = explain(exercise, mistakes, groups)
    return Report(
        exercise.name,
        WRONG,
        lines,
        mistakes=tuple(mistake.name for mistake in named),
        diagnoses=tuple(mistake.diagnosis for mistake in named),
        paste=first.case.paste(exercise.name, exercise.parameters, first.seed),
    )


def _is_blank(trial: Trial) -> bool:
    """Say whether nothing was written for this case: the stub is as it was, or an answer on paper is missing."""
    error = trial.outcome.error
    return error.type == "NotImplementedError" if error else trial.failure is not None and trial.failure.kind == "blank"


def _line(behaviour: Behaviour, worst: Trial | None) -> Line:
    if worst is None or worst.failure is None:
        return Line(behaviour.title, behaviour.points, behaviour.points)
    return Line(behaviour.title, 0, behaviour.points, worst.failure.sentence, worst.failure.places)
