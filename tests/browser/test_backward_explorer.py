"""The backward explorer as a reader meets it: in JupyterLab, by keyboard."""

import statistics

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import numpy as np
from course.explore import BackwardExplorer

rng = np.random.default_rng(6)
x, weight = rng.integers(0, 4, (2, 5, 6)), rng.integers(-1, 3, (3, 2, 3, 3))

def conv2d_backward(grad_out, x, weight, stride=1, padding=0):
    from course.functional import conv2d_backward
    return conv2d_backward(grad_out, x, weight[:, :, ::-1, ::-1], stride, padding)

explorer = BackwardExplorer(x, weight, stride=2, padding=1, view="forward set", fn=conv2d_backward)
explorer
"""
GENEROUS_MS = 2000


@pytest.fixture
def explorer(open_cells):
    return open_cells(CODE, height=1500)


def test_keyboard_walks_over_pixels_and_flips_the_kernel(explorer):
    page = explorer.page
    step = explorer.slider("step")
    step.focus()
    times, sizes = [], []
    for target in range(1, 21):
        took, size = explorer.press(step, "ArrowRight", until=f"Step {target} ")
        times.append(took)
        sizes.append(size)
    p90 = statistics.quantiles(times, n=10)[-1]
    print(f"\nkey to figure: median {statistics.median(times):.0f} ms, p90 {p90:.0f} ms; ", end="")
    print(f"largest message of a step: median {statistics.median(sizes):.0f} bytes, most {max(sizes)}")
    assert p90 < GENEROUS_MS
    assert max(sizes) < 30_000
    explorer.keep("backward-forward-set")

    show = page.get_by_label("show", exact=True)
    show.focus()
    show.select_option("the gradient as a convolution")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('With the kernel as it is')")
    assert page.locator("[data-part=wrong]").count() == 1
    page.get_by_role("button", name="flipped").press("Enter")
    page.wait_for_function(
        "() => document.querySelector('figure').innerText.includes('With the flipped kernel, all 30')"
    )
    assert page.locator("[data-part=wrong]").count() == 0
    assert page.locator("[data-part=student-wrong]").count() == 1, "the student's flipped kernel stays wrong"
    explorer.keep("backward-convolution")


def test_every_control_is_reached_by_tab_and_has_a_name(explorer):
    explorer.page.get_by_label("show", exact=True).select_option("the gradient of one weight")
    explorer.page.wait_for_function("() => document.querySelector('figure').innerText.includes('met ')")
    explorer.page.get_by_label("show", exact=True).focus()
    reached = explorer.tab_stops(12)
    assert {"show", "channel", "filter", "stride", "padding", "step", "▶ Play", "◂ Back", "Next ▸"} <= set(reached)
