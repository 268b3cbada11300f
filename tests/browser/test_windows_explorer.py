"""The windows explorer as a reader meets it: in JupyterLab, by keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
from course.explore import WindowsExplorer

def output_size(n, k, stride=1, padding=0, dilation=1):
    return -(-(n + 2 * padding - k) // stride) + 1  # rounded up, and no dilation

WindowsExplorer(8, 3, stride=2, fn=output_size)
"""
GENEROUS_MS = 2000
LARGEST_MESSAGE = 30_000


def test_the_keyboard_changes_sizes_and_the_sentences_follow(open_cells):
    notebook = open_cells(CODE, height=1300)
    page = notebook.page
    notebook.keep("windows_one_direction")
    assert "Never read by any window (hatched): pixel 7." in page.locator("figure").inner_text()
    assert (
        "output_size() differs from the number of windows at n = 4, 6, 8, 10 and 12."
        in page.locator("figure").inner_text()
    )

    took, sizes = [], []

    def press(slider, key, until):
        handle = notebook.slider(slider)
        handle.focus()
        ms, size = notebook.press(handle, key, until=until)
        took.append(ms)
        sizes.append(size)

    for n in range(9, 33):
        press("width", "ArrowRight", until=f"floor(({n} + 2·0 − 3) / 2) + 1")
    for window in range(1, 13):
        press("window", "ArrowRight", until=f"Window {window} (0 to 14) reads pixels {2 * window}, ")
    for padding in range(1, 5):
        press("padding", "ArrowRight", until=f"(32 + 2·{padding} − 3)")
    press("stride", "ArrowLeft", until="/ 1) + 1")
    press("dilation", "ArrowRight", until="f = 2·(3 − 1) + 1 = 5")
    ordered = sorted(took)
    print(
        f"\nkey to figure: median {statistics.median(took):.0f} ms, p90 {ordered[int(0.9 * len(took))]:.0f} ms, ",
        end="",
    )
    print(f"slowest {ordered[-1]:.0f} ms; messages of one key: most {max(sizes)} bytes")
    assert ordered[-1] < GENEROUS_MS
    assert max(sizes) < LARGEST_MESSAGE


def test_both_directions_and_the_buttons(open_cells):
    notebook = open_cells(CODE, height=1300)
    page = notebook.page
    page.get_by_label("show", exact=True).select_option("both directions")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('H_out = W_out')")
    height = notebook.slider("height")
    height.focus()
    height.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('hatched): column 7.')")
    for name, padding in (("full", 2), ("same", 1), ("valid", 0)):
        page.get_by_role("button", name=name, exact=True).press("Enter")
        page.wait_for_function(
            "text => document.querySelector('figure').innerText.includes(text)", arg=f"(8 + 2·{padding} − 3)"
        )
        notebook.keep(f"windows_{name}")


def test_every_control_is_reached_by_tab_and_has_a_name(open_cells):
    notebook = open_cells(CODE, height=1300)
    notebook.slider("width").focus()
    notebook.page.keyboard.press("Shift+Tab")
    reached = notebook.tab_stops(24)
    names = ["show", "width", "kernel size", "stride", "padding", "dilation", "window", "valid", "same", "full"]
    assert set(names) <= set(reached)
    assert {"▶ Play", "◂ Back", "Next ▸"} <= set(reached)
