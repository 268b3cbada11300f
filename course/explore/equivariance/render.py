"""The equivariance figure: an image and its map, both of them moved, and what lies between."""

import numpy as np

from course.explore.drawing.colours import GREY, INK, VERMILION, diverging
from course.explore.drawing.grids import hatch, largest, picture
from course.explore.drawing.lettering import label, paragraph
from course.explore.drawing.svg import arrow, document, frame, group, short
from course.explore.equivariance.state import Motion
from course.explore.equivariance.words import status_sentence

SIDE, GAP, HEAD, MARGIN = 184, 62, 24, 10
ROW = SIDE + HEAD + 34
COLUMNS = [MARGIN + i * (SIDE + GAP) for i in range(3)]


def render(motion: Motion) -> str:
    """Draw the two ways from the image to a moved map, and their difference.

    Parameters
    ----------
    motion : Motion
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``x``, ``moved``, ``map``, ``after``, ``before``, ``difference``, or
        ``x``, ``moved``, ``message`` where there are no maps.
    """
    low, high = float(motion.image.min()), float(motion.image.max())
    parts = [
        _pixels(motion.image, low, high, 0, 0, "x", "x"),
        _pixels(motion.moved(motion.image), low, high, 0, 1, "T(x)", "moved"),
        _down(0, "T"),
    ]
    if motion.problem:
        words = paragraph(COLUMNS[1], HEAD + 40, motion.problem.split(), 52, 14)
        parts.append(group(words, part="message"))
    else:
        limit = max(largest(motion.map), largest(motion.before))
        parts += [
            _map(motion.map, limit, 1, 0, "f(x)", "map"),
            _map(motion.after, limit, 2, 0, "T(f(x))", "after"),
            _map(motion.before, limit, 1, 1, "f(T(x))", "before"),
            _difference(motion, limit),
            _across(0, 0, "f"),
            _across(1, 0, "T"),
            _across(0, 1, "f"),
            _across(1, 1, "same?"),
            _down(2, "same?"),
        ]
    return document(parts, COLUMNS[2] + SIDE + MARGIN, 2 * ROW - 24, status_sentence(motion))


def _size(shape: tuple[int, ...]) -> tuple[float, float]:
    scale = SIDE / max(shape)
    return shape[0] * scale, shape[1] * scale


def _pixels(image: np.ndarray, low: float, high: float, column: int, row: int, title: str, part: str) -> str:
    grey = (image - low) / ((high - low) or 1.0) * 255
    levels = np.nan_to_num(grey).astype(np.uint8) & 0xF0  # 16 of them look nearly the same and weigh half
    return _place(levels, column, row, f"{title}  {image.shape[0]}×{image.shape[1]}", part)


def _map(values: np.ndarray, limit: float, column: int, row: int, title: str, part: str) -> str:
    return _place(diverging(values, limit), column, row, f"{title}  {values.shape[0]}×{values.shape[1]}", part)


def _place(pixels: np.ndarray, column: int, row: int, title: str, part: str, over: str = "") -> str:
    height, width = _size(pixels.shape[:2])
    inner = label(0, HEAD - 8, title, 13, "start") + group(picture(pixels, width, height) + over, y=HEAD)
    return group(inner, x=COLUMNS[column], y=row * ROW, part=part)


def _difference(motion: Motion, limit: float) -> str:
    """The difference, the margin hatched, and a frame round what differs inside it."""
    difference, inside = motion.difference, motion.inside
    assert difference is not None
    height, width = _size(difference.shape)
    scale, margin = height / difference.shape[0], motion.margin
    over = ""
    if inside is None:
        over = hatch(0, 0, width, height)
    elif margin:
        ring = margin * scale
        stripes = [(0, 0, width, ring), (0, height - ring, width, ring)]
        stripes += [(0, ring, ring, height - 2 * ring), (width - ring, ring, ring, height - 2 * ring)]
        over = "".join(hatch(*place) for place in stripes)
    if inside is not None and inside.any():
        rows, columns = np.nonzero(inside)
        top, left = (int(n.min()) + margin for n in (rows, columns))
        tall, wide = (int(np.ptp(n)) + 1 for n in (rows, columns))
        over += frame(left * scale - 2, top * scale - 2, wide * scale + 4, tall * scale + 4, VERMILION, 2)
    return _place(diverging(difference, limit), 2, 1, "f(T(x)) − T(f(x))", "difference", over)


def _across(column: int, row: int, text: str) -> str:
    x, y = COLUMNS[column] + SIDE + 8, row * ROW + HEAD + SIDE / 2
    return arrow(f"M{short(x)} {short(y)}", x + GAP - 16, y) + label(x + GAP / 2 - 8, y - 8, text, 14, fill=INK)


def _down(column: int, text: str) -> str:
    return label(COLUMNS[column] + SIDE / 2, ROW - 8, f"{text} ↓", 13, fill=GREY if column else INK)
