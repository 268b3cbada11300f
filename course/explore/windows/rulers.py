"""Below the windows: a ruler of paddings with their names, and a table of sizes."""

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, VERMILION
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import element, frame, group, short
from course.explore.windows.state import Axis, WindowsState

LABELS = 86  # room for the names on the left
ROOM = 560  # width of the longest ruler
STEP = 56  # and the widest distance of two paddings
LEGIBLE = 14  # below that only every fifth padding has its number


def padding_scale(axis: Axis) -> tuple[str, float]:
    """A ruler of paddings: the three that have a name, and a mark at the present one.

    Parameters
    ----------
    axis : Axis
        The direction.

    Returns
    -------
    str, float
        SVG elements with the upper left corner at (0, 0), and their height.
    """
    most = max(axis.full, axis.padding, 2)
    step = min(STEP, ROOM / most)
    ruler = [element("path", d=f"M0 20H{short(most * step)}", stroke=GREY)]
    for p in range(most + 1):
        ruler.append(element("path", d=f"M{short(p * step)} 16v8", stroke=GREY))
        if step >= LEGIBLE or p % 5 == 0:
            ruler.append(label(p * step, 38, str(p), 11, fill=GREY))
    names: dict[float, str] = {}
    for name, place in (("valid", 0.0), ("same", axis.same), ("full", float(axis.full))):
        names[place] = f"{names[place]} = {name}" if place in names else name
    low = len(names) == 3 and axis.same * step < 0.8 * STEP  # "same" would touch its neighbours: it goes below
    for place, name in names.items():
        below = low and name == "same"
        ruler.append(element("path", d=f"M{short(place * step)} 20v{22 if below else -9}", stroke=INK))
        anchor = "middle" if place else "start"
        ruler.append(label(place * step, 54 if below else 7, name, 12, anchor))
    ruler.append(element("circle", cx=float(axis.padding * step), cy=20.0, r=6, fill=BLUE))
    return label(0, 25, "padding", 12.5, "start") + group(*ruler, x=LABELS), 58.0 if low else 44.0


def size_table(state: WindowsState) -> tuple[str, float]:
    """Input sizes around the present one and the output of each, with a line for the student's answers.

    Parameters
    ----------
    state : WindowsState
        What the figure shows; in two directions the table is about the width.

    Returns
    -------
    str, float
        SVG elements with the upper left corner at (0, 0), and their height.
    """
    axis, answer = state.across, state.answer
    cell, line = 62.0, 22.0
    sizes = state.sizes
    counts = [Axis(n, axis.k, axis.stride, axis.padding, axis.dilation).count for n in sizes]
    rows = [
        ("n" if state.down is None else "width", [str(n) for n in sizes]),
        ("output", [str(count) for count in counts]),
    ]
    if answer and answer.sizes:
        marked = [f"{text} ✗" if bad else text for text, bad in zip(answer.sizes, answer.wrong, strict=True)]
        rows.append(("yours", marked))
    parts = []
    for i, (name, texts) in enumerate(rows):
        y = i * line + 15
        parts.append(label(0, y, name, 12.5, "start"))
        for j, text in enumerate(texts):
            colour = VERMILION if text.endswith("✗") else None
            parts.append(label(LABELS + (j + 0.5) * cell, y, text, 12.5, fill=colour))
    height = len(rows) * line
    lines = element("path", d=f"M0 {short(line)}H{short(LABELS + len(sizes) * cell)}", stroke=LINE)
    here = frame(LABELS + sizes.index(axis.n) * cell, 0, cell, height, BLUE, 2)
    return "".join([*parts, lines, here]), height
