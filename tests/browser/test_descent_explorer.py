"""The descent explorer in JupyterLab, from the keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import numpy as np
from course.explore import DescentExplorer

def adam_step(param, grad, m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    return param - lr * m / (np.sqrt(v) + eps), m, v

DescentExplorer("banana", fn=adam_step)
"""


def test_steps_and_settings_from_the_keyboard(open_cells):
    notebook = open_cells(CODE)
    page = notebook.page
    assert "leaves Adam's path at step 1" in page.locator("figure").inner_text()
    step = notebook.slider("step")
    step.focus()
    took, sizes = [], []
    for n in range(59, 47, -1):
        ms, size = notebook.press(step, "ArrowLeft", until=f"After {n} of 60 steps")
        took.append(ms)
        sizes.append(size)
    step.press("Home")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('After 0 of 60')")
    x = notebook.slider("start x")
    for n in range(1, 9):
        ms, size = notebook.press(x, "ArrowRight", until=f"at (−{1.2 - n / 100:.2f}".rstrip("0"))
        took.append(ms)
        sizes.append(size)
    step.press("End")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('After 60 of 60')")
    p90 = statistics.quantiles(took, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(took):.0f} ms, p90 {p90:.0f} ms; most bytes {max(sizes)}")
    assert max(took) < 2000
    assert max(sizes) < 30_000
    notebook.keep("descent")
    page.get_by_role("combobox", name="surface").select_option("saddle")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('saddle, seen from above')")
    page.get_by_role("combobox", name="surface").focus()
    names = {"surface", "start x", "start y", "learning rate", "momentum", "noise", "SGD", "Adam", "Next ▸", "step"}
    assert names <= set(notebook.tab_stops(24))
