"""Text in drawings: numbers written briefly, labels, paragraphs, boxes with a number."""

import math
from collections.abc import Iterable

from course.explore.drawing.colours import INK, PAPER
from course.explore.drawing.svg import element, escape, group

DIGIT = 0.62  # width of a digit in the widest of the usual fonts, as a part of the font size


def number(value: float, places: int = 2) -> str:
    """Write a number briefly: whole numbers without a point, others with few places.

    Parameters
    ----------
    value : float
        The number.
    places : int
        Decimal places at most; from 100 on there is one less, from 1000 on none.

    Returns
    -------
    str
        The number with a true minus sign.

    Examples
    --------
    >>> [number(v) for v in (3.0, 0.5, 1 / 3, 123.456, 1e-4, 2.5e7)]
    ['3', '0.5', '0.33', '123.5', '1e−4', '2.5e7']
    """
    value = round(float(value), 9) + 0.0 if math.isfinite(value) else float(value)  # + 0.0: no minus zero
    size = abs(value)
    if not math.isfinite(value):
        text = str(value)
    elif size >= 1e6 or 0 < size < 0.5 * 10**-places:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    else:
        kept = max(places - (size >= 100) - (places * (size >= 1000)), 0)
        text = f"{value:.{kept}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def listed(indices: list[int]) -> str:
    """Name the members of a list as a sentence does; long lists keep their ends.

    Parameters
    ----------
    indices : list of int
        At least one number.

    Returns
    -------
    str
        ``4``, ``4 and 5``, ``1, 3 and 5``.

    Examples
    --------
    >>> listed([1, 3, 5]), listed(list(range(20)))
    ('1, 3 and 5', '0, 1, … and 19 (20 in all)')
    """
    if len(indices) > 8:
        return f"{indices[0]}, {indices[1]}, … and {indices[-1]} ({len(indices)} in all)"
    *first, last = map(str, indices)
    return f"{', '.join(first)} and {last}" if first else last


def label(x: float, y: float, text: str, size: float = 13, anchor: str = "middle", **more: object) -> str:
    """Write text with its baseline at a point.

    Parameters
    ----------
    x, y : float
        The point.
    text : str
        Plain text; it is escaped here.
    size : float
        Font size in pixels.
    anchor : str
        "start", "middle" or "end": which part of the text lies at the point.
    **more : object
        Further attributes.

    Returns
    -------
    str
        A ``<text>`` element.
    """
    place = None if anchor == "start" else anchor
    return element("text", escape(text), x=float(x), y=float(y), font_size=float(size), text_anchor=place, **more)


def paragraph(x: float, y: float, words: Iterable[str], columns: int, size: float = 13, **more: object) -> str:
    """Write words in lines of a limited length; words themselves are never broken.

    Parameters
    ----------
    x, y : float
        Start of the first line's baseline.
    words : strings
        Pieces of plain text that stay whole.
    columns : int
        Letters in a line.
    size : float
        Font size in pixels; lines are 1.4 times as far apart.
    **more : object
        Further attributes for every line.

    Returns
    -------
    str
        One ``<text>`` element per line.
    """
    lines = break_lines(words, columns)
    return "".join(label(x, y + 1.4 * size * i, line, size, "start", **more) for i, line in enumerate(lines))


def break_lines(words: Iterable[str], columns: int) -> list[str]:
    """Fill lines with words.

    Parameters
    ----------
    words : strings
        Pieces of text that stay whole.
    columns : int
        Letters in a line; a longer word has a line of its own.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> break_lines("one two three".split(), 7)
    ['one two', 'three']
    """
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def box(x: float, middle: float, width: float, text: str, part: str) -> str:
    """Draw a rounded box with one number in it.

    Parameters
    ----------
    x, middle : float
        Left edge and vertical middle.
    width : float
        Width of the box; the text shrinks to fit.
    text : str
        Plain text.
    part : str
        Name of the part, see `group`.

    Returns
    -------
    str
        A ``<g>`` element.
    """
    size = min(15.0, (width - 8) / (DIGIT * len(text)))
    outline = element("rect", x=float(x), y=middle - 13, width=float(width), height=26, rx=4, fill=PAPER, stroke=INK)
    return group(outline, label(x + width / 2, middle + 0.36 * size, text, size), part=part)
