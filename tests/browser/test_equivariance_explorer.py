"""The equivariance explorer as a reader meets it: in JupyterLab, by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import numpy as np
from course.data import mnist
from course.explore import EquivarianceExplorer

def equivariance_error(fn, image, shift, margin=0, stride=1):
    raise NotImplementedError

seven = np.pad(mnist(train=False).images[0, 0], 2)
explorer = EquivarianceExplorer(seven, border="wrap", fn=equivariance_error)
explorer
"""
CONTROLS = ["move T", "down", "across", "margin", "kernel", "border", "stride", "then"]
GENEROUS_MS = 2000


def test_keys_move_the_image_and_break_what_can_be_broken(open_cells):
    notebook = open_cells(CODE, height=1100)
    page = notebook.page
    assert "equivariance_error() is not written yet" in page.locator("figure").inner_text()
    page.get_by_label("move T", exact=True).focus()
    assert set(CONTROLS) <= set(notebook.tab_stops(16))

    across, times, sizes = notebook.slider("across"), [], []
    across.focus()
    for target in range(1, 7):
        took, size = notebook.press(across, "ArrowRight", until=f"by 0 down and {target} to the right")
        times.append(took)
        sizes.append(size)
        assert "f is equivariant to this move" in page.locator("figure p[role=status]").inner_text()
    print(f"\nkey to figure: {sorted(round(t) for t in times)} ms; messages: {sorted(sizes)} bytes")
    assert max(times) < GENEROUS_MS
    assert max(sizes) < 30_000

    notebook.press(across, "ArrowRight", until="by 0 down and 7 to the right")
    notebook.press(notebook.slider("stride"), "ArrowRight", until="7/2 across")
    assert "differ ≠" in page.locator("figure p[role=status]").inner_text()
    notebook.press(notebook.slider("stride"), "ArrowLeft", until="f is equivariant")
    page.get_by_label("then", exact=True).select_option("largest of all")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('one number both times')")
    notebook.keep("equivariance")
