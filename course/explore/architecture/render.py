"""The architecture figure: a line for each block with its map drawn to scale, its shape, its price and its field."""

import math

from course.explore.architecture.assemble import times
from course.explore.architecture.state import Architecture, Row
from course.explore.architecture.words import status_sentence
from course.explore.drawing.colours import BLUE, GREY, INK, LINE, VERMILION
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, frame, group

WIDTH, HEAD, LINE_HEIGHT, MARGIN = 724, 30, 23, 8
NAME, MAP, SHAPE, PARAMETERS, WORK, FIELD = 34, 176, 326, 482, 614, 714  # where the columns begin or end
BAR = 102  # the longest bar below a number
PALE_BLUE, PALE_ORANGE = "#CFE6F5", "#FADCC6"


def render(state: Architecture) -> str:
    """Draw the network.

    Parameters
    ----------
    state : Architecture
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element; its parts are ``block-0``, ``block-1``, ... , ``chosen`` and ``total``.
    """
    most = [
        max(*(n for n in column), 1)
        for column in zip(*((r.parameters, r.multiply_adds) for r in state.rows), strict=True)
    ]
    widest = max(state.input_shape[1:])
    lines = [
        group(*_line(i, row, most, widest, state), y=HEAD + (i + 1) * LINE_HEIGHT, part=f"block-{i}")
        for i, row in enumerate(state.rows)
    ]
    bottom = HEAD + (len(state.rows) + 1) * LINE_HEIGHT
    top = HEAD + (state.index + 1) * LINE_HEIGHT
    chosen = frame(2, top + 1, WIDTH - 4, LINE_HEIGHT - 2, BLUE, 2)
    parts = [
        *_heads(),
        group(
            label(NAME, 16, "image", 12.5, "start"), *_map(state.input_shape, widest), _shape(state.input_shape), y=HEAD
        ),
        *lines,
        group(chosen, part="chosen"),
        element("path", d=f"M{MARGIN} {bottom + 3}H{WIDTH - MARGIN}", stroke=LINE),
        group(*_total(state), y=bottom + 4, part="total"),
    ]
    return document(parts, WIDTH, bottom + LINE_HEIGHT + 12, status_sentence(state))


def _heads() -> list[str]:
    heads = ((NAME, "block", "start"), (MAP, "map", "start"), (SHAPE, "C×H×W", "middle"))
    ends = ((PARAMETERS, "parameters"), (WORK, "multiply-adds"), (FIELD, "sees"))
    return [
        *(label(x, 18, text, 12, anchor, fill=GREY) for x, text, anchor in heads),
        *(label(x, 18, text, 12, "end", fill=GREY) for x, text in ends),
    ]


def _line(i: int, row: Row, most: list[int], widest: int, state: Architecture) -> list[str]:
    number = label(28, 16, str(i + 1), 11, "end", fill=GREY)
    if row.output is None:
        colour = VERMILION if row.problem else GREY
        what = "✗ cannot follow: see below" if row.problem else "not reached"
        return [
            number,
            label(NAME, 16, str(row.block), 12.5, "start", fill=colour),
            label(MAP, 16, what, 12.5, "start", fill=colour, font_weight="bold" if row.problem else None),
        ]
    sees = "" if row.field is None else f"{row.field}×{row.field}"
    return [
        number,
        label(NAME, 16, str(row.block), 12.5, "start"),
        *_map(row.output, widest),
        _shape(row.output),
        *_amount(PARAMETERS, row.parameters, most[0], PALE_BLUE),
        *_amount(WORK, row.multiply_adds, most[1], PALE_ORANGE),
        label(FIELD, 16, sees, 12.5, "end"),
    ]


def _map(shape: tuple[int, ...], widest: int) -> list[str]:
    """Height as the side of the map, width as its channels: both shrunk so that 4,096 still fit."""
    side = shape[1] if len(shape) == 3 else 1
    tall = max(20 * (side / widest) ** 0.5, 2.0)
    wide = 6 + 6 * math.log2(shape[0])
    box = {"x": float(MAP), "y": (LINE_HEIGHT - tall) / 2, "width": wide, "height": tall}
    return [element("rect", fill="#E4E4E4", stroke=INK, stroke_width=0.8, **box)]


def _shape(shape: tuple[int, ...]) -> str:
    return label(SHAPE, 16, times(shape), 12.5)


def _amount(x: float, amount: int, most: int, colour: str) -> list[str]:
    if not amount:
        return [label(x, 16, "0", 12.5, "end", fill=GREY)]
    wide = max(BAR * amount / most, 1.0)
    bar = element("rect", x=x - wide, y=3.0, width=wide, height=17.0, fill=colour)
    return [bar, label(x, 16, f"{amount:,}", 12.5, "end")]


def _total(state: Architecture) -> list[str]:
    if state.broken is not None:
        text = f"block {state.broken + 1} does not fit: no network yet"
        return [label(NAME, 17, text, 12.5, "start", fill=VERMILION, font_weight="bold")]
    bold = {"font_weight": "bold"}
    return [
        label(NAME, 17, "together", 12.5, "start", **bold),
        label(PARAMETERS, 17, f"{state.parameters:,}", 12.5, "end", **bold),
        label(WORK, 17, f"{state.multiply_adds:,}", 12.5, "end", **bold),
    ]
