"""The explorers of unit 07 as a reader meets them: in JupyterLab, by keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POOLING = """\
from course.explore import PoolingExplorer

explorer = PoolingExplorer(
    [[0, 0, 25, 14, 82], [149, 32, 31, 0, 0], [111, 200, 20, 135, 10], [28, 53, 20, 64, 44], [39, 120, 210, 13, 99]],
    3, stride=1,
)
explorer
"""
RECEPTIVE = """\
from course.explore import ReceptiveFieldExplorer

explorer = ReceptiveFieldExplorer("VGG-16")
explorer
"""
GENEROUS_MS = 2000


def report(name, times, sizes):
    p90 = statistics.quantiles(times, n=10)[-1]
    print(f"\n{name}: key to figure median {statistics.median(times):.0f} ms, p90 {p90:.0f} ms; ", end="")
    print(f"largest message of a step: median {statistics.median(sizes):.0f} bytes, most {max(sizes)}")
    assert max(times) < GENEROUS_MS
    assert max(sizes) < 30_000


def test_pooling_by_keyboard(open_cells):
    explorer = open_cells(POOLING, height=1300)
    page = explorer.page
    step = explorer.slider("step")
    step.focus()
    times, sizes = zip(*(explorer.press(step, "ArrowRight", until=f"Window {n} ") for n in range(1, 9)), strict=True)
    report("pooling", times, sizes)
    assert page.locator('[data-part="grad_x"] text').all_text_contents()[11] == "12"
    assert "7 + 8 + 9 = 24." in page.get_by_role("status").inner_text()
    explorer.keep("pooling")

    field = page.get_by_label("x row 4, column 3")
    field.fill("210")
    field.press("Enter")
    page.get_by_text("2 numbers tie at 210").wait_for()
    page.get_by_label("gradient").select_option("ties: each winner gets all")
    page.wait_for_selector("[data-part=wrong-grad_x]")
    assert "each_winner_gets_all() differs" in page.locator("figure").inner_text()

    explorer.slider("window").focus()
    reached = explorer.tab_stops(36)
    names = {"window", "stride", "padding", "gradient", "step", "▶ Play", "◂ Back", "Next ▸"}
    assert names | {f"x row {row}, column {column}" for row in range(5) for column in range(5)} <= set(reached)


def test_receptive_fields_by_keyboard(open_cells):
    explorer = open_cells(RECEPTIVE, height=1300)
    page = explorer.page
    layer = explorer.slider("layer")
    layer.focus()
    names = [f"conv{b}_{n}" for b, count in enumerate((2, 2, 3, 3, 3), 1) for n in range(1, count + 1)]
    for block, place in ((1, 2), (2, 5), (3, 9), (4, 13), (5, 17)):
        names.insert(place, f"pool{block}")
    times, sizes = zip(*(explorer.press(layer, "ArrowRight", until=f"VGG-16, {n}:") for n in names[1:]), strict=True)
    report("receptive field, each layer measured for the first time", times, sizes)
    assert "can see 212×212 pixels" in page.get_by_role("status").inner_text()
    explorer.keep("receptive")

    page.get_by_label("network").focus()
    assert {"network", "number", "layer", "▶ Play", "◂ Back", "Next ▸"} <= set(explorer.tab_stops(7))
    page.get_by_label("network").select_option("LeNet-5")
    page.get_by_text("can see 16×16 pixels").first.wait_for()
