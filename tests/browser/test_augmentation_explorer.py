"""The augmentation explorer in JupyterLab, from the keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
from course.data import mnist, photo
from course.explore import AugmentationExplorer
AugmentationExplorer({"a seven": mnist(train=False).images[0], "a photograph": photo()})
"""


def test_strength_and_change_from_the_keyboard(open_cells):
    notebook = open_cells(CODE)
    strength = notebook.slider("strength")
    strength.focus()
    took, sizes = [], []
    for pixels in range(5, 12):
        ms, size = notebook.press(strength, "ArrowRight", until=f"up to {pixels} pixels")
        took.append(ms)
        sizes.append(size)
    p90 = statistics.quantiles(took, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(took):.0f} ms, p90 {p90:.0f} ms; most bytes {max(sizes)}")
    assert max(took) < 2000
    assert max(sizes) < 30_000
    notebook.page.get_by_label("picture").select_option("a photograph")
    notebook.page.get_by_label("change").select_option("colour")
    notebook.page.wait_for_function("() => document.querySelector('figure').innerText.includes('Colour, up to')")
    notebook.keep("augmentation")
    notebook.page.get_by_label("picture").focus()
    assert {"picture", "change", "strength", "Draw again"} <= set(notebook.tab_stops(6))
