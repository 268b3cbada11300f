"""Go through the rows and say how they stand."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course import num_threads, set_num_threads
from course.bench.clock import Timing, take_turns
from course.bench.machine import Machine, measure
from course.bench.rows import Row, rows

TOO_NOISY = 0.25  # of the ratio's median: with such a middle half nobody can say which side of 1 it is on


@dataclass(frozen=True)
class Result:
    """One row, measured.

    Attributes
    ----------
    name, threads : of the row
    milliseconds : contender -> median
    ratio_vs_torch : PyTorch's time over ours, median over the rounds; None without PyTorch
    spread : the middle half of that ratio, as a share of it
    share_of_peak : of the machine's multiply-adds, by the plain formula's count: Winograd's trick can take it above 1
    target : the ratio we mean to have
    noisy : whether the rounds differ too much to judge
    """

    name: str
    threads: int
    milliseconds: dict[str, float]
    ratio_vs_torch: float | None
    spread: float | None
    share_of_peak: float | None
    target: float | None
    noisy: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "ratios": {way: ms / self.milliseconds["course"] for way, ms in self.milliseconds.items()},
        }


def run(threads: tuple[int, ...], quick: bool = False) -> Iterator[Machine | Result]:
    """For each number of threads the machine's peaks, then a result for every row; threads are put back afterwards."""
    before = num_threads()
    try:
        for n in threads:
            set_num_threads(n)
            machine = measure(n)
            yield machine
            for row in rows(n, quick):
                timings = take_turns(row.ways, seconds=3.0)
                yield judge(row, n, timings, machine)
    finally:
        set_num_threads(before)


def judge(row: Row, threads: int, timings: dict[str, Timing], machine: Machine) -> Result:
    """What the timings say about a row."""
    ours = timings["course"]
    ratio, spread = ours.times(timings["torch"]) if "torch" in timings else (None, None)
    return Result(
        name=row.name,
        threads=threads,
        milliseconds={way: timing.seconds * 1e3 / row.shares.get(way, 1) for way, timing in timings.items()},
        ratio_vs_torch=ratio,
        spread=spread,
        share_of_peak=row.flops / ours.seconds / machine.flops if row.flops else None,
        target=row.target,
        noisy=(ours.spread if spread is None else spread) > TOO_NOISY,
    )


def about_this_machine() -> dict[str, str]:
    """What a reader of the numbers wants to know."""
    import numpy

    found = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
    found["numpy"] = numpy.__version__
    for name in ("numba", "torch"):
        try:
            found[name] = str(__import__(name).__version__)
        except ImportError:
            found[name] = "not installed"
    return found
