"""Time several ways of doing the same work so that what else the machine does hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

Work = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Seconds for one piece of work, one number for each round.

    Attributes
    ----------
    rounds : seconds
    """

    rounds: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """The median."""
        return median(self.rounds)

    @property
    def spread(self) -> float:
        """The middle half of the rounds, as a share of the median."""
        return _middle_half(self.rounds) / self.seconds

    def times(self, other: Timing) -> tuple[float, float]:
        """How many times as fast as `other`: the median over rounds of their ratio, and the spread of that ratio."""
        ratios = [theirs / ours for ours, theirs in zip(self.rounds, other.rounds, strict=True)]
        return median(ratios), _middle_half(ratios) / median(ratios)


def take_turns(
    contenders: Mapping[str, Work], seconds: float = 2.0, least: int = 5, most: int = 25
) -> dict[str, Timing]:
    """Call each contender once a round, in turn, for about `seconds` in all, after a warm-up.

    Parameters
    ----------
    contenders : name -> the work
    seconds : the time to spend on all of them together
    least, most : rounds

    Returns
    -------
    name -> Timing, with the same number of rounds for each

    Examples
    --------
    >>> found = take_turns({"short": lambda: sum(range(10)), "long": lambda: sum(range(10_000))}, seconds=0.1)
    >>> found["short"].times(found["long"])[0] > 10
    True
    """
    repeats = {name: _repeats(work) for name, work in contenders.items()}
    rounds: dict[str, list[float]] = {name: [] for name in contenders}
    start = time.perf_counter()
    done = 0
    while done < least or (done < most and time.perf_counter() - start < seconds):
        for name, work in contenders.items():
            # threads that PyTorch keeps spinning after its work would sit on the cores of the next one
            time.sleep(0.005)
            rounds[name].append(_once(work, repeats[name]))
        done += 1
    return {name: Timing(tuple(found)) for name, found in rounds.items()}


def _repeats(work: Work, enough: float = 0.05) -> int:
    """How often to call in one turn, so that most calls follow one of their own, as in training; these warm up as well."""
    work()
    work()
    return max(1, min(1000, round(enough / max(1e-7, _once(work, 1)))))


def _once(work: Work, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def _middle_half(numbers: tuple[float, ...] | list[float]) -> float:
    low, _, high = quantiles(numbers, n=4)
    return high - low
