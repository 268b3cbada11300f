"""Unit 04 as a student meets it: opened in JupyterLab, run from top to bottom, explored from the keyboard."""

import re
import shutil
from pathlib import Path

import pytest

UNIT = "04_convolution_layer"
ROOT = Path(__file__).parents[2]
ERROR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"  # tracebacks, and what goes to stderr

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def unit(lab, open_notebook):
    """A function that opens the unit's notebook from `solutions` or `notebooks`."""

    def open_unit(kind: str, **window):
        shutil.copy(ROOT / kind / UNIT / f"{UNIT}.ipynb", lab.root / f"{kind}.ipynb")
        return open_notebook(f"{kind}.ipynb", **window)

    return open_unit


def test_the_solved_unit_runs_and_its_explorer_answers_the_keyboard(unit):
    notebook = unit("solutions")
    page = notebook.page
    notebook.run_all(seconds=120)
    assert page.locator(ERROR).count() == 0
    assert page.get_by_text(re.compile(r"right, \d of \d points")).count() == 5

    explorer = page.locator(".jp-OutputArea-output", has=page.get_by_role("slider")).first
    status = explorer.get_by_role("status")
    figure = explorer.get_by_role("img", name=re.compile("Convolution of 3 channels"))
    assert re.search(r"out\[0, 0, 0\] = .* = −2\.", status.inner_text())
    explorer.get_by_role("slider").last.focus()  # the step
    page.keyboard.press("ArrowRight")
    status.filter(has_text="out[0, 0, 1] = ").wait_for()  # the figure is drawn anew, so the old element never changes
    assert re.search(r"out\[0, 0, 1\] = .* = 2\.", status.inner_text())
    assert re.search(r"out\[0, 0, 1\] = .*2\.", figure.get_attribute("aria-label"))
    notebook.keep("solved")


def test_the_released_unit_stops_at_the_first_unwritten_function_only(unit):
    notebook = unit("notebooks")
    page = notebook.page
    notebook.start_all()
    error = page.locator(ERROR)
    error.wait_for(timeout=120_000)
    assert error.count() == 1
    assert "NotImplementedError" in error.inner_text()
    assert page.get_by_text(re.compile(r"not attempted, 0 of \d points")).count() == 5
    notebook.keep("released")
