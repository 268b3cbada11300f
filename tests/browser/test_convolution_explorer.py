"""The convolution explorer as a reader meets it: in JupyterLab, by keyboard."""

import statistics

import nbformat
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

# Notes when a key goes down and when the figure changes after it, by the browser's clock.
STOPWATCH = """() => {
    const figure = document.querySelector('figure').closest('.widget-html-content');
    document.addEventListener('keydown', () => { window.pressed = performance.now(); window.took = null; }, true);
    new MutationObserver(() => { window.took ??= performance.now() - window.pressed; })
        .observe(figure, {childList: true, subtree: true});
}"""


@pytest.fixture
def explorer(lab, open_notebook):
    cells = [nbformat.v4.new_code_cell(CODE), nbformat.v4.new_code_cell(ANSWERS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.root / "explorer.ipynb")
    notebook = open_notebook("explorer.ipynb", height=1400)
    notebook.run_all()
    notebook.page.wait_for_selector("figure svg[role=img]")
    return notebook


def slider(page, name):
    """The handle of the slider with this description."""
    row = page.locator(".widget-slider").filter(has=page.get_by_text(name, exact=True))
    return row.get_by_role("slider")


def out(page):
    """The numbers of the output map in the page."""
    texts = page.locator('[data-part="out"] text').all_text_contents()
    return [float(text.replace("−", "-")) for text in texts]


def test_keyboard_moves_the_window_and_changes_the_layer(lab, explorer):
    page = explorer.page
    right = np.load(lab.root / "answers.npy")
    assert out(page) == right[0].ravel().tolist()
    assert "Step 0 " in page.get_by_role("status").first.inner_text()

    page.evaluate(STOPWATCH)
    step = slider(page, "step")
    step.focus()
    times, sizes = [], []
    for target in range(1, 9):
        before = len(explorer.received)
        step.press("ArrowRight")
        page.wait_for_function(f"() => document.querySelector('figure').innerText.includes('Step {target} ')")
        times.append(page.evaluate("window.took"))
        page.wait_for_timeout(100)  # let the rest of this step's messages come in
        sizes.append(sum(explorer.received[before:]))
        row, column = divmod(target, 3)
        sentence = page.locator("figure p[role=status]").inner_text().replace("−", "-")
        assert f"out[0, {row}, {column}] = " in sentence
        assert sentence.endswith(f"= {right[0, row, column]:g}.")
    print(f"\nkey to figure: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms; ", end="")
    print(f"messages of one step: median {statistics.median(sizes):.0f} bytes, most {max(sizes)}")
    assert max(times) < GENEROUS_MS

    stride = slider(page, "stride")
    stride.focus()
    stride.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('[data-part=out]').querySelectorAll('text').length === 25")
    assert "/ 1) + 1 = 5" in page.locator("figure").inner_text()


def test_every_control_is_reached_by_tab_and_has_a_name(explorer):
    page = explorer.page
    slider(page, "kernel size").focus()
    reached = []
    for _ in range(26):
        reached.append(
            page.evaluate(
                """() => {
                    const e = document.activeElement;
                    return e.getAttribute('role') === 'slider'
                        ? e.closest('.widget-slider').querySelector('label').innerText
                        : (e.labels?.[0]?.innerText || e.innerText).trim();
                }"""
            )
        )
        page.keyboard.press("Tab")
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
