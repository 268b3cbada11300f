"""The dashboard as a drawing: curves on the left, the network's inside on the right."""

import math

import numpy as np

from course.explore.dashboard.state import DashboardState, View
from course.explore.drawing.colours import BLUE, GREEN, GREY, INK, LINE, VERMILION, diverging
from course.explore.drawing.figure import LINE as LINE_STYLE
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.grids import largest, picture
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import document, element, escape, group, short

COLOURS = (VERMILION, BLUE, GREEN)
DASHES = (None, "7 4", "2 3")  # a second sign beside the colour
PLOT_WIDTH, PLOT_HEIGHT, LEFT = 330, 130, 44
TILES = 8  # filters and maps shown
TILE, GAP = 54, 6


def draw(state: DashboardState) -> Figure:
    """Put the drawing and the sentence below it together.

    Parameters
    ----------
    state : DashboardState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line.
    """
    svg = render(state)
    status = element("p", escape(state.sentence), role="status", aria_live="polite", style=LINE_STYLE)
    return Figure(svg, element("figure", svg, status, style=PAPER_STYLE))


def render(state: DashboardState) -> str:
    """Draw a moment of a training.

    Parameters
    ----------
    state : DashboardState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``loss``, ``accuracy``, and, where there is a view, ``filters``, ``maps``,
        ``image``, ``answer``.
    """
    losses = [value for curve in state.curves for value in [*curve.steps[:, 1], *curve.held_out[:, 1]]]
    top = _round_up(np.quantile(losses, 0.98)) if losses else 1.0
    parts = [
        group(_plot(state, 1, top, "loss"), x=LEFT, y=24, part="loss"),
        group(_plot(state, 2, 1.0, "accuracy"), x=LEFT, y=222, part="accuracy"),
    ]
    width = LEFT + PLOT_WIDTH + 14.0
    if state.view is not None:
        x = width + 24
        drawn, more = _inside(state.view)
        parts.append(group(drawn, x=x, y=24))
        width = x + more
    return document(parts, width, 222 + PLOT_HEIGHT + 36, _label(state))


def _plot(state: DashboardState, column: int, top: float, name: str) -> str:
    """Axes and one line for each network; dots are the held-out images after each epoch."""
    end = max([state.epochs, *(curve.steps[-1, 0] for curve in state.curves if len(curve.steps))])

    def place(epoch: float, value: float) -> tuple[float, float]:
        return PLOT_WIDTH * epoch / end, PLOT_HEIGHT * (1 - min(max(value / top, 0), 1))

    parts = [_title(state, column, name)]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = PLOT_HEIGHT * (1 - share)
        parts.append(element("path", d=f"M0 {short(y)}h{PLOT_WIDTH}", stroke=LINE, stroke_width=0.5))
        text = f"{share:.0%}" if column == 2 else number(top * share)
        parts.append(label(-6, y + 4, text, 11, "end", fill=GREY))
    every = max(1, math.ceil(state.epochs / 6))
    for epoch in range(0, state.epochs + 1, every):
        parts.append(label(PLOT_WIDTH * epoch / end, PLOT_HEIGHT + 15, str(epoch), 11, fill=GREY))
    parts.append(label(PLOT_WIDTH / 2, PLOT_HEIGHT + 28, "epochs", 11, fill=GREY))
    for i, curve in enumerate(state.curves):
        colour, dash = COLOURS[i % 3], DASHES[i % 3]
        points = [place(step[0], step[column]) for step in curve.steps]
        if points:
            line = " ".join(f"{short(x)},{short(y)}" for x, y in points)
            parts.append(
                element("polyline", points=line, fill="none", stroke=colour, stroke_width=1.8, stroke_dasharray=dash)
            )
        for row in curve.held_out:
            x, y = place(row[0], row[column])
            parts.append(element("circle", cx=float(x), cy=float(y), r=4.5, fill=colour, stroke="#fff"))
    return "".join(parts)


def _title(state: DashboardState, column: int, name: str) -> str:
    """The latest value; where there are several networks, the upper plot says which line is whose."""
    if len(state.curves) == 1:
        steps = state.curves[0].steps
        value = "" if not len(steps) else f"{steps[-1, 2]:.1%}" if column == 2 else number(steps[-1, 1], 3)
        return label(0, -8, f"{name} of the batches {value}  ●  held-out images", 12, "start")
    if column == 2:
        return label(0, -8, name, 12, "start")
    parts = [label(0, -8, name, 12, "start")]
    x = 46.0
    for i, curve in enumerate(state.curves):
        line = element(
            "path", d=f"M{short(x)} -12h22", stroke=COLOURS[i % 3], stroke_width=2, stroke_dasharray=DASHES[i % 3]
        )
        parts += [line, label(x + 26, -8, curve.name, 12, "start")]
        x += 40 + 7 * len(curve.name)
    return "".join(parts)


def _inside(view: View) -> tuple[str, float]:
    """Filters, maps, the image and the answer; also the width they take."""
    count = min(TILES, len(view.filters))
    columns = 4
    rows = -(-count // columns)
    across = columns * (TILE + GAP)
    filters = _tiles([_filter(kernel) for kernel in view.filters[:count]], columns)
    limit = largest(view.maps[:count].astype(float))
    maps = _tiles([diverging(plane.astype(float), limit) for plane in view.maps[:count]], columns)
    below = rows * (TILE + GAP) + 36
    total, shown = len(view.filters), f"{count} of {len(view.filters)}" if len(view.filters) > count else f"{count}"
    right, best = view.classes[view.label], int(view.probabilities.argmax())
    verdict = "right" if best == view.label else f"wrong, it is {right}"
    parts = [
        label(0, -8, f"the first layer's filters ({shown})", 12, "start"),
        group(filters, part="filters"),
        label(across + 16, -8, f"their maps of the image ({shown})" if total else "", 12, "start"),
        group(maps, x=across + 16, part="maps"),
        label(0, below - 8, "the image", 12, "start"),
        group(_image(view.image), y=below, part="image"),
        label(150, below - 8, f"the answer: {view.classes[best]} ({verdict})", 12, "start"),
        group(_bars(view), x=150, y=below, part="answer"),
    ]
    return "".join(parts), 2 * across + 16


def _tiles(pictures: list[np.ndarray], columns: int) -> str:
    return "".join(
        group(picture(pixels, TILE, TILE), x=(i % columns) * (TILE + GAP), y=(i // columns) * (TILE + GAP))
        for i, pixels in enumerate(pictures)
    )


def _filter(kernel: np.ndarray) -> np.ndarray:
    """A filter on one channel by sign; on three channels as the colours it looks for."""
    if len(kernel) == 3:
        scaled = kernel.astype(float) / (2 * largest(kernel.astype(float))) + 0.5
        return np.round(255 * scaled).astype(np.uint8).transpose(1, 2, 0)
    plane = kernel.mean(axis=0).astype(float)
    return diverging(plane, largest(plane))


def _image(image: np.ndarray) -> str:
    pixels = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    return picture(np.ascontiguousarray(pixels), 112, 112)


def _bars(view: View) -> str:
    """The most likely classes, at most ten, in their own order."""
    shown = sorted(np.argsort(-view.probabilities, kind="stable")[:10].tolist())
    letters = max(len(view.classes[i]) for i in shown)
    at = 7.5 * letters + 8
    parts = []
    for row, i in enumerate(shown):
        y, share = 14.0 * row, float(view.probabilities[i])
        name = ("▸ " if i == view.label else "") + view.classes[i]
        parts.append(label(at - 6, y + 10, name, 11, "end"))
        colour = BLUE if i == view.label else VERMILION
        parts.append(element("rect", x=at, y=y + 1, width=max(160 * share, 0.5), height=11.0, fill=colour))
        parts.append(label(at + 166 * max(share, 0.01) + 4, y + 10, f"{share:.0%}", 11, "start", fill=INK))
    return "".join(parts)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4 and 8 times a power of ten: a quarter of it is short to write."""
    if not (math.isfinite(value) and value > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)


def _label(state: DashboardState) -> str:
    """The figure in words."""
    return f"Loss and accuracy of {', '.join(curve.name for curve in state.curves)}. {state.sentence}"
