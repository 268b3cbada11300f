"""Numbers in a row as bars: a line of pixels, a histogram."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course.explore.drawing.colours import BLUE, LINE, VERMILION
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import document, element, group, short

WIDTH, HEIGHT, LEFT, TITLE, GAP = 640.0, 92.0, 52.0, 22.0, 30.0


def bars(rows: Sequence[ArrayLike], titles: Sequence[str], alt: str, last: float | None = None) -> Figure:
    """Draw each row of numbers as bars above, and where they are negative below, a line.

    Parameters
    ----------
    rows : arrays, each (n,)
        The numbers; every row has its own height, and all have the same width.
    titles : strings
        One for each row.
    alt : str
        The figure in one sentence, for those who do not see it.
    last : float or None
        What to write at the right end of the axis, where 0 is at its left; None is the number of the last bar.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are not as many titles as rows, or a row is not one.

    Examples
    --------
    >>> figure = bars([[1, 2, 3], [1, 1]], ["three", "two"], "Five bars.")
    >>> figure.svg.count("<path")  # the bars and the axis of each
    4
    """
    if len(titles) != len(rows):
        raise ValueError(f"bars: {len(rows)} rows but {len(titles)} titles.")
    parts = []
    pitch = TITLE + HEIGHT + GAP
    for i, (row, title) in enumerate(zip(rows, titles, strict=True)):
        values = np.asarray(row, dtype=float)
        if values.ndim != 1 or not values.size or not np.isfinite(values).all():
            raise ValueError(f"bars: row {i} has shape {values.shape}; it needs (n,), finite numbers, at least one.")
        end = len(values) - 1 if last is None else last
        parts.append(group(_row(values, title, end), y=i * pitch))
    return _figure(parts, pitch * len(rows), alt)


def _row(values: np.ndarray, title: str, end: float) -> str:
    """One row: the bars in one path for each sign, its largest and smallest number on the left."""
    high, low = max(float(values.max()), 0.0), min(float(values.min()), 0.0)
    unit, wide = HEIGHT / ((high - low) or 1.0), WIDTH / len(values)
    zero = TITLE + high * unit
    parts = [label(LEFT, 14, title, 13, "start")]
    for colour, chosen in ((BLUE, values > 0), (VERMILION, values < 0)):
        shapes = [
            f"M{LEFT + i * wide:.2f} {zero:.2f}v{-values[i] * unit:.2f}h{wide:.2f}v{values[i] * unit:.2f}z"
            for i in np.flatnonzero(chosen).tolist()
        ]
        parts.append(element("path", d="".join(shapes), fill=colour) if shapes else "")
    parts.append(element("path", d=f"M{short(LEFT)} {short(zero)}h{short(WIDTH)}", stroke=LINE))
    marks = [(high, TITLE + 5), *([(low, TITLE + HEIGHT + 3)] if low < 0 else [])]
    parts += [label(LEFT - 6, y, number(value), 11, "end") for value, y in marks]
    foot = TITLE + HEIGHT + 14
    return "".join([*parts, label(LEFT, foot, "0", 11, "start"), label(LEFT + WIDTH, foot, number(end), 11, "end")])


def _figure(parts: list[str], height: float, alt: str) -> Figure:
    svg = document(parts, LEFT + WIDTH + 8, height, alt)
    return Figure(svg, element("figure", svg, style=PAPER_STYLE))
