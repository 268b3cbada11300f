"""The right half of the convolution figure: sums and bias meet in one cell of the output map."""

import numpy as np

from course.explore.convolution.layout import BOX, HEAD, TITLE, Layout
from course.explore.convolution.numbers import Floats
from course.explore.convolution.state import ConvolutionState
from course.explore.convolution.words import output_name, signed, total
from course.explore.drawing.colours import BLUE, GREY, INK, PAPER, VERMILION, diverging
from course.explore.drawing.grids import grid, largest, picture
from course.explore.drawing.lettering import box, label, number, paragraph
from course.explore.drawing.svg import arrow, element, frame, group, short

EQUATION = 24  # letters in a line of the last sum
BLACK = (17, 17, 17)  # marks wrong pixels: no colour of the scale


def draw_output(state: ConvolutionState, at: Layout) -> tuple[str, float, float]:
    """Draw the output map with the wires that lead to it, and a wrong answer below.

    Parameters
    ----------
    state : ConvolutionState
        What to show; there must be an output.
    at : Layout
        Where things stand.

    Returns
    -------
    str, float, float
        SVG elements, and the drawing's right and lower ends in pixels.
    """
    convolution, out = state.convolution, state.convolution.out
    rows, columns = convolution.out_size
    tall, wide = rows * at.out_cell, columns * at.out_cell
    words = total(state)
    if len(words) == 1:
        words = [f"{output_name(state)} = {words[0]}"]
    foot = 16 + 19 * _equation_lines(state, len(words))
    whole = tall if state.faulty is None else 2 * tall + foot + HEAD + 8
    y = max(HEAD, at.node_y - whole / 2) if at.channels > 1 else HEAD
    # On a picture a few bright pixels must not bleach the others.
    limit = float(np.quantile(np.abs(out), 0.98)) if at.out_picture else largest(out)
    size = f"{rows}×{columns}"
    title = "out" if convolution.plane else f"out[{state.filter}]"
    parts = [
        _wires(state, at, y + (state.position[0] + 0.5) * at.out_cell),
        label(at.out, y - 8, f"{title}  {size}", TITLE, "start"),
        group(_map(out[state.filter], at, limit), x=at.out, y=y, part="out"),
        group(_cell_frame(state, at), x=at.out, y=y, part="out-cell"),
        group(paragraph(at.out, y + tall + 20, words, EQUATION, 13.5, font_weight="bold"), part="total"),
    ]
    right = at.out + max(wide, 8.6 * EQUATION)
    bottom = y + tall + foot
    if state.faulty is not None:
        yours, wrong = state.faulty
        y = bottom + HEAD + 8
        sign = "black" if at.out_picture else "≠"
        verdict = f"{wrong.sum()} wrong ({sign})" if wrong.any() else "all right"
        parts += [
            label(at.out, y - 8, f"yours  {size}, {verdict}", TITLE, "start"),
            group(_map(yours, at, limit, wrong), x=at.out, y=y, part="student"),
            "" if at.out_picture else group(_marks(wrong, at.out_cell), x=at.out, y=y, part="wrong"),
            group(_cell_frame(state, at), x=at.out, y=y),
        ]
        bottom = y + tall
    return "".join(parts), right, bottom


def _equation_lines(state: ConvolutionState, words: int) -> int:
    """Lines to keep free for the last sum: judged by the whole map, so that nothing moves with the window."""
    some = state.convolution.out.flat[:: max(state.convolution.out.size // 100, 1)]
    longest = max(len(signed(value)) for value in some)
    return 1 if words == 1 else 1 + words * (longest + 3) // EQUATION


def _wires(state: ConvolutionState, at: Layout, cell_y: float) -> str:
    """Lines from every sum to a plus sign, the bias above it, and a line on to the output's cell."""
    convolution = state.convolution
    ends = [channel * at.pitch + at.middle for channel in range(at.channels)]
    if len(convolution.x) > at.channels:
        ends.append(at.channels * at.pitch + 13)
    start, bend = at.sums + BOX, (at.node + at.out) / 2 + 4
    if at.node == start:
        return _curve(start, ends[0], bend, at.out - 3, cell_y)
    node_y, bus = at.node_y, start + 12
    parts = [arrow(f"M{short(start)} {short(y)}H{bus:.0f}V{short(node_y)}", at.node - 12, node_y) for y in ends]
    parts.append(_curve(at.node + 13, node_y, bend, at.out - 3, cell_y))
    parts.append(element("circle", cx=at.node, cy=node_y, r=12, fill=PAPER, stroke=INK, stroke_width=1.5))
    parts.append(label(at.node, node_y + 6, "+", 18))
    if convolution.bias is not None:
        # Below the sign, where a single row has its lines of terms to the left of it.
        y = node_y + 46
        line = f"M{short(at.node)} {short(y - 13)}V{short(node_y + 12)}"
        parts.append(element("path", d=line, stroke=GREY, stroke_width=1.5))
        parts.append(box(at.node - BOX / 2, y, BOX, number(convolution.bias[state.filter], 3), "bias"))
        name = "bias" if convolution.plane else f"bias[{state.filter}]"
        parts.append(label(at.node, y + 29, name, TITLE))
    return "".join(parts)


def _curve(x: float, y: float, bend: float, to_x: float, to_y: float) -> str:
    points = (bend, y, bend, to_y, to_x - 8, to_y)
    return arrow(f"M{short(x)} {short(y)}C{' '.join(map(short, points))}", to_x, to_y, INK)


def _map(values: Floats, at: Layout, limit: float, wrong: np.ndarray | None = None) -> str:
    if not at.out_picture:
        return grid(values, at.out_cell, limit)
    pixels = diverging(values, limit)  # (H_out, W_out, 3)
    if wrong is not None:
        pixels[wrong] = BLACK
    rows, columns = values.shape
    return picture(pixels, columns * at.out_cell, rows * at.out_cell)


def _cell_frame(state: ConvolutionState, at: Layout) -> str:
    row, column = state.position
    cell = at.out_cell
    side = max(cell, 6)  # on a picture the frame must stay visible
    place = ((column + 0.5) * cell - side / 2, (row + 0.5) * cell - side / 2, side, side)
    if at.out_picture:
        return frame(*place, PAPER, 4) + frame(*place, BLUE, 2)
    return frame(*place, BLUE, 3)


def _marks(wrong: np.ndarray, cell: float) -> str:
    """In every wrong cell a dashed frame and the sign for "not equal" in a corner."""
    size = min(11, 0.3 * cell)
    parts = []
    for row, column in np.argwhere(wrong):
        x, y = (column + 1) * cell - 2, row * cell + 2  # the upper right corner
        leg = 1.3 * size
        parts.append(frame(x - cell + 4, y, cell - 4, cell - 4, VERMILION, min(1.6, cell / 20), stroke_dasharray="4 2"))
        corner = f"M{short(x - leg)} {short(y)}h{short(leg)}v{short(leg)}z"
        parts.append(element("path", d=corner, fill=VERMILION))
        parts.append(label(x - 0.33 * leg, y + 0.5 * leg, "≠", 0.75 * size, fill=PAPER, font_weight="bold"))
    return "".join(parts)
