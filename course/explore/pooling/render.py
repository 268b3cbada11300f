"""The pooling figure: a window and its winner above, the gradient's way back below."""

import numpy as np

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, PAPER, VERMILION, diverging
from course.explore.drawing.grids import grid, grid_lines, hatch, largest, picture
from course.explore.drawing.lettering import label, paragraph
from course.explore.drawing.svg import arrow, document, element, frame, group, short
from course.explore.pooling.state import Floats, Pair, PoolingState, by
from course.explore.pooling.student import Answer
from course.explore.pooling.words import status_sentence, title

MARGIN, HEAD, TITLE, GAP = 10, 24, 12.5, 70
ROOM = 210  # pixels for the map that goes in
MOST_NUMBERS = 12  # cells in a row that still hold legible numbers
SMALL = 16  # side of a cell below which there is no room for signs
BLACK = (17, 17, 17)  # marks wrong pixels: no colour of the scale


def render(state: PoolingState) -> str:
    """Draw one moment of a pooling.

    Parameters
    ----------
    state : PoolingState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``x``, ``window``, ``winner``, ``out``, ``out-cell``, ``grad_out``, ``grad_x``;
        ``your-out``, ``your-grad_x`` and ``wrong`` where an answer differs; ``message`` where there is no output.
    """
    pooling = state.pooling
    top, left = pooling.padding
    height, width = pooling.x.shape
    rows, columns = height + 2 * top, width + 2 * left
    cell = min(44.0, max(ROOM / max(rows, columns), 34 if max(rows, columns) <= MOST_NUMBERS else 0))
    wide, tall = columns * cell, rows * cell
    if pooling.problem:
        message = group(paragraph(MARGIN + wide + 30, HEAD + 14, pooling.problem.split(), 40, 14), part="message")
        bar = element("path", d=f"M{short(MARGIN + wide + 18)} {HEAD}v84", stroke=VERMILION, stroke_width=4)
        parts = [_titled("x", height, width), group(_input(state, cell), x=MARGIN, y=HEAD, part="x"), bar, message]
        return document(parts, wide + 370, max(tall, 90) + HEAD + MARGIN, pooling.problem)
    out_x = MARGIN + wide + GAP
    second = HEAD + tall + 34  # where the way back begins
    out_wide = pooling.out_size[1] * cell
    size = by(pooling.out_size)
    sofar = "from all windows" if state.step == pooling.out.size - 1 else f"from windows 0 to {state.step}"
    sofar = "from window 0" if state.step == 0 < pooling.out.size - 1 else sofar
    parts = [
        label(MARGIN, 16, f"x  {by(pooling.x.shape)}", TITLE, "start"),
        label(out_x, 16, f"out  {size}", TITLE, "start"),
        group(_input(state, cell), x=MARGIN, y=HEAD),
        group(_map(pooling.out, cell, largest(pooling.x)), x=out_x, y=HEAD, part="out"),
        group(_framed(state.position, cell, BLUE), x=out_x, y=HEAD, part="out-cell"),
        _forward(state, cell, MARGIN + wide + 4, out_x - 4),
        label(MARGIN, second + 16, f"grad_x  {sofar}", TITLE, "start"),
        label(out_x, second + 16, f"grad_out  {size}", TITLE, "start"),
        group(_gradient(state, cell), x=MARGIN, y=second + HEAD),
        group(_map(pooling.grad_out, cell, _limit(state)), x=out_x, y=second + HEAD, part="grad_out"),
        group(_framed(state.position, cell, BLUE), x=out_x, y=second + HEAD),
        _back(state, cell, MARGIN + wide + 4, out_x - 4, second + HEAD),
    ]
    right = out_x + max(out_wide, 70)
    beside = right + 40
    for answer, name, y, limit in (
        (state.out, "out", 0.0, largest(pooling.x)),
        (state.grad_x, "grad_x", second, _limit(state)),
    ):
        if answer is not None and answer.values is not None and answer.faulty:
            parts.append(_tried(answer, name, beside, y, cell, limit))
            right = max(right, beside + max(answer.values.shape[1] * cell, 150))
    return document(parts, right + MARGIN, second + HEAD + tall + MARGIN, f"{title(pooling)}. {status_sentence(state)}")


def _titled(name: str, height: int, width: int) -> str:
    return label(MARGIN, 16, f"{name}  {height}×{width}", TITLE, "start")


def _input(state: PoolingState, cell: float) -> str:
    """The map with its border, the window framed, the winner ringed; what lies under no window hatched."""
    pooling = state.pooling
    top, left = pooling.padding
    height, width = pooling.x.shape
    inside = group(_map(pooling.x, cell, largest(pooling.x)), x=left * cell, y=top * cell, part="x")
    parts = [inside]
    if top or left:
        parts.append(_ring(state, cell))
    if pooling.problem:
        return "".join(parts)
    windows = [pooling.window(step) for step in range(pooling.out.size)]
    rows, columns = ({n for window in windows for n in window[axis]} for axis in (0, 1))
    unseen = [hatch(left * cell, (top + r) * cell, width * cell, cell) for r in range(height) if r not in rows]
    unseen += [hatch((left + c) * cell, top * cell, cell, height * cell) for c in range(width) if c not in columns]
    parts.append(group(*unseen, part="unseen") if unseen else "")
    rows_here, columns_here = pooling.window(state.step)
    place = (
        (columns_here[0] + left) * cell,
        (rows_here[0] + top) * cell,
        len(columns_here) * cell,
        len(rows_here) * cell,
    )
    parts.append(group((frame(*place, PAPER, 5) if cell < SMALL else "") + frame(*place, BLUE, 3), part="window"))
    if pooling.kind == "max":
        signs = [
            _ring_round((r + top, c + left), cell, first=n == 0) for n, (r, c) in enumerate(pooling.winners(state.step))
        ]
        parts.append(group(*signs, part="winner"))
    return "".join(parts)


def _ring(state: PoolingState, cell: float) -> str:
    """The border: dashed cells of minus infinity, or of zeros where averages are taken."""
    pooling = state.pooling
    (top, left), (height, width) = pooling.padding, pooling.x.shape
    rows, columns = height + 2 * top, width + 2 * left
    lines = element("path", d=grid_lines(rows, columns, cell), stroke=LINE, stroke_dasharray="3 3", fill="none")
    text = "−∞" if pooling.kind == "max" else "0"
    texts = [
        element("text", text, x=(c + 0.5) * cell, y=(r + 0.62) * cell)
        for r in range(rows)
        for c in range(columns)
        if not (top <= r < top + height and left <= c < left + width)
    ]
    written = element("g", *texts, fill=GREY, font_size=0.34 * cell, text_anchor="middle") if cell >= SMALL else ""
    return lines + written


def _gradient(state: PoolingState, cell: float) -> str:
    """What the map's numbers have got so far; those that get something from this window are framed."""
    pooling = state.pooling
    (top, left) = pooling.padding
    so_far = pooling.grad_x(state.step + 1)
    places = pooling.winners(state.step)[:1] if pooling.kind == "max" else pooling.pixels(state.step)
    drawn = group(_map(so_far, cell, _limit(state)), x=left * cell, y=top * cell, part="grad_x")
    marks = [_framed((r + top, c + left), cell, VERMILION) for r, c in places]
    return drawn + group(*marks, part="gets")


def _map(values: Floats, cell: float, limit: float) -> str:
    if max(values.shape) <= MOST_NUMBERS or cell >= SMALL:
        return grid(values, cell, limit)
    rows, columns = values.shape
    return picture(diverging(values, limit), columns * cell, rows * cell)


def _limit(state: PoolingState) -> float:
    """One colour scale for all gradients, so that nothing changes its colour between windows."""
    return max(largest(state.pooling.grad_out), largest(state.pooling.grad_x()))


def _framed(place: Pair, cell: float, colour: str) -> str:
    side = max(cell, 6)
    x, y = (place[1] + 0.5) * cell - side / 2, (place[0] + 0.5) * cell - side / 2
    return (frame(x, y, side, side, PAPER, 4) if cell < SMALL else "") + frame(x, y, side, side, colour, 2.5)


def _ring_round(place: Pair, cell: float, first: bool) -> str:
    """A rounded frame inside the winner's cell, with a filled corner; a dashed one in those that tie and lose."""
    inset = 3.5 if cell >= SMALL else 0
    x, y, side = place[1] * cell + inset, place[0] * cell + inset, cell - 2 * inset
    if cell < SMALL:
        return _framed(place, cell, VERMILION) if first else ""
    ring = frame(x, y, side, side, VERMILION, 2.5 if first else 1.6, rx=7, stroke_dasharray=None if first else "3 3")
    corner = f"M{short(x)} {short(y + 10)}v-5q0 -5 5 -5h5z"
    return ring + (element("path", d=corner, fill=VERMILION) if first else "")


def _forward(state: PoolingState, cell: float, left: float, right: float) -> str:
    """An arrow from the winner's row, or the window's middle, across the gap to the output's row."""
    start, end = HEAD + _height(state, cell), HEAD + (state.position[0] + 0.5) * cell
    middle = (left + right) / 2
    points = (middle, start, middle, end, right - 8, end)
    way = f"M{short(left)} {short(start)}C{' '.join(map(short, points))}"
    return group(arrow(way, right, end, INK), part="forward")


def _back(state: PoolingState, cell: float, left: float, right: float, y: float) -> str:
    """The same arrow the other way, with its head on the side of what gets the gradient."""
    start, end = y + (state.position[0] + 0.5) * cell, y + _height(state, cell)
    middle = (left + right) / 2
    points = (middle, start, middle, end, left + 8, end)
    way = f"M{short(right)} {short(start)}C{' '.join(map(short, points))}"
    line = element("path", d=way, fill="none", stroke=INK, stroke_width=1.5)
    return group(line, element("path", d=f"M{short(left)} {short(end)}l8 -4v8z", fill=INK), part="back")


def _height(state: PoolingState, cell: float) -> float:
    """How far down the winner stands, or the middle of the window where all count."""
    pooling = state.pooling
    rows, _ = pooling.window(state.step)
    row = pooling.winners(state.step)[0][0] + 0.5 if pooling.kind == "max" else rows[0] + len(rows) / 2
    return (row + pooling.padding[0]) * cell


def _tried(answer: Answer, name: str, x: float, y: float, cell: float, limit: float) -> str:
    """A result that is not right, with its wrong numbers marked; on a picture they are black."""
    assert answer.values is not None and answer.wrong is not None
    sign = "≠" if cell >= SMALL else "black"
    title = label(x, y + 16, f"tried: {name}, {answer.wrong.sum()} wrong ({sign})", TITLE, "start")
    if cell < SMALL:
        pixels = diverging(answer.values, limit)
        pixels[answer.wrong] = BLACK
        rows, columns = answer.values.shape
        return title + group(picture(pixels, columns * cell, rows * cell), x=x, y=y + HEAD, part=f"your-{name}")
    marks = []
    for row, column in np.argwhere(answer.wrong):
        right, top = (column + 1) * cell - 2, row * cell + 2
        marks.append(frame(right - cell + 4, top, cell - 4, cell - 4, VERMILION, 1.6, stroke_dasharray="4 2"))
        marks.append(element("path", d=f"M{short(right - 14)} {short(top)}h14v14z", fill=VERMILION))
        marks.append(label(right - 5, top + 7.5, "≠", 9, fill=PAPER, font_weight="bold"))
    values = group(_map(answer.values, cell, limit), x=x, y=y + HEAD, part=f"your-{name}")
    return "".join([title, values, group(*marks, x=x, y=y + HEAD, part=f"wrong-{name}")])
