"""A patient's record as four plots: what one looks at before one guesses."""

import numpy as np

from course.explore.clinic.patients import NAMES, Record, patient
from course.explore.drawing.colours import GREY
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.lettering import label
from course.explore.drawing.plot import bar_plot, plot
from course.explore.drawing.svg import document, element, group

WIDE, NARROW, HEIGHT = 214.0, 112.0, 128.0
LEFT, HEAD, GAP, ROW = 34.0, 66.0, 44.0, 242.0


def clinic_figure(*names: str) -> Figure:
    """Train networks that were broken on purpose, and draw how they are doing.

    Each network is trained in under a second, the first time it is asked for: 500 digits, 20 epochs of 10 batches.

    Parameters
    ----------
    *names : str
        "healthy", "A", "B", "C", "D", "E"; none: all of them.

    Returns
    -------
    Figure
        For each network: the loss of its batches and of the held-out digits; the share of right answers; how many units of each
        hidden layer are 0 for every held-out digit in the end; how far the numbers of each hidden layer spread before the first
        step; and how many held-out digits get the same answer when they are evaluated twice.

    Raises
    ------
    ValueError
        If there is no such network.
    """
    chosen = names or NAMES
    rows = [group(_row(name, patient(name)), y=i * ROW, part=name) for i, name in enumerate(chosen)]
    width = LEFT + 2 * (WIDE + GAP) + 2 * (NARROW + 22)
    svg = document(
        rows, width, ROW * len(chosen), f"Records of {len(chosen)} networks. " + " ".join(map(words, chosen))
    )
    return Figure(svg, element("figure", svg, style=PAPER_STYLE))


def words(name: str) -> str:
    """Say in words what a record shows, for those who do not see it."""
    record = patient(name)
    layers = " ".join(f"{share:.0%}" for share in record.silent)
    spreads = " ".join(f"{spread:.1g}" for spread in record.spread)
    late = record.losses[len(record.losses) // 2 :]
    return (
        f"{_title(name)}: the loss of a batch starts at {record.losses[0]:.1f}, and lies between {late.min():.2f} and "
        f"{late.max():.2f} in the second half; right in the end: {record.training[-1, 2]:.0%} of the training digits, "
        f"{record.held_out[-1, 2]:.0%} of the held-out ones; silent units by layer {layers}; "
        f"spread by layer before the first step {spreads}; {record.agreement:.0%} same answers when evaluated twice."
    )


def _title(name: str) -> str:
    return "A healthy network" if name == "healthy" else f"Patient {name}"


def _row(name: str, record: Record) -> str:
    steps = len(record.losses) / len(record.held_out)
    losses = {
        "batches": np.column_stack([np.arange(len(record.losses)) / steps, record.losses]),
        "held-out": record.held_out[:, :2],
    }
    right = {"training digits": record.training[:, [0, 2]], "held-out": record.held_out[:, [0, 2]]}
    layers = [str(i) for i in range(1, len(record.silent) + 1)]
    size = (WIDE, HEIGHT)
    x = [LEFT, LEFT + WIDE + GAP]
    x += [x[1] + WIDE + 22, x[1] + WIDE + 22 + NARROW + 22]
    under = label(NARROW / 2, HEIGHT + 28, "hidden layer", 11, fill=GREY)
    drawn = [
        plot(losses, "loss", *size, x_name="epochs", limits=(0, 5)),
        plot(right, "right answers", *size, x_name="epochs", limits=(0, 1), percent=True),
        bar_plot(record.silent, layers, "silent in the end", NARROW, HEIGHT, percent=True) + under,
        bar_plot(record.spread, layers, "spread at the start", NARROW, HEIGHT, limits=(1e-5, 10), log=True) + under,
    ]
    titles = ("loss", "right", "silent", "spread")
    head = label(0, 16, _title(name), 14.5, "start", font_weight="bold")
    twice = f"evaluated twice: {record.agreement:.1%} same answers"
    parts = [head, label(x[2], 16, twice, 12.5, "start")]
    return "".join(
        [*parts, *(group(d, x=at, y=HEAD, part=f"{name} {t}") for d, at, t in zip(drawn, x, titles, strict=True))]
    )
