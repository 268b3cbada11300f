"""Where the pieces of the backward figure stand; nothing moves with the step."""

from dataclasses import dataclass

from course.explore.backward.state import CONVOLUTION, SCATTER, BackwardState

MARGIN, HEAD, TITLE, GAP, BOX = 10.0, 24.0, 12.5, 34.0, 58.0
TERM_SIZE = 11.5
LEGIBLE = 17.0  # smaller cells hold no numbers: the array becomes a picture
MOST_NUMBERS = 285  # in the whole figure, signs included: it has to stay light
MOST_ROWS = 3  # filters drawn one below the other
EQUATION = 27  # letters in a line of the sum below the map


@dataclass(frozen=True)
class Layout:
    """Sizes and places in pixels.

    Parameters
    ----------
    rows : int
        Filters with a line of their own; the rest shares one.
    left_cell, middle_cell, map_cell : float
        Sides of one cell: of the grid on the left, of what it is multiplied with, of the gradient's map.
    middle, products, sums, map : float
        Left edges.
    columns : int
        Letters in a line of spelled terms.
    pitch : float
        From one line to the next.
    height : float
        Of all lines together.
    """

    rows: int
    left_cell: float
    middle_cell: float
    map_cell: float
    middle: float
    products: float
    sums: float
    map: float
    columns: int
    pitch: float
    height: float


def make_layout(state: BackwardState) -> Layout:
    """Fit the figure to its arrays.

    Parameters
    ----------
    state : BackwardState
        What is drawn.

    Returns
    -------
    Layout
        The same for every step of one view and layer.
    """
    filters = len(state.shown_filters)
    rows = filters if filters <= MOST_ROWS else MOST_ROWS - 1
    row = state.row(state.shown_filters[0])
    (tall, wide), (kH, kW), (H, W) = row.left.shape, row.middle.shape, state.result.shape
    maps = 2 if state.faulty is None else 3
    left = _cell(min(34.0, 200 / max(tall, wide)), rows * row.left.size, 34)
    middle = _cell(min(34.0, 150 / max(kH, kW)), 2 * rows * row.middle.size, 34)
    cell = _cell(min(40.0, 190 / max(H, W)), maps * state.result.size, 40)
    signs = int(state.wrong.sum()) if state.view == CONVOLUTION else 0
    signs += 0 if state.faulty is None else int(state.faulty[1].sum())
    fixed = 2 * rows * row.middle.size + maps * state.result.size + signs
    if fixed + rows * row.left.size > MOST_NUMBERS:
        left = min(left, LEGIBLE - 1)  # the largest grids lose their numbers first
    if fixed > MOST_NUMBERS:
        cell = min(cell, LEGIBLE - 1)
    at = MARGIN + max(wide * left, 84) + GAP
    products = at + max(kW * middle, 84) + GAP
    sums = products + max(kW * middle, 54) + GAP
    adds = state.view != SCATTER
    end = sums + BOX if adds else sums - GAP
    lines = 0
    columns = int((end - at) / (0.53 * TERM_SIZE))
    if adds:
        letters = min(row.middle.size, 13) * 11
        lines = letters // columns + 1
    pitch = HEAD + max(tall * left, kH * middle + 1.4 * TERM_SIZE * lines + 6) + 16
    height = rows * pitch + (24 if rows < filters else -16)
    return Layout(rows, left, middle, cell, at, products, sums, end + 46, columns, pitch, height)


def _cell(fitting: float, count: int, least: float) -> float:
    """Cells of numbers are no smaller than legible, unless there are too many of them."""
    if fitting < LEGIBLE and count <= MOST_NUMBERS // 2:
        return min(LEGIBLE + 2, least)
    return fitting
