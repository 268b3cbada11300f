"""The receptive field figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape
from course.explore.receptive.render import render
from course.explore.receptive.state import PLACES, ReceptiveState, find_layer, make_network
from course.explore.receptive.words import ask, formulas, status_sentence


def receptive_field_figure(
    network: Any = "LeNet-5",
    image: ArrayLike | None = None,
    *,
    layer: int | str = 0,
    place: str = "in the middle",
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw which pixels a number of a layer can see, and which it was measured to see.

    Parameters
    ----------
    network : str or Module
        "LeNet-5", "VGG-16", "ResNet-18", or any network of ``course.nn`` layers, trained or not.
    image : array (H, W) or (C, H, W), or None
        The image; needed with a network of your own.
    layer : int or str
        Which convolution or pooling, counted from 0 at the image, or its dotted name.
    place : str
        "in the middle" or "in the upper left corner" of the layer's map.
    fn : function or None
        Your own ``receptive_field(layers)``, which is compared.

    Returns
    -------
    Figure
        What `ReceptiveFieldExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If there is no such network, layer or place, or the image does not fit.

    Examples
    --------
    >>> figure = receptive_field_figure("LeNet-5", layer="pool2")
    >>> "can see 16×16 pixels" in figure.html
    True
    """
    made = make_network(network, image)
    index = find_layer(made, layer)
    if place not in PLACES:
        raise ValueError(f"receptive_field_figure: place must be one of {list(PLACES)}, got {place!r}")
    return draw(ReceptiveState(made, index, place, ask(fn, made.windows[index])))


def draw(state: ReceptiveState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : ReceptiveState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    lines = "<br/>".join(map(escape, formulas(state.window)))
    below = [element("p", lines, style=LINE + MONO + ";white-space:pre-wrap")] if lines else []
    below += [element("p", escape(state.verdict), style=LINE)] if state.verdict else []
    return Figure(svg, element("figure", svg, status, *below, style=PAPER_STYLE))
