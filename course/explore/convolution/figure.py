"""The convolution figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.convolution.numbers import Pair, make_convolution
from course.explore.convolution.render import render
from course.explore.convolution.state import ConvolutionState
from course.explore.convolution.student import compare
from course.explore.convolution.words import size_formulas, status_sentence, unseen_sentence
from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.lettering import number
from course.explore.drawing.svg import element, escape


def convolution_figure(
    x: ArrayLike,
    weight: Any,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    *,
    fn: Callable[..., Any] | None = None,
    filter: int = 0,
    step: int = 0,
) -> Figure:
    """Draw how one number of a convolution's output comes about.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters; a layer such as ``course.nn.Conv2d`` brings bias, stride and padding along.
    bias : array, (C_out,), or None
        One number per filter.
    stride, padding, dilation : int or pair of int
        As in ``course.functional.conv2d_forward``.
    fn : function or None
        Your own ``conv2d_forward`` (or, for an image and a kernel, ``correlate2d``); cells where it
        differs from the right answer are marked.
    filter : int
        Which filter, from 0 to C_out - 1.
    step : int
        Which cell of the output, counted row by row from 0.

    Returns
    -------
    Figure
        What `ConvolutionExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If shapes do not match, or filter or step lie outside.

    Examples
    --------
    >>> import numpy as np
    >>> figure = convolution_figure(np.eye(4), np.ones((3, 3)), step=1)
    >>> "H_out = W_out = floor((4 + 2·0 − 1·(3 − 1) − 1) / 1) + 1 = 2" in figure.html
    True
    """
    convolution = make_convolution(x, weight, bias, stride, padding, dilation)
    count = convolution.out_size[0] * convolution.out_size[1]
    if not 0 <= filter < len(convolution.weight):
        raise ValueError(f"convolution_figure: filter must be 0 to {len(convolution.weight) - 1}, got {filter}")
    if not 0 <= step < max(count, 1):
        raise ValueError(f"convolution_figure: step must be 0 to {max(count, 1) - 1}, got {step}")
    answer = None if fn is None else compare(fn, convolution)
    return draw(ConvolutionState(convolution, filter, step, answer))


def draw(state: ConvolutionState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : ConvolutionState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    formulas = element("p", "<br/>".join(map(escape, size_formulas(state.convolution))), style=LINE + MONO)
    sentences = [unseen_sentence(state.convolution), *_answer_sentences(state)]
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences if sentence]
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    return Figure(svg, element("figure", svg, status, formulas, *paragraphs, style=PAPER_STYLE))


def _answer_sentences(state: ConvolutionState) -> list[str]:
    """What the student's function made of it all, and of the present cell."""
    if state.answer is None:
        return []
    if state.faulty is None:
        return [state.answer.sentence]
    yours, wrong = state.faulty
    verdict = "differs" if wrong[state.position] else "agrees"
    values = f"yours is {number(yours[state.position], 3)}, the window's true sum is {number(state.value, 3)}"
    return [state.answer.sentence, f"In this cell it {verdict}: {values}."]
