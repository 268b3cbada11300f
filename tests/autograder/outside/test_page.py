"""The feedback page: offline, without scripts, with formulas; and what students may show in it."""

from html.parser import HTMLParser

import nbformat
import pytest

pytest.importorskip("nbgrader")
from autograder.outside import safe
from autograder.outside.formulas import formula, set_formulas
from autograder.outside.page import markdown, render

v4 = nbformat.v4
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src='https://example.com'></iframe>",
    "<div style='background:url(https://example.com/x)'>x</div>",
    "<style>body { display: none }</style>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<math><mtext><a xlink:href='javascript:alert(1)'>x</a></mtext></math>",
    "<form action='https://example.com'><input></form>",
    "<img src='https://example.com/pixel.png'>",
    "<object data='x'></object><embed src='x'><link rel=stylesheet href='//example.com'><base href='//example.com'>",
    "</pre></div><script>alert(1)</script>",
    "$\\href{javascript:alert(1)}{x}$ and $\\text{<script>alert(1)</script>}$",
]


def active(page):
    """List what would run, or fetch something: as a browser reads the page, so that escaped text is none of it."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag in ["script", "iframe", "svg", "object", "embed", "link", "base", "form", "input", "style"]:
                found.append(tag)
            for name, value in attributes:
                bad = name.startswith("on") or (name == "src" and not (value or "").startswith("data:"))
                if (
                    bad
                    or (name == "href" and (value or "").lower().startswith("javascript"))
                    or (name == "style" and "url(" in (value or ""))
                ):
                    found.append((name, value))

    Reader().feed(page)
    return found


@pytest.mark.parametrize("text", EVIL)
def test_nothing_active_gets_through(text):
    assert not active(safe.html(text))
    assert not active(markdown(text))
    outputs = [
        v4.new_output("display_data", {"text/html": text, "application/javascript": text, "image/svg+xml": text}),
        v4.new_output("stream", name="stdout", text=text),
        v4.new_output("error", ename=text, evalue=text, traceback=[text]),
        v4.new_output("display_data", {"image/png": text}),
    ]
    cells = [v4.new_code_cell(text, outputs=outputs), v4.new_markdown_cell(text)]
    cells[0].metadata["nbgrader"] = {"grade": True, "solution": True, "grade_id": text, "points": 1, "comment": text}
    page = render(v4.new_notebook(cells=cells), {"notebook": text, "score": 1, "max_score": 2})
    head, body = page.split("</head>")
    assert not active(body)
    assert "default-src 'none'" in head
    assert head.count("<style>") == 1


def test_a_cell_is_made_harmless_before_it_is_kept():
    html = v4.new_output(
        "display_data", {"text/html": "<b>x</b><script>1</script>", "application/javascript": "1", "text/plain": "x"}
    )
    assert dict(safe.output(html).data) == {"text/html": "<b>x</b>", "text/plain": "x"}
    false = v4.new_output("display_data", {"image/png": "PHNjcmlwdD4=", "image/jpeg": ["no"]})
    assert dict(safe.output(false).data) == {}


def test_formulas_are_set_and_prices_are_not():
    page = markdown(
        "The sum $\\sum_{i=0}^{n} x_i$ and\n\n$$\\left\\lfloor \\frac{a}{b} \\right\\rfloor$$\n\ncosts 5$ or 6$; `$x$`"
    )
    assert page.count("<math") == 2
    assert page.count('display="block"') == 1
    assert "<code>$x$</code>" in page
    assert "5$ or 6$" in page
    assert formula("\\begin{pmatrix} 1 &amp; 2 \\\\ 3 &amp; 4 \\end{pmatrix}").count("<mtd") == 4
    assert set_formulas("<pre>$x$</pre>") == "<pre>$x$</pre>"


@pytest.mark.slow
def test_every_formula_of_the_course_can_be_set():
    from pathlib import Path

    for path in sorted((Path(__file__).parents[3] / "solutions").glob("*/*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                assert "<code>$" not in markdown(cell.source), f"{path.name}: {cell.source[:200]}"


def test_a_test_cell_shows_its_points_and_not_its_code():
    cell = v4.new_code_cell("check('f', f)", outputs=[v4.new_output("display_data", {"text/plain": "f: right"})])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": "check-f", "points": 3, "score": 1.5}
    notebook = v4.new_notebook(cells=[cell], metadata={"graded": {"note": "Not isolated: so."}})
    page = render(notebook, {"notebook": "04", "score": 1.5, "max_score": 3, "late_penalty": 1})
    for text in (
        "<h1>04: 1.5 of 3 points",
        "f: 1.5 of 3 points",
        "f: right",
        "Not isolated: so.",
        "1 points were taken off",
    ):
        assert text in page
    assert "check(" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_reader_of_these_tests_sees_what_is_active():
    assert sum(bool(active(text)) for text in EVIL) >= len(EVIL) - 3  # nested, xlink and TeX are more than it knows
