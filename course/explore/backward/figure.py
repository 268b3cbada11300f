"""The backward figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.backward.numbers import make_backward
from course.explore.backward.render import render
from course.explore.backward.state import SCATTER, VIEWS, BackwardState
from course.explore.backward.student import compare
from course.explore.backward.words import formulas, status_sentence, verdict_sentence
from course.explore.convolution.numbers import Pair
from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape


def backward_figure(
    x: ArrayLike,
    weight: Any,
    grad_out: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    *,
    view: str = SCATTER,
    step: int = 0,
    channel: int = 0,
    filter: int = 0,
    flipped: bool = False,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw how one number of a convolution's gradients comes about, beside the slopes that were measured.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input, sides of at most 28.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters; a layer such as ``course.nn.Conv2d`` brings stride and padding along.
    grad_out : array, (H_out, W_out) or (C_out, H_out, W_out), or None
        The gradient from above; None draws small whole numbers.
    stride, padding : int or pair of int
        As in ``course.functional.conv2d_backward``; a padding of at most kH - 1 and kW - 1.
    view : str
        "scatter": where each gradient goes. "forward set": which outputs a pixel went into. "weight": the gradient of one weight
        as a correlation. "convolution": the gradient of x as a convolution of the spread-out gradient.
    step : int
        Which output, pixel or weight, counted row by row from 0.
    channel, filter : int
        Which input channel; with "weight", which filter too.
    flipped : bool
        With "convolution": whether every kernel is turned by 180 degrees. Only one of the two is right.
    fn : function or None
        Your own ``conv2d_backward``, ``conv2d_grad_input``, ``conv2d_grad_weight`` or ``conv2d_grad_input_flipped``; numbers
        where it differs from the measured slopes are marked.

    Returns
    -------
    Figure
        What `BackwardExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If shapes do not match, there is no such view, or step, channel or filter lie outside.

    Examples
    --------
    >>> figure = backward_figure([[1, 2], [3, 4]], [[1, 1]], [[1], [2]], view="convolution", flipped=True)
    >>> "With the flipped kernel, all 4 numbers of grad_x equal the measured slopes." in figure.html
    True
    """
    backward = make_backward(x, weight, grad_out, stride, padding)
    if view not in VIEWS.values():
        raise ValueError(f"backward figure: view must be one of {', '.join(map(repr, VIEWS.values()))}, got {view!r}.")
    C_out, C = backward.convolution.weight.shape[:2]
    state = BackwardState(backward, view, step, channel, filter, flipped)
    for name, index, count in (("channel", channel, C), ("filter", filter, C_out), ("step", step, state.count)):
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
            raise ValueError(f"backward figure: {name} must be an int from 0 to {count - 1}, got {index!r}.")
    answer = None if fn is None else compare(fn, backward)
    return draw(BackwardState(backward, view, step, channel, filter, flipped, answer))


def draw(state: BackwardState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : BackwardState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    lines = formulas(state)
    known = element("p", "<br/>".join(map(escape, lines)), style=LINE + MONO) if lines else ""
    sentences = [verdict_sentence(state), state.answer.sentence if state.answer else ""]
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences if sentence]
    return Figure(svg, element("figure", svg, status, known, *paragraphs, style=PAPER_STYLE))
