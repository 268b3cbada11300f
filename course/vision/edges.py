"""Edges: how fast, and in which direction, an image becomes brighter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.vision.filters import _fixed, correlate

SOBEL_X = _fixed([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 4)
"""Subtract along the row, smooth down the column. Divided by 4, so that a step from 10 to 100 gives 90."""

SOBEL_Y = _fixed([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], 4)
"""`SOBEL_X` turned: positive where the image becomes brighter downwards."""

PREWITT_X = _fixed([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], 3)
"""As `SOBEL_X` with three equal rows. Divided by 3, so that a step from 10 to 100 gives 90; undivided it gives 270."""

PREWITT_Y = _fixed([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], 3)
"""`PREWITT_X` turned."""


class Gradient(NamedTuple):
    """What an edge filter finds at every pixel; unpacks as ``gx, gy, magnitude``.

    Attributes
    ----------
    gx : (..., H, W), positive where the image becomes brighter to the right
    gy : (..., H, W), positive where it becomes brighter downwards, in the direction in which rows are counted
    magnitude : (..., H, W), sqrt(gx^2 + gy^2)
    """

    gx: np.ndarray
    gy: np.ndarray
    magnitude: np.ndarray

    @property
    def direction(self) -> np.ndarray:
        """Where the image becomes brighter, at right angles to the edge, in radians from -pi to pi.

        0 is to the right, pi/2 downwards, so on the screen the angle grows clockwise; where there is no edge it is 0.
        """
        return np.arctan2(self.gy, self.gx)


def sobel(image: np.ndarray, border: str = "replicate") -> Gradient:
    """Differences to the right and downwards, smoothed over three pixels with weights 1, 2, 1 (`SOBEL_X`, `SOBEL_Y`).

    The kernels slide as they are (cross-correlation); a library that flips them has the opposite signs. Each is divided by 4,
    so a step of height d gives d on both sides of it, and a ramp that rises by d a pixel gives 2d.

    Parameters
    ----------
    image : (H, W), (C, H, W), or any axes before (H, W)
    border : "replicate", "zeros", "reflect" or "crop", see `correlate`; with "zeros" the frame itself becomes an edge

    Returns
    -------
    Gradient : gx, gy, magnitude, each (..., H, W) ((..., H - 2, W - 2) with "crop"), and `.direction`

    Raises
    ------
    ValueError : as `correlate`

    References
    ----------
    I. Sobel, G. Feldman, *A 3x3 isotropic gradient operator for image processing*, talk at the Stanford Artificial Intelligence
    Project (1968).

    Examples
    --------
    >>> step = np.array([[10, 10, 100, 100]] * 3)
    >>> gx, gy, magnitude = sobel(step)
    >>> gx[1], gy[1]
    (array([ 0., 90., 90.,  0.]), array([0., 0., 0., 0.]))
    >>> sobel(step.T).direction[1] / np.pi  # brighter downwards: a quarter of a turn
    array([0.5, 0.5, 0.5])
    """
    return _gradient(image, SOBEL_X, SOBEL_Y, border)


def prewitt(image: np.ndarray, border: str = "replicate") -> Gradient:
    """As `sobel`, with equal weights for the three pixels (`PREWITT_X`, `PREWITT_Y`), each kernel divided by 3.

    Parameters, returns and errors as `sobel`.

    References
    ----------
    J. M. S. Prewitt, *Object enhancement and extraction*, in: Picture Processing and Psychopictorics, Academic Press (1970).

    Examples
    --------
    >>> prewitt(np.array([[10, 10, 100, 100]] * 3)).gx[1]
    array([ 0., 90., 90.,  0.])
    """
    return _gradient(image, PREWITT_X, PREWITT_Y, border)


def _gradient(image: np.ndarray, kernel_x: np.ndarray, kernel_y: np.ndarray, border: str) -> Gradient:
    gx, gy = correlate(image, kernel_x, border), correlate(image, kernel_y, border)
    return Gradient(gx, gy, np.hypot(gx, gy))
