"""The softmax explorer in JupyterLab, from the keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
from course.explore import SoftmaxExplorer
SoftmaxExplorer([5, 6, 1, 2], label=0, classes=["cat", "dog", "horse", "bird"])
"""


def test_logits_are_moved_and_the_shares_follow(open_cells):
    notebook = open_cells(CODE)
    page = notebook.page
    cat = notebook.slider("cat")
    cat.focus()
    took, sizes = [], []
    for n in range(1, 9):
        ms, size = notebook.press(cat, "ArrowRight", until=f"exp({5 + n / 10:g} −" if n != 10 else "exp(6 −")
        took.append(ms)
        sizes.append(size)
    p90 = statistics.quantiles(took, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(took):.0f} ms, p90 {p90:.0f} ms; most bytes {max(sizes)}")
    assert max(took) < 2000
    assert max(sizes) < 30_000
    page.get_by_role("button", name="One step downhill").press("Enter")
    page.wait_for_function("() => /loss of 0\\.[0-6]/.test(document.querySelector('figure').innerText)", timeout=5000)
    notebook.keep("softmax")
    cat.focus()
    stops = notebook.tab_stops(12)
    assert {"cat", "dog", "horse", "bird", "right class", "add to all", "One step downhill"} <= set(stops)
