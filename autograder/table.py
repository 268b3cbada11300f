"""Show the marks of a class: as a table to read, and as a CSV file for other programs."""

import csv
import io
import os
from collections import Counter
from pathlib import Path

from autograder.results import Result


def table(results: list[Result]) -> str:
    """Lay out one line per student, their remarks below it, and what the class got wrong most often.

    Parameters
    ----------
    results
        The marks.

    Returns
    -------
    str
        Plain ASCII text but for what students' names hold.
    """
    exercises = _exercises(results)
    width = max(len("student"), *(len(result.student) for result in results))
    lines = ["  ".join(["student".ljust(width), *exercises, "total"])]
    for result in results:
        points = [_number(result.scores.get(name)).rjust(len(name)) for name in exercises]
        total = f"{_number(result.score)} of {result.max_score:g}"
        lines.append("  ".join([result.student.ljust(width), *points, total]))
        lines += [f"{' ' * width}  {remark}" for remark in result.remarks]
    counts = Counter(mistake for result in results for mistake in set(result.mistakes))
    if counts:
        lines += ["", "Mistakes by name:"]
        for (exercise, name), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            lines.append(f"  {n} of {len(results)}  {exercise}: {name.replace('_', ' ')}")
    unsafe = sorted({result.unsafe for result in results if result.unsafe})
    return "\n".join([*lines, *(f"\n{sentence}" for sentence in unsafe)])


def write_csv(results: list[Result], path: Path) -> None:
    """Write the marks to a file that a spreadsheet opens without running anything in it.

    Every text is quoted, and one that a spreadsheet would take for a formula gets an apostrophe in front.

    Parameters
    ----------
    results
        The marks.
    path
        Where to; it is replaced in one go.
    """
    exercises = _exercises(results)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(["student", *exercises, "score", "max_score", "isolated", "remarks"])
    for result in results:
        scores = [result.scores.get(name) for name in exercises]
        numbers = ["" if score is None else score for score in [*scores, result.score]]
        writer.writerow(
            [
                harmless(result.student),
                *numbers,
                result.max_score,
                isolated(result),
                harmless("; ".join(result.remarks)),
            ]
        )
    beside = path.with_suffix(".part")
    beside.write_text(text.getvalue(), encoding="utf-8")
    os.replace(beside, path)


def _exercises(results: list[Result]) -> list[str]:
    """List the exercises in the order of the notebook, from whoever has marks."""
    return list(dict.fromkeys(name for result in results for name in result.scores))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def isolated(result: Result) -> str:
    """Say in one word whether the marks come out of a sandbox; nothing without marks."""
    return "" if not result.graded else "no" if result.unsafe else "yes"


def harmless(text: str) -> str:
    """Put an apostrophe in front of a text that a spreadsheet would run as a formula; a number is none."""
    if not text.lstrip().startswith(("=", "+", "-", "@")) and text[:1] not in ("\t", "\r", "\n"):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
