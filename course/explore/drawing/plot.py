"""A small plot with axes: lines with a name each, told apart by colour and by dashes."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.explore.drawing.colours import BLUE, GREEN, GREY, INK, LINE, VERMILION
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import element, group, short

LOOKS = ((BLUE, None), (VERMILION, "7 3"), (GREEN, "2 3"), (INK, "9 3 2 3"))
Points = NDArray[np.float64]


def plot(
    lines: Mapping[str, ArrayLike],
    title: str,
    width: float = 300,
    height: float = 150,
    *,
    x_name: str = "",
    limits: tuple[float, float] | None = None,
    log: bool = False,
    percent: bool = False,
) -> str:
    """Draw lines over a common axis.

    Parameters
    ----------
    lines : dict of name to array, (n,) or (n, 2)
        Heights over 0, 1, 2, ..., or pairs (x, height). At most four lines, told apart by colour and dashes. What is not finite
        leaves a gap.
    title : str
        Stands above; the names below it, where there are several.
    width, height : float
        Of the plot without its lettering.
    x_name : str
        What is counted to the right.
    limits : pair of float or None
        Lowest and highest value; None: those of the lines. What lies beyond is drawn at the border.
    log : bool
        Powers of ten upwards.
    percent : bool
        Whether heights are shares, to be written in %.

    Returns
    -------
    str
        SVG elements; the plot's upper left corner is at (0, 0), lettering lies left of it, above and below.
    """
    drawn = {name: _points(values) for name, values in lines.items()}
    low, high = limits or _limits(list(drawn.values()), log)
    end = max([float(p[:, 0].max()) for p in drawn.values() if len(p)], default=1.0) or 1.0
    first = min([float(p[:, 0].min()) for p in drawn.values() if len(p)], default=0.0)
    first = 0.0 if first <= 1 else first

    def up(values: Points) -> Points:
        v, lo, hi = (
            (np.log10(np.maximum(values, 1e-300)), math.log10(low), math.log10(high)) if log else (values, low, high)
        )
        return height * (1 - np.clip((v - lo) / ((hi - lo) or 1.0), 0, 1))

    places, rows = _legend(list(drawn), width)
    parts = [label(0, -9 - 15 * rows, title, 12.5, "start", font_weight="bold")]
    for tick in _ticks(low, high, log):
        y = float(up(np.array([tick]))[0])
        text = f"{tick:.0%}" if percent else number(tick, 3)
        parts.append(element("path", d=f"M0 {short(y)}h{short(width)}", stroke=LINE, stroke_width=0.5))
        parts.append(label(-5, y + 4, text, 10.5, "end", fill=GREY))
    for (name, points), (colour, dash) in zip(drawn.items(), LOOKS, strict=False):
        for piece in _pieces(points):
            xs = (piece[:, 0] - first) / ((end - first) or 1.0) * width
            way = " ".join(f"{short(a)},{short(b)}" for a, b in zip(xs.tolist(), up(piece[:, 1]).tolist(), strict=True))
            parts.append(
                element("polyline", points=way, fill="none", stroke=colour, stroke_width=1.7, stroke_dasharray=dash)
            )
        if name in places:
            x, y = places[name]
            key = f"M{short(x)} {short(y - 4)}h20"
            parts.append(element("path", d=key, stroke=colour, stroke_width=2.2, stroke_dasharray=dash))
            parts.append(label(x + 24, y, name, 11.5, "start"))
    ends = (
        label(0, height + 14, number(first), 10.5, "start", fill=GREY),
        label(width, height + 14, number(end), 10.5, "end", fill=GREY),
    )
    return "".join([*parts, *ends, label(width / 2, height + 14, x_name, 11, fill=GREY)])


def bar_plot(
    values: ArrayLike,
    names: list[str],
    title: str,
    width: float,
    height: float,
    *,
    limits: tuple[float, float] = (0, 1),
    log: bool = False,
    percent: bool = False,
) -> str:
    """Draw a few numbers as bars with their value above and their name below.

    Parameters
    ----------
    values : array, (n,)
        The numbers.
    names : list of str
        Of the bars.
    title : str
        Stands above.
    width, height, limits, log, percent
        As in `plot`.

    Returns
    -------
    str
        SVG elements; the plot's upper left corner is at (0, 0).
    """
    heights = np.asarray(values, dtype=float)
    low, high = (math.log10(n) for n in limits) if log else limits
    levels = np.log10(np.maximum(heights, 1e-300)) if log else heights
    shares = np.clip((levels - low) / (high - low), 0.01, 1)
    pitch = width / len(heights)
    parts = [label(0, -24, title, 12.5, "start", font_weight="bold")]
    parts.append(element("path", d=f"M0 {short(height)}h{short(width)}", stroke=LINE))
    for i, (share, value) in enumerate(zip(shares.tolist(), heights.tolist(), strict=True)):
        top = height * (1 - share)
        box = {"x": pitch * (i + 0.15), "y": top, "width": 0.7 * pitch, "height": height - top}
        parts.append(element("rect", fill=BLUE, **box))
        text = f"{value:.0%}" if percent else number(value, 2)
        parts.append(label(pitch * (i + 0.5), top - 4, text, 11))
        parts.append(label(pitch * (i + 0.5), height + 14, names[i], 10.5, fill=GREY))
    return group(*parts)


def _legend(names: list[str], width: float) -> tuple[dict[str, tuple[float, float]], int]:
    """Where each name stands above the plot, and in how many rows; a single line needs no name."""
    if len(names) < 2:
        return {}, 0
    x, row = 0.0, 0
    spots = []
    for name in names:
        wide = 36 + 6.3 * len(name)
        if x and x + wide - 12 > width:
            x, row = 0.0, row + 1
        spots.append((x, row))
        x += wide
    return {name: (x, -7.0 - 15 * (row - i)) for name, (x, i) in zip(names, spots, strict=True)}, row + 1


def _points(values: ArrayLike) -> Points:
    points = np.asarray(values, dtype=float)
    if points.ndim == 1:
        points = np.column_stack([np.arange(len(points)), points])
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"plot: a line is an array (n,) or (n, 2), got shape {np.shape(values)}.")
    return points


def _pieces(points: Points) -> list[Points]:
    """Stretches of finite points."""
    finite = np.isfinite(points).all(axis=1)
    cuts = np.flatnonzero(np.diff(finite.astype(int))) + 1
    return [piece for piece in np.split(points, cuts) if len(piece) and np.isfinite(piece).all()]


def _limits(lines: list[Points], log: bool) -> tuple[float, float]:
    values = np.concatenate([p[:, 1] for p in lines]) if lines else np.zeros(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return (0.1, 1.0) if log else (0.0, 1.0)
    if log:
        first = math.floor(math.log10(values.min()) + 1e-9)
        last = math.ceil(math.log10(values.max()) - 1e-9)
        return 10.0**first, 10.0 ** max(last, first + 1)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    return low, high if high > low else low + 1.0


def _ticks(low: float, high: float, log: bool) -> list[float]:
    """Round numbers from low to high: powers of ten, or 1, 2, 5 times one."""
    if log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        return [10.0**power for power in range(first, last + 1, max(1, math.ceil((last - first) / 5)))]
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    return [step * i for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
