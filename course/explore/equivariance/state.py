"""An image, what moves it, and what is done to it: before the move, and after it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from course.explore.drawing.grids import largest

Array = np.ndarray
BORDERS = {"zeros": "zeros", "wrap around": "wrap", "no padding": "none"}
MOVES = {"shift": "shift", "quarter turn": "turn", "twice as large": "zoom"}
THEN = {"nothing": "nothing", "ReLU": "relu", "max pooling 2×2": "pool", "largest of all": "largest"}
LEAST_SIDE, MOST_SIDE = 4, 96
LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure


@dataclass(frozen=True, eq=False)
class Motion:
    """One moment of the explorer.

    Parameters
    ----------
    image : float64 array, (H, W)
        What is moved.
    move : str
        T: "shift", "turn" (a quarter, to the left) or "zoom" (the middle, twice as large).
    down, across : int
        How far a shift goes; what leaves on one side comes in on the other.
    kernel : float64 array, (kH, kW)
        What the image is correlated with, unless there is an `f`.
    stride : int
        Of the layer, or of `f`.
    border : str
        "zeros", "wrap" or "none".
    then : str
        What follows the layer: "nothing", "relu", "pool" or "largest".
    margin : int
        Pixels of the maps along each side that are not compared.
    f : function or None
        From an image to its map, in place of the layer.
    f_name : str
        How sentences call it.
    fn : function or None
        The student's ``equivariance_error``.
    """

    image: Array
    move: str = "shift"
    down: int = 0
    across: int = 0
    kernel: Array | None = None
    stride: int = 1
    border: str = "zeros"
    then: str = "nothing"
    margin: int = 0
    f: Callable[[Array], Array] | None = None
    f_name: str = "f"
    fn: Callable[..., Any] | None = None

    @property
    def reduction(self) -> int:
        """Pixels of the image for one pixel of the map."""
        return self.stride * (2 if self.then == "pool" and self.f is None else 1)

    def moved(self, image: Array, by: int = 1) -> Array:
        """Apply T to an image, or to a map that is `by` times smaller."""
        if self.move == "shift":
            return np.roll(image, (self.down // by, self.across // by), axis=(0, 1))
        if self.move == "turn":
            return np.rot90(image)
        rows, columns = (n // 4 + np.arange(n) // 2 for n in image.shape)
        return image[rows[:, None], columns]

    def apply(self, image: Array) -> Array:
        """Apply f.

        Raises
        ------
        ValueError
            If a function of the user's fails or returns no map; the message is a sentence about it.
        """
        return self._own(image) if self.f is not None else self._layer(image)

    @cached_property
    def before(self) -> Array:
        """f(T(x)): moved first."""
        return self.apply(self.moved(self.image))

    @cached_property
    def map(self) -> Array:
        """f(x)."""
        return self.apply(self.image)

    @cached_property
    def after(self) -> Array:
        """T(f(x)): moved afterwards."""
        return self.moved(self.map, self.reduction)

    @cached_property
    def difference(self) -> Array | None:
        """f(T(x)) - T(f(x)), rounding errors put to 0; None where the two have different shapes."""
        if self.before.shape != self.after.shape:
            return None
        difference = self.before - self.after
        difference[np.abs(difference) < 1e-9 * largest(self.before)] = 0
        return difference

    @property
    def inside(self) -> Array | None:
        """The difference within the margin; None where nothing is left."""
        if self.difference is None or 2 * self.margin >= min(self.difference.shape):
            return None
        H, W = self.difference.shape
        return self.difference[self.margin : H - self.margin, self.margin : W - self.margin]

    @cached_property
    def problem(self) -> str:
        """Why there are no maps to compare; empty if there are."""
        try:
            _ = self.before, self.map
        except ValueError as error:
            return str(error)
        if self.difference is None:
            return (
                f"f(T(x)) has shape {self.before.shape}, but T(f(x)) {self.after.shape}: there is nothing to compare. "
                f"Use a square image for turns."
            )
        return ""

    def _layer(self, image: Array) -> Array:
        kernel = np.ones((1, 1)) if self.kernel is None else self.kernel
        kH, kW = kernel.shape
        if self.border != "none":
            ring = ((kH // 2, (kH - 1) // 2), (kW // 2, (kW - 1) // 2))
            image = np.pad(image, ring, mode="wrap" if self.border == "wrap" else "constant")
        windows = sliding_window_view(image, (kH, kW))[:: self.stride, :: self.stride]
        out = np.einsum("ijuv,uv->ij", windows, kernel)
        if self.then == "relu":
            return np.maximum(out, 0)
        if self.then == "pool":
            H, W = out.shape
            return out[: H // 2 * 2, : W // 2 * 2].reshape(H // 2, 2, W // 2, 2).max(axis=(1, 3))
        return out.max(keepdims=True) if self.then == "largest" else out

    def _own(self, image: Array) -> Array:
        try:
            out = np.array(self.f(image.copy()), dtype=float)  # type: ignore[misc]
        except NotImplementedError:
            raise ValueError(f"{self.f_name} is not written yet (NotImplementedError).") from None
        except Exception as error:
            message = f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]
            raise ValueError(f"{self.f_name} raised {message}") from None
        if out.ndim != 2 or not out.size:
            raise ValueError(f"{self.f_name} returned shape {out.shape}; a map (H, W) is asked for.")
        return out


def make_motion(image: ArrayLike, f: Any = None, **settings: Any) -> Motion:
    """Check what a user gives.

    Parameters
    ----------
    image : array, (H, W)
        Sides of 4 to 96 pixels.
    f : array (kH, kW), a layer, a function, or None
        What is done to the image: a kernel, a layer of ours for one channel, any function from an image to its map.
    **settings
        Further fields of `Motion`.

    Returns
    -------
    Motion

    Raises
    ------
    ValueError
        If one of them is not what it should be.
    """
    picture = np.array(image, dtype=float)
    if picture.ndim != 2 or min(picture.shape) < LEAST_SIDE or max(picture.shape) > MOST_SIDE:
        raise ValueError(
            f"equivariance: image has shape {picture.shape}; give (H, W) with sides of {LEAST_SIDE} to {MOST_SIDE} "
            "pixels, image[::2, ::2] for example"
        )
    for name, known in (("move", MOVES), ("border", BORDERS), ("then", THEN)):
        if settings.get(name) is not None and settings[name] not in known.values():
            raise ValueError(f"equivariance: {name} must be one of {', '.join(known.values())}, got {settings[name]!r}")
    for name, least in (("down", -MOST_SIDE), ("across", -MOST_SIDE), ("stride", 1), ("margin", 0)):
        value = settings.get(name, least)
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"equivariance: {name} must be a whole number of at least {least}, got {value!r}")
    if callable(f):
        return Motion(picture, f=_function(f), f_name=_name(f), **settings)
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] if f is None else f, dtype=float)
    if kernel.ndim != 2 or not kernel.size or max(kernel.shape) > min(picture.shape):
        raise ValueError(
            f"equivariance: a kernel has shape (kH, kW) and fits into the image, got {kernel.shape} for {picture.shape}"
        )
    return Motion(picture, kernel=kernel, **settings)


def _function(f: Any) -> Callable[[Array], Array]:
    """A layer takes (N, C, H, W); a function an image."""
    if hasattr(f, "forward") and hasattr(f, "named_parameters"):
        return lambda image: f(image[None, None])[0, 0]
    return f


def _name(f: Any) -> str:
    name = getattr(f, "__name__", "")
    return f"{name}()" if name and name != "<lambda>" else "your function"
