"""The course's checks as judges of test cells: `check("conv2d_forward", conv2d_forward)` is read, not run."""

import ast
from dataclasses import dataclass, replace

from autograder.engine import run
from autograder.errors import UsageError
from autograder.exercise import Exercise, Mistake
from autograder.in_kernel import REPORT_MIMETYPE, grading_seed
from autograder.outside.student import Function, Student
from autograder.outside.verdict import Verdict
from autograder.registry import find


def judge(assignment: str, grade_id: str, source: str) -> "CourseCheck | None":
    """Return the judge of a test cell, or None if it is no call of `check`.

    Parameters
    ----------
    assignment
        Name of the unit.
    grade_id
        The cell's name in nbgrader's books.
    source
        Its text, which nbgrader has restored.

    Returns
    -------
    CourseCheck or None
    """
    asked = _asked(source)
    if asked is None:
        return None
    name, expression = asked
    try:
        exercise, mistakes = find(name)
    except UsageError:
        return None  # the kernel says so in the cell
    return CourseCheck(exercise, mistakes, expression)


def _asked(source: str) -> tuple[str, str] | None:
    """Read the exercise's name and what is checked out of a cell's last line."""
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return None
    call = last.value if isinstance(last, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"):
        return None
    if len(call.args) != 2 or call.keywords or not isinstance(call.args[0], ast.Constant):
        return None
    return str(call.args[0].value), ast.unparse(call.args[1])


@dataclass(frozen=True)
class CourseCheck:
    """One exercise, judged on the function that an expression names in the student's kernel."""

    exercise: Exercise
    mistakes: list[Mistake]
    expression: str

    def judge(self, student: Student) -> Verdict:
        """Run the check with the grading run's seed and hidden cases.

        A check that is broken raises CheckBugError: nbgrader then leaves the submission ungraded and its marks as they were.
        """
        function = Function(student, self.expression, self.exercise.seconds)
        error = function.undefined()
        if error is not None:
            text = f"{self.exercise.name}: not checked, 0 of {self.exercise.points:g} points\n\n{error.type}: {error.message}"
            return Verdict(0, self.exercise.points, text, error=(error.type, error.message))
        report = run(self.exercise, self.mistakes, function, seed=grading_seed() or 0, hidden=True)
        report = replace(report, paste=self._visible_paste(function) if report.paste else "")
        return Verdict(report.score, report.max_score, report.text, report.html, {REPORT_MIMETYPE: report.data})

    def _visible_paste(self, function: Function) -> str:
        """Return a failing case of the student's own check: the inputs of the grading run stay unknown."""
        if function.stopped:
            return ""
        return run(self.exercise, [], function, seed=0, hidden=False).paste
