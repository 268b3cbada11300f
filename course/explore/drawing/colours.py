"""Colours of the figures: a diverging scale for numbers, and accents that survive colour blindness."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Accents from Okabe and Ito, "Color universal design" (2008).
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"

INK = "#111111"
GREY = "#6B6B6B"
LINE = "#9A9A9A"
PAPER = "#FFFFFF"

# The ends are pale enough for dark ink on every step of the scale (contrast above 4.5 to 1).
_NEGATIVE = np.array([104, 170, 228])
_POSITIVE = np.array([242, 150, 70])
_STEPS = 12


def diverging(values: ArrayLike, limit: float) -> NDArray[np.uint8]:
    """Colour numbers from blue (negative) over white (zero) to orange (positive).

    Parameters
    ----------
    values : array, any shape
        Numbers to colour; NaN becomes white, numbers beyond the limit take the end's colour.
    limit : float
        The absolute value that gets the full colour.

    Returns
    -------
    uint8 array, shape of values + (3,)
        Red, green and blue. The scale has 12 steps on either side, so that a figure's equal
        cells can be drawn as one path.
    """
    scaled = np.clip(np.nan_to_num(np.asarray(values, dtype=float)) / (limit or 1.0), -1, 1)
    strength = np.round(np.abs(scaled) * _STEPS)[..., None] / _STEPS  # (..., 1)
    end = np.where(scaled[..., None] < 0, _NEGATIVE, _POSITIVE)  # (..., 3)
    return np.round(255 + (end - 255) * strength).astype(np.uint8)


def hex_colour(rgb: Sequence[int]) -> str:
    """Write one colour as ``#rrggbb``.

    Parameters
    ----------
    rgb : three ints
        Red, green and blue from 0 to 255.

    Returns
    -------
    str
        The colour as SVG and HTML understand it.
    """
    red, green, blue = rgb
    return f"#{red:02x}{green:02x}{blue:02x}"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as WCAG 2.1 defines it: 1 (equal) to 21 (black on white).

    Parameters
    ----------
    one, other : str
        Colours as ``#rrggbb``.

    Returns
    -------
    float
        The ratio; small text needs 4.5.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
