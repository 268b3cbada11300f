"""The training dashboard in JupyterLab: its buttons work on the first click, also while a cell waits for it."""

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import tempfile
from course.data import mnist
from course.explore import TrainingDashboard
from course.models import lenet5
from course.training import Plan, Trainer

trainer = Trainer(lenet5(), mnist()[:13000], tempfile.mkdtemp(), Plan(epochs=50, held_out=1000))
dashboard = TrainingDashboard(trainer)
dashboard
"""


def shows(page, text, seconds):
    page.wait_for_function(
        "text => document.querySelector('figure')?.innerText.includes(text)", arg=text, timeout=1000 * seconds
    )


def test_pause_go_on_and_stop_while_a_cell_waits(lab, open_notebook):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(source) for source in (CODE, "print('waited:', dashboard.wait())")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.root / "dashboard.ipynb")
    notebook = open_notebook("dashboard.ipynb")
    notebook.start_all()
    page = notebook.page
    shows(page, "epoch 0.", 60)
    page.get_by_role("button", name="Pause").click()
    shows(page, "paused", 5)
    notebook.keep("dashboard")
    page.get_by_role("button", name="Go on").click()
    shows(page, "training", 5)
    before = len(notebook.received)
    page.wait_for_timeout(1500)
    sizes = notebook.received[before:]
    assert sizes
    assert max(sizes) < 30_000
    slider = notebook.slider("learning rate ×")
    slider.focus()
    slider.press("End")
    page.get_by_role("button", name="Stop").click()
    shows(page, "stopped", 5)
    page.get_by_text("waited: LeNet5: stopped").wait_for(timeout=10_000)
