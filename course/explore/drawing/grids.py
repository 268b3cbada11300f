"""Matrices as drawings: coloured cells with numbers, pictures, shaded stripes."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from course.explore.drawing.colours import GREY, LINE, diverging, hex_colour
from course.explore.drawing.lettering import DIGIT, number
from course.explore.drawing.png import png_data_uri
from course.explore.drawing.svg import element, short

SMALLEST = 8.5  # font size below which two decimal places are not worth it


def grid(values: NDArray[np.float64], cell: float, limit: float | None = None) -> str:
    """Draw a matrix as coloured cells with their numbers.

    Parameters
    ----------
    values : array, (rows, columns)
        The numbers.
    cell : float
        Side of a cell in pixels; under 16 pixels the numbers are left out.
    limit : float or None
        Absolute value with the full colour; None takes the largest in values.

    Returns
    -------
    str
        SVG elements with the upper left corner at (0, 0).
    """
    rows, columns = values.shape
    if limit is None:
        limit = largest(values)
    # Cells of one colour become one path: a third of the bytes of a rectangle for each.
    squares = defaultdict(list)
    side = short(cell)
    colours = diverging(values, limit).reshape(-1, 3).tolist()
    for i, colour in enumerate(colours):
        corner = f"M{short(i % columns * cell)} {short(i // columns * cell)}"
        squares[hex_colour(colour)].append(f"{corner}h{side}v{side}h-{side}z")
    parts = [element("path", d="".join(shapes), fill=fill) for fill, shapes in squares.items()]
    parts.append(element("path", d=grid_lines(rows, columns, cell), stroke=LINE, fill="none"))
    if cell >= 16:
        parts.append(numbers(values, cell))
    return "".join(parts)


def numbers(values: NDArray[np.float64], cell: float, fill: str | None = None) -> str:
    """Write a matrix, every number in the middle of its cell.

    Parameters
    ----------
    values : array, (rows, columns)
        The numbers; NaN in a cell that stays empty is written as nan.
    cell : float
        Side of a cell in pixels.
    fill : str or None
        Colour of the numbers; None inherits the ink.

    Returns
    -------
    str
        One group of ``<text>`` elements, row by row.
    """
    size, texts = fitting(values, cell)
    columns = values.shape[1]
    written = [
        f"<text x='{short((i % columns + 0.5) * cell)}' y='{short((i // columns + 0.5) * cell + 0.35 * size)}'>"
        f"{text}</text>"
        for i, text in enumerate(texts)
    ]
    return element("g", *written, text_anchor="middle", font_size=float(size), fill=fill)


def fitting(values: NDArray[np.float64], cell: float) -> tuple[float, list[str]]:
    """Write numbers so that the longest fits into a cell: with two places, or one if that is too small to read.

    Parameters
    ----------
    values : array, (rows, columns)
        The numbers.
    cell : float
        Side of a cell in pixels.

    Returns
    -------
    float, list of str
        Font size for all, and the texts row by row.
    """
    size, texts = 0.0, [""]
    for places in (2, 1):
        # Where a grid holds ordinary numbers, tiny ones are 0 and need no exponent.
        shown = np.round(values, places) if largest(values) >= 0.1 else values
        texts = [number(value, places) for value in shown.flat]
        size = min(0.46 * cell, (cell - 5) / (DIGIT * max(len(text) for text in texts)))
        if size >= SMALLEST:
            break
    return size, texts


def grid_lines(rows: int, columns: int, cell: float) -> str:
    """Path data of the lines between rows x columns cells, outer border included.

    Parameters
    ----------
    rows, columns : int
        Number of cells.
    cell : float
        Side of a cell in pixels.

    Returns
    -------
    str
        The ``d`` of a ``<path>``.
    """
    across = [f"M0 {short(r * cell)}h{short(columns * cell)}" for r in range(rows + 1)]
    down = [f"M{short(c * cell)} 0v{short(rows * cell)}" for c in range(columns + 1)]
    return "".join(across + down)


def picture(pixels: NDArray[np.uint8], width: float, height: float) -> str:
    """Show an array as a picture with sharp pixels.

    Parameters
    ----------
    pixels : uint8 array, (H, W) or (H, W, 3)
        Grey levels or colours.
    width, height : float
        Size on the page in pixels.

    Returns
    -------
    str
        An ``<image>`` element with a thin border.
    """
    size = {"width": float(width), "height": float(height)}
    image = element(
        "image", href=png_data_uri(pixels), preserveAspectRatio="none", style="image-rendering:pixelated", **size
    )
    return image + element("rect", fill="none", stroke=LINE, **size)


def hatch(x: float, y: float, width: float, height: float, gap: float = 7) -> str:
    """Shade a rectangle with slanted lines, readable without colour.

    Parameters
    ----------
    x, y, width, height : float
        The rectangle in pixels.
    gap : float
        Distance between the lines.

    Returns
    -------
    str
        A grey veil and a ``<path>`` of lines at 45 degrees.
    """
    lines = []
    for start in np.arange(gap, width + height, gap):
        # The line x + y = start, cut at the rectangle's borders.
        left, right = max(0.0, start - height), min(width, start)
        lines.append(f"M{short(x + left)} {short(y + start - left)}L{short(x + right)} {short(y + start - right)}")
    box = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
    return element("rect", fill=GREY, fill_opacity=0.12, **box) + element(
        "path", d="".join(lines), stroke=GREY, stroke_opacity=0.6
    )


def largest(values: NDArray[np.float64]) -> float:
    """Largest absolute finite number of an array, 1 where there is none above 0.

    Parameters
    ----------
    values : array, any shape
        The numbers.

    Returns
    -------
    float
        A limit for the colour scale.
    """
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0
