"""The class report: one HTML page that needs nothing else, and the same numbers as CSV."""

import csv
import io
from datetime import datetime
from html import escape
from statistics import mean, median

from autograder.class_numbers import ClassNumbers, Item, count, histogram
from autograder.results import Result

# Print and both themes: a page of its own colours, no script, no request to anywhere.
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; margin-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid #ccc; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } svg { max-width: 100%; height: auto; } .hint { color: #555; }
@media print { body { margin: 0; max-width: none; } tr, svg { break-inside: avoid; } }
"""
_BAR, _INK = "#0072b2", "#111"


def report_html(
    unit: str, results: list[Result], diagnoses: dict[tuple[str, str], str], now: datetime | None = None
) -> str:
    """Write the class report.

    Parameters
    ----------
    unit
        Name of the unit.
    results
        Everybody's marks.
    diagnoses
        The sentence of a named mistake, by (exercise, name).
    now
        The time that it bears.

    Returns
    -------
    str
        A whole HTML page.
    """
    numbers = count(results)
    graded = [result for result in results if result.graded]
    parts = [
        f"<h1>{escape(unit)}: what the class did</h1>",
        f"<p class='hint'>As of {now or datetime.now():%Y-%m-%d %H:%M}.</p>",
        f"<p>{_summary(results, graded, numbers)}</p>",
        *(
            f"<p><strong>{escape(sentence)}</strong></p>"
            for sentence in sorted({r.unsafe for r in results if r.unsafe})
        ),
        "<h2>Totals</h2>",
        _histogram(numbers.totals),
        "<h2>Exercises</h2>",
        _items(numbers.items),
        "<h2>What was got wrong, by name</h2>",
        _mistakes(numbers.items, diagnoses),
        "<h2>Who needs attention</h2>",
        _attention(results),
    ]
    title = f"<title>{escape(unit)}: class report</title>"
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'>{title}<style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body><main>{''.join(parts)}</main></body></html>\n"


def report_csv(results: list[Result]) -> str:
    """Write one line for each exercise: pass rate, difficulty, discrimination, most frequent mistakes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    names = ["exercise", "max_score", "graded", "passed", "not_attempted", "mean_share", "discrimination", "mistakes"]
    writer.writerow(names)
    for item in count(results).items:
        mistakes = "; ".join(f"{name} {students}" for name, students in item.mistakes)
        shares = ["" if value is None else round(value, 4) for value in (item.mean, item.discrimination)]
        writer.writerow([item.name, item.max_score, item.graded, item.passed, item.blank, *shares, mistakes])
    return text.getvalue()


def attention(results: list[Result]) -> list[tuple[str, str]]:
    """Say who needs a look, and why: (student, reason), the most urgent first."""
    found: list[tuple[int, str, str]] = []
    totals = [result.score for result in results if result.score is not None]
    low = median(totals) / 2 if totals else 0.0
    for result in results:
        if not result.graded:
            found.append((0, result.student, next((r for r in result.remarks if r.startswith("not graded")), "")))
            continue
        if result.waiting:
            found.append((2, result.student, f"to be marked by hand: {', '.join(result.waiting)}"))
        if result.score is not None and result.score < low:
            blank = f"; not attempted: {', '.join(result.blank)}" if result.blank else ""
            points = f"{result.score:g} of {result.max_score:g} points, less than half of the median"
            found.append((3, result.student, points + blank))
        edited = [remark for remark in result.remarks if remark.endswith(("; the original was run", "was put back"))]
        if edited:
            found.append((4, result.student, "; ".join(edited)))
    return [(student, reason) for _, student, reason in sorted(found)]


def _summary(results: list[Result], graded: list[Result], numbers: ClassNumbers) -> str:
    if not graded:
        return f"{len(results)} handed in, and nobody has marks yet."
    most = graded[0].max_score
    points = [result.score for result in graded if result.score is not None]
    rest = len(results) - len(graded)
    text = f"{len(results)} handed in; {len(graded)} are graded{f', {rest} could not be' if rest else ''}. "
    text += f"Mean {mean(points):.1f}, median {median(points):g} of {most:g} points. "
    hard = min((item for item in numbers.items if item.mean is not None), key=lambda item: item.mean or 0, default=None)
    if hard is not None and hard.mean is not None:
        text += f"Hardest was <code>{escape(hard.name)}</code> with {hard.mean:.0%} of its points on average."
    return text


def _histogram(totals: list[float]) -> str:
    if not totals:
        return "<p>Nobody has marks yet.</p>"
    counts = histogram(totals)
    top = max(counts)
    label = "; ".join(f"{10 * i} to {10 * i + 10} %: {n}" for i, n in enumerate(counts))
    bars = []
    for i, n in enumerate(counts):
        height, x = 120 * n / top, 10 + 56 * i
        bars.append(f'<rect x="{x}" y="{150 - height:.1f}" width="48" height="{height:.1f}" fill="{_BAR}"/>')
        bars.append(f'<text x="{x + 24}" y="{144 - height:.1f}" text-anchor="middle" fill="{_INK}">{n or ""}</text>')
        bars.append(f'<text x="{x - 4}" y="168" text-anchor="middle" fill="{_INK}">{10 * i}</text>')
    bars.append(f'<text x="566" y="168" text-anchor="middle" fill="{_INK}">100 %</text>')
    bars.append(f'<line x1="6" y1="150" x2="570" y2="150" stroke="{_INK}"/>')
    return (
        f'<svg role="img" aria-label="Students by share of the points: {label}" viewBox="0 0 600 176" width="600" '
        f'font-size="13" font-family="system-ui, sans-serif">{"".join(bars)}</svg>'
        "<p class='hint'>Students by share of the points.</p>"
    )


def _items(items: list[Item]) -> str:
    head = ["exercise", "points", "all points", "not attempted", "mean", "discrimination"]
    rows = [
        [f"<code>{escape(item.name)}</code>", f"{item.max_score:g}", _share(item.passed, item.graded),
         _share(item.blank, item.graded), "-" if item.mean is None else f"{item.mean:.0%}",
         "-" if item.discrimination is None else f"{item.discrimination:.2f}"]
        for item in items
    ]  # fmt: skip
    hint = (
        "<p class='hint'>Mean: average share of the points, so a low one is a hard exercise. Discrimination: correlation with the "
        "points in all other exercises; near 0, the exercise does not tell who understood.</p>"
    )
    return _table(head, rows, numbers=range(1, 6)) + hint


def _mistakes(items: list[Item], diagnoses: dict[tuple[str, str], str]) -> str:
    rows = [(students, item, name, _share(students, item.graded)) for item in items for name, students in item.mistakes]
    if not rows:
        return "<p>No mistake that has a name.</p>"
    rows.sort(key=lambda row: (-row[0], row[1].name, row[2]))
    cells = [
        [share, f"<code>{escape(item.name)}</code>",
         f"{escape(name.replace('_', ' '))}<br><span class='hint'>{escape(diagnoses.get((item.name, name), ''))}</span>"]
        for _, item, name, share in rows
    ]  # fmt: skip
    return _table(["students", "exercise", "mistake, and what students are told"], cells, numbers=range(1))


def _attention(results: list[Result]) -> str:
    rows = [[escape(student), escape(reason)] for student, reason in attention(results)]
    return _table(["student", "why"], rows) if rows else "<p>Nobody.</p>"


def _table(head: list[str], rows: list[list[str]], numbers: range = range(0)) -> str:
    kinds = [" class='n'" if i in numbers else "" for i in range(len(head))]
    top = "".join(f"<th scope='col'{kind}>{name}</th>" for kind, name in zip(kinds, head, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<div class='wide'><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"


def _share(n: int, of: int) -> str:
    return f"{n} ({n / of:.0%})" if of else "-"
