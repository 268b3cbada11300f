"""Where the pieces of the convolution figure stand; nothing moves when the window does."""

from dataclasses import dataclass

from course.explore.convolution.numbers import Convolution, Floats
from course.explore.convolution.words import signed
from course.explore.drawing.grids import SMALLEST
from course.explore.drawing.lettering import DIGIT, number

MARGIN = 10
HEAD = 24  # the line of titles over every grid
TITLE = 12.5  # font size of the titles
GAP = 34  # room for a sign between two grids
BOX = 58  # width of the box with a channel's sum
MOST_NUMBERS = 14  # cells in a row that still hold legible numbers; larger arrays become pictures
MOST_ROWS = 6  # channels drawn one below the other
TERM_SIZE = 11.5  # font size of the spelled terms


@dataclass(frozen=True)
class Layout:
    """Sizes and places in pixels.

    Parameters
    ----------
    channels : int
        Input channels with a row of their own; the rest shares one line below them.
    pictures, out_picture : bool
        Whether the input and the output are pictures instead of numbers.
    cell, kernel_cell, out_cell : float
        Sides of one cell.
    window, kernel, products, sums, node, out : float
        Left edges (node: centre) from left to right; `window` is used with pictures only.
    columns : int
        Letters in a line of spelled terms.
    pitch, middle : float
        From one row to the next, and from a row's top to the middle of its kernel.
    node_y, height : float
        Height of the plus sign, and of all rows together.
    """

    channels: int
    pictures: bool
    out_picture: bool
    cell: float
    kernel_cell: float
    out_cell: float
    window: float
    kernel: float
    products: float
    sums: float
    node: float
    out: float
    columns: int
    pitch: float
    middle: float
    node_y: float
    height: float


def make_layout(convolution: Convolution, maps: int) -> Layout:
    """Fit the figure to its arrays.

    Parameters
    ----------
    convolution : Convolution
        What is drawn.
    maps : int
        Output maps, one above the other: 2 if a student's stands under ours.

    Returns
    -------
    Layout
        The same for every filter and step of this convolution.
    """
    C = len(convolution.x)
    channels = C if C <= MOST_ROWS else MOST_ROWS - 2
    height, width = convolution.padded.shape[1:]
    kH, kW = convolution.weight.shape[2:]
    longest, out_longest = max(height, width), max(*convolution.out_size, 1)
    pictures, out_picture = longest > MOST_NUMBERS, out_longest > MOST_NUMBERS
    room, out_room = (270 if C == 1 else 196), (250 if maps == 1 else 210)
    cell = room / longest if pictures else min(34, max(_needed(convolution.x), room / longest))
    out_needed = _needed(convolution.out) if convolution.fits else 20
    out_cell = out_room / out_longest if out_picture else min(44, max(out_needed, out_room / out_longest))
    kernel_cell = min(34, 150 / max(kH, kW))

    window = MARGIN + width * cell + GAP
    kernel = window + (kW * kernel_cell + GAP if pictures else 0)
    products = kernel + kW * kernel_cell + GAP
    sums = products + max(kW * kernel_cell, 54) + GAP
    # A single sum without a bias goes straight to its cell: no sign, no room for one.
    adds = C > 1 or convolution.bias is not None
    node = sums + BOX + (52 if adds else 0)
    columns = int((sums + BOX - (window if pictures else kernel)) / (0.53 * TERM_SIZE))
    letters = min(kH * kW, 25) * (_letters(convolution.x, 2) + _letters(convolution.weight, 2) + 4)
    lines = letters // columns + 2
    pitch = HEAD + max(height * cell, kH * kernel_cell + 1.4 * TERM_SIZE * lines + 4) + 16
    middle = HEAD + kH * kernel_cell / 2
    ends = channels - 1 if channels == C else channels
    return Layout(
        channels=channels,
        pictures=pictures,
        out_picture=out_picture,
        cell=cell,
        kernel_cell=kernel_cell,
        out_cell=out_cell,
        window=window,
        kernel=kernel,
        products=products,
        sums=sums,
        node=node,
        out=node + 62,
        columns=columns,
        pitch=pitch,
        middle=middle,
        node_y=middle + ends * pitch / 2,
        height=channels * pitch + (26 if channels < C else -16),
    )


def _needed(values: Floats) -> float:
    """Side of a cell that holds the longest number in small print, 20 to 28 pixels."""
    return min(28.0, max(20.0, DIGIT * SMALLEST * _letters(values, 1) + 5))


def _letters(values: Floats, places: int) -> int:
    """Letters of the longest number, judged by a hundred of them."""
    some = values.flat[:: max(values.size // 100, 1)]
    return max(len(signed(value, places) if places > 1 else number(value, places)) for value in some)
