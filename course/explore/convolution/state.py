"""What a figure of a convolution shows: the layer, its input, one filter and one output cell."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from course.explore.convolution.numbers import Convolution, Floats, Pair
from course.explore.convolution.student import Answer


@dataclass(frozen=True, eq=False)
class ConvolutionState:
    """One moment of the explorer: a convolution, a filter, an output cell, a student's answer.

    Parameters
    ----------
    convolution : Convolution
        The layer and its input.
    filter : int
        Which filter, and so which output channel.
    step : int
        Which cell of the output, counted row by row from 0; ignored where there is no output.
    answer : Answer or None
        What the student's function made of the same input.
    """

    convolution: Convolution
    filter: int = 0
    step: int = 0
    answer: Answer | None = None

    @property
    def position(self) -> Pair:
        """Row and column of the output cell."""
        row, column = divmod(self.step, self.convolution.out_size[1])
        return row, column

    @property
    def kernel(self) -> Floats:
        """The chosen filter, (C, kH, kW)."""
        return self.convolution.weight[self.filter]

    @cached_property
    def window(self) -> Floats:
        """The part of the padded input under the filter, (C, kH, kW)."""
        rows, columns = (self.convolution.taps(axis, self.position[axis]) for axis in (0, 1))
        return self.convolution.padded[:, rows[:, None], columns]

    @cached_property
    def products(self) -> Floats:
        """Window times filter, (C, kH, kW)."""
        return self.window * self.kernel

    @cached_property
    def sums(self) -> Floats:
        """The sum of each channel's products, (C,)."""
        return self.products.sum(axis=(1, 2))

    @property
    def faulty(self) -> tuple[Floats, NDArray[np.bool_]] | None:
        """A student's wrong map and where it is wrong, (H_out, W_out) both; None unless some filter's map is."""
        answer = self.answer
        if answer is None or answer.out is None or answer.wrong is None or not answer.wrong.any():
            return None
        return answer.out[self.filter], answer.wrong[self.filter]

    @property
    def value(self) -> float:
        """The right number in the output cell."""
        return float(self.convolution.out[self.filter, *self.position])
