"""Unit 04 as a student meets it: opened in JupyterLab, run from top to bottom, explored from the keyboard."""

import os
import re
import shutil
from pathlib import Path

import pytest

UNIT = "04_convolution_layer"
ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def unit(lab, open_notebook):
    """A function that opens the unit's notebook from `solutions` or `notebooks`."""

    def open_unit(kind: str, **window):
        shutil.copy(ROOT / kind / UNIT / f"{UNIT}.ipynb", lab.root / f"{kind}.ipynb")
        return open_notebook(f"{kind}.ipynb", **window)

    return open_unit


def keep(notebook, name: str) -> None:
    """Leave a picture of the whole page where SCREENSHOTS says, for whoever wants to look."""
    if folder := os.environ.get("SCREENSHOTS"):
        notebook.screenshot(Path(folder) / f"{name}.png")


def test_the_solved_unit_runs_and_its_explorer_answers_the_keyboard(unit):
    notebook = unit("solutions")
    page = notebook.page
    notebook.run_all(seconds=120)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-OutputArea-output").get_by_text("right", exact=False).count() > 5

    explorer = page.locator(".jp-OutputArea-output", has=page.get_by_role("slider")).first
    status = explorer.get_by_role("status")
    figure = explorer.get_by_role("img", name=re.compile("Convolution of 3 channels"))
    assert "out[0, 0, 0] = " in status.inner_text().replace("−", "-")
    assert "-2" in status.inner_text().replace("−", "-")
    before = figure.get_attribute("aria-label")
    step = explorer.get_by_role("slider").nth(4)  # kernel size, stride, padding, dilation, step
    step.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([el, old]) => el.innerText !== old", arg=[status.element_handle(), status.inner_text()])
    assert "out[0, 0, 1] = 2" in status.inner_text()
    assert figure.get_attribute("aria-label") != before
    keep(notebook, "solved")


def test_the_released_unit_stops_at_the_first_unwritten_function_only(unit):
    notebook = unit("notebooks")
    page = notebook.page
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    error = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']")
    error.wait_for(timeout=120_000)
    assert error.count() == 1
    assert "NotImplementedError" in error.inner_text()
    assert page.get_by_text("not attempted").count() >= 5
    keep(notebook, "released")
