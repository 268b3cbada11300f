"""The connections figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.connections.render import TITLES, render, status_sentence
from course.explore.connections.wiring import KINDS, Shape, Wiring, count, make_wiring
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape

HEADS = ("weights", "biases", "parameters", "products", "activations")


def connections_figure(
    x: int | ArrayLike = 8,
    window: int = 3,
    output: int = 0,
    *,
    image: Shape = (28, 28),
    kernel: Shape = (5, 5),
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw a dense, a locally connected and a shared layer side by side, and count them.

    Parameters
    ----------
    x : int or array, (inputs,)
        How many inputs the drawing has, 2 to 10, or their numbers.
    window : int
        How many inputs an output of the second and third layer sees, 1 to 5.
    output : int
        The output whose connections are drawn thick, from 0.
    image, kernel : pair of int
        A layer for images, which is counted in the second half of the table.
    fn : function or None
        Your own ``parameter_counts(image_shape, kernel_size)``: its counts are compared with ours.

    Returns
    -------
    Figure
        What `ConnectionsExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> "14,976" in connections_figure().html
    True
    """
    return draw(make_wiring(x, window, output, image, kernel, fn))


def draw(wiring: Wiring) -> Figure:
    """Put the drawing, its sentence and the table together.

    Parameters
    ----------
    wiring : Wiring
        What to show.

    Returns
    -------
    Figure
    """
    svg = render(wiring)
    status = element("p", escape(status_sentence(wiring)), role="status", aria_live="polite", style=LINE)
    small = ((1, wiring.inputs), (1, wiring.window))
    tables = [
        _table(f"This drawing: {wiring.inputs} inputs, a window of {wiring.window}", *small),
        _table(
            f"An image of {wiring.image[0]}×{wiring.image[1]}, a window of {wiring.kernel[0]}×{wiring.kernel[1]}",
            wiring.image,
            wiring.kernel,
        ),
    ]
    answer = [element("p", escape(wiring.answer), style=LINE)] if wiring.answer else []
    return Figure(svg, element("figure", svg, status, *tables, *answer, style=PAPER_STYLE))


def _table(caption: str, image: Shape, kernel: Shape) -> str:
    paper = "background:#fff;color:#111;text-align:right"
    rows = [element("tr", element("th"), *(element("th", name, scope="col") for name in HEADS), style=paper)]
    for kind in KINDS:
        found = count(kind, image, kernel)
        numbers = (found.weights, found.biases, found.parameters, found.products, found.outputs)
        title = element("th", TITLES[kind].split(":")[0], scope="row", style="text-align:left;font-weight:normal")
        rows.append(element("tr", title, *(element("td", f"{n:,}") for n in numbers), style=paper))
    told = element("caption", escape(caption), style="text-align:left;font-weight:bold;color:#111;padding:8px 5px 2px")
    style = "display:inline-table;margin:4px 24px 0 0;border-collapse:collapse;font-size:13px;background:#fff"
    return element("table", told, element("tbody", *rows), style=style, cellpadding=5)
