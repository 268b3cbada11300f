"""The two errors of a check that are not the student's answer being wrong."""


class UsageError(ValueError):
    """`check` was called in a way that it cannot serve; the message is one sentence for the caller."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback, which would only hide the sentence."""
        return [str(self)]


class CheckBugError(RuntimeError):
    """The check itself is broken: the course's error, which must cost no student a point. The message is one sentence."""


class Unreachable(RuntimeError):
    """The process that holds the student's function does not start: the machine's error, neither student's nor check's."""
