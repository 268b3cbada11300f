"""The distributions explorer in JupyterLab, from the keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_layers_are_added_from_the_keyboard(open_cells):
    notebook = open_cells("from course.explore import DistributionsExplorer\nDistributionsExplorer('sigmoid', depth=4)")
    layers = notebook.slider("layers")
    layers.focus()
    took, sizes = [], []
    for depth in range(5, 12):
        ms, size = notebook.press(layers, "ArrowRight", until=f"{depth} layers with")
        took.append(ms)
        sizes.append(size)
    p90 = statistics.quantiles(took, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(took):.0f} ms, p90 {p90:.0f} ms; most bytes {max(sizes)}")
    assert max(took) < 2000
    assert max(sizes) < 30_000
    notebook.page.get_by_label("activation", exact=True).select_option("ReLU")
    notebook.page.wait_for_function("() => document.querySelector('figure').innerText.includes('with ReLU')")
    notebook.keep("distributions")
    notebook.page.get_by_label("activation", exact=True).focus()
    assert {"activation", "layers", "weights ×", "batch norm"} <= set(notebook.tab_stops(6))
