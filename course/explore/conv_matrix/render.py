"""The matrix figure: image, matrix, map; a window is a row of the matrix, a pixel a column."""

import numpy as np
from numpy.typing import NDArray

from course.explore.conv_matrix.state import Floats, MatrixState
from course.explore.conv_matrix.words import status_sentence
from course.explore.drawing.colours import BLUE, LINE, VERMILION, diverging, hex_colour
from course.explore.drawing.grids import fitting, grid, grid_lines, largest, picture
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import arrow, document, element, frame, group, short

MARGIN, HEAD, GAP, TITLE, CELL = 10.0, 24.0, 44.0, 12.5, 34.0
LEGIBLE = 16.0  # smaller cells hold no numbers
MOST_CELLS = 700  # of a matrix that is drawn cell by cell


def render(state: MatrixState) -> str:
    """Draw one moment: forwards image, matrix, map; transposed map, transposed matrix, image.

    Parameters
    ----------
    state : MatrixState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``image`` and ``map``, each with a frame for the window and one for the pixel,
        ``matrix`` with ``window`` and ``pixel``, and ``student`` with ``wrong`` where a student's matrix differs.
    """
    matrix = state.matrix.T if state.transposed else state.matrix
    taps = state.taps.T if state.transposed else state.taps
    rows, columns = matrix.shape
    side = min(CELL, 620 / columns, 460 / rows)
    side = side if side >= LEGIBLE and matrix.size <= MOST_CELLS else min(side, LEGIBLE - 2)
    image_side = min(CELL, 210 / max(state.image.shape))
    left, right = (_map, _image) if state.transposed else (_image, _map)
    first, width, height = left(state, MARGIN, image_side)
    x = MARGIN + max(width, 110) + GAP
    parts = [
        first,
        arrow(f"M{short(x - GAP + 8)} {short(HEAD + height / 2)}", x - 18, HEAD + height / 2),
        label(x, HEAD - 8, f"{'Mᵀ' if state.transposed else 'M'}  {rows}×{columns}", TITLE, "start"),
        group(_cells(matrix, side, taps) + _frames(state, side), x=x, y=HEAD, part="matrix"),
    ]
    after = x + columns * side + GAP
    second, width, other = right(state, after, image_side)
    parts += [arrow(f"M{short(after - GAP + 6)} {short(HEAD + other / 2)}", after - 8, HEAD + other / 2), second]
    bottom = HEAD + max(height, other, rows * side + 18)
    answer = state.answer
    if answer is not None and answer.faulty and answer.values is not None and answer.wrong is not None:
        values, wrong = answer.values, answer.wrong
        values, wrong = (values.T, wrong.T) if state.transposed else (values, wrong)
        parts.append(
            label(x, bottom + HEAD - 8, f"yours  {rows}×{columns}, {answer.wrong.sum()} wrong", TITLE, "start")
        )
        marked = _cells(values, side, (values != 0) | wrong, wrong)
        parts.append(group(marked, x=x, y=bottom + HEAD, part="student"))
        bottom += HEAD + rows * side
    total = after + max(width, 110)
    return document(parts, total + MARGIN, bottom + MARGIN, _label(state))


def _image(state: MatrixState, x: float, side: float) -> tuple[str, float, float]:
    """The image, or what the transpose makes of the map: window and pixel framed."""
    values = state.back if state.transposed else state.image
    rows, columns = values.shape
    (top, left), (kH, kW), (row, column) = state.corner, state.kernel.shape, state.place
    parts = [
        grid(values, side, largest(values)),
        frame(left * side, top * side, kW * side, kH * side, BLUE, 3),
        frame(column * side + 3, row * side + 3, side - 6, side - 6, VERMILION, 2, stroke_dasharray="4 2"),
    ]
    name = "Mᵀ · map" if state.transposed else "image"
    title = label(x, HEAD - 8, f"{name}  {rows}×{columns}", TITLE, "start")
    return title + group(*parts, x=x, y=HEAD, part="image"), columns * side, rows * side


def _map(state: MatrixState, x: float, side: float) -> tuple[str, float, float]:
    """The map: the window's number framed, a dot on every number that the pixel goes to."""
    rows, columns = state.out_size
    row, column = state.corner
    reached = np.flatnonzero(state.taps[:, state.pixel])
    radius = short(min(3.5, side / 9))
    spots = [(short((n % columns + 0.16) * side), short((n // columns + 0.16) * side)) for n in reached.tolist()]
    dots = "".join(f"<circle cx='{a}' cy='{b}' r='{radius}'/>" for a, b in spots)
    parts = [
        grid(state.out, side, largest(state.out)),
        element("g", dots, fill=VERMILION),
        frame(column * side, row * side, side, side, BLUE, 3),
    ]
    name = "map" if state.transposed else "M · image"
    title = label(x, HEAD - 8, f"{name}  {rows}×{columns}", TITLE, "start")
    return title + group(*parts, x=x, y=HEAD, part="map"), columns * side, rows * side


def _frames(state: MatrixState, side: float) -> str:
    """Blue round the window's row, vermilion round the pixel's column; transposed the other way about."""
    windows, pixels = state.matrix.shape
    window = (0.0, state.window * side, pixels * side, side)
    pixel = (state.pixel * side, 0.0, side, windows * side)
    window_text = (-6.0, (state.window + 0.5) * side + 4, "end")
    pixel_text = ((state.pixel + 0.5) * side, windows * side + 14, "middle")
    if state.transposed:
        window = (state.window * side, 0.0, side, pixels * side)
        pixel = (0.0, state.pixel * side, windows * side, side)
        window_text = ((state.window + 0.5) * side, pixels * side + 14, "middle")
        pixel_text = (-6.0, (state.pixel + 0.5) * side + 4, "end")
    if side < LEGIBLE:  # the frames stand outside, so that they do not cover what they show
        pixel, window = ((x - 1.5, y - 1.5, width + 3, height + 3) for x, y, width, height in (pixel, window))
    return (
        group(frame(*pixel, VERMILION, 2, stroke_dasharray="6 3"), part="pixel")
        + group(frame(*window, BLUE, 3), part="window")
        + label(window_text[0], window_text[1], str(state.window), 11, window_text[2], fill=BLUE)
        + label(pixel_text[0], pixel_text[1], str(state.pixel), 11, pixel_text[2], fill=VERMILION)
    )


def _cells(values: Floats, side: float, written: NDArray[np.bool_], wrong: NDArray[np.bool_] | None = None) -> str:
    """Coloured cells; zeros that are no number of the kernel stay empty, so that the pattern is seen."""
    rows, columns = values.shape
    if side < LEGIBLE:
        pixels = diverging(values, largest(values))
        pixels[written & (values == 0)] = (225, 225, 225)  # a 0 of the kernel
        if wrong is not None:
            pixels[wrong] = (17, 17, 17)
        return picture(pixels, columns * side, rows * side)
    colours = diverging(values, largest(values))
    size, texts = fitting(values, side)
    parts = []
    for row, column in np.argwhere(written):
        x, y = column * side, row * side
        fill = hex_colour(colours[row, column].tolist())
        parts.append(
            f"<rect x='{short(x)}' y='{short(y)}' width='{short(side)}' height='{short(side)}' fill='{fill}'/>"
        )
        text = texts[row * columns + column]
        parts.append(f"<text x='{short(x + side / 2)}' y='{short(y + side / 2 + 0.35 * size)}'>{text}</text>")
    body = element("g", *parts, text_anchor="middle", font_size=float(size))
    body += element("path", d=grid_lines(rows, columns, side), stroke=LINE, fill="none")
    marks = [
        frame(column * side + 2, row * side + 2, side - 4, side - 4, VERMILION, 1.4, stroke_dasharray="4 2")
        + label((column + 1) * side - 6, row * side + 0.38 * side, "≠", 0.36 * side, fill=VERMILION, font_weight="bold")
        for row, column in (np.argwhere(wrong) if wrong is not None else [])
    ]
    return body + (group(*marks, part="wrong") if marks else "")


def _label(state: MatrixState) -> str:
    """The figure in words, for those who do not see it."""
    (H, W), (kH, kW), (rows, columns) = state.image.shape, state.kernel.shape, state.matrix.shape
    what = "Transpose of the matrix" if state.transposed else "Matrix"
    return f"{what} of a {kH} by {kW} kernel on {H} by {W} images, {rows} windows, {columns} pixels. {status_sentence(state)}"
