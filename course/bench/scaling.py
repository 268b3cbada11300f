"""What more threads bring: our training steps on one and on several, in turns, since minutes apart a machine is another one."""

from __future__ import annotations

from collections.abc import Iterator

from course import num_threads, set_num_threads
from course.bench.clock import Work, take_turns
from course.bench.rows import training_steps


def scaling(threads: int, seconds: float = 2.0) -> Iterator[tuple[str, float, float]]:
    """For each training step its row's name, how many times as fast it is on so many threads as on one, and that ratio's spread."""
    before = num_threads()
    try:
        for name, step in training_steps().items():
            found = take_turns({"one": _on(1, step), "all": _on(threads, step)}, seconds)
            yield name, *found["all"].times(found["one"])
    finally:
        set_num_threads(before)


def _on(threads: int, step: Work) -> Work:
    def work() -> None:
        if num_threads() != threads:
            set_num_threads(threads)
        step()

    return work
