"""Drawing with strings: the few SVG elements that the figures are made of."""

import html
from collections.abc import Iterable

from course.explore.drawing.colours import BLUE, GREY, INK, PAPER

FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


def document(parts: Iterable[str], width: float, height: float, label: str) -> str:
    """Put drawn parts on white paper, as wide as the page allows.

    Parameters
    ----------
    parts : strings
        SVG elements.
    width, height : float
        Size of the drawing in its own pixels; the page may shrink it, or stretch it by a fifth.
    label : str
        The figure in one sentence, for those who do not see it.

    Returns
    -------
    str
        One ``<svg>`` element. The paper is part of it, so that a dark page does not swallow the ink.
    """
    style = f"display:block;width:100%;max-width:{round(1.2 * width)}px;height:auto;background:{PAPER}"
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {short(width)} {short(height)}",
        role="img",
        aria_label=label,
        style=style,
        font_family=FONT,
        font_size=13,
        fill=INK,
    )


def element(name: str, *content: str, **attributes: object) -> str:
    """Write one SVG or HTML element; the content is markup, the attributes are escaped.

    Parameters
    ----------
    name : str
        The element's name.
    *content : str
        Markup inside it; plain text goes through `escape` first.
    **attributes : object
        ``stroke_width=2`` becomes ``stroke-width="2"``; None leaves an attribute out.

    Returns
    -------
    str
        The element.

    Examples
    --------
    >>> element("text", escape("a < b"), x=2.50, text_anchor="end")
    "<text x='2.5' text-anchor='end'>a &lt; b</text>"
    """
    # Single quotes: on their way to the browser, inside JSON, double ones would take two bytes each.
    written = "".join(
        f" {key.replace('_', '-')}='{short(value) if isinstance(value, float) else escape(str(value))}'"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


def group(*parts: str, x: float = 0, y: float = 0, part: str | None = None) -> str:
    """Move parts together and name them.

    Parameters
    ----------
    *parts : str
        SVG elements.
    x, y : float
        How far to move them.
    part : str or None
        What they show, in the attribute ``data-part``: tests and scripts find a part by it.

    Returns
    -------
    str
        A ``<g>`` element.
    """
    return element("g", *parts, transform=f"translate({short(x)} {short(y)})", data_part=part)


def frame(
    x: float, y: float, width: float, height: float, colour: str = BLUE, stroke: float = 3, **more: object
) -> str:
    """Draw a frame round a part of the drawing.

    Parameters
    ----------
    x, y, width, height : float
        The rectangle in pixels.
    colour : str
        Colour of the line.
    stroke : float
        Its width.
    **more : object
        Further attributes, ``stroke_dasharray`` for example.

    Returns
    -------
    str
        A ``<rect>`` element.
    """
    box = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
    return element("rect", fill="none", stroke=colour, stroke_width=float(stroke), **box, **more)


def arrow(way: str, x: float, y: float, colour: str = GREY) -> str:
    """Draw a line that ends in an arrow head pointing right.

    Parameters
    ----------
    way : str
        Path data from the line's start to just before its end, ``M 0 0 H 20`` for example.
    x, y : float
        Tip of the arrow.
    colour : str
        Colour of line and head.

    Returns
    -------
    str
        Two ``<path>`` elements.
    """
    line = element("path", d=f"{way}L{short(x - 5)} {short(y)}", fill="none", stroke=colour, stroke_width=1.5)
    return line + element("path", d=f"M{short(x)} {short(y)}l-8 -4v8z", fill=colour)


def escape(text: str) -> str:
    """Make any text safe inside markup: no tags, no quotes, no control characters.

    Parameters
    ----------
    text : str
        Any text, a student's error message for example.

    Returns
    -------
    str
        Text that XML and HTML read as text.
    """
    return html.escape(text if text.isprintable() else "".join(s if s.isprintable() else " " for s in text))


def short(value: float) -> str:
    """A coordinate with one decimal place at most: half the bytes, and no visible difference."""
    return f"{value:.1f}".removesuffix(".0")
