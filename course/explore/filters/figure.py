"""The filter workbench without controls, for pages where nothing can be moved."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from course.explore.convolution.numbers import make_convolution
from course.explore.convolution.student import Answer, compare
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.lettering import number
from course.explore.drawing.svg import element, escape
from course.explore.filters.render import render
from course.explore.filters.state import FilterState, make_state
from course.explore.filters.words import scale_sentence, status_sentence


def filter_figure(
    image: ArrayLike,
    kernel: ArrayLike,
    border: str = "replicate",
    *,
    fn: Callable[..., Any] | None = None,
    row: int | None = None,
    column: int | None = None,
    view: str = "products",
) -> Figure:
    """Draw a picture, a kernel, what comes out, and how one pixel of it comes about.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W)
        A picture; colours become their mean, and large ones are reduced to 128 pixels a side.
    kernel : array, (kH, kW)
        At most 7x7; it is not flipped.
    border : str
        What the kernel sees beyond the frame: "replicate" (the outermost pixels again), "zeros", "reflect", or "crop" (nothing).
    fn : function or None
        Your own ``correlate2d(image, kernel)``; it gets the picture with its border, and pixels where it differs from the right
        answer are marked.
    row, column : int or None
        Which pixel of the output; None is the middle.
    view : str
        Below the pictures: "products", how this pixel comes about; or "frequencies", what the kernel does to each wave.

    Returns
    -------
    Figure
        What `FilterExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If an argument is none of these.

    Examples
    --------
    >>> import numpy as np
    >>> step = np.array([[10, 10, 100, 100]] * 4)
    >>> figure = filter_figure(step, [[-1, 0, 1]] * 3, row=1, column=1)
    >>> "nine products add up to 270" in figure.html
    True
    """
    state = make_state(image, kernel, border, row, column, view, "filter_figure")
    return draw(state if fn is None else replace(state, answer=ask(fn, state)))


def ask(fn: Callable[..., Any], state: FilterState) -> Answer:
    """Let a student's function filter the picture and compare.

    Parameters
    ----------
    fn : function
        ``correlate2d(image, kernel)``.
    state : FilterState
        Picture, kernel and border.

    Returns
    -------
    Answer
        Never an exception of the student's: it becomes the sentence.
    """
    if state.trouble:
        return Answer("Your function was not called: with these settings there is no output.")
    answer = compare(fn, make_convolution(state.padded, state.kernel))
    return replace(answer, sentence=re.sub(r" \(step \d+\)", "", answer.sentence))  # there are no steps here


def draw(state: FilterState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : FilterState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    sentences = [] if state.trouble else [scale_sentence(state)]
    sentences += [*_answer_sentences(state), *state.notes]
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences]
    return Figure(svg, element("figure", svg, status, *paragraphs, style=PAPER_STYLE))


def _answer_sentences(state: FilterState) -> list[str]:
    """What the student's function made of it all, and of the present pixel."""
    answer = state.answer
    if answer is None or state.trouble:
        return []
    if answer.out is None or answer.wrong is None or not answer.wrong.any():
        return [answer.sentence]
    yours = number(answer.out[0][state.place])
    return [answer.sentence, f"In this pixel yours is {yours}; the products add up to {number(state.value)}."]
