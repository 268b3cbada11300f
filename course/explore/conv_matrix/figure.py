"""The matrix figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from course.explore.conv_matrix.render import render
from course.explore.conv_matrix.state import MatrixState, compare, make_state
from course.explore.conv_matrix.words import count_sentence, status_sentence
from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape


def conv_matrix_figure(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    transposed: bool = False,
    window: int = 0,
    pixel: int = 0,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw a convolution as one matrix between the image and the map, or its transpose between the map and the image.

    Parameters
    ----------
    image : array, (H, W)
        At most 100 pixels.
    kernel : array, (kH, kW)
        It is not flipped.
    transposed : bool
        Whether to show the transpose.
    window, pixel : int
        Which row and which column of the matrix to look at, from 0.
    fn : function or None
        Your own ``conv_matrix(kernel, image_shape)``; numbers where it differs from the right matrix are marked.

    Returns
    -------
    Figure
        What `ConvMatrixExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If the kernel does not fit, the image is too large to look at, or window or pixel lie outside.

    Examples
    --------
    >>> figure = conv_matrix_figure([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, 1]])
    >>> "4 × 9 = 36 numbers, 4 × 4 = 16 of the kernel, 20 zeros (56%)" in figure.html
    True
    """
    state = make_state(image, kernel)
    for name, index, count in (("window", window, state.matrix.shape[0]), ("pixel", pixel, state.matrix.shape[1])):
        if not 0 <= index < count:
            raise ValueError(f"conv_matrix_figure: {name} must be 0 to {count - 1}, got {index}.")
    answer = None if fn is None else compare(fn, state)
    return draw(replace(state, transposed=transposed, window=window, pixel=pixel, answer=answer))


def draw(state: MatrixState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : MatrixState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    count = element("p", escape(count_sentence(state)), style=LINE + MONO)
    answer = element("p", escape(state.answer.sentence), style=LINE) if state.answer else ""
    return Figure(svg, element("figure", svg, status, count, answer, style=PAPER_STYLE))
