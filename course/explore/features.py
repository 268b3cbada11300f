"""What HOG, LBP and SIFT see on a picture."""

from typing import Any

import numpy as np

from course.explore.drawing.colours import BLUE, INK, PAPER
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.grids import picture
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, group, short

SIDE, GAP, HEAD, CELL = 300.0, 16.0, 24.0, 8


def features_figure(image: Any, most: int = 60) -> Figure:
    """Draw a picture, its strokes by HOG, its patterns by LBP, and the places that SIFT finds.

    Parameters
    ----------
    image : array of whole numbers, (H, W) or (3, H, W)
        0 black to 255 white; colours become their mean. At least 32 pixels a side.
    most : int
        How many of SIFT's places are drawn, the largest first.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If it is not such a picture.

    Examples
    --------
    >>> from course.data import photo
    >>> features_figure(photo()).svg.count("<image")
    3
    """
    from course.vision import hog, lbp, sift

    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[0] == 3:
        pixels = np.rint(pixels.mean(axis=0)).astype(int)
    if pixels.ndim != 2 or pixels.dtype.kind not in "iu" or min(pixels.shape) < 32:
        raise ValueError(
            f"features_figure: a picture has shape (H, W) or (3, H, W), whole numbers and at least 32 pixels a side; "
            f"got {pixels.dtype} of shape {pixels.shape}."
        )
    scale = SIDE / max(pixels.shape)
    wide, tall = pixels.shape[1] * scale, pixels.shape[0] * scale
    grey = np.clip(pixels, 0, 255).astype(np.uint8)
    found = sift(pixels)
    panels = [
        ("the picture", picture(grey, wide, tall)),
        (f"HOG: strokes along the edges, {CELL}×{CELL} pixels each", _strokes(hog(pixels, 9, CELL, 1), CELL * scale)),
        ("LBP: each pixel's pattern of brighter neighbours", picture(lbp(pixels).astype(np.uint8), wide, tall)),
        (
            f"SIFT: {min(most, len(found.scales))} of {len(found.scales)} places, their sizes and directions",
            picture(grey, wide, tall) + _circles(found, most, scale),
        ),
    ]
    parts = [
        group(
            label(0, 15, title, 12, "start"),
            group(drawn, y=HEAD),
            x=i % 2 * (SIDE + GAP),
            y=i // 2 * (tall + HEAD + GAP),
        )
        for i, (title, drawn) in enumerate(panels)
    ]
    about = "Four panels: a picture; short strokes along its edges; a texture of grey patterns; circles with a hand on its spots."
    svg = document([group(*parts, x=1)], 2 * SIDE + GAP + 2, 2 * (tall + HEAD) + GAP + 2, about)
    return Figure(svg, element("figure", svg, style=PAPER_STYLE))


def _strokes(histograms: np.ndarray, cell: float) -> str:
    """For each cell and direction a line along the edge, as dark as the direction is strong; (rows, columns, 1, 1, 9)."""
    strength = histograms[:, :, 0, 0]  # (rows, columns, 9)
    rows, columns, directions = strength.shape
    # the gradient's direction is that of the bin's middle; the edge runs at right angles to it
    angles = np.pi * (np.arange(directions) + 0.5) / directions + np.pi / 2
    lines: dict[int, list[str]] = {}
    for row, column, k in np.argwhere(strength > 0.4).tolist():
        x, y = (column + 0.5) * cell, (row + 0.5) * cell
        # scikit-image counts angles with rows downwards: brighter to the right is 0, brighter downwards a quarter turn
        dx, dy = 0.45 * cell * np.cos(angles[k]), 0.45 * cell * np.sin(angles[k])
        shade = min(int(strength[row, column, k] * 4), 3)
        lines.setdefault(shade, []).append(f"M{short(x - dx)} {short(y - dy)}L{short(x + dx)} {short(y + dy)}")
    paper = element("rect", width=columns * cell, height=rows * cell, fill=PAPER, stroke="#9A9A9A")
    drawn = [
        element("path", d="".join(ways), stroke=INK, stroke_width=1.4, stroke_opacity=(shade + 1) / 4)
        for shade, ways in sorted(lines.items())
    ]
    return paper + "".join(drawn)


def _circles(found: Any, most: int, scale: float) -> str:
    """A circle of each place's size with a hand in its direction, white below blue to be seen on anything."""
    shapes = []
    for i in np.argsort(-found.scales, kind="stable")[:most].tolist():
        (row, column), radius = found.positions[i], 2.0 * float(found.scales[i]) * scale
        x, y, angle = (column + 0.5) * scale, (row + 0.5) * scale, float(found.orientations[i])
        hand = f"M{short(x)} {short(y)}L{short(x + radius * np.sin(angle))} {short(y + radius * np.cos(angle))}"
        r = short(radius)
        shapes.append(
            f"M{short(x - radius)} {short(y)}a{r} {r} 0 1 0 {short(2 * radius)} 0a{r} {r} 0 1 0 -{short(2 * radius)} 0{hand}"
        )
    way = "".join(shapes)
    halo = element("path", d=way, fill="none", stroke=PAPER, stroke_width=3)
    return halo + element("path", d=way, fill="none", stroke=BLUE, stroke_width=1.4)
