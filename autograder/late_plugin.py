"""The late rules for those who type `nbgrader autograde`: a plugin that asks `autograder.late`."""

from datetime import timedelta
from pathlib import Path

from nbgrader.plugins import BasePlugin

from autograder.late import read_rules


class LateRules(BasePlugin):
    """Takes the penalty from `autograder/late.toml`; the due date is the one in the gradebook."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that being late costs, or None without late rules."""
        step = self.parent  # nbgrader's preprocessor, with the gradebook open
        rules = read_rules(Path(self.config.CourseDirectory.root), step.assignment_id)
        if rules is None:
            return None
        submission = step.gradebook.find_submission(step.assignment_id, student_id)
        if submission.extension is None and student_id in rules.extensions:
            total_seconds_late -= timedelta(days=rules.extensions[student_id]).total_seconds()
        return rules.penalty(score, total_seconds_late)
