"""Lines in plots side by side: losses over steps, schedules, errors over batch sizes."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.plot import plot
from course.explore.drawing.svg import document, element, group

WIDTH, HEIGHT, LEFT, TOP = 300.0, 150.0, 48.0, 54.0
PITCH = WIDTH + LEFT + 24


def curves(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    alt: str,
    *,
    x_name: str = "",
    log: bool = False,
    percent: bool = False,
    columns: int = 2,
) -> Figure:
    """Draw lines over a common axis, a plot for each title.

    Parameters
    ----------
    panels : dict of title to (dict of name to array)
        The lines of each plot, one to four, each (n,), or (n, 2) for pairs (x, height).
    alt : str
        The figure in one sentence, for those who do not see it.
    x_name : str
        What is counted to the right.
    log : bool
        Powers of ten upwards.
    percent : bool
        Whether heights are shares, to be written in %.
    columns : int
        Plots in a row.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there is no plot, a plot has no line or more than four, or a line is none.

    Examples
    --------
    >>> figure = curves({"two lines": {"up": [1, 2, 3], "down": [3, 2, 1]}}, "Two lines that cross.")
    >>> figure.svg.count("<polyline")
    2
    """
    if not panels or not all(1 <= len(lines) <= 4 for lines in panels.values()):
        raise ValueError("curves: give at least one plot, with one to four lines in each.")
    parts = []
    for i, (title, lines) in enumerate(panels.items()):
        drawn = plot(lines, title, WIDTH, HEIGHT, x_name=x_name, log=log, percent=percent)
        x, y = LEFT + i % columns * PITCH, TOP + i // columns * (HEIGHT + TOP + 24)
        parts.append(group(drawn, x=x, y=y, part=title))
    rows = -(-len(panels) // columns)
    svg = document(parts, min(len(panels), columns) * PITCH, rows * (HEIGHT + TOP + 24), alt)
    return Figure(svg, element("figure", svg, style=PAPER_STYLE))
