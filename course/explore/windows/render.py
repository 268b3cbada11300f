"""Draw the windows of one direction or of two, and the output that they make."""

import numpy as np
from numpy.typing import NDArray

from course.explore.drawing.colours import BLUE, GREEN, GREY, INK, LINE, PAPER, VERMILION, diverging
from course.explore.drawing.grids import grid, grid_lines, hatch, picture
from course.explore.drawing.lettering import DIGIT, label
from course.explore.drawing.svg import document, element, frame, group, short
from course.explore.windows.rulers import LABELS, LEGIBLE, padding_scale, size_table
from course.explore.windows.state import Axis, WindowsState
from course.explore.windows.words import status_sentence

WIDTH = 720
MARGIN = 10
HEAD = 24  # a line of titles
CELL = 40  # the widest cell in one direction
SQUARE = 26  # and in two
SHOWN = 250  # height that the windows of one direction may take
MOST_NUMBERS = 260  # cells of a plane; more numbers would make the message too long


def render(state: WindowsState) -> str:
    """Draw a state.

    Parameters
    ----------
    state : WindowsState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    body, height = _one_direction(state) if state.down is None else _two_directions(state)
    scale, ruler = padding_scale(state.across)
    table, below = size_table(state)
    parts = [body, group(scale, x=MARGIN, y=height, part="scale")]
    parts.append(group(table, x=MARGIN, y=height + ruler + 12, part="sizes"))
    return document(parts, WIDTH, height + ruler + 12 + below + MARGIN, _label(state))


def _label(state: WindowsState) -> str:
    axis = state.across
    settings = f"kernel size {axis.k}, stride {axis.stride}, padding {axis.padding}, dilation {axis.dilation}"
    if state.down is None:
        return f"{axis.n} pixels, {settings}: {axis.count} windows. {status_sentence(state)}"
    down = state.down
    both = f"{down.n} rows and {axis.n} columns, across {settings}: {down.count} by {axis.count} windows."
    return f"{both} {status_sentence(state)}"


def _one_direction(state: WindowsState) -> tuple[str, float]:
    """The pixels, a line for each window, the output; and the height of it all."""
    axis = state.across
    over = _dropped(axis)
    columns = max(axis.length, int(over[-1]) + axis.padding + 1 if over is not None else 0)
    cell = min(CELL, (WIDTH - 2 * MARGIN - LABELS) / columns)
    lines = axis.count + (over is not None)
    line = min(24.0, SHOWN / max(lines, 1))
    left = MARGIN + LABELS
    title = label(
        MARGIN, 16, "how often each pixel is read (its number above; dashed: zeros of padding)", 12.5, "start"
    )
    input_row = [_pixel_numbers(axis, cell), group(_reads(axis, cell), y=HEAD - 8, part="input")]
    parts = [title, group(*input_row, x=left, y=HEAD)]
    top = HEAD + 16 + max(cell, 18) + 12
    parts.append(group(*_window_lines(state, cell, line), x=left, y=top, part="windows"))
    if over is not None:
        marks = _windows([over + axis.padding], [axis.count], cell, line, VERMILION, PAPER, "3 3")
        middle = (axis.count + 0.5) * line
        words = label(-8, middle + 4, "left out ✗", min(12.0, max(line, 10)), "end", fill=VERMILION)
        parts.append(group(marks, words, x=left, y=top, part="left-out"))
    bottom = top + lines * line + 14
    size = min(cell, 26.0)
    name = label(MARGIN, bottom + size / 2 + 4, f"output: {axis.count}", 12.5, "start")
    out = _output(1, axis.count, size, state.position if state.count else None)
    parts += [name, group(out, x=left, y=bottom, part="out")]
    if state.count:
        taps = axis.taps(state.step) + axis.padding
        frames = "".join(frame(tap * cell, HEAD - 8, cell, cell, BLUE) for tap in taps)
        parts.append(group(frames, x=left, y=HEAD, part="window"))
    return "".join(parts), bottom + size + 22


def _two_directions(state: WindowsState) -> tuple[str, float]:
    """The input as a plane with the present window, and the output beside it."""
    across, down = state.across, state.down
    assert down is not None
    rows, columns = down.length, across.length
    cell = min(SQUARE, 410 / columns, 380 / rows)
    inner = (across.padding * cell, down.padding * cell, across.n * cell, down.n * cell)
    plane = [_plane(np.outer(down.reads, across.reads).astype(float), cell), frame(*inner, INK, 1.5)]
    if state.count:
        rows_y = [inner[1] + (row + 0.5) * cell for row in down.unseen]
        columns_x = [inner[0] + (column + 0.5) * cell for column in across.unseen]
        plane.append(_stripes([f"M{short(inner[0])} {short(y)}h{short(inner[2])}" for y in rows_y], cell))
        plane.append(_stripes([f"M{short(x)} {short(inner[1])}v{short(inner[3])}" for x in columns_x], cell))
        row, column = state.position
        taps = [(r + down.padding, c + across.padding) for r in down.taps(row) for c in across.taps(column)]
        side = short(cell)
        squares = "".join(f"M{short(c * cell)} {short(r * cell)}h{side}v{side}h-{side}z" for r, c in taps)
        window = element("path", d=squares, fill="none", stroke=BLUE, stroke_width=min(3, cell / 5))
        plane.append(group(window, part="window"))
    zeros = " framed, zeros around" if across.padding or down.padding else ""
    title = f"how often each is read ({down.n}×{across.n}{zeros})"
    parts = [label(MARGIN, 16, title, 12.5, "start"), group(*plane, x=MARGIN, y=HEAD, part="input")]
    right = MARGIN + max(columns * cell, 340) + 44
    small = min(cell, (WIDTH - MARGIN - right) / max(across.count, 1))
    out = _output(down.count, across.count, small, state.position if state.count else None)
    name = f"output: {down.count}×{across.count}" if state.count else "no output"
    parts += [label(right, 16, name, 12.5, "start"), group(out, x=right, y=HEAD, part="out")]
    return "".join(parts), HEAD + max(rows * cell, down.count * small) + 20


def _plane(reads: NDArray[np.float64], cell: float) -> str:
    """A cell for each pixel with its number of reads; a picture where there is no room for numbers."""
    rows, columns = reads.shape
    limit = 1.4 * (float(reads.max()) or 1.0)
    if cell >= LEGIBLE + 2 and reads.size <= MOST_NUMBERS:
        return grid(reads, cell, limit)
    lines = element("path", d=grid_lines(rows, columns, cell), stroke=LINE, fill="none", stroke_width=0.5)
    return picture(diverging(reads, limit), columns * cell, rows * cell) + lines


def _stripes(lines: list[str], cell: float) -> str:
    """Veil and hatch whole rows or columns: each is one thick dashed line, which is far shorter than its stripes would be."""
    if not lines:
        return ""
    d, width = "".join(lines), float(cell)
    veil = element("path", d=d, stroke=GREY, stroke_width=width, stroke_opacity=0.14)
    return veil + element("path", d=d, stroke=GREY, stroke_width=width, stroke_dasharray="1 5", stroke_opacity=0.6)


def _reads(axis: Axis, cell: float) -> str:
    """One row of cells: how many windows read each pixel; padding dashed, unread pixels hatched."""
    reads = axis.reads[None].astype(float)
    parts = [grid(reads, cell, 1.4 * (float(reads.max()) or 1.0))]
    unseen = axis.unseen if axis.count else []
    parts += [hatch((axis.padding + pixel) * cell, 0, cell, cell) for pixel in unseen]
    for start in (0, (axis.padding + axis.n) * cell):
        if axis.padding:
            parts.append(frame(start, 0, axis.padding * cell, cell, PAPER, 2.5, stroke_dasharray="4 4"))
    return "".join(parts)


def _pixel_numbers(axis: Axis, cell: float) -> str:
    """The number of each pixel of the input above it, as many as there is room for."""
    size = min(11.0, cell / (2 * DIGIT))
    every = 1 if cell >= LEGIBLE else 5
    texts = [
        label((axis.padding + pixel + 0.5) * cell, 11, str(pixel), max(size, 9.0), fill=GREY)
        for pixel in range(0, axis.n, every)
    ]
    return "".join(texts)


def _window_lines(state: WindowsState, cell: float, line: float) -> list[str]:
    """Each window on a line of its own: squares where it reads; the present one filled and named."""
    axis = state.across
    if not axis.count:
        return [label(0, 14, "no window fits", 13, "start", fill=VERMILION)]
    others = [i for i in range(axis.count) if i != state.step]
    parts = [
        _windows([axis.taps(i) + axis.padding for i in others], others, cell, line, BLUE, PAPER),
        _windows([axis.taps(state.step) + axis.padding], [state.step], cell, line, BLUE, BLUE),
    ]
    for index in range(axis.count):
        present = index == state.step
        if line >= 13 or present:
            weight = "bold" if present else None
            size = min(12.0, max(line, 10))
            parts.append(label(-8, (index + 0.5) * line + 4, f"window {index}", size, "end", font_weight=weight))
    return parts


def _windows(
    windows: list[NDArray[np.intp]],
    rows: list[int],
    cell: float,
    line: float,
    colour: str,
    fill: str,
    dashes: str | None = None,
) -> str:
    """Windows on their lines: a thread through the squares of each. One path holds all of them, which saves half the bytes."""
    side = max(min(line - 2, cell - 4, 16), 2.0)
    threads, squares = [], []
    for taps, row in zip(windows, rows, strict=True):
        middle = (row + 0.5) * line
        threads.append(f"M{short((taps[0] + 0.5) * cell)} {short(middle)}H{short((taps[-1] + 0.5) * cell)}")
        squares += [
            f"M{short((tap + 0.5) * cell - side / 2)} {short(middle - side / 2)}h{short(side)}v{short(side)}h-{short(side)}z"
            for tap in taps
        ]
    look = {"stroke": colour, "stroke_dasharray": dashes}
    return element("path", d="".join(threads), **look) + element("path", d="".join(squares), fill=fill, **look)


def _dropped(axis: Axis) -> np.ndarray | None:
    """The window behind the last one, where it still begins on the pixels and then hangs over the end."""
    return axis.taps(axis.count) if axis.count and axis.left_over else None


def _output(rows: int, columns: int, cell: float, present: tuple[int, int] | None) -> str:
    """Empty cells, the present one framed."""
    if not rows or not columns:
        return ""
    parts = [element("path", d=grid_lines(rows, columns, cell), stroke=LINE, fill="none")]
    if present is not None:
        parts.append(frame(present[1] * cell, present[0] * cell, cell, cell, GREEN))
    return "".join(parts)
