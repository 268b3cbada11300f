"""The architecture explorer in a real JupyterLab: by keyboard, within a tenth of a second, a wrong join explained."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 30_000
EXPLORER = "from course.explore import ArchitectureExplorer\nArchitectureExplorer('VGG-16')"


def test_blocks_by_keyboard(open_cells):
    explorer = open_cells(EXPLORER, height=1300)
    page = explorer.page
    block = explorer.slider("block")
    block.focus()
    steps = [explorer.press(block, "ArrowRight", until=f"block {i} of 22") for i in range(2, 20)]
    times, sizes = zip(*steps, strict=True)
    print(f"\narchitecture, next block: p90 {np.percentile(times, 90):.0f} ms, at most {max(sizes):,} bytes")
    assert np.percentile(times, 90) < 1000
    assert max(sizes) < MOST_BYTES
    assert "flatten: 512×7×7 becomes 25,088" in page.get_by_role("status").inner_text()
    explorer.keep("architecture")

    page.get_by_label("start from").focus()
    assert {"start from", "image", "block", "+ Add below", "− Remove", "kind"} <= set(explorer.tab_stops(12))

    page.get_by_label("start from").select_option("small ResNet")
    page.get_by_text("269,434 parameters").first.wait_for()
    block.focus()
    for i in range(2, 7):
        explorer.press(block, "ArrowRight", until=f"block {i} of 13")
    page.get_by_label("ways meet").select_option("identity")
    page.get_by_text("the two ways cannot be added").first.wait_for()
    assert "no network yet" in page.locator("figure").inner_text()
    explorer.keep("architecture-broken")
