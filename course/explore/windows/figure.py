"""The windows figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape
from course.explore.windows.render import render
from course.explore.windows.state import WindowsState, make_state
from course.explore.windows.student import compare
from course.explore.windows.words import padding_sentence, size_formulas, status_sentence, unseen_sentence


def windows_figure(
    size: Any,
    kernel_size: Any = 3,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    *,
    fn: Callable[..., Any] | None = None,
    step: int = 0,
) -> Figure:
    """Draw which windows fit into an input, which pixels they read, and the size that comes of it.

    Parameters
    ----------
    size : int, pair of int, or array of one or two axes
        The input: its length for one direction, its height and width for two, or the input itself. At most 64 a side.
    kernel_size : int, pair of int, or a layer
        A layer such as ``course.nn.Conv2d`` brings its own stride, padding and dilation along.
    stride, padding, dilation : int or pair of int
        A pair is for rows and columns.
    fn : function or None
        Your own ``output_size(n, k, stride=1, padding=0, dilation=1)``; sizes where it is wrong are marked.
    step : int
        Which window, counted row by row from 0.

    Returns
    -------
    Figure
        What `WindowsExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> figure = windows_figure(8, 3, stride=2)
    >>> "Never read by any window (hatched): pixel 7." in figure.html
    True
    """
    state = make_state(size, kernel_size, stride, padding, dilation, "windows_figure")
    if not 0 <= step < max(state.count, 1):
        raise ValueError(f"windows_figure: step must be 0 to {max(state.count, 1) - 1}, got {step}.")
    return draw(replace(state, step=step, answer=None if fn is None else compare(fn, state)))


def draw(state: WindowsState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : WindowsState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    formulas = element("p", "<br/>".join(map(escape, size_formulas(state))), style=LINE + MONO)
    sentences = [unseen_sentence(state), padding_sentence(state.across), state.answer.sentence if state.answer else ""]
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences if sentence]
    return Figure(svg, element("figure", svg, status, formulas, *paragraphs, style=PAPER_STYLE))
