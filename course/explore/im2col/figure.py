"""The im2col figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape
from course.explore.im2col.render import render
from course.explore.im2col.state import COL2IM, COUNT, IM2COL, SHOWS, TRANSPOSED, Im2colState, make_state
from course.explore.im2col.student import compare
from course.explore.im2col.words import mode_sentence, size_formulas, status_sentence

__all__ = ["COL2IM", "COUNT", "IM2COL", "TRANSPOSED", "draw", "im2col_figure", "student_answer"]


def im2col_figure(
    x: ArrayLike,
    kernel: Any,
    stride: int = 1,
    padding: int = 0,
    *,
    show: str = IM2COL,
    column: int = 0,
    row: int = 0,
    fn: Callable[..., Any] | None = None,
    back: Callable[..., Any] | None = None,
) -> Figure:
    """Draw the windows of an image as the columns of a matrix, or columns on their way back to an image.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The image, at most 1,024 numbers.
    kernel : array, (kH, kW) or (C, kH, kW) or (C_out, C, kH, kW), or a layer
        A filter; of several the first is shown.
    stride, padding : int
        The same down and across.
    show : str
        "im2col"; "col2im" for the image's own columns added back, "count" for columns of ones, "transposed" for columns that are
        the kernel times each number of the output.
    column, row : int
        Which column and row of the matrix to look at, from 0.
    fn, back : function or None
        Your own ``im2col`` and ``col2im``; numbers where they differ from the right answer are marked.

    Returns
    -------
    Figure
        What `Im2colExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If shapes do not match, the image is too large to look at, or column or row lie outside.

    Examples
    --------
    >>> figure = im2col_figure([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, 1]], column=3)
    >>> "columns L = H_out·W_out = 2·2 = 4" in figure.html
    True
    """
    state = make_state(x, kernel, stride, padding)
    if show not in SHOWS.values():
        raise ValueError(f"im2col_figure: show must be one of {', '.join(map(repr, SHOWS.values()))}, got {show!r}.")
    for name, index, count in (("column", column, state.L), ("row", row, state.K)):
        if not 0 <= index < max(count, 1):
            raise ValueError(f"im2col_figure: {name} must be 0 to {max(count, 1) - 1}, got {index}.")
    state = replace(state, show=show, column=column, row=row)
    return draw(replace(state, answer=student_answer(state, fn, back)))


def student_answer(state: Im2colState, fn: Callable[..., Any] | None, back: Callable[..., Any] | None) -> Any:
    """Ask the student's function that fits what is shown: im2col forwards, col2im backwards; None without one."""
    function = back if state.backwards else fn
    return None if function is None else compare(function, state)


def draw(state: Im2colState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : Im2colState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    formulas = element("p", "<br/>".join(map(escape, size_formulas(state))), style=LINE + MONO)
    sentences = [mode_sentence(state), state.answer.sentence if state.answer else ""]
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences if sentence]
    return Figure(svg, element("figure", svg, status, formulas, *paragraphs, style=PAPER_STYLE))
