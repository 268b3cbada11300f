"""The connections figure: three networks of one layer, and below each its weights as a matrix."""

from course.explore.connections.wiring import KINDS, Wiring
from course.explore.drawing.colours import BLUE, GREEN, GREY, INK, LINE, PAPER, VERMILION
from course.explore.drawing.grids import grid_lines
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import document, element, frame, group, short

PANEL, GAP, MARGIN = 288, 26, 12
OUTPUTS_AT, INPUTS_AT, MATRIX_AT = 58, 176, 226
TITLES = {"dense": "dense", "local": "locally connected", "shared": "shared: a convolution"}
# One colour for each weight that is used more than once; its letter says the same. The last two are Okabe and Ito's as well.
LETTERS = dict(zip("abcde", (BLUE, VERMILION, GREEN, "#9C4F7F", "#8A6D00"), strict=True))
TINTS = dict(zip("abcde", ("#CFE6F5", "#FADCC6", "#C9EBDF", "#F0D9E6", "#F5ECBF"), strict=True))
SEEN, ONCE = "#E4E4E4", "#F1F1F1"


def render(wiring: Wiring) -> str:
    """Draw the three layers side by side.

    Parameters
    ----------
    wiring : Wiring
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element; for each kind of layer it has the parts ``dense-lines``, ``dense-chosen`` (the lines of the
        output that is looked at, with their weights' names), ``dense-inputs``, ``dense-outputs``, ``dense-matrix``.
    """
    panels = [group(_panel(wiring, kind), x=MARGIN + i * (PANEL + GAP)) for i, kind in enumerate(KINDS)]
    width = 2 * MARGIN + 3 * PANEL + 2 * GAP
    return document(panels, width, MATRIX_AT + wiring.outputs * _cell(wiring) + MARGIN, status_sentence(wiring))


def status_sentence(wiring: Wiring) -> str:
    """Say which weights the output uses in each of the three layers.

    Parameters
    ----------
    wiring : Wiring
        What the figure shows.

    Returns
    -------
    str
        One sentence for each layer.
    """
    o, n, k, places = wiring.output, wiring.inputs, wiring.window, wiring.outputs
    sees = f"input {o}" if k == 1 else f"inputs {o} to {o + k - 1}"
    letters = "abcde"[:k]
    told = letters if k == 1 else f"{', '.join(letters[:-1])} and {letters[-1]}"
    alone = f"weight {o * k}" if k == 1 else f"weights {o * k} to {o * k + k - 1}"
    return (
        f"Output {o} (0 to {places - 1}). Dense: it sees all {n} inputs through weights {o * n} to {o * n + n - 1}, used "
        f"nowhere else. Locally connected: it sees {sees} through {alone}, used nowhere else. "
        f"Shared: it sees {sees} through {told}, the same at {'the one place' if places == 1 else f'all {places} places'}."
    )


def _panel(wiring: Wiring, kind: str) -> str:
    names = wiring.names(kind)
    different = len(set(names.values()))
    uses = len(names) // different
    used = "each used once" if uses == 1 else f"each used {uses} times"
    matrix_width = wiring.inputs * _cell(wiring)
    return "".join(
        [
            label(PANEL / 2, 16, TITLES[kind], 14, font_weight="bold"),
            label(PANEL / 2, 34, f"{different} weight{'s' * (different > 1)}, {used}", 12),
            group(_lines(wiring, names), part=f"{kind}-lines"),
            group(_chosen(wiring, names), part=f"{kind}-chosen"),
            group(_inputs(wiring, names), part=f"{kind}-inputs"),
            group(_outputs(wiring), part=f"{kind}-outputs"),
            label(PANEL / 2, MATRIX_AT - 10, "the same as a matrix: a row for each output", 11, fill=GREY),
            group(_matrix(wiring, names), x=(PANEL - matrix_width) / 2, y=MATRIX_AT, part=f"{kind}-matrix"),
        ]
    )


def _cell(wiring: Wiring) -> float:
    return min(26.0, PANEL / wiring.inputs)


def _x_in(wiring: Wiring, i: int) -> float:
    return (i + 0.5) * PANEL / wiring.inputs


def _x_out(wiring: Wiring, o: int) -> float:
    """An output stands above the middle of its window."""
    return (o + wiring.window / 2) * PANEL / wiring.inputs


def _lines(wiring: Wiring, names: dict[tuple[int, int], str]) -> str:
    """All connections as thin lines, those of one colour in one path."""
    paths: dict[str, list[str]] = {}
    for (o, i), name in names.items():
        way = f"M{short(_x_out(wiring, o))} {OUTPUTS_AT}L{short(_x_in(wiring, i))} {INPUTS_AT}"
        paths.setdefault(LETTERS.get(name, LINE), []).append(way)
    drawn = [element("path", d="".join(ways), stroke=colour) for colour, ways in paths.items()]
    return element("g", *drawn, stroke_opacity=0.7, fill="none")


def _chosen(wiring: Wiring, names: dict[tuple[int, int], str]) -> str:
    """The lines of one output, thick, each with the name of its weight."""
    lines, plates, texts = [], [], []
    for (o, i), name in names.items():
        if o != wiring.output:
            continue
        x, x_out = _x_in(wiring, i), _x_out(wiring, o)
        colour = LETTERS.get(name, INK)
        lines.append(
            element("path", d=f"M{short(x_out)} {OUTPUTS_AT}L{short(x)} {INPUTS_AT}", stroke=colour, stroke_width=2.6)
        )
        at, y = x + 0.3 * (x_out - x), INPUTS_AT + 0.3 * (OUTPUTS_AT - INPUTS_AT)
        wide = 6.0 + 6 * len(name)
        plates.append(element("rect", x=at - wide / 2, y=y - 8.0, width=wide, height=16, rx=3, stroke=colour))
        texts.append(element("text", name, x=at, y=y + 4))
    written = element("g", *texts, font_size=11, text_anchor="middle", font_weight="bold")
    return "".join(lines) + element("g", *plates, fill=PAPER) + written


def _inputs(wiring: Wiring, names: dict[tuple[int, int], str]) -> str:
    seen = {i for o, i in names if o == wiring.output}
    texts = [f"x{i}" if wiring.values is None else number(float(wiring.values[i]), 1) for i in range(wiring.inputs)]
    return _nodes([_x_in(wiring, i) for i in range(wiring.inputs)], INPUTS_AT, texts, seen)


def _outputs(wiring: Wiring) -> str:
    places = range(wiring.outputs)
    return _nodes([_x_out(wiring, o) for o in places], OUTPUTS_AT, [str(o) for o in places], {wiring.output})


def _nodes(xs: list[float], y: int, texts: list[str], marked: set[int]) -> str:
    """A row of circles with a text in each; the marked ones are grey with a dark rim."""
    size = min(13.0, 0.42 * (xs[1] - xs[0] if len(xs) > 1 else PANEL))
    letters = min(11.0, 3.2 * size / max(map(len, texts)))
    groups = []
    for here, look in ((False, (PAPER, LINE, GREY, None)), (True, (SEEN, INK, INK, "bold"))):
        chosen = [i for i in range(len(xs)) if (i in marked) is here]
        circles = [element("circle", cx=xs[i], cy=y, r=size) for i in chosen]
        written = [element("text", texts[i], x=xs[i], y=y + 4) for i in chosen]
        groups.append(element("g", *circles, fill=look[0], stroke=look[1]))
        groups.append(
            element("g", *written, fill=look[2], font_weight=look[3], font_size=letters, text_anchor="middle")
        )
    return "".join(groups)


def _matrix(wiring: Wiring, names: dict[tuple[int, int], str]) -> str:
    """Rows are outputs, columns inputs; what is not connected stays empty."""
    cell = _cell(wiring)
    fills: dict[str, list[str]] = {}
    texts = []
    for (o, i), name in names.items():
        square = f"M{short(i * cell)} {short(o * cell)}h{short(cell)}v{short(cell)}h-{short(cell)}z"
        fills.setdefault(TINTS.get(name, ONCE), []).append(square)
        x, y = short((i + 0.5) * cell), short((o + 0.66) * cell)
        texts.append(f"<text x='{x}' y='{y}'>{name}</text>")
    return "".join(
        [
            *(element("path", d="".join(squares), fill=colour) for colour, squares in fills.items()),
            element("path", d=grid_lines(wiring.outputs, wiring.inputs, cell), stroke=LINE, fill="none"),
            element("g", *texts, text_anchor="middle", font_size=min(11.0, 0.45 * cell)),
            frame(0, wiring.output * cell, wiring.inputs * cell, cell, INK, 2.2),
        ]
    )
