"""A picture's waves, some of them kept, and the picture that these make."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.explore.drawing.colours import BLUE, PAPER, diverging
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.grids import largest, picture
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import arrow, document, element, escape, group, short
from course.explore.filters.arguments import Floats, to_picture

KEEP = {"inside": "slow waves (low-pass)", "outside": "fast waves (high-pass)"}
SIDE, HEAD, RIGHT = 330.0, 26.0, 396.0
FASTEST = 0.71  # cycles per pixel: the corners of k-space


@dataclass(frozen=True, eq=False)
class KSpaceState:
    """A picture and which of its waves are kept.

    Parameters
    ----------
    image : float64 array, (H, W)
        The picture.
    radius : float
        In cycles per pixel.
    keep : str
        "inside" keeps the waves up to the radius, "outside" the others.
    note : str
        A sentence about where the picture comes from.
    """

    image: Floats
    radius: float
    keep: str = "inside"
    note: str = ""

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Which numbers of k-space are kept, (H, W)."""
        from course.vision import frequencies

        inside = frequencies(self.image.shape) <= self.radius
        return inside if self.keep == "inside" else ~inside

    @cached_property
    def out(self) -> Floats:
        """The picture that the kept waves make."""
        from course.vision import high_frequencies, low_frequencies

        return (low_frequencies if self.keep == "inside" else high_frequencies)(self.image, self.radius)

    @property
    def sentence(self) -> str:
        """How much is kept, in words."""
        count, size = int(self.kept.sum()), self.kept.size
        if self.radius:
            period = f"{number(1 / self.radius, 1)} pixels"
            which = f"waves of {period} and longer" if self.keep == "inside" else f"waves shorter than {period}"
        else:
            which = "only the mean brightness" if self.keep == "inside" else "all but the mean brightness"
        left = float(np.sqrt(np.mean((self.image - self.out) ** 2)))
        return (
            f"Kept: {which}; {count:,} of {size:,} numbers, {number(100 * count / size, 1)} %. "
            f"The picture they make differs from the whole by {number(left, 1)} grey levels (root mean square)."
        )


def kspace_figure(image: Any, radius: float = 0.1, keep: str = "inside") -> Figure:
    """Draw a picture's waves, keep those inside or outside of a circle, and draw what they make.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W)
        A picture; colours become their mean, and large ones are reduced to 128 pixels a side.
    radius : float
        The fastest wave inside, in cycles per pixel: 0.1 is a period of 10 pixels; 0 to 0.71.
    keep : str
        "inside" or "outside".

    Returns
    -------
    Figure
        What `KSpaceExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If an argument is none of these.

    Examples
    --------
    >>> import numpy as np
    >>> figure = kspace_figure(np.eye(8), radius=0.25)
    >>> "13 of 64 numbers" in figure.html
    True
    """
    return draw(make_state(image, radius, keep, "kspace_figure"))


def make_state(image: Any, radius: Any, keep: str, name: str) -> KSpaceState:
    """Check what a user gives.

    Parameters
    ----------
    image, radius, keep
        As `kspace_figure`.
    name : str
        Who asks, for messages.

    Returns
    -------
    KSpaceState
    """
    pixels, note = to_picture(image, name)
    if not isinstance(radius, int | float | np.number) or not 0 <= radius <= FASTEST:
        raise ValueError(f"{name}: radius is {radius!r}; it must be a number from 0 to {FASTEST}, in cycles per pixel.")
    if keep not in KEEP:
        raise ValueError(f'{name}: keep is {keep!r}; it must be "inside" or "outside".')
    return KSpaceState(pixels, float(radius), keep, note)


def draw(state: KSpaceState) -> Figure:
    """Put drawing and sentences together.

    Parameters
    ----------
    state : KSpaceState
        What to show.

    Returns
    -------
    Figure
    """
    svg = render(state)
    status = element("p", escape(state.sentence), role="status", aria_live="polite", style=LINE)
    note = [element("p", escape(state.note), style=LINE)] if state.note else []
    return Figure(svg, element("figure", svg, status, *note, style=PAPER_STYLE))


def render(state: KSpaceState) -> str:
    """Draw k-space with its circle, and the picture that the kept waves make.

    Parameters
    ----------
    state : KSpaceState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``kspace``, ``circle`` and ``made``.
    """
    from course.vision import log_magnitude

    (H, W), scale = state.image.shape, SIDE / max(state.image.shape)
    wide, tall = W * scale, H * scale
    waves = log_magnitude(state.image)
    shades = waves / (waves.max() or 1.0) * 255
    # What is not kept is drawn in the blue of the ring, a quarter as strong.
    grey = np.repeat(_steps(np.where(state.kept, shades, 0.25 * shades))[..., None], 3, axis=-1)
    grey[..., 2] = np.where(state.kept, grey[..., 2], 96)
    centre_x, centre_y = (W // 2 + 0.5) * scale, (H // 2 + 0.5) * scale
    ring = {"cx": centre_x, "cy": centre_y, "rx": state.radius * wide, "ry": state.radius * tall, "fill": "none"}
    circle = element("ellipse", stroke=PAPER, stroke_width=3.5, **ring) + element(
        "ellipse", stroke=BLUE, stroke_width=2, stroke_dasharray="6 3", **ring
    )
    ringed = element("svg", group(circle, part="circle"), width=wide, height=tall)  # cuts off what lies outside
    if state.keep == "inside":
        made, how = _steps(state.out / (255 if state.image.max() > 1 else 1) * 255), "grey"
    else:
        made, how = diverging(state.out, largest(state.out)), "blue below 0, orange above"
    middle = HEAD + tall / 2
    gap = (wide + RIGHT) / 2
    parts = [
        label(0, 16, "k-space: the waves of the picture", 13, "start"),
        group(picture(grey, wide, tall), ringed, y=HEAD, part="kspace"),
        arrow(f"M{short(gap - 18)} {short(middle)}", gap + 18, middle),
        label(RIGHT, 16, f"what they make ({how})", 13, "start"),
        group(picture(made, wide, tall), x=RIGHT, y=HEAD, part="made"),
    ]
    about = f"The waves of a picture of {H} by {W} pixels; kept are the {KEEP[state.keep]}. {state.sentence}"
    return document([group(*parts, x=4)], RIGHT + SIDE + 8, HEAD + tall + 4, about)


def _steps(values: Floats) -> NDArray[np.uint8]:
    """32 grey levels."""
    return (np.rint(np.clip(values / 255, 0, 1) * 31) * 255 / 31).astype(np.uint8)
