"""How far a run is: a line for each student, with the time that is left, and a bar below them in a terminal."""

import time
from collections.abc import Callable
from types import TracebackType

from tqdm import tqdm


class Progress:
    """Counts students.

    Parameters
    ----------
    total
        How many there are.
    say
        Takes the lines.
    """

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self.total, self.say, self.count, self.worked = total, say, 0, 0
        self.start = time.monotonic()
        self.bar = tqdm(total=total, unit="student", leave=False, disable=None)  # None: not where no terminal is

    def step(self, student: str, what: str, seconds: float | None = None) -> None:
        """Say what became of one student; `seconds` is the time it took, None if nothing was graded."""
        self.count += 1
        self.worked += seconds is not None
        left = self.total - self.count
        parts = [f"  {self.count} of {self.total}  {student}: {what}"]
        if seconds is not None:
            parts.append(f"in {seconds:.1f} s")
            if left:
                parts.append(f"{clock(left * (time.monotonic() - self.start) / self.worked)} left")
        with tqdm.external_write_mode():
            self.say(", ".join(parts))
        self.bar.update()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.bar.close()


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds, with hours if there are any.

    >>> clock(59.6), clock(3725)
    ('1:00', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
