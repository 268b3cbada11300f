"""What the matrix figure shows: an image, a kernel, their matrix, one window and one pixel."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MOST_PIXELS = 100  # of the image: the matrix has as many columns


@dataclass(frozen=True, eq=False)
class Answer:
    """What a student's ``conv_matrix`` returned: a sentence, and where it is wrong if the shape is right."""

    sentence: str
    values: Floats | None = None
    wrong: NDArray[np.bool_] | None = None

    @property
    def faulty(self) -> bool:
        """Whether there is something to mark."""
        return self.wrong is not None and bool(self.wrong.any())


@dataclass(frozen=True, eq=False)
class MatrixState:
    """One moment of the explorer.

    Parameters
    ----------
    image : float64 array, (H, W)
        The image.
    kernel : float64 array, (kH, kW)
        The kernel; it fits into the image.
    transposed : bool
        Whether the transpose is shown: from the map back to the image.
    window, pixel : int
        What is looked at: a row and a column of the matrix, counted row by row in the output and in the image.
    answer : Answer or None
        What the student's function made of the kernel.
    """

    image: Floats
    kernel: Floats
    transposed: bool = False
    window: int = 0
    pixel: int = 0
    answer: Answer | None = None

    @property
    def out_size(self) -> tuple[int, int]:
        """H_out and W_out."""
        return self.image.shape[0] - self.kernel.shape[0] + 1, self.image.shape[1] - self.kernel.shape[1] + 1

    @cached_property
    def matrix(self) -> Floats:
        """The convolution as a matrix, (H_out*W_out, H*W)."""
        # Imported late: where a unit asks for this function, its room may be closed to the notebook.
        from course.functional import conv_matrix

        return conv_matrix(self.kernel, (self.image.shape[0], self.image.shape[1]))

    @cached_property
    def out(self) -> Floats:
        """The correlation of image and kernel, (H_out, W_out)."""
        return (self.matrix @ self.image.ravel()).reshape(self.out_size)

    @cached_property
    def back(self) -> Floats:
        """The transpose applied to the output, (H, W)."""
        return (self.matrix.T @ self.out.ravel()).reshape(self.image.shape)

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the window's upper left pixel: the same as of its output."""
        row, column = divmod(self.window, self.out_size[1])
        return row, column

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the pixel."""
        row, column = divmod(self.pixel, self.image.shape[1])
        return row, column

    @cached_property
    def taps(self) -> NDArray[np.bool_]:
        """Where the matrix holds a number of the kernel, a 0 among them included; (H_out*W_out, H*W)."""
        from course.functional import conv_matrix

        return conv_matrix(np.ones(self.kernel.shape), (self.image.shape[0], self.image.shape[1])) > 0


def make_state(image: ArrayLike, kernel: ArrayLike) -> MatrixState:
    """Take what a user has at hand and make a state of copies.

    Parameters
    ----------
    image : array, (H, W), at most 100 pixels
    kernel : array, (kH, kW)

    Returns
    -------
    MatrixState

    Raises
    ------
    ValueError
        If one of them is no matrix of numbers, the kernel does not fit, or the image is too large to look at.
    """
    try:
        x, k = np.array(image, dtype=float), np.array(kernel, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("matrix figure: image and kernel must be arrays of numbers.") from None
    if x.ndim != 2 or k.ndim != 2 or 0 in (*x.shape, *k.shape):
        raise ValueError(
            f"matrix figure: image has shape {x.shape} and kernel {k.shape}; expected (H, W) and (kH, kW), no side of length 0."
        )
    if k.shape[0] > x.shape[0] or k.shape[1] > x.shape[1]:
        raise ValueError(f"matrix figure: a kernel of {k.shape} does not fit into an image of {x.shape}.")
    if x.size > MOST_PIXELS:
        raise ValueError(
            f"matrix figure: an image of {x.shape[0]} x {x.shape[1]} gives a matrix with {x.size:,} columns, too many to look at; "
            f"give at most {MOST_PIXELS} pixels."
        )
    return MatrixState(x, k)


def compare(fn: Callable[..., Any], state: MatrixState) -> Answer:
    """Call a student's ``conv_matrix(kernel, image_shape)`` and compare; an exception of theirs becomes the sentence."""
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    try:
        result = fn(state.kernel.copy(), state.image.shape)
    except NotImplementedError:
        return Answer(f"{name} is not written yet (NotImplementedError).")
    except Exception as error:
        return Answer(f"{name} raised {f'{type(error).__name__}: {error}'[:300]}")
    if result is None:
        return Answer(f"{name} returned None: is there a return at its end?")
    try:
        values = np.array(result, dtype=float)
    except (TypeError, ValueError):
        return Answer(f"{name} returned {type(result).__name__}, not an array of numbers.")
    if values.shape != state.matrix.shape:
        return Answer(f"{name} returned shape {values.shape}; expected {state.matrix.shape}.")
    wrong = ~np.isclose(
        values, state.matrix, rtol=1e-5, atol=1e-5 * float(np.abs(state.kernel).max() or 1), equal_nan=True
    )
    if not wrong.any():
        return Answer(f"{name} agrees with the right matrix in all {wrong.size} numbers.", values, wrong)
    row, column = np.argwhere(wrong)[0]
    sentence = f"{name} differs in {wrong.sum()} of {wrong.size} numbers, first at row {row}, column {column}."
    return Answer(sentence, values, wrong)
