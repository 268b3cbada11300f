"""The backward figure: products of gradients and weights (or pixels), their sums, and the slopes that were measured."""

import numpy as np
from numpy.typing import NDArray

from course.explore.backward.layout import (
    BOX,
    EQUATION,
    GAP,
    HEAD,
    LEGIBLE,
    MARGIN,
    TERM_SIZE,
    TITLE,
    Layout,
    make_layout,
)
from course.explore.backward.state import SCATTER, WEIGHT, BackwardState, Row
from course.explore.backward.words import label as words
from course.explore.backward.words import terms, total
from course.explore.convolution.numbers import Floats
from course.explore.drawing.colours import BLUE, GREY, INK, PAPER, VERMILION, diverging
from course.explore.drawing.grids import grid, largest, picture
from course.explore.drawing.lettering import box, label, number, paragraph
from course.explore.drawing.svg import arrow, document, element, frame, group, short


def render(state: BackwardState) -> str:
    """Draw one moment of a backward pass.

    Parameters
    ----------
    state : BackwardState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with these parts: for every filter with a line, ``left-0`` with ``taps-0``, ``middle-0``,
        ``products-0``, ``terms-0``, ``sum-0``; then ``sum-rest``, ``total``, ``result`` with ``place``, ``slopes``, and
        ``student`` where a student's gradient differs; ``wrong`` and ``student-wrong`` hold the signs in wrong cells.
    """
    at = make_layout(state)
    shown = state.shown_filters
    limits = _limits(state)
    parts = [group(_line(state, at, f, limits), y=n * at.pitch) for n, f in enumerate(shown[: at.rows])]
    if len(shown) > at.rows:
        parts.append(_rest(state, at))
    drawn, right, bottom = _maps(state, at)
    parts.append(drawn)
    return document(parts, right + MARGIN, max(at.height, bottom) + MARGIN, words(state))


def _limits(state: BackwardState) -> tuple[float, float, float]:
    """What has the full colour on the left, in the middle, and among the products; the same at every step."""
    backward, weight = state.backward, largest(state.backward.convolution.weight)
    grad = largest(backward.grad_out)
    if state.view == WEIGHT:
        pixels = largest(backward.convolution.x)
        return pixels, grad, grad * pixels
    return grad, weight, grad * weight


def _line(state: BackwardState, at: Layout, f: int, limits: tuple[float, float, float]) -> str:
    """One filter: what is multiplied with what, and the sum."""
    row = state.row(f)
    tall, wide = row.middle.shape
    middle = HEAD + tall * at.middle_cell / 2
    size = f"{row.left.shape[0]}×{row.left.shape[1]}"
    parts = [
        label(MARGIN, 16, f"{row.titles[0]}  {size}", TITLE, "start"),
        group(_left(row, at, limits[0]), x=MARGIN, y=HEAD, part=f"left-{f}"),
        group(_taps(row, at), x=MARGIN, y=HEAD, part=f"taps-{f}"),
        label(at.middle - GAP / 2, middle + 6, "×", 18),
        label(at.middle, 16, row.titles[1], TITLE, "start"),
        group(_numbers(row.middle, at.middle_cell, limits[1]), x=at.middle, y=HEAD, part=f"middle-{f}"),
        label(at.products - GAP / 2, middle + 6, "=", 18),
        label(at.products, 16, "products", TITLE, "start"),
        group(_products(row, at, limits[2]), x=at.products, y=HEAD, part=f"products-{f}"),
    ]
    if state.view != SCATTER:
        below = HEAD + tall * at.middle_cell + 18
        parts += [
            arrow(f"M{short(at.sums - GAP + 8)} {short(middle)}", at.sums - 3, middle),
            label(at.sums + BOX / 2, middle - 20, "sum", TITLE),
            box(at.sums, middle, BOX, number(row.sum, 3), f"sum-{f}"),
            group(paragraph(at.middle, below, terms(state, f), at.columns, TERM_SIZE), part=f"terms-{f}"),
        ]
    return "".join(parts)


def _left(row: Row, at: Layout, limit: float) -> str:
    """The grid on the left; what is padding lies outside a dashed frame."""
    cell, drawn = at.left_cell, _numbers(row.left, at.left_cell, limit)
    if row.inner is None or row.inner == (0, 0, *row.left.shape):
        return drawn
    top, left, height, width = row.inner
    return drawn + frame(left * cell, top * cell, width * cell, height * cell, INK, 1.4, stroke_dasharray="4 3")


def _taps(row: Row, at: Layout) -> str:
    """A frame round the cells that take part: one where they lie side by side, else one for each."""
    cell = at.left_cell
    if not row.taps:
        return ""
    rows, columns = sorted({r for r, _ in row.taps}), sorted({c for _, c in row.taps})
    dense = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1) == len(row.taps)
    if dense:
        rectangle = (columns[0] * cell + 1, rows[0] * cell + 1, len(columns) * cell - 2, len(rows) * cell - 2)
        stroke = min(3.0, max(1.2, cell / 4))
        return (frame(*rectangle, PAPER, stroke + 2) if cell < LEGIBLE else "") + frame(*rectangle, BLUE, stroke)
    side, stroke = short(cell - 2), min(2.4, max(1.0, cell / 6))
    d = "".join(f"M{short(c * cell + 1)} {short(r * cell + 1)}h{side}v{side}h-{side}z" for r, c in row.taps)
    return element("path", d=d, fill="none", stroke=BLUE, stroke_width=stroke)


def _products(row: Row, at: Layout, limit: float) -> str:
    """The products; where a weight meets no output its cell is hatched."""
    cell, corners = at.middle_cell, np.argwhere(~row.used).tolist()
    if not corners:
        return _numbers(row.products, cell, limit)
    # All hatched cells are one path for the veil and one for two slanted lines in each.
    side, half = short(cell), short(cell / 2)
    veil = "".join(f"M{short(c * cell)} {short(r * cell)}h{side}v{side}h-{side}z" for r, c in corners)
    lines = "".join(
        f"M{short(c * cell)} {short((r + 0.5) * cell)}l{half} -{half}M{short((c + 0.5) * cell)} {short((r + 1) * cell)}"
        f"l{half} -{half}M{short(c * cell)} {short((r + 1) * cell)}l{side} -{side}"
        for r, c in corners
    )
    shade = element("path", d=veil, fill=GREY, fill_opacity=0.12)
    return _numbers(row.products, cell, limit) + shade + element("path", d=lines, stroke=GREY, stroke_opacity=0.6)


def _rest(state: BackwardState, at: Layout) -> str:
    """The line for the filters that have none of their own."""
    first, last = at.rows, len(state.shown_filters) - 1
    middle = at.rows * at.pitch + 12
    text = label(MARGIN, middle + 4, f"filters {first} to {last} in the same way:", TITLE, "start")
    return text + box(at.sums, middle, BOX, number(sum(state.sums[first:]), 3), "sum-rest")


def _maps(state: BackwardState, at: Layout) -> tuple[str, float, float]:
    """The gradient, the slopes below it, and a student's wrong answer below both; with the right and lower ends."""
    H, W = state.result.shape
    tall, wide, cell = H * at.map_cell, W * at.map_cell, at.map_cell
    so_far = " so far" if state.view == SCATTER and state.step < state.count - 1 else ""
    size, limit = f"{H}×{W}", largest(state.slopes)
    wrong = state.wrong
    verdict = f", {wrong.sum()} wrong{_sign(cell)}" if wrong.any() else ""
    parts = [
        label(at.map, 16, f"{state.name}{so_far}  {size}{verdict}", TITLE, "start"),
        group(_map(state.result, cell, limit, wrong), x=at.map, y=HEAD, part="result"),
        group(_marks(wrong, cell), x=at.map, y=HEAD, part="wrong") if wrong.any() else "",
        group(_place(state, at), x=at.map, y=HEAD, part="place"),
        _way(state, at),
    ]
    y = HEAD + tall
    if state.view != SCATTER:
        spelled = total(state)
        parts.append(group(paragraph(at.map, y + 20, spelled, EQUATION, 13.5, font_weight="bold"), part="total"))
        y += 16 + 19 * (1 + (8 + 9 * min(len(state.sums), 8)) // EQUATION)
    y += HEAD + 6
    parts += [
        label(at.map, y - 8, f"slope, measured  {size}", TITLE, "start"),
        group(_map(state.slopes, cell, limit, None), x=at.map, y=y, part="slopes"),
        group(_place(state, at), x=at.map, y=y) if state.view != SCATTER else "",
    ]
    bottom = y + tall
    if state.faulty is not None:
        values, theirs = state.faulty
        y = bottom + HEAD + 6
        verdict = f"{theirs.sum()} wrong{_sign(cell)}" if theirs.any() else "all right"
        parts += [
            label(at.map, y - 8, f"yours  {size}, {verdict}", TITLE, "start"),
            group(_map(values, cell, limit, theirs), x=at.map, y=y, part="student"),
            group(_marks(theirs, cell), x=at.map, y=y, part="student-wrong") if theirs.any() else "",
        ]
        bottom = y + tall
    return "".join(parts), at.map + max(wide, 8.4 * EQUATION), bottom


def _way(state: BackwardState, at: Layout) -> str:
    """An arrow from the products, or from their sum, to the map."""
    row = state.row(state.shown_filters[0])
    y = HEAD + row.middle.shape[0] * at.middle_cell / 2
    start = at.map - 46
    sign = label(start + 14, y - 8, "+=", 14) if state.view == SCATTER else ""
    return sign + arrow(f"M{short(start + 4)} {short(y)}", at.map - 4, y)


def _place(state: BackwardState, at: Layout) -> str:
    """A frame round the number that is looked at; where gradients are handed out, round the part of the window inside x."""
    (row, column), cell = state.position, at.map_cell
    height, width = state.backward.kernel_size if state.view == SCATTER else (1, 1)
    H, W = state.result.shape
    top, left, bottom, right = max(row, 0), max(column, 0), min(row + height, H), min(column + width, W)
    if top >= bottom or left >= right:
        return ""
    place = (left * cell, top * cell, (right - left) * cell, (bottom - top) * cell)
    return (frame(*place, PAPER, 5) if cell < LEGIBLE else "") + frame(*place, BLUE, 3)


def _numbers(values: Floats, cell: float, limit: float) -> str:
    """A grid of numbers, or a picture where they would be too small."""
    if cell >= LEGIBLE:
        return grid(values, cell, limit)
    return picture(diverging(values, limit), values.shape[1] * cell, values.shape[0] * cell)


def _map(values: Floats, cell: float, limit: float, wrong: NDArray[np.bool_] | None) -> str:
    if cell >= LEGIBLE:
        return grid(values, cell, limit)
    pixels = diverging(values, limit)
    if wrong is not None:
        pixels[wrong] = (17, 17, 17)  # no colour of the scale
    return picture(pixels, values.shape[1] * cell, values.shape[0] * cell)


def _sign(cell: float) -> str:
    return " (≠)" if cell >= LEGIBLE else " (black)"


def _marks(wrong: NDArray[np.bool_], cell: float) -> str:
    """In every wrong cell a dashed frame and the sign for "not equal" in a corner."""
    if cell < LEGIBLE:
        return ""
    # All frames are one path, and so are all corners: a third of the bytes of an element for each.
    size = min(11.0, 0.3 * cell)
    leg, side = 1.3 * size, short(cell - 4)
    frames, corners, signs = [], [], []
    for row, column in np.argwhere(wrong).tolist():
        x, y = (column + 1) * cell - 2, row * cell + 2  # the upper right corner
        frames.append(f"M{short(x - cell + 4)} {short(y)}h{side}v{side}h-{side}z")
        corners.append(f"M{short(x - leg)} {short(y)}h{short(leg)}v{short(leg)}z")
        signs.append(f"<text x='{short(x - 0.33 * leg)}' y='{short(y + 0.5 * leg)}'>≠</text>")
    dashed = element("path", d="".join(frames), fill="none", stroke=VERMILION, stroke_width=1.6, stroke_dasharray="4 2")
    style = {"font_size": 0.75 * size, "fill": PAPER, "text_anchor": "middle", "font_weight": "bold"}
    return dashed + element("path", d="".join(corners), fill=VERMILION) + element("g", *signs, **style)
