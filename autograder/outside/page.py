"""The feedback page: one file that can be read offline and printed, without a script, whatever a student wrote."""

from html import escape
from typing import Any

from nbconvert.exporters import Exporter
from nbconvert.filters import ansi2html, markdown2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from autograder.outside import safe
from autograder.outside.formulas import set_formulas

PICTURES = ("image/png", "image/jpeg")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 1rem auto; padding: 0 1rem; color: #222; background: #fff }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; margin: 0.3rem 0 }
.code { background: #f6f6f4; border: 1px solid #ddd; padding: 0.2rem 0.7rem; margin: 0.6rem 0 }
.answer { border-left: 5px solid #0072b2 }
.out { margin: 0.3rem 0 0.8rem 1rem; overflow-x: auto }
.points { background: #eef4f8; padding: 0.3rem 0.7rem; margin: 1.2rem 0 0.2rem; font-weight: 600 }
.note { border: 2px solid #d55e00; padding: 0.4rem 0.7rem }
.comment { border-left: 5px solid #009e73; padding: 0.2rem 0.8rem; margin: 0.6rem 0 }
img { max-width: 100% } table { border-collapse: collapse } td, th { padding: 0.15rem 0.6rem; vertical-align: top }
math[display=block] { display: block; text-align: center; margin: 0.6rem 0 }
@media print { body { margin: 0; max-width: none; font-size: 11pt } .code, .out, .points { break-inside: avoid } }
"""


class FeedbackPage(Exporter):
    """Writes a graded notebook as a page; nbgrader's GenerateFeedback uses it in the place of HTMLExporter."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Return the page and the resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return render(nb, resources.get("nbgrader", {})), resources


def render(nb: Any, book: Any) -> str:
    """Lay out the page.

    Parameters
    ----------
    nb
        The graded notebook.
    book
        What nbgrader knows of it: notebook, score, max_score, late_penalty.
    """
    name = escape(str(book.get("notebook", "")))
    total = f"{float(book.get('score') or 0):g} of {float(book.get('max_score') or 0):g} points"
    parts = [f"<h1>{name}: {total}</h1>"]
    if note := nb.metadata.get("graded", {}).get("note", ""):
        parts.append(f"<p class='note'>{escape(str(note))}</p>")
    if penalty := float(book.get("late_penalty") or 0):
        parts.append(f"<p>{penalty:g} points were taken off because it came late.</p>")
    parts.append(_contents(nb))
    parts += [_cell(cell) for cell in nb.cells]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    # Even if something slipped through: this forbids scripts and anything from elsewhere.
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    head += f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _marks(cell: Any) -> Any:
    return cell.metadata.get("nbgrader", {})


def _contents(nb: Any) -> str:
    rows = [
        f"<tr><td><a href='#{_anchor(cell)}'>{escape(_title(cell))}</a></td><td>{_points(cell)}</td></tr>"
        for cell in nb.cells
        if _marks(cell).get("grade") or _marks(cell).get("task")
    ]
    return f"<table>{''.join(rows)}</table>"


def _title(cell: Any) -> str:
    name = str(_marks(cell).get("grade_id", ""))
    return name.removeprefix("check-").removeprefix("check_")


def _anchor(cell: Any) -> str:
    return escape(str(_marks(cell).get("grade_id", "")), quote=True)


def _points(cell: Any) -> str:
    marks = _marks(cell)
    return f"{float(marks.get('score') or 0):g} of {float(marks.get('points') or 0):g}"


def _cell(cell: Any) -> str:
    marks = _marks(cell)
    parts = []
    if marks.get("grade") or marks.get("task"):
        parts.append(f"<div class='points' id='{_anchor(cell)}'>{escape(_title(cell))}: {_points(cell)} points</div>")
    if cell.cell_type == "markdown":
        parts.append(markdown(cell.source))
    elif cell.cell_type == "code" and not (marks.get("grade") and not marks.get("solution")):
        kind = "code answer" if marks.get("solution") else "code"
        parts.append(f"<div class='{kind}'>{_code(cell.source)}</div>" if cell.source.strip() else "")
    parts += [f"<div class='out'>{output(out)}</div>" for out in cell.get("outputs", [])]
    if comment := marks.get("comment"):
        parts.append(f"<div class='comment'>{markdown(str(comment))}</div>")
    return "\n".join(parts)


def markdown(source: str) -> str:
    """Return Markdown as harmless HTML with its formulas set."""
    return set_formulas(safe.html(markdown2html(source).replace("&#182;", "")))


def _code(source: str) -> str:
    return str(highlight(source, PythonLexer(), HtmlFormatter(noclasses=True, nobackground=True, style="friendly")))


def output(found: Any) -> str:
    """Return one output as harmless HTML; a score alone says nothing that is not above it."""
    if found.output_type == "stream":
        return f"<pre>{ansi2html(found.text)}</pre>"
    if found.output_type == "error":
        lines = found.traceback or [f"{found.ename}: {found.evalue}"]
        return f"<pre>{ansi2html(chr(10).join(map(str, lines)))}</pre>"
    data = found.get("data", {})
    for kind in PICTURES:
        if kind in data:
            text = "".join(data[kind].split())
            return safe.html(f'<img alt="a figure" src="data:{kind};base64,{escape(text, quote=True)}">')
    if "text/html" in data:
        return safe.html("".join(data["text/html"]))
    return f"<pre>{ansi2html(''.join(data.get('text/plain', '')))}</pre>"
