"""Windows that slide over one direction or two: where they stand, what they read, what no window reads."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 64  # pixels a side that can still be told apart in a drawing


@dataclass(frozen=True)
class Axis:
    """One direction: an input of `n` pixels and a window of `k` pixels that slides along it.

    Parameters
    ----------
    n, k : int
        Pixels of the input and of the window.
    stride, padding, dilation : int
        As in ``course.functional.output_size``.
    """

    n: int
    k: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def length(self) -> int:
        """Pixels with the padding at both ends."""
        return self.n + 2 * self.padding

    @property
    def reach(self) -> int:
        """Pixels from a window's first to its last, both counted."""
        return self.dilation * (self.k - 1) + 1

    @property
    def count(self) -> int:
        """How many windows fit: the size of the output, 0 if none does."""
        # Spelled out here: a unit that asks for output_size must not need the library's.
        return max((self.length - self.reach) // self.stride + 1, 0)

    @property
    def left_over(self) -> int:
        """Padded pixels behind the last window; all of them if none fits."""
        return self.length - ((self.count - 1) * self.stride + self.reach) if self.count else self.length

    @property
    def same(self) -> float:
        """The padding at each end that keeps the size at stride 1; not a whole number for an even reach."""
        return (self.reach - 1) / 2

    @property
    def full(self) -> int:
        """The padding with which the first window touches the input in one pixel."""
        return self.reach - 1

    def taps(self, index: int) -> NDArray[np.intp]:
        """Pixels that a window reads, counted from the input's first: padding is below 0 or from n on.

        Parameters
        ----------
        index : int
            Which window, from 0.

        Returns
        -------
        int array, (k,)
        """
        return index * self.stride - self.padding + self.dilation * np.arange(self.k)

    @cached_property
    def reads(self) -> NDArray[np.int64]:
        """How many windows read each padded pixel, (n + 2*padding,)."""
        reads = np.zeros(self.length, dtype=np.int64)
        for index in range(self.count):
            reads[self.taps(index) + self.padding] += 1
        return reads

    @property
    def unseen(self) -> list[int]:
        """Pixels of the input that no window reads."""
        inside = self.reads[self.padding : self.padding + self.n]
        return [int(i) for i in np.flatnonzero(inside == 0)]


@dataclass(frozen=True)
class Answer:
    """What a student's ``output_size`` says.

    Parameters
    ----------
    sentence : str
        The comparison in words.
    sizes : tuple of str
        Its answer for each size of the table, as text; empty where it gave none.
    wrong : tuple of bool
        Which of them are wrong.
    """

    sentence: str
    sizes: tuple[str, ...] = ()
    wrong: tuple[bool, ...] = ()


@dataclass(frozen=True)
class WindowsState:
    """What the figure shows.

    Parameters
    ----------
    across : Axis
        Along a row.
    down : Axis or None
        Along a column; None for one direction alone.
    step : int
        Which window, counted row by row from 0; ignored where none fits.
    answer : Answer or None
        What the student's function says.
    """

    across: Axis
    down: Axis | None = None
    step: int = 0
    answer: Answer | None = None

    @property
    def count(self) -> int:
        """Windows in all."""
        return self.across.count * (self.down.count if self.down else 1)

    @property
    def position(self) -> tuple[int, int]:
        """Row and column of the output; the row is 0 in one direction."""
        row, column = divmod(self.step, max(self.across.count, 1))
        return row, column

    @property
    def sizes(self) -> list[int]:
        """Sizes around the present one, for the table."""
        first = max(self.across.n - 4, 1)
        return list(range(first, first + 9))


def make_state(
    size: Any, kernel_size: Any = 3, stride: Any = 1, padding: Any = 0, dilation: Any = 1, who: str = "windows"
) -> WindowsState:
    """Take a size, an array or a layer and make a state of it.

    Parameters
    ----------
    size : int, pair of int, or array of one or two axes
        The input: its length, its height and width, or the input itself.
    kernel_size : int, pair of int, or a layer
        A layer brings its own stride, padding and dilation along.
    stride, padding, dilation : int or pair of int
        A pair is for rows and columns.
    who : str
        The name that an error begins with.

    Returns
    -------
    WindowsState

    Raises
    ------
    ValueError
        If a number is out of range or the input has more axes than two.
    """
    sides = _sides(size, who)
    if hasattr(kernel_size, "kernel_size"):
        layer = kernel_size
        kernel_size, stride, padding = layer.kernel_size, layer.stride, layer.padding
        dilation = getattr(layer, "dilation", 1)
    settings = [
        _both(name, value, least, len(sides), who)
        for name, value, least in (
            ("kernel_size", kernel_size, 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
            ("dilation", dilation, 1),
        )
    ]
    axes = [Axis(n, *(pair[i] for pair in settings)) for i, n in enumerate(sides)]
    for axis in axes:
        if axis.length > 3 * LARGEST:
            raise ValueError(f"{who}: {axis.n} pixels and a padding of {axis.padding} are too many to look at.")
    return WindowsState(axes[-1], axes[0] if len(axes) == 2 else None)


def _sides(size: Any, who: str) -> tuple[int, ...]:
    shape = size.shape if hasattr(size, "shape") and len(size.shape) else size
    sides = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if len(sides) not in (1, 2) or not all(_whole(side) and 1 <= side <= LARGEST for side in sides):
        raise ValueError(
            f"{who}: size must be a number of pixels from 1 to {LARGEST}, a pair (height, width) of them, or an array of "
            f"one or two axes, got {shape!r}."
        )
    return tuple(int(side) for side in sides)


def _both(name: str, value: Any, least: int, count: int, who: str) -> tuple[int, ...]:
    """The setting for each of `count` directions."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2 or not all(_whole(number) and number >= least for number in values):
        raise ValueError(f"{who}: {name} must be a whole number of at least {least}, or a pair of them, got {value!r}.")
    if count == 1 and values[0] != values[1]:
        raise ValueError(f"{who}: {name} is the pair {value!r}, but there is one direction only; give a size (H, W).")
    return tuple(int(number) for number in values)[:count]


def _whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
