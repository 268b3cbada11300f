"""The numbers of a layer: those that an optimiser changes, and those that are only kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np

Draw = Callable[[tuple[int, ...]], np.ndarray]


class Parameter:
    """An array that an optimiser changes, and the gradient that tells it how.

    Its first numbers may be drawn late, when somebody asks for `data`: a VGG-16 whose shapes are looked at and no more never
    draws its 138 million.

    Parameters
    ----------
    data : the numbers; or their shape, and
    draw : what makes float32 numbers of that shape, called once at most

    Attributes
    ----------
    data : the numbers
    grad : the gradient of the loss with respect to them, same shape; None before the first backward pass
    shape, dtype, size : of the numbers, known without drawing them

    Examples
    --------
    >>> Parameter((2, 3), np.zeros).data.shape
    (2, 3)
    """

    def __init__(self, data: np.ndarray | tuple[int, ...], draw: Draw | None = None) -> None:
        self._data = None if isinstance(data, tuple) else data
        self._draw = draw
        self.shape: tuple[int, ...] = data if isinstance(data, tuple) else data.shape
        self.grad: np.ndarray | None = None

    @property
    def data(self) -> np.ndarray:
        if self._data is None:
            assert self._draw is not None
            self._data = self._draw(self.shape).astype(np.float32, copy=False)
        return self._data

    @data.setter
    def data(self, data: np.ndarray) -> None:
        self._data, self.shape = data, data.shape

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(np.float32) if self._data is None else self._data.dtype

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def add_grad(self, grad: np.ndarray) -> None:
        """Add to the gradient: a parameter used twice hears from both places, and `zero_grad` starts afresh."""
        self.grad = grad if self.grad is None else self.grad + grad

    def __repr__(self) -> str:
        return f"Parameter{self.shape}"


class Buffer:
    """An array that belongs to a network's state and that no optimiser changes, such as a running mean.

    Attributes
    ----------
    data : the numbers
    """

    def __init__(self, data: np.ndarray) -> None:
        self.data = data

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    def __repr__(self) -> str:
        return f"Buffer{self.shape}"


@contextmanager
def undrawn(parameters: Iterable[Parameter]) -> Iterator[None]:
    """For a look at shapes: parameters not drawn yet stand for themselves with memory that nobody has touched, until the end."""
    waiting = [p for p in parameters if p._data is None]
    for p in waiting:
        p._data = np.empty(p.shape, np.float32)  # the system hands out no page before it is written to
    try:
        yield
    finally:
        for p in waiting:
            p._data = None
