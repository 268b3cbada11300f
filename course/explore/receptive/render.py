"""The receptive field figure: the possible field on the image, the measured one beside it, and its profile."""

import numpy as np

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, PAPER, VERMILION, diverging
from course.explore.drawing.grids import picture
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, frame, group, short
from course.explore.receptive.state import ReceptiveState
from course.explore.receptive.words import status_sentence

MARGIN, HEAD, TITLE, GAP = 10, 26, 12.5, 28
SIDE = 270  # pixels of a panel
MOST_BEYOND = 0.5  # how much is shown round the image at most, as a part of its longer side
CHART = 74  # height of the curves below


def render(state: ReceptiveState) -> str:
    """Draw the fields of one number.

    Parameters
    ----------
    state : ReceptiveState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``image``, ``theory``, ``theory-too``,
        ``weights``, ``counting``, ``profile``, ``layers``.
    """
    _, height, width = state.network.input_shape
    longest = max(height, width)
    hangs = max(-n for window in state.network.windows for n in window.field.first)
    scale = SIDE / (longest * (1 + 2 * min(max(hangs / longest, 0.1), MOST_BEYOND)))
    origin = (SIDE - width * scale) / 2, (SIDE - height * scale) / 2
    second = MARGIN + SIDE + GAP
    image = picture(state.network.image, width * scale, height * scale)
    weights = picture(_heat(state.measured.weights), width * scale, height * scale)
    theory, counting = state.theory, state.counting
    left_panel = [
        group(image, x=origin[0], y=origin[1], part="image"),
        group(_box(theory, scale, BLUE, True), x=origin[0], y=origin[1], part="theory"),
        group(_dot(state, scale), x=origin[0], y=origin[1]),
    ]
    seen = [_box(counting, scale, VERMILION, False)] if state.measured.size != (0, 0) else []
    right_panel = [
        group(weights, x=origin[0], y=origin[1], part="weights"),
        group(_box(theory, scale, BLUE, True), x=origin[0], y=origin[1], part="theory-too"),
        group(*seen, x=origin[0], y=origin[1], part="counting"),
    ]
    (top, left, rows, columns), margin = theory, (origin[1] / scale, origin[0] / scale)
    covers = top < -margin[0] and left < -margin[1]
    if covers and top + rows > height + margin[0] and left + columns > width + margin[1]:
        left_panel.append(label(SIDE / 2, 16, "the field is larger than this panel", 11.5))
    below = HEAD + SIDE + 26
    parts = [
        label(MARGIN, 16, f"can see: {theory[2]}×{theory[3]} pixels", TITLE, "start"),
        label(second, 16, "does see: mean gradient at each pixel", TITLE, "start"),
        _panel(MARGIN, left_panel),
        _panel(second, right_panel),
        label(MARGIN, below, "size of the field, layer by layer", TITLE, "start"),
        group(_layers(state), x=MARGIN, y=below + 8, part="layers"),
        label(second, below, "gradient by column; box: middle 95 %", TITLE, "start"),
        group(_profile(state, scale, origin[0]), x=second, y=below + 8, part="profile"),
    ]
    return document(parts, second + SIDE + MARGIN, below + CHART + 30, status_sentence(state))


def _panel(x: float, parts: list[str]) -> str:
    """A square with its own window, so that fields may hang over its edge."""
    inner = element("svg", *parts, x=float(x), y=float(HEAD), width=float(SIDE), height=float(SIDE))
    return inner + frame(x, HEAD, SIDE, SIDE, LINE, 1)


def _box(place: tuple[int, int, int, int], scale: float, colour: str, solid: bool) -> str:
    top, left, rows, columns = (n * scale for n in place)
    halo = frame(left, top, columns, rows, PAPER, 4.5)
    return halo + frame(left, top, columns, rows, colour, 2.5, stroke_dasharray=None if solid else "6 3")


def _dot(state: ReceptiveState, scale: float) -> str:
    """The middle of the field, where the number stands."""
    top, left, rows, columns = state.theory
    x, y = (left + columns / 2) * scale, (top + rows / 2) * scale
    return element("circle", cx=x, cy=y, r=4, fill=BLUE, stroke=PAPER, stroke_width=1.5)


def _heat(weights: np.ndarray) -> np.ndarray:
    """White to orange; the square root shows the tails too. Large maps are halved: nobody sees it, and it weighs a quarter."""
    if min(weights.shape) >= 96 and not (weights.shape[0] % 2 or weights.shape[1] % 2):
        weights = weights.reshape(weights.shape[0] // 2, 2, weights.shape[1] // 2, 2).mean(axis=(1, 3))
    strength = np.sqrt(weights)
    return diverging(strength, float(strength.max()))


def _layers(state: ReceptiveState) -> str:
    """A bar for each layer; the present one is filled, a dashed line marks the picture's side."""
    windows = state.network.windows
    _, height, width = state.network.input_shape
    tallest = max(*(max(w.field.size) for w in windows), height)
    step = SIDE / len(windows)
    bars = []
    for n, window in enumerate(windows):
        tall = max(window.field.size) / tallest * CHART
        box = {"x": n * step + 1, "y": CHART - tall, "width": step - 2, "height": tall}
        here = n == state.index
        bars.append(element("rect", fill=BLUE if here else "#DDE8F0", stroke=BLUE, stroke_width=0.8, **box))
    y = CHART - max(height, width) / tallest * CHART
    line = element("path", d=f"M0 {short(y)}h{SIDE}", stroke=INK, stroke_dasharray="4 3")
    name = label(0, CHART + 15, state.window.name, 12, "start", font_weight="bold")
    return "".join(
        [*bars, line, name, label(0, y - 4 if y > 14 else y + 13, f"picture: {max(height, width)}", 10.5, "start")]
    )


def _profile(state: ReceptiveState, scale: float, origin: float) -> str:
    """The gradient summed over rows, under the pixels it belongs to."""
    sums = state.measured.weights.sum(axis=0)
    heights = sums / (sums.max() or 1.0) * (CHART - 6)
    _, left, _, columns = state.counting
    theory = state.theory
    points = " ".join(f"{short(origin + (n + 0.5) * scale)},{short(CHART - tall)}" for n, tall in enumerate(heights))
    edges = [max(0.0, min(SIDE, origin + n * scale)) for n in (theory[1], theory[1] + theory[3])]
    parts = [element("path", d=f"M{short(x)} 0v{CHART}", stroke=BLUE, stroke_width=2) for x in edges if 0 < x < SIDE]
    if state.measured.size != (0, 0):
        box = {"x": origin + left * scale, "y": 0.0, "width": columns * scale, "height": float(CHART)}
        parts.append(
            element("rect", fill=VERMILION, fill_opacity=0.12, stroke=VERMILION, stroke_dasharray="6 3", **box)
        )
    parts.append(element("polyline", points=points, fill="none", stroke=INK, stroke_width=1.5))
    parts.append(element("path", d=f"M0 {CHART}h{SIDE}", stroke=GREY))
    return "".join(parts)
