"""The explorers of unit 05 as a reader meets them: in JupyterLab, by keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COLUMNS = """\
import numpy as np
from course.explore import Im2colExplorer

rng = np.random.default_rng(1)
Im2colExplorer(rng.integers(0, 9, (2, 5, 5)), rng.integers(-2, 3, (2, 3, 3)), padding=1, stride=2)
"""
MATRIX = """\
from course.explore import ConvMatrixExplorer

ConvMatrixExplorer([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]], [[1, 2], [3, -1]])
"""
GENEROUS_MS = 2000
HEAVIEST = 30_000  # bytes of one update


def measure(notebook, handle, texts):
    """Press right once for each text that is to appear; print and judge the times and the sizes."""
    handle.focus()
    pressed = [notebook.press(handle, "ArrowRight", until=text) for text in texts]
    times, sizes = zip(*pressed, strict=True)
    p90 = statistics.quantiles(times, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(times):.0f} ms, p90 {p90:.0f} ms, ", end="")
    print(f"slowest {max(times):.0f} ms; most {max(sizes)} bytes")
    assert max(times) < GENEROUS_MS
    assert max(sizes) < HEAVIEST


def test_columns_by_keyboard(open_cells):
    notebook = open_cells(COLUMNS, height=1400)
    page = notebook.page
    status = page.get_by_role("status")
    assert "Column 0 (0 to 8)" in status.first.inner_text()
    measure(notebook, notebook.slider("column"), [f"Column {n} (0 to 8)" for n in range(1, 9)])
    measure(notebook, notebook.slider("row"), [f"Row {n} (0 to 17)" for n in range(1, 9)])

    show = page.get_by_label("show", exact=True)
    show.focus()
    show.press("End")
    status.filter(has_text="9 of 9 columns are added back").wait_for()
    notebook.slider("stride").press("ArrowLeft")
    status.filter(has_text="of 25 columns are added back").wait_for()

    show.focus()
    reached = notebook.tab_stops(16)
    assert {"show", "row", "kernel size", "stride", "padding", "column", "▶ Play", "◂ Back", "Next ▸"} <= set(reached)
    notebook.keep("im2col")


def test_play_runs_through_the_columns(open_cells):
    notebook = open_cells(COLUMNS)
    page = notebook.page
    page.get_by_role("button", name="Play").press("Enter")
    page.get_by_role("status").filter(has_text="Column 2 ").wait_for(timeout=10_000)
    page.get_by_role("button", name="Pause").press("Enter")


def test_matrix_by_keyboard(open_cells):
    notebook = open_cells(MATRIX)
    page = notebook.page
    measure(notebook, notebook.slider("window"), [f"Window {n} (0 to 5)" for n in range(1, 6)])
    measure(notebook, notebook.slider("pixel"), [f"Pixel {n} (0 to 11)" for n in range(1, 12)])
    field = page.get_by_label("kernel row 0, column 0")
    field.fill("5")
    field.press("Enter")
    page.get_by_role("status").filter(has_text="map[1, 2] = 5·2").wait_for()
    page.get_by_label("show", exact=True).press("End")
    page.get_by_role("status").filter(has_text="Window 5 is column 5").wait_for()
    page.get_by_label("show", exact=True).focus()
    fields = {f"kernel row {row}, column {column}" for row in range(2) for column in range(2)}
    assert {"show", "pixel", "window", "▶ Play", "◂ Back", "Next ▸"} | fields <= set(notebook.tab_stops(13))
    notebook.keep("conv-matrix")
