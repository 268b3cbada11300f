"""Arrays side by side as pictures: photographs, filters, feature maps."""

from collections.abc import Sequence

import numpy as np

from course.explore.drawing.colours import diverging
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.grids import largest, picture
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, group

GAP, TITLE = 14, 22


def gallery(
    images: Sequence[np.ndarray], titles: Sequence[str], alt: str, side: float = 150, columns: int = 6
) -> Figure:
    """Show arrays as pictures with sharp pixels, each under its title.

    Parameters
    ----------
    images : arrays, each (H, W) or (3, H, W)
        Integers are pixels, 0 black to 255 white, three channels in colour. Floats are maps with a sign: blue below zero, white
        at zero, orange above, each map with the full colour at its own largest absolute value.
    titles : strings
        One for each image.
    alt : str
        The figure in one sentence, for those who do not see it.
    side : float
        Longer side of an image on the page, in pixels.
    columns : int
        Images in a row.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are not as many titles as images, or an array is not an image.

    Examples
    --------
    >>> figure = gallery([np.eye(3), np.eye(3, dtype=np.uint8)], ["a map", "pixels"], "Two diagonals.")
    >>> figure.svg.count("<image")
    2
    """
    if len(titles) != len(images):
        raise ValueError(f"gallery: {len(images)} images but {len(titles)} titles.")
    parts: list[str] = []
    x = y = right = row_height = 0.0
    for i, (image, title) in enumerate(zip(images, titles, strict=True)):
        if i and i % columns == 0:
            x, y, row_height = 0.0, y + row_height + TITLE + GAP, 0.0
        pixels = _pixels(np.asarray(image))
        scale = side / max(pixels.shape[:2])
        height, width = pixels.shape[0] * scale, pixels.shape[1] * scale
        parts.append(
            group(label(0, TITLE - 8, title, 12, "start"), group(picture(pixels, width, height), y=TITLE), x=x, y=y)
        )
        x += width + GAP
        right, row_height = max(right, x), max(row_height, height)
    svg = document([group(*parts, x=1)], right - GAP + 2, y + row_height + TITLE + 1, alt)
    return Figure(svg, element("figure", svg, style=PAPER_STYLE))


def _pixels(image: np.ndarray) -> np.ndarray:
    """uint8 (H, W) or (H, W, 3)."""
    if image.ndim == 2 and image.dtype.kind == "f":
        return diverging(image, largest(image))
    if image.ndim == 2 and image.dtype.kind in "iub":
        return image.clip(0, 255).astype(np.uint8)
    if image.ndim == 3 and image.shape[0] == 3 and image.dtype.kind in "iu":
        return np.ascontiguousarray(image.clip(0, 255).astype(np.uint8).transpose(1, 2, 0))
    raise ValueError(
        f"gallery: {image.dtype} of shape {image.shape} is not a picture; give (H, W), or integers of shape (3, H, W)."
    )
