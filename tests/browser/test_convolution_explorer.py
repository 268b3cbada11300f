"""The convolution explorer as a reader meets it: in JupyterLab, by keyboard."""

import statistics

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = """\
import numpy as np
from course.explore import ConvolutionExplorer

rng = np.random.default_rng(1)
x = rng.integers(0, 3, (3, 5, 5))
weight = rng.integers(-1, 2, (2, 3, 3, 3))
explorer = ConvolutionExplorer(x, weight, bias=[1, 0], stride=2, padding=1)
explorer
"""
ANSWERS = "np.save('answers.npy', explorer.state.convolution.out)"
GENEROUS_MS = 2000


@pytest.fixture
def explorer(open_cells):
    return open_cells(CODE, ANSWERS, height=1400)


def out(page):
    """The numbers of the output map in the page."""
    texts = page.locator('[data-part="out"] text').all_text_contents()
    return [float(text.replace("−", "-")) for text in texts]


def test_keyboard_moves_the_window_and_changes_the_layer(lab, explorer):
    page = explorer.page
    right = np.load(lab.root / "answers.npy")
    assert out(page) == right[0].ravel().tolist()
    assert "Step 0 " in page.get_by_role("status").first.inner_text()

    step = explorer.slider("step")
    step.focus()
    times, sizes = [], []
    for target in range(1, 9):
        took, size = explorer.press(step, "ArrowRight", until=f"Step {target} ")
        times.append(took)
        sizes.append(size)
        row, column = divmod(target, 3)
        sentence = page.locator("figure p[role=status]").inner_text().replace("−", "-")
        assert f"out[0, {row}, {column}] = " in sentence
        assert sentence.endswith(f"= {right[0, row, column]:g}.")
    print(f"\nkey to figure: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms; ", end="")
    print(f"largest message of a step: median {statistics.median(sizes):.0f} bytes, most {max(sizes)}")
    assert max(times) < GENEROUS_MS

    stride = explorer.slider("stride")
    stride.focus()
    stride.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('[data-part=out]').querySelectorAll('text').length === 25")
    assert "/ 1) + 1 = 5" in page.locator("figure").inner_text()


def test_every_control_is_reached_by_tab_and_has_a_name(explorer):
    explorer.slider("kernel size").focus()
    reached = explorer.tab_stops(26)
    names = ["kernel size", "stride", "padding", "dilation", "filter", "edit channel", "bias", "step"]
    names += [f"kernel row {row}, column {column}" for row in range(3) for column in range(3)]
    assert set(names) <= set(reached)
    assert {"▶ Play", "◂ Back", "Next ▸"} <= set(reached)


def test_typed_number_and_buttons(explorer):
    page = explorer.page
    field = page.get_by_label("kernel row 1, column 1")
    field.fill("4")
    field.press("Enter")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-part=kernel-0] text')[4].textContent === '4'", timeout=GENEROUS_MS
    )
    page.get_by_role("button", name="Next").press("Enter")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('Step 1 ')")
    page.get_by_role("button", name="Back").press("Enter")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('Step 0 ')")


def test_play_runs_and_pauses(explorer):
    page = explorer.page
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("() => document.querySelector('figure').innerText.includes('Step 2 ')", timeout=10_000)
    page.get_by_role("button", name="Pause").press("Enter")
    page.wait_for_timeout(300)
    stopped = page.locator("figure p[role=status]").inner_text()
    page.wait_for_timeout(2000)
    assert page.locator("figure p[role=status]").inner_text() == stopped
