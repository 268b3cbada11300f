"""A student's notebook in a kernel: its cells run one by one, its functions are called, and a lost kernel is replaced."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.call import Error, Outcome, out_of_time
from autograder.outside.kernel import Kernel, Reply
from autograder.outside.limits import Limits
from autograder.outside.wire import WireError, decode, encode

Show = Callable[[str, dict[str, Any]], None]


class Student:
    """The other side of a grading run.

    When the kernel is lost, a new one repeats the cells that have run so far, without the one that lost it.

    Parameters
    ----------
    start
        Starts a kernel.
    limits
        What the notebook may use.
    """

    def __init__(self, start: Callable[[], Kernel], limits: Limits) -> None:
        self.limits, self.losses = limits, 0
        self._start, self._kernel, self._done = start, start(), list[str]()

    def __enter__(self) -> "Student":
        return self

    def __exit__(self, *_: object) -> None:
        self._kernel.stop()

    @property
    def gone(self) -> bool:
        """True when as many kernels were lost as are replaced."""
        return self.losses > self.limits.restarts

    def run(self, source: str, show: Show) -> Reply:
        """Run a cell, and remember it for a replay unless it had to be stopped."""
        if self.gone:
            return Reply("lost", reason="too many kernels were lost before it")
        reply = self._kernel.execute(source, self.limits.cell, show)
        if reply.status == "lost":
            self._replace()
        elif reply.status in ("ok", "error"):
            self._done.append(source)
        return reply

    def ask(self, request: dict[str, Any], buffers: list[bytes], seconds: float | None = None) -> Reply:
        """Send the agent a request."""
        if self.gone:
            return Reply("lost", reason="too many kernels were lost before it")
        reply = self._kernel.ask(request, buffers, seconds or self.limits.call)
        if reply.status == "lost":
            self._replace()
        return reply

    def _replace(self) -> None:
        self._kernel.stop()
        self.losses += 1
        while not self.gone:
            self._kernel = self._start()
            for source in list(self._done):
                status = self._kernel.execute(source, self.limits.cell, lambda kind, content: None).status
                if status not in ("ok", "error"):
                    self._done.remove(source)
                if status == "lost":
                    self._kernel.stop()
                    self.losses += 1
                    break
            else:
                return


class Function:
    """A function in the student's kernel, called as the engine calls one: `function(args, kwargs)` gives an Outcome.

    Parameters
    ----------
    student
        Where it lives.
    expression
        What it is called there, such as "conv2d_forward".
    seconds
        Limit for one call; None is the student's.
    """

    def __init__(self, student: Student, expression: str, seconds: float | None = None) -> None:
        self.student, self.expression = student, expression
        self.seconds = seconds or student.limits.call
        self._over: Error | None = None
        self.stopped = False  # whether a call had to be

    def undefined(self) -> Error | None:
        """Return the error that comes up when the name is looked up, or None."""
        reply = self.student.ask({"do": "look", "expression": self.expression}, [])
        if reply.status == "ok" and "value" in (reply.answer or {}):
            return None
        if reply.status == "lost":
            return Error("KernelLost", reply.reason)
        return Error("NameError", f"name {self.expression!r} is not defined")

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
        """Call it with these arguments and say what happened."""
        if self._over is not None:
            return Outcome(error=self._over)
        tree, buffers = encode((args, kwargs), _refuse)
        reply = self.student.ask(
            {"do": "call", "expression": self.expression, "arguments": tree}, buffers, self.seconds
        )
        outcome = self._outcome(reply)
        self.stopped = self.stopped or reply.status in ("time", "flood", "lost")
        if outcome.error is not None and outcome.error.type == "Lost":
            self._over = replace(outcome.error, message=f"{outcome.error.message}; it is not called any more")
        return outcome

    def _outcome(self, reply: Reply) -> Outcome:
        if reply.status == "time":
            return Outcome(error=out_of_time(self.seconds))
        if reply.status == "lost":
            return Outcome(error=Error("Lost", reply.reason))
        if reply.status == "flood":
            return Outcome(error=Error("Flood", ""))
        try:
            return self._read(reply)
        except Exception:  # whatever a kernel claims, it is the student's answer that cannot be read
            return Outcome(error=Error("Unreadable", ""))

    def _read(self, reply: Reply) -> Outcome:
        answer = reply.answer or {}
        if "error" in answer:
            error = answer["error"]
            line = error["line"] if isinstance(error["line"], int) else None
            return Outcome(
                error=Error(_text(error["type"], 80), _text(error["message"], 300), line, _text(error["source"]))
            )
        value = decode(answer["value"], reply.buffers)
        kept, seconds = answer.get("kept"), answer.get("seconds")
        return Outcome(
            value,
            changed=_indices(answer["changed"]),
            shared=_indices(answer["shared"]),
            look=(lambda: self._look(kept)) if isinstance(kept, int) else None,
            seconds=float(seconds) if isinstance(seconds, (int, float)) else 0.0,
        )

    def _look(self, handle: int) -> Any:
        """Fetch a value that was returned before, as it is now."""
        reply = self.student.ask({"do": "look", "handle": handle}, [])
        try:
            return decode((reply.answer or {})["value"], reply.buffers)
        except (KeyError, WireError):
            return None


def _refuse(value: Any) -> None:
    raise TypeError(f"a {type(value).__name__} cannot be sent to the student's kernel")


def _text(value: Any, most: int = 2000) -> str:
    if not isinstance(value, str):
        raise WireError("text")
    return value[:most]


def _indices(values: Any) -> tuple[int, ...]:
    if not isinstance(values, list) or not all(type(i) is int and 0 <= i < 100 for i in values):
        raise WireError("indices")
    return tuple(values)
