"""One pooling of one map: its windows, its winners, its gradients."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.explore.pooling.student import Answer

Pair = tuple[int, int]
Floats = NDArray[np.float64]
KINDS = ("max", "average")
LONGEST = 64  # rows or columns of a map that can be drawn


@dataclass(frozen=True, eq=False)
class Pooling:
    """Everything that does not depend on the window we look at.

    Parameters
    ----------
    x : float64 array, (H, W)
        The map that goes in.
    kernel, stride, padding : pair of int
        For rows and for columns.
    kind : str
        "max" or "average".
    upstream : float64 array or None
        Gradients that arrive at the outputs; where they do not fit, they are 1, 2, 3 and so on.
    """

    x: Floats
    kernel: Pair
    stride: Pair
    padding: Pair
    kind: str = "max"
    upstream: Floats | None = None

    @property
    def out_size(self) -> Pair:
        """H_out and W_out; 0 where no window fits."""
        numbers = zip(self.x.shape, self.kernel, self.stride, self.padding, strict=True)
        rows, columns = (max((n + 2 * p - k) // s + 1, 0) for n, k, s, p in numbers)
        return rows, columns

    @property
    def problem(self) -> str:
        """Why there is no output, in a sentence; empty if there is one."""
        if any(2 * p > k for p, k in zip(self.padding, self.kernel, strict=True)):
            return (
                f"No output: padding {self.padding[0]} is more than half of window {self.kernel[0]}, so that a window "
                "could lie wholly in the border; use less padding or a larger window."
            )
        if min(self.out_size) < 1:
            return (
                f"No output: a window of {by(self.kernel)} does not fit into {by(self.x.shape)}; use a smaller window."
            )
        return ""

    @cached_property
    def out(self) -> Floats:
        """The right output, (H_out, W_out)."""
        # Imported late, here and below: where a unit asks for these functions, their room may be closed to the notebook.
        from course import functional as F

        forward = F.max_pool2d_forward if self.kind == "max" else F.avg_pool2d_forward
        return forward(self.x[None, None], self.kernel, self.stride, self.padding)[0, 0]

    @cached_property
    def grad_out(self) -> Floats:
        """The gradients that arrive, (H_out, W_out)."""
        if self.upstream is not None and self.upstream.shape == self.out_size:
            return self.upstream
        return np.arange(1.0, 1 + self.out_size[0] * self.out_size[1]).reshape(self.out_size)

    def grad_x(self, windows: int | None = None) -> Floats:
        """Find what the map's numbers have got from the first so many windows.

        Parameters
        ----------
        windows : int or None
            How many windows have handed on their gradient; None means all.

        Returns
        -------
        float64 array, (H, W)
        """
        from course import functional as F

        backward = F.max_pool2d_backward if self.kind == "max" else F.avg_pool2d_backward
        arrived = np.where(np.arange(self.grad_out.size) < (windows or self.grad_out.size), self.grad_out.ravel(), 0.0)
        grad_out = arrived.reshape(self.out_size)[None, None]
        return backward(grad_out, self.x[None, None], self.kernel, self.stride, self.padding)[0, 0]

    def window(self, step: int) -> tuple[range, range]:
        """Rows and columns under a window, counted in the map: below 0 and beyond its end they are border."""
        position = divmod(step, self.out_size[1])
        numbers = zip(position, self.kernel, self.stride, self.padding, strict=True)
        rows, columns = (range(i * s - p, i * s - p + k) for i, k, s, p in numbers)
        return rows, columns

    def pixels(self, step: int) -> list[Pair]:
        """The map's own numbers under a window, row by row."""
        rows, columns = self.window(step)
        height, width = self.x.shape
        return [(r, c) for r in rows for c in columns if 0 <= r < height and 0 <= c < width]

    def winners(self, step: int) -> list[Pair]:
        """Where the largest numbers of a window stand: the first of them wins."""
        pixels = self.pixels(step)
        best = max(self.x[place] for place in pixels)
        return [place for place in pixels if self.x[place] == best]


@dataclass(frozen=True, eq=False)
class PoolingState:
    """One moment of the explorer.

    Parameters
    ----------
    pooling : Pooling
        The map and how it is pooled.
    step : int
        Which window, counted row by row from 0.
    out, grad_x : Answer or None
        What the student's functions, or a rule to be tried, made of it.
    """

    pooling: Pooling
    step: int = 0
    out: Answer | None = None
    grad_x: Answer | None = None

    @property
    def position(self) -> Pair:
        """Row and column of the output."""
        row, column = divmod(self.step, self.pooling.out_size[1])
        return row, column


def make_pooling(
    x: ArrayLike,
    kernel_size: int | Pair = 2,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    kind: str = "max",
    grad_out: ArrayLike | None = None,
) -> Pooling:
    """Take what a user has at hand and make a `Pooling` of copies.

    Parameters
    ----------
    x : array, (H, W), or with axes of length 1 before
        The map; at most 64 rows and columns.
    kernel_size, stride, padding : int or pair of int
        As in ``course.functional.max_pool2d_forward``.
    kind : str
        "max" or "average".
    grad_out : array or None
        Gradients that arrive, of the output's shape.

    Returns
    -------
    Pooling

    Raises
    ------
    ValueError
        If the map is none, a number is out of range, or no window fits.
    """
    plane = _numbers("x", x)
    plane = plane.reshape(plane.shape[-2:]) if plane.ndim > 2 and max(plane.shape[:-2]) == 1 else plane
    if plane.ndim != 2 or not plane.size or max(plane.shape) > LONGEST:
        raise ValueError(
            f"pooling: x has shape {plane.shape}; expected one map (H, W) of 1 to {LONGEST} rows and columns"
        )
    if kind not in KINDS:
        raise ValueError(f"pooling: kind must be 'max' or 'average', got {kind!r}")
    kernel = _pair("kernel_size", kernel_size, 1)
    step = kernel if stride is None else _pair("stride", stride, 1)
    pooling = Pooling(plane, kernel, step, _pair("padding", padding, 0), kind)
    if pooling.problem:
        raise ValueError(f"pooling: {pooling.problem.removeprefix('No output: ')}")
    if grad_out is None:
        return pooling
    upstream = _numbers("grad_out", grad_out)
    if upstream.size != pooling.out.size:
        raise ValueError(f"pooling: grad_out has shape {upstream.shape}, but the output has shape {pooling.out_size}")
    return Pooling(plane, kernel, step, pooling.padding, kind, upstream.reshape(pooling.out_size))


def by(size: tuple[int, ...]) -> str:
    """Write a size as 3x3, with a true multiplication sign."""
    return "×".join(map(str, size))


def _numbers(name: str, values: ArrayLike) -> Floats:
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"pooling: {name} is no array of numbers") from None
    if not np.isfinite(array).all():
        raise ValueError(f"pooling: {name} holds numbers that are not finite")
    return array


def _pair(name: str, value: int | Pair, least: int) -> Pair:
    pair = np.broadcast_to(value, 2) if np.size(value) in (1, 2) else np.array([])
    if pair.size != 2 or not np.issubdtype(pair.dtype, np.integer) or pair.min() < least:
        raise ValueError(f"pooling: {name} must be an int of at least {least} or a pair of them, got {value!r}")
    return int(pair[0]), int(pair[1])
