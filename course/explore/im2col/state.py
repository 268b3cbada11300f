"""What the im2col figure shows: an image, its columns, one column and one row of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[int, int]
Floats = NDArray[np.float64]
MOST_NUMBERS = 1024  # of an image: beyond that the matrix is too large to look at

IM2COL, COL2IM, COUNT, TRANSPOSED = "im2col", "col2im", "count", "transposed"
SHOWS = {
    "im2col: image to columns": IM2COL,
    "col2im: columns back to the image": COL2IM,
    "col2im of ones: count the windows": COUNT,
    "transposed convolution: kernel times map": TRANSPOSED,
}


@dataclass(frozen=True, eq=False)
class Answer:
    """What a student's function returned.

    Parameters
    ----------
    sentence : str
        The comparison in words.
    values : float64 array or None
        Its result, (K, L) for im2col and (C, H, W) for col2im, if the shape is right.
    wrong : bool array or None
        Where it differs.
    """

    sentence: str
    values: Floats | None = None
    wrong: NDArray[np.bool_] | None = None

    @property
    def faulty(self) -> bool:
        """Whether there is something to mark."""
        return self.wrong is not None and bool(self.wrong.any())


@dataclass(frozen=True, eq=False)
class Im2colState:
    """One moment of the explorer.

    Parameters
    ----------
    x : float64 array, (C, H, W)
        The image.
    kernel : float64 array, (C, kH, kW)
        The filter.
    stride, padding : int
        The same down and across.
    show : str
        IM2COL, COL2IM, COUNT or TRANSPOSED.
    column, row : int
        Which column and row of the matrix are looked at.
    answer : Answer or None
        What the student's function made of the same input.
    """

    x: Floats
    kernel: Floats
    stride: int = 1
    padding: int = 0
    show: str = IM2COL
    column: int = 0
    row: int = 0
    answer: Answer | None = None

    @property
    def backwards(self) -> bool:
        """Whether columns are added back to an image."""
        return self.show != IM2COL

    @property
    def out_size(self) -> Pair:
        """H_out and W_out; 0 where the window does not fit."""
        sizes = zip(self.x.shape[1:], self.kernel.shape[1:], strict=True)
        rows, columns = (max((n + 2 * self.padding - k) // self.stride + 1, 0) for n, k in sizes)
        return rows, columns

    @property
    def fits(self) -> bool:
        """Whether there is any window at all."""
        return min(self.out_size) > 0

    @property
    def K(self) -> int:
        """Rows of the matrix: C*kH*kW."""
        return self.kernel.size

    @property
    def L(self) -> int:
        """Columns of the matrix: H_out*W_out."""
        return self.out_size[0] * self.out_size[1]

    @property
    def position(self) -> Pair:
        """Row and column of the output that the matrix's column belongs to."""
        row, column = divmod(self.column, self.out_size[1])
        return row, column

    @property
    def corner(self) -> Pair:
        """Upper left pixel of the window, in the padded image."""
        return self.position[0] * self.stride, self.position[1] * self.stride

    @property
    def tap(self) -> tuple[int, int, int]:
        """Channel, row and column inside the window that the matrix's row belongs to."""
        _, kH, kW = self.kernel.shape
        return self.row // (kH * kW), self.row // kW % kH, self.row % kW

    @property
    def pixel(self) -> tuple[int, int, int]:
        """Channel, row and column of the padded image where the looked-at row and column of the matrix meet."""
        channel, i, j = self.tap
        return channel, self.corner[0] + i, self.corner[1] + j

    @cached_property
    def seen(self) -> Floats:
        """The right columns of the image, (K, L)."""
        # Imported late: where a unit asks for this function, its room may be closed to the notebook.
        from course.functional import im2col

        return im2col(self.x[None], self.kernel.shape[1:], self.stride, self.padding)[0]

    @cached_property
    def out(self) -> Floats:
        """The kernel as a row times the columns: the output, (L,)."""
        return self.kernel.ravel() @ self.seen

    @cached_property
    def cols(self) -> Floats:
        """The matrix that is shown, (K, L)."""
        if self.show == COUNT:
            return np.ones((self.K, self.L))
        if self.show == TRANSPOSED:
            return np.outer(self.kernel, self.out)
        return self.seen

    @cached_property
    def padded(self) -> Floats:
        """The image with its border; backwards, the sum of the columns up to this one, border included."""
        p = self.padding
        if not self.backwards or not self.fits:
            return np.pad(self.x, ((0, 0), (p, p), (p, p)))
        return self._added(self.column + 1)

    @cached_property
    def whole(self) -> Floats:
        """What col2im makes of all columns, (C, H, W)."""
        p, (_, H, W) = self.padding, self.x.shape
        return self._added(self.L)[:, p : p + H, p : p + W]

    def _added(self, count: int) -> Floats:
        """The first `count` columns added back, (C, H + 2*padding, W + 2*padding)."""
        from course.functional import col2im

        p, (_, H, W) = self.padding, self.x.shape
        so_far = np.where(np.arange(self.L) < count, self.cols, 0.0)
        return col2im(so_far[None], (H + 2 * p, W + 2 * p), self.kernel.shape[1:], self.stride)[0]


def make_state(x: ArrayLike, kernel: Any, stride: int, padding: int) -> Im2colState:
    """Take what a user has at hand and make a state of copies.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The image; at most 1,024 numbers, of at most 6 channels.
    kernel : array, (kH, kW) or (C, kH, kW) or (C_out, C, kH, kW), or a layer
        One filter, or several, of which the first is shown; a layer such as ``course.nn.Conv2d`` is asked for its weight.
    stride, padding : int
        The same down and across.

    Returns
    -------
    Im2colState

    Raises
    ------
    ValueError
        If shapes do not match, a number is out of range, or the image is too large to look at.
    """
    weight = kernel.weight if hasattr(kernel, "weight") else kernel
    filters = _numbers("kernel", weight if isinstance(weight, np.ndarray) else getattr(weight, "data", weight))
    image = _numbers("x", x)
    image = image[0] if image.ndim == 4 and len(image) == 1 else image
    image = image[None] if image.ndim == 2 else image
    filters = filters[0] if filters.ndim == 4 and len(filters) else filters
    filters = filters[None] if filters.ndim == 2 else filters
    if image.ndim != 3 or filters.ndim != 3 or 0 in (*image.shape, *filters.shape):
        raise ValueError(
            f"im2col figure: x has shape {np.shape(x)} and kernel {np.shape(weight)}; expected (H, W) and (kH, kW), or "
            "(C, H, W) and (C, kH, kW), with no side of length 0."
        )
    if len(image) != len(filters):
        raise ValueError(f"im2col figure: x has {len(image)} channels but the kernel is made for {len(filters)}.")
    if image.size > MOST_NUMBERS or len(image) > 6 or filters.size > 100:
        raise ValueError(
            f"im2col figure: an image of {' x '.join(map(str, image.shape))} with a kernel of {filters.size} numbers is too large "
            f"to look at; give at most {MOST_NUMBERS:,} numbers in 6 channels, and 100 in the kernel."
        )
    for name, value, least in (("stride", stride, 1), ("padding", padding, 0)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= 4:
            raise ValueError(f"im2col figure: {name} must be an int from {least} to 4, got {value!r}.")
    return Im2colState(image, filters, int(stride), int(padding))


def _numbers(name: str, values: Any) -> Floats:
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"im2col figure: {name} must be an array of numbers, got {type(values).__name__}.") from None
