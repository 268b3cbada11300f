"""Surfaces over two weights: each has one thing that is hard for somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WIDE, TALL = (-3.0, 3.0), (-2.0, 2.0)
STEP = 1e-5  # of the numerical gradient


@dataclass(frozen=True, eq=False)
class Surface:
    """A height over two weights.

    Parameters
    ----------
    name : str
        What it is called.
    height : function
        ``height(x, y)``, for numbers and for arrays.
    start : pair of float
        Where a walk begins unless told otherwise.
    lowest : pairs of float
        The minima, the deepest first; none where they are not known.
    gradient : function or None
        ``gradient(x, y)`` gives two numbers; None: measured by two small steps.
    """

    name: str
    height: Callable[[Any, Any], Any]
    start: tuple[float, float]
    lowest: tuple[tuple[float, float], ...] = ()
    gradient: Callable[[float, float], tuple[float, float]] | None = None

    def slope(self, place: Array) -> Array:
        """The gradient at a place, (2,)."""
        x, y = place.tolist()
        if self.gradient is not None:
            return np.array(self.gradient(x, y), dtype=float)
        h = self.height
        across, up = h(x + STEP, y) - h(x - STEP, y), h(x, y + STEP) - h(x, y - STEP)
        return np.array([across, up], dtype=float) / (2 * STEP)


def _slanted(x: Any, y: Any) -> Any:
    along, over = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
    return (along**2 + 25 * over**2) / 2


def _slanted_gradient(x: float, y: float) -> tuple[float, float]:
    along, over = 0.8 * x + 0.6 * y, 25 * (0.8 * y - 0.6 * x)
    return 0.8 * along - 0.6 * over, 0.6 * along + 0.8 * over


def _plateau_gradient(x: float, y: float) -> tuple[float, float]:
    e = 2 * float(np.exp(-(x * x + y * y)))
    return x * e, y * e


SURFACES = {
    surface.name: surface
    for surface in (
        Surface("valley", lambda x, y: (x**2 + 25 * y**2) / 2, (-2.5, 1.0), ((0.0, 0.0),), lambda x, y: (x, 25 * y)),
        Surface("slanted valley", _slanted, (-2.6, -0.7), ((0.0, 0.0),), _slanted_gradient),
        Surface(
            "banana",
            lambda x, y: ((1 - x) ** 2 + 10 * (y - x**2) ** 2) / 2,
            (-1.2, 1.6),
            ((1.0, 1.0),),
            lambda x, y: (x - 1 - 20 * x * (y - x**2), 10 * (y - x**2)),
        ),
        Surface(
            "saddle",
            lambda x, y: (x**2 - y**2) / 2 + y**4 / 8,
            (-2.5, 0.01),
            ((0.0, 2**0.5), (0.0, -(2**0.5))),
            lambda x, y: (x, -y + y**3 / 2),
        ),
        Surface(
            "two hollows",
            lambda x, y: (x**2 - 2.25) ** 2 / 6 + 0.3 * x + y**2 / 2,
            (2.6, 1.2),
            ((-1.59146425, 0.0), (1.38770438, 0.0)),
            lambda x, y: (2 * x * (x**2 - 2.25) / 3 + 0.3, y),
        ),
        Surface("plateau", lambda x, y: 1 - np.exp(-(x**2) - y**2), (-1.9, 1.0), ((0.0, 0.0),), _plateau_gradient),
    )
}
"""By name: a valley 25 times as steep across as along, and what else makes a descent hard."""


def find(surface: Any, owner: str) -> Surface:
    """Return a surface by its name, or make one of a function.

    Parameters
    ----------
    surface : str or function
        A key of `SURFACES`, or ``height(x, y)`` of one's own, tried on numbers and on arrays.
    owner : str
        Who asks, for the sentence.

    Returns
    -------
    Surface

    Raises
    ------
    ValueError
        If there is no such surface, or the function gives no finite height.
    """
    if callable(surface):
        xs, ys = np.meshgrid(np.linspace(*WIDE, 7), np.linspace(*TALL, 5))
        try:
            heights = np.asarray(surface(xs, ys), dtype=float)
        except Exception as error:
            raise ValueError(f"{owner}: the surface raised {type(error).__name__}: {error}.") from None
        if heights.shape != xs.shape or not np.isfinite(heights).all():
            raise ValueError(
                f"{owner}: the surface must give a finite height for every x from -3 to 3 and y from -2 to 2, arrays included."
            )
        return Surface(
            getattr(surface, "__name__", "your surface").replace("<lambda>", "your surface"), surface, (-2.5, 1.0)
        )
    if surface not in SURFACES:
        raise ValueError(f"{owner}: there is no surface {surface!r}; take one of {', '.join(SURFACES)}, or a function.")
    return SURFACES[surface]
