"""What a check answers: a status, a score, and the same message as text and as HTML."""

from dataclasses import dataclass
from html import escape
from typing import Any

RIGHT, WRONG, NOT_ATTEMPTED = "right", "wrong", "not attempted"
_COLOURS = {RIGHT: "#009e73", WRONG: "#d55e00", NOT_ATTEMPTED: "#999999"}


@dataclass(frozen=True)
class Line:
    """One behaviour in a report: what was looked at, its points, and what is wrong, if anything."""

    title: str
    score: float
    max_score: float
    sentence: str = ""
    places: tuple[str, ...] = ()  # where values are wrong, as rows of "x" and "."


@dataclass(frozen=True, repr=False)
class Report:
    """The answer to one exercise. Its repr is the score, which nbgrader reads as the points of a cell.

    Parameters
    ----------
    exercise
        Name of the exercise.
    status
        "right", "wrong" or "not attempted".
    lines
        One per behaviour.
    mistakes
        Names of the mistakes that explain the output, the most telling first.
    diagnoses
        One sentence for each of them.
    paste
        Code that repeats the smallest failing case, or "".
    notes
        Further sentences.
    """

    exercise: str
    status: str
    lines: tuple[Line, ...]
    mistakes: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    paste: str = ""
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Points reached."""
        return sum(line.score for line in self.lines)

    @property
    def max_score(self) -> float:
        """Points that can be reached."""
        return sum(line.max_score for line in self.lines)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        return f"{self.exercise}: {self.status}, {self.score:g} of {self.max_score:g} points"

    @property
    def text(self) -> str:
        """The whole report as plain text."""
        blocks = [self.headline]
        if self.diagnoses:
            blocks.append("\n".join(self.diagnoses))
        if self.status == WRONG:
            blocks.append("\n".join(_line(line) for line in self.lines))
        if self.paste:
            blocks.append("The smallest case that fails, to paste into a cell:\n" + _indent(self.paste))
        if self.notes:
            blocks.append("\n".join(self.notes))
        return "\n\n".join(blocks)

    @property
    def html(self) -> str:
        """The whole report as HTML, readable on a light and on a dark page."""
        parts = [f"<p><strong>{escape(self.headline)}</strong></p>"]
        parts += [f"<p>{escape(sentence)}</p>" for sentence in self.diagnoses]
        if self.status == WRONG:
            rows = "".join(_row(line) for line in self.lines)
            head = "<tr><th style='padding-right:1em'>points</th><th style='text-align:left'>part</th></tr>"
            parts.append(f"<table>{head}{rows}</table>")
        if self.paste:
            parts.append("<p style='margin-top:1em'>The smallest case that fails, to paste into a cell:</p>")
            parts.append(f"<pre>{escape(self.paste)}</pre>")
        parts += [f"<p>{escape(note)}</p>" for note in self.notes]
        colour = _COLOURS[self.status]
        return f'<div style="border-left:6px solid {colour};padding-left:1em">{"".join(parts)}</div>'

    @property
    def data(self) -> dict[str, Any]:
        """What a grading program wants to know, as plain JSON."""
        return {
            "exercise": self.exercise,
            "status": self.status,
            "score": self.score,
            "max_score": self.max_score,
            "mistakes": list(self.mistakes),
            "diagnoses": list(self.diagnoses),
            "parts": [
                {"title": line.title, "score": line.score, "max_score": line.max_score, "sentence": line.sentence}
                for line in self.lines
            ],
        }

    def __repr__(self) -> str:
        return f"{self.score:g}"


def _line(line: Line) -> str:
    head = f"  {line.score:g} of {line.max_score:g}".ljust(14) + line.title
    return head + ("\n" + " " * 18 + line.sentence if line.sentence else "")


def _row(line: Line) -> str:
    points = f"<td style='white-space:nowrap;padding-right:1em'>{line.score:g} of {line.max_score:g}</td>"
    sentence = f"<br>{escape(line.sentence)}{_picture(line.places)}" if line.sentence else ""
    return (
        f"<tr style='vertical-align:top'>{points}<td style='text-align:left'>{escape(line.title)}{sentence}</td></tr>"
    )


def _picture(places: tuple[str, ...]) -> str:
    """Draw where the output is wrong; the squares differ in form as well as in colour."""
    if not any("." in row for row in places):  # everywhere: the sentence says so
        return ""
    signs = {"x": "<span style='color:#d55e00'>\u25a0</span>", ".": "<span style='color:#808080'>\u00b7</span>"}
    rows = "\n".join(" ".join(signs[sign] for sign in row) for row in places)
    label = "where the output differs, all images and channels laid on top of each other"
    return f"<pre role='img' aria-label='{label}' style='line-height:1.1;margin:4px 0'>{rows}</pre>"


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
