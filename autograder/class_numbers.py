"""What a class did, exercise by exercise, as numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.results import Result


@dataclass(frozen=True)
class Item:
    """One exercise over the whole class.

    Parameters
    ----------
    name
        The exercise.
    max_score
        Points that can be reached.
    graded
        Students with marks for it.
    passed, blank
        How many have all points; how many did not attempt it.
    mean
        Mean points as a share of `max_score`: the easier, the higher. None if nobody has marks.
    discrimination
        Correlation of the points with those in all other exercises; None if either does not vary.
    mistakes
        (name, students) of every named mistake, the most frequent first.
    """

    name: str
    max_score: float
    graded: int
    passed: int
    blank: int
    mean: float | None
    discrimination: float | None
    mistakes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ClassNumbers:
    """The exercises, and the totals of everybody who has marks, as shares of what could be reached."""

    items: list[Item]
    totals: list[float] = field(default_factory=list)


def count(results: list[Result]) -> ClassNumbers:
    """Sum up the marks of a class.

    Parameters
    ----------
    results
        What `read_results` returns.

    Returns
    -------
    ClassNumbers
    """
    graded = [result for result in results if result.score is not None]
    names = list(dict.fromkeys(name for result in graded for name in result.scores))
    items = []
    for name in names:
        rows = [(result, points) for result in graded if (points := result.scores.get(name)) is not None]
        most = max((result.max_scores.get(name, 0.0) for result in graded), default=0.0)
        reached = [value for _, value in rows]
        rest = [sum(v for other, v in result.scores.items() if v is not None and other != name) for result, _ in rows]
        named = Counter(mistake for result, _ in rows for mistake in {m for ex, m in result.mistakes if ex == name})
        items.append(
            Item(
                name,
                most,
                graded=len(rows),
                passed=sum(value >= most - 1e-9 for value in reached),
                blank=sum(name in result.blank for result, _ in rows),
                mean=sum(reached) / len(reached) / most if reached and most else None,
                discrimination=correlation(reached, rest),
                mistakes=tuple(sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))),
            )
        )
    totals = [result.score / result.max_score for result in graded if result.score is not None and result.max_score]
    return ClassNumbers(items, totals)


def correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Pearson's correlation, or None if there are fewer than three pairs or one side does not vary.

    >>> correlation([1, 2, 3], [2, 4, 7])
    0.9933992677987828
    """
    if len(a) < 3:
        return None
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    va, vb = (math.fsum((v - m) ** 2 for v in x) for x, m in ((a, mean_a), (b, mean_b)))
    if va < 1e-12 or vb < 1e-12:
        return None
    return math.fsum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / math.sqrt(va * vb)


def histogram(totals: list[float], bins: int = 10) -> list[int]:
    """Count totals (0 to 1) in equal bins; full marks fall into the last one.

    >>> histogram([0, 0.05, 0.95, 1.0], bins=2)
    [2, 2]
    """
    counts = [0] * bins
    for total in totals:
        counts[min(bins - 1, max(0, int(total * bins)))] += 1
    return counts
