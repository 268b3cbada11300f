"""The connections explorer as a reader meets it: in JupyterLab, by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
from course.explore import ConnectionsExplorer
ConnectionsExplorer(10, window=3)
"""
GENEROUS_MS = 2000


def test_keys_step_through_the_outputs_and_change_the_window(open_cells):
    notebook = open_cells(CODE, height=1100)
    page = notebook.page
    notebook.slider("inputs").focus()
    names = ["inputs", "window", "▶ Play", "◂ Back", "Next ▸", "output"]
    assert [name for name in notebook.tab_stops(12) if name in names] == names
    output, times, sizes = notebook.slider("output"), [], []
    output.focus()
    for target in range(1, 8):
        took, size = notebook.press(output, "ArrowRight", until=f"Output {target} (0 to 7)")
        times.append(took)
        sizes.append(size)
        named = page.locator('[data-part="local-chosen"] text').all_text_contents()
        assert named == [str(3 * target + j) for j in range(3)]
        assert page.locator('[data-part="shared-chosen"] text').all_text_contents() == ["a", "b", "c"]
    print(f"\nkey to figure: {sorted(round(t) for t in times)} ms; messages: {sorted(sizes)} bytes")
    assert max(times) < GENEROUS_MS
    assert max(sizes) < 30_000
    notebook.press(notebook.slider("window"), "ArrowRight", until="Output 6 (0 to 6)")
    assert page.locator('[data-part="shared-chosen"] text').all_text_contents() == ["a", "b", "c", "d"]
    notebook.keep("connections")
