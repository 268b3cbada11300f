"""The architecture figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from course.explore.architecture.render import render
from course.explore.architecture.state import Architecture, look, read
from course.explore.architecture.words import status_sentence
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape


def architecture_figure(
    network: Any = "small VGG",
    input_shape: tuple[int, int, int] | None = None,
    *,
    block: int = 0,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw a network as a list of blocks: shapes, parameters, multiply-adds, receptive fields.

    Parameters
    ----------
    network : str, or list of str and Module
        A name such as "VGG-16", or blocks such as ``["conv 8 bn", "pool", "flatten", "dense 10"]``; see
        `course.explore.architecture.blocks.parse`. Modules of your own may stand among them.
    input_shape : (C, H, W) or None
        Of one image; a named network has its own, a list (1, 28, 28).
    block : int
        The block that the sentence is about, from 0.
    fn : function or None
        Your own ``vgg_table(configuration, input_shape, hidden, num_classes)``; its rows are compared where the network is a VGG.

    Returns
    -------
    Figure
        What `ArchitectureExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If there is no such network, block or shape. Blocks that do not fit together are no error: the figure explains them.

    Examples
    --------
    >>> "138,357,544" in architecture_figure("VGG-16").html
    True
    """
    name, blocks, shape = read(network, input_shape)
    return draw(look(name, blocks, shape, check_index(block, len(blocks)), fn))


def check_index(block: Any, count: int) -> int:
    """A block's number, if there is such a block."""
    if isinstance(block, bool) or not isinstance(block, int) or not 0 <= block < count:
        raise ValueError(f"architecture: block must be 0 to {count - 1}, got {block!r:.60}.")
    return block


def draw(state: Architecture) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : Architecture
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    below = [element("p", escape(state.answer), style=LINE)] if state.answer else []
    return Figure(svg, element("figure", svg, status, *below, style=PAPER_STYLE))
