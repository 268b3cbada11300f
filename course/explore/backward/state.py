"""What the backward figure shows: one of four ways to look at a backward pass, and one number in it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from course.explore.backward.numbers import Backward
from course.explore.backward.student import Answer
from course.explore.convolution.numbers import Floats

SCATTER, REACH, WEIGHT, CONVOLUTION = "scatter", "forward set", "weight", "convolution"
VIEWS = {
    "where each gradient goes": SCATTER,
    "which outputs a pixel went into": REACH,
    "the gradient of one weight": WEIGHT,
    "the gradient as a convolution": CONVOLUTION,
}


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the figure: two grids, their products, their sum.

    Parameters
    ----------
    left, middle, products : float64 array, (rows, columns)
        What is multiplied, and the result in the arrangement of `middle`.
    taps : list of pairs
        Which cells of `left` take part.
    used : bool array
        Which cells of `middle` take part.
    titles : pair of str
        Names of `left` and `middle`.
    inner : tuple of four ints, or None
        Row, column, height and width of what is not padding in `left`.
    """

    left: Floats
    middle: Floats
    products: Floats
    taps: list[tuple[int, int]]
    used: NDArray[np.bool_]
    titles: tuple[str, str]
    inner: tuple[int, int, int, int] | None = None

    @property
    def sum(self) -> float:
        """What the products add up to."""
        return float(self.products.sum())


@dataclass(frozen=True, eq=False)
class BackwardState:
    """One moment of the explorer.

    Parameters
    ----------
    backward : Backward
        The layer, its input, the gradient from above.
    view : str
        `SCATTER`, `REACH`, `WEIGHT` or `CONVOLUTION`.
    step : int
        Which output, pixel or weight, counted row by row from 0.
    channel, filter : int
        Which input channel; with `WEIGHT`, which filter too.
    flipped : bool
        With `CONVOLUTION`: whether the kernels are turned by 180 degrees.
    answer : Answer or None
        What the student's function made of it.
    """

    backward: Backward
    view: str = SCATTER
    step: int = 0
    channel: int = 0
    filter: int = 0
    flipped: bool = False
    answer: Answer | None = None

    @property
    def count(self) -> int:
        """How many steps there are: outputs of all filters, pixels of a channel, weights of a kernel."""
        convolution = self.backward.convolution
        if self.view == SCATTER:
            return self.backward.grad_out.size
        return convolution.weight[0, 0].size if self.view == WEIGHT else convolution.x[0].size

    @property
    def source(self) -> tuple[int, int, int]:
        """With `SCATTER`: filter, row and column of the output that hands back its gradient."""
        f, i, j = np.unravel_index(self.step, self.backward.grad_out.shape)
        return int(f), int(i), int(j)

    @property
    def position(self) -> tuple[int, int]:
        """Row and column of the pixel or of the weight; with `SCATTER`, of the window's first pixel, padding counted off."""
        convolution = self.backward.convolution
        if self.view == SCATTER:
            _, i, j = self.source
            row, column = (n * s - p for n, s, p in zip((i, j), convolution.stride, convolution.padding, strict=True))
            return row, column
        wide = convolution.weight.shape[3] if self.view == WEIGHT else convolution.x.shape[2]
        row, column = divmod(self.step, wide)
        return row, column

    @property
    def shown_filters(self) -> list[int]:
        """The filters that have a row each."""
        if self.view == SCATTER:
            return [self.source[0]]
        return [self.filter] if self.view == WEIGHT else list(range(len(self.backward.grad_out)))

    def row(self, f: int) -> Row:
        """The line of one filter."""
        make = {SCATTER: self._scattered, REACH: self._reached, WEIGHT: self._weighed, CONVOLUTION: self._convolved}
        return make[self.view](f)

    @cached_property
    def sums(self) -> list[float]:
        """What every shown filter contributes."""
        return [self.row(f).sum for f in self.shown_filters]

    @property
    def name(self) -> str:
        """The gradient that is shown, as code would name it."""
        plane = self.backward.convolution.plane
        if self.view == WEIGHT:
            return "grad_weight" if plane else f"grad_weight[{self.filter}, {self.channel}]"
        return "grad_x" if plane else f"grad_x[{self.channel}]"

    @cached_property
    def result(self) -> Floats:
        """The gradient as this view computes it, as far as it has come."""
        if self.view == WEIGHT:
            return self.backward.grad_weight[self.filter, self.channel]
        if self.view == CONVOLUTION:
            return self.backward.convolved(self.flipped)[self.channel]
        return self.backward.handed_back(self.step + 1 if self.view == SCATTER else self.backward.grad_out.size)[
            self.channel
        ]

    @property
    def slopes(self) -> Floats:
        """The measured slopes beside it."""
        if self.view == WEIGHT:
            return self.backward.slope_weight[self.filter, self.channel]
        return self.backward.slope_x[self.channel]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Where the result differs from the slopes; nowhere while gradients are still on their way."""
        if self.view == SCATTER and self.step < self.count - 1:
            return np.zeros(self.result.shape, bool)
        return ~np.isclose(self.result, self.slopes, rtol=0, atol=1e-5 * float(np.abs(self.slopes).max(initial=1.0)))

    @property
    def faulty(self) -> tuple[Floats, NDArray[np.bool_]] | None:
        """The student's numbers beside the shown ones and where they are wrong; None unless that gradient is."""
        answer = self.answer
        if answer is None:
            return None
        values, wrong = (answer.weight, answer.weight_wrong) if self.view == WEIGHT else (answer.x, answer.x_wrong)
        if values is None or wrong is None or not wrong.any():
            return None
        at = (self.filter, self.channel) if self.view == WEIGHT else (self.channel,)
        return values[at], wrong[at]

    def _kernel_title(self, f: int) -> str:
        return "kernel" if self.backward.convolution.plane else f"weight[{f}, {self.channel}]"

    def _grad_title(self, f: int) -> str:
        return "grad_out" if self.backward.convolution.plane else f"grad_out[{f}]"

    def _scattered(self, f: int) -> Row:
        grad, kernel = self.backward.grad_out[f], self.backward.convolution.weight[f, self.channel]
        _, i, j = self.source
        every = np.ones(kernel.shape, bool)
        titles = (self._grad_title(f), self._kernel_title(f))
        return Row(grad, kernel, grad[i, j] * kernel, [(i, j)], every, titles)

    def _reached(self, f: int) -> Row:
        convolution, kernel = self.backward.convolution, self.backward.convolution.weight[f, self.channel]
        grad, (row, column) = self.backward.grad_out[f], self.position
        products, used, taps = np.zeros(kernel.shape), np.zeros(kernel.shape, bool), []
        (sH, sW), (pH, pW) = convolution.stride, convolution.padding
        for u, v in np.ndindex(kernel.shape):
            (i, odd), (j, odder) = divmod(row + pH - u, sH), divmod(column + pW - v, sW)
            if odd == odder == 0 and 0 <= i < grad.shape[0] and 0 <= j < grad.shape[1]:
                products[u, v], used[u, v] = grad[i, j] * kernel[u, v], True
                taps.append((i, j))
        return Row(grad, kernel, products, taps, used, (self._grad_title(f), self._kernel_title(f)))

    def _weighed(self, f: int) -> Row:
        convolution, grad, (u, v) = self.backward.convolution, self.backward.grad_out[f], self.position
        padded = convolution.padded[self.channel]
        (sH, sW), (pH, pW), (_, H, W) = convolution.stride, convolution.padding, convolution.x.shape
        taps = [(u + sH * i, v + sW * j) for i, j in np.ndindex(grad.shape)]
        seen = np.array([padded[place] for place in taps]).reshape(grad.shape)
        titles = ("x" if convolution.plane else f"x[{self.channel}]", self._grad_title(f))
        return Row(padded, grad, seen * grad, taps, np.ones(grad.shape, bool), titles, (pH, pW, H, W))

    def _convolved(self, f: int) -> Row:
        backward, (row, column) = self.backward, self.position
        kernel = backward.convolution.weight[f, self.channel]
        kernel = kernel[::-1, ::-1] if self.flipped else kernel
        spread, (kH, kW), (top, left) = backward.spread[f], kernel.shape, backward.own_padding
        taps = [(row + u, column + v) for u, v in np.ndindex(kernel.shape)]
        window = spread[row : row + kH, column : column + kW]
        _, H_out, W_out = backward.grad_out.shape
        (sH, sW) = backward.convolution.stride
        inner = (top, left, (H_out - 1) * sH + 1, (W_out - 1) * sW + 1)
        how = "flipped" if self.flipped else "as it is"
        titles = (self._grad_title(f), f"{self._kernel_title(f)} {how}")
        return Row(spread, kernel, window * kernel, taps, np.ones(kernel.shape, bool), titles, inner)
