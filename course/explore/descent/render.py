"""Draw the surface from above, the ways down it, and the height of each walker over the steps."""

import math
from functools import lru_cache

import numpy as np

from course.explore.descent.surfaces import TALL, WIDE, Array, Surface
from course.explore.descent.walk import NAMES, DescentState
from course.explore.drawing.colours import BLUE, GREEN, GREY, INK, LINE, PAPER, VERMILION
from course.explore.drawing.grids import picture
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import document, element, group, short

UNIT = 78.0  # pixels for a weight of 1
MAP_WIDTH, MAP_HEIGHT = UNIT * (WIDE[1] - WIDE[0]), UNIT * (TALL[1] - TALL[0])
LEFT, HEAD = 30.0, 26.0
TABLE = LEFT + MAP_WIDTH + 26
PLOT_WIDTH, PLOT_HEIGHT = 220.0, 120.0
ROW = 19.0
BANDS = 16
LOWEST, HIGHEST = -8, 4  # powers of ten of the height's plot
OWN = "own"
# Colours of Okabe and Ito; dashes and the shape at the end are second signs.
LOOKS = {
    "SGD": (INK, None, "M-5 -5h10v10h-10z"),
    "momentum": (BLUE, "7 3", "M0 -6l6 11h-12z"),
    "Nesterov": (GREEN, "2 3", "M0 -7l6 7l-6 7l-6 -7z"),
    "RMSprop": ("#B07800", "9 3 2 3", "M-6 -2h4v-4h4v4h4v4h-4v4h-4v-4h-4z"),
    "Adam": (VERMILION, "5 2", "M0 -6a6 6 0 1 0 .1 0z"),
    OWN: ("#A03A7A", "1 2", "M-6 -5h12l-6 11z"),
}


def render(state: DescentState) -> str:
    """Draw a state.

    Parameters
    ----------
    state : DescentState
        What to show, with its paths.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``surface``, ``paths``, ``table``, ``heights``.
    """
    title = f"{state.surface.name}, seen from above: the darker, the deeper"
    shown = [group(_map(state.surface), part="surface"), _axes(state), _paths(state)]
    below = HEAD + ROW * (len(state.paths) + 1) + 34
    parts = [
        label(LEFT, 16, title, 13, "start"),
        group(*shown, x=LEFT, y=HEAD),
        group(_table(state), x=TABLE, y=HEAD, part="table"),
        group(_heights(state), x=TABLE + 30, y=max(below, HEAD + MAP_HEIGHT - PLOT_HEIGHT - 18), part="heights"),
    ]
    return document(parts, TABLE + 30 + PLOT_WIDTH + 12, HEAD + MAP_HEIGHT + 40, _words(state))


def status_sentence(state: DescentState) -> str:
    """Say who is lowest after the steps that are drawn, and who has left the picture."""
    if not state.paths:
        return "Nobody walks: tick a name."
    heights = {name: _height(state.surface, _at(path, state.step)) for name, path in state.paths.items()}
    gone = {name: first for name, path in state.paths.items() if (first := _left_at(path)) is not None}
    lost = [f"{name} has left the picture at step {first}." for name, first in gone.items() if first <= state.step]
    inside = {name: h for name, h in heights.items() if gone.get(name, state.step + 1) > state.step}
    text = f"After {state.step} of {state.steps} steps"
    if not inside:
        return " ".join([f"{text} all walkers are outside.", *lost])
    best = min(inside, key=lambda name: inside[name])
    x, y = _at(state.paths[best], state.step).tolist()
    return " ".join([f"{text} {best} is lowest: f = {number(inside[best], 4)} at ({number(x)}, {number(y)}).", *lost])


def _words(state: DescentState) -> str:
    settings = f"learning rate {number(state.lr, 3)}, momentum {number(state.momentum)}, noise {number(state.noise)}"
    return f"Ways down the surface {state.surface.name}; {settings}. {status_sentence(state)}"


def _at(path: Array, step: int) -> Array:
    return path[min(step, len(path) - 1)]


def _left_at(path: Array) -> int | None:
    """The first step outside the picture."""
    outside = (np.abs(path[:, 0]) > WIDE[1]) | (np.abs(path[:, 1]) > TALL[1])
    return int(outside.argmax()) if outside.any() else None


def _height(surface: Surface, place: Array) -> float:
    with np.errstate(all="ignore"):
        return float(surface.height(*place.tolist()))


@lru_cache(maxsize=8)
def _map(surface: Surface) -> str:
    """Bands of equal height, and a thin line between two of them."""
    xs = np.linspace(*WIDE, 390)
    ys = np.linspace(TALL[1], TALL[0], 260)
    heights = np.asarray(surface.height(*np.meshgrid(xs, ys)), dtype=float)
    low, high = heights.min(), heights.max()
    share = np.sqrt((heights - low) / ((high - low) or 1.0))  # bands are narrow where it is flat
    bands = np.minimum((share * BANDS).astype(int), BANDS - 1)
    pixels = (168 + bands * 5).astype(np.uint8)
    edge = np.zeros(bands.shape, bool)
    edge[:-1] |= bands[:-1] != bands[1:]
    edge[:, :-1] |= bands[:, :-1] != bands[:, 1:]
    pixels[edge] = 148
    return picture(pixels, MAP_WIDTH, MAP_HEIGHT)


def _place(place: Array) -> tuple[float, float]:
    return (float(place[0]) - WIDE[0]) * UNIT, (TALL[1] - float(place[1])) * UNIT


def _axes(state: DescentState) -> str:
    """Numbers at the sides, and a small cross at each minimum."""
    parts = [label((x - WIDE[0]) * UNIT, MAP_HEIGHT + 16, number(x), 11, fill=GREY) for x in range(-3, 4)]
    parts += [label(-6, (TALL[1] - y) * UNIT + 4, number(y), 11, "end", fill=GREY) for y in range(-2, 3)]
    for lowest in state.surface.lowest:
        x, y = _place(np.array(lowest))
        parts.append(
            element(
                "path", d=f"M{short(x - 5)} {short(y)}h10M{short(x)} {short(y - 5)}v10", stroke=INK, stroke_width=1.2
            )
        )
    return "".join(parts)


def _look(name: str) -> tuple[str, str | None, str]:
    return LOOKS[name if name in NAMES else OWN]


def _paths(state: DescentState) -> str:
    """A line and a dot for each step, cut where it leaves the picture, and a sign where the walker is now."""
    drawn = []
    for name, path in state.paths.items():
        colour, dash, _ = _look(name)
        seen = path[: state.step + 1]
        first = _left_at(seen)
        inside = seen if first is None else seen[:first]
        points = [_place(place) for place in inside]
        parts = []
        if first is not None and points:
            points.append(_place(_edge(seen[first - 1], seen[first])))
        if len(points) > 1:
            line = " ".join(f"{short(x)},{short(y)}" for x, y in points)
            parts.append(
                element("polyline", points=line, fill="none", stroke=colour, stroke_width=1.4, stroke_dasharray=dash)
            )
            dots = "".join(f"M{short(x)} {short(y)}h0" for x, y in points)
            if name in NAMES:
                parts.append(element("path", d=dots, stroke=colour, stroke_width=4.5, stroke_linecap="round"))
        parts.append(_sign(name, *points[-1]))
        drawn.append(group(*parts, part=f"path of {name}"))
    return group(*drawn, part="paths")


def _sign(name: str, x: float, y: float) -> str:
    """The shape that stands for a walker; the student's is hollow and larger, so that it covers nobody."""
    colour, _, sign = _look(name)
    at = f"translate({short(x)} {short(y)})"
    if name in NAMES:
        return element("path", d=sign, transform=at, fill=colour, stroke=PAPER, stroke_width=1.3)
    return element("path", d=sign, transform=f"{at} scale(1.6)", fill="none", stroke=colour, stroke_width=1.6)


def _edge(inside: Array, outside: Array) -> Array:
    """Where the line between two places crosses the border of the picture."""
    most = np.array([WIDE[1], TALL[1]])
    way = outside - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (np.sign(way) * most - inside) / way
    reach = float(np.nanmin(np.where(way == 0, np.nan, shares)))
    return inside + min(max(reach, 0.0), 1.0) * way


def _table(state: DescentState) -> str:
    """Who is where, and how high."""
    heads = ((34, "start", "after"), (164, "end", "height f"), (252, "end", "x, y"))
    parts = [label(x, 0, text if x != 34 else f"step {state.step}", 12, anchor, fill=GREY) for x, anchor, text in heads]
    for i, (name, path) in enumerate(state.paths.items(), start=1):
        colour, dash, _ = _look(name)
        y = i * ROW
        place = _at(path, state.step)
        parts += [
            element("path", d=f"M0 {short(y - 4)}h26", stroke=colour, stroke_width=2, stroke_dasharray=dash),
            _sign(name, 13, y - 4),
            label(34, y, name if len(name) < 15 else f"{name[:13]}…", 13, "start"),
            label(164, y, _brief(_height(state.surface, place)), 12.5, "end"),
            label(252, y, ", ".join(_brief(round(n, 2)) for n in place.tolist()), 12.5, "end"),
        ]
    return "".join(parts)


def _brief(value: float) -> str:
    return number(value, 2) if not abs(value) >= 1e4 else f"{value:.0e}".replace("e+0", "e").replace("e+", "e")


def _heights(state: DescentState) -> str:
    """The height above the deepest place over the steps, in powers of ten."""
    surface = state.surface
    floor = min((_height(surface, np.array(place)) for place in surface.lowest), default=None)
    paths = {name: path[: state.step + 1] for name, path in state.paths.items()}
    heights = {name: np.array([_height(surface, place) for place in path]) for name, path in paths.items()}
    if floor is None:
        floor = min((float(np.nanmin(h)) for h in heights.values()), default=0.0)
    parts = [label(-30, -10, "height above the deepest place", 12, "start")]
    span = HIGHEST - LOWEST

    def y_of(h: float) -> float:
        power = math.log10(h) if h > 0 and math.isfinite(h) else (LOWEST if h <= 0 else HIGHEST)
        return PLOT_HEIGHT * (1 - (min(max(power, LOWEST), HIGHEST) - LOWEST) / span)

    for power in range(LOWEST, HIGHEST + 1, 4):
        y = PLOT_HEIGHT * (1 - (power - LOWEST) / span)
        parts.append(element("path", d=f"M0 {short(y)}h{short(PLOT_WIDTH)}", stroke=LINE, stroke_width=0.5))
        parts.append(label(-5, y + 4, "1" if power == 0 else f"1e{power}".replace("-", "−"), 10.5, "end", fill=GREY))
    for name, values in heights.items():
        colour, dash, _ = _look(name)
        points = " ".join(
            f"{PLOT_WIDTH * t / state.steps:.0f},{y_of(h - floor):.0f}" for t, h in enumerate(values.tolist())
        )
        parts.append(
            element("polyline", points=points, fill="none", stroke=colour, stroke_width=1.6, stroke_dasharray=dash)
        )
    ends = ((0.0, "0"), (PLOT_WIDTH, f"{state.steps} steps"))
    parts += [label(x, PLOT_HEIGHT + 15, text, 11, "start" if x == 0 else "end", fill=GREY) for x, text in ends]
    return "".join(parts)
