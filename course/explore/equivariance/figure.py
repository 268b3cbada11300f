"""The equivariance figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape
from course.explore.equivariance.render import render
from course.explore.equivariance.state import Motion, make_motion
from course.explore.equivariance.words import more_sentences, status_sentence


def equivariance_figure(
    image: ArrayLike,
    f: Any = None,
    *,
    move: str = "shift",
    down: int = 0,
    across: int = 0,
    stride: int = 1,
    border: str = "zeros",
    then: str = "nothing",
    margin: int = 0,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw what comes of moving an image first and its map afterwards.

    Parameters
    ----------
    image : array, (H, W)
        What is moved; sides of 4 to 96 pixels.
    f : array (kH, kW), a layer, a function, or None
        What is done to it: a kernel (None: Sobel's), a layer of ours for one channel, any function from an image to its map.
    move : str
        "shift", "turn" (by a quarter) or "zoom" (the middle, twice as large).
    down, across : int
        How far a shift goes; what leaves on one side comes in on the other.
    stride : int
        The kernel's; for an `f` of your own, how many pixels of the image make one of its map.
    border : str
        "zeros", "wrap" or "none"; of a kernel.
    then : str
        What follows a kernel: "nothing", "relu", "pool" (2 by 2) or "largest" (of the whole map).
    margin : int
        Pixels of the maps along each side that are not compared.
    fn : function or None
        Your own ``equivariance_error(fn, image, shift, margin=0, stride=1)``: its number is compared with ours.

    Returns
    -------
    Figure
        What `EquivarianceExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If an array or a setting is not what it should be.

    Examples
    --------
    >>> import numpy as np
    >>> "equivariant" in equivariance_figure(np.eye(8), across=2, border="wrap").html
    True
    """
    settings = {"move": move, "down": down, "across": across, "stride": stride, "border": border}
    return draw(make_motion(image, f, **settings, then=then, margin=margin, fn=fn))


def draw(motion: Motion) -> Figure:
    """Put the drawing and its sentences together.

    Parameters
    ----------
    motion : Motion
        What to show.

    Returns
    -------
    Figure
    """
    svg = render(motion)
    status = element("p", escape(status_sentence(motion)), role="status", aria_live="polite", style=LINE)
    sentences = [element("p", escape(sentence), style=LINE) for sentence in more_sentences(motion)]
    return Figure(svg, element("figure", svg, status, *sentences, style=PAPER_STYLE))
