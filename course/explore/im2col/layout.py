"""Where the pieces of the im2col figure stand; nothing moves with column and row."""

from dataclasses import dataclass

from course.explore.im2col.state import Im2colState

MARGIN, HEAD, GAP, TITLE = 10.0, 24.0, 46.0, 12.5
TALLEST, WIDEST, CELL = 400.0, 600.0, 34.0
LEGIBLE = 16.0  # smaller cells hold no numbers: the array becomes a picture
MOST_CELLS = 290  # with numbers, in the whole figure: it has to stay light


@dataclass(frozen=True)
class Layout:
    """Sizes and places in pixels; nothing moves with column and row.

    Parameters
    ----------
    cell : float
        Side of the image's cells.
    wide, tall : float
        Width and height of the matrix's cells; equal where they hold numbers.
    kernel_cell, map_cell : float
        Sides of the cells of the kernel's row and of the output as a map.
    matrix : float
        Left edge of the matrix.
    pitch : float
        From one channel of the image to the next.
    below : float
        Upper edge of the kernel's row and the output's row.
    """

    cell: float
    wide: float
    tall: float
    kernel_cell: float
    map_cell: float
    matrix: float
    pitch: float
    below: float


def make_layout(state: Im2colState) -> Layout:
    """Fit the figure to its arrays.

    Parameters
    ----------
    state : Im2colState
        What is drawn.

    Returns
    -------
    Layout
        The same for every column, row and kind of figure of one image, kernel, stride and padding.
    """
    C, rows, columns = len(state.x), state.x.shape[1] + 2 * state.padding, state.x.shape[2] + 2 * state.padding
    longest = max(rows, columns)
    cell = min(CELL, 300 / columns, max(TALLEST / (C * rows + C), LEGIBLE + 2)) if longest <= 14 else 252 / longest
    K, L = state.K, max(state.L, 1)
    rest = K + 2 * L
    if C * rows * columns + rest > MOST_CELLS:
        cell = min(cell, LEGIBLE - 2)
    numbers = rest + K * L + (C * rows * columns if cell >= LEGIBLE else 0)
    side = min(CELL, TALLEST / K, WIDEST / L, CELL if numbers <= MOST_CELLS else LEGIBLE - 1)
    wide, tall = (
        (side, side) if side >= LEGIBLE else (min(WIDEST / L, LEGIBLE - 1), min(0.75 * TALLEST / K, LEGIBLE - 1))
    )
    kernel_cell = min(CELL, max(LEGIBLE, 250 / K)) if K <= 18 else 300 / K
    map_cell = min(CELL, 200 / max(*state.out_size, 1))
    left = max(columns * cell, K * kernel_cell, 150.0)
    pitch = rows * cell + HEAD
    below = HEAD + K * tall + HEAD + 12
    below = max(below, HEAD + C * pitch + 12)
    return Layout(cell, wide, tall, kernel_cell, map_cell, MARGIN + left + GAP, pitch, below)
