"""The explorers of unit 01 as a reader meets them: in JupyterLab, by mouse and by keyboard."""

import io
import statistics

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import numpy as np
from course.data import brain_slice, photo
from course.explore import FilterExplorer, KSpaceExplorer

explorer = FilterExplorer({"photograph": photo(), "brain": brain_slice()}, row=60, column=40)
explorer
"""
KSPACE = "KSpaceExplorer(photo(), radius=0.03)"
GENEROUS_MS = 2000


def report(name, times, sizes):
    p90 = statistics.quantiles(times, n=10)[-1]
    print(f"\n{name}: key to figure median {statistics.median(times):.0f} ms, p90 {p90:.0f} ms; ", end="")
    print(f"largest message of a step: median {statistics.median(sizes):.0f} bytes, most {max(sizes)}")
    assert max(times) < GENEROUS_MS
    assert max(sizes) < 30_000


@pytest.fixture
def explorer(open_cells):
    return open_cells(CODE, height=1400)


def test_keyboard_moves_the_window_in_both_views(explorer):
    page = explorer.page
    column = explorer.slider("column")
    column.focus()
    steps = [explorer.press(column, "ArrowRight", until=f"Row 60, column {n}:") for n in range(41, 53)]
    report("window", *zip(*steps, strict=True))
    products = page.locator("[data-part=products] text").all_text_contents()
    total = sum(float(text.replace("−", "-")) for text in products)
    assert f"nine products add up to {total:g}.".replace("-", "−") in page.get_by_role("status").inner_text()

    page.get_by_label("below", exact=True).select_option("frequencies")
    page.wait_for_selector("[data-part=response]")
    explorer.keep("filters-frequencies")
    for preset, words in (
        ("Prewitt y", "by 6, level waves"),
        ("Laplacian", "by 8, slanted waves"),
        ("high-pass", "by 1.33"),
    ):
        before = len(explorer.received)
        page.get_by_label("kernel", exact=True).select_option(preset)
        page.get_by_text(words).wait_for()
        assert max(explorer.received[before:]) < 30_000


def test_the_mouse_drags_the_window_and_its_pixel(explorer):
    page = explorer.page
    box = page.locator("[data-drag=input] image").bounding_box()
    assert box is not None

    def point(down: float, across: float) -> tuple[float, float]:
        return box["x"] + (across + 0.5) / 130 * box["width"], box["y"] + (down + 0.5) / 130 * box["height"]

    page.mouse.move(*point(31, 21))
    page.mouse.down()
    page.get_by_text("Row 30, column 20:").wait_for()
    for i in range(1, 31):
        page.mouse.move(*point(31 + i, 21 + i))
        page.wait_for_timeout(15)
    page.get_by_text("Row 60, column 50:").wait_for(timeout=GENEROUS_MS)
    page.mouse.up()
    page.mouse.move(*point(5, 5))
    page.wait_for_timeout(300)
    assert "Row 60, column 50:" in page.get_by_role("status").inner_text()
    page.locator("[data-drag=output] image").click(position={"x": 2, "y": 2})
    page.get_by_text("Row 0, column 0:").wait_for()


def send(page, name: str, content: bytes) -> None:
    """Press the button and choose a file."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="own picture").click()
    chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_typed_numbers_an_own_picture_and_every_name(explorer):
    page = explorer.page
    page.get_by_label("kernel row 1, column 1").fill("4")
    page.get_by_label("kernel row 1, column 1").press("Enter")
    page.get_by_text("numbers add up to 4").wait_for()
    file = io.BytesIO()
    Image.fromarray(np.full((90, 60), 77, np.uint8)).save(file, "PNG")
    send(page, "mine.png", file.getvalue())
    page.get_by_text("picture 90×60").wait_for()
    page.get_by_text("add up to 308").wait_for()
    send(page, "notes.png", b"no picture")
    page.get_by_text("notes.png: not a picture that can be read.").wait_for()

    page.get_by_label("kernel", exact=True).focus()
    reached = set(explorer.tab_stops(24))
    names = {"kernel", "size", "border", "below", "picture", "row", "column"}
    assert names | {f"kernel row {r}, column {c}" for r in range(3) for c in range(3)} <= reached
    assert any("own picture" in name for name in reached)


def test_the_circle_in_k_space(open_cells):
    notebook = open_cells(CODE.replace("\nexplorer\n", "\n"), KSPACE)
    radius = notebook.slider("radius")
    radius.focus()
    periods = {4: "25", 5: "20", 6: "16.7", 7: "14.3", 8: "12.5", 9: "11.1", 10: "10", 11: "9.1"}
    steps = [notebook.press(radius, "ArrowRight", until=f"waves of {text} pixels") for text in periods.values()]
    report("k-space", *zip(*steps, strict=True))
    notebook.keep("kspace")
    notebook.page.get_by_label("keep", exact=True).select_option(index=1)
    notebook.page.get_by_text("waves shorter than 9.1 pixels").wait_for()
