"""What the filter workbench shows: a picture, a kernel, a place; and what follows from them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course.explore.convolution.student import Answer
from course.explore.filters.arguments import LARGEST_KERNEL, Floats, to_kernel, to_picture

BORDERS = {"replicate": "extend", "zeros": "zeros", "reflect": "mirror", "crop": "crop"}
"""What the kernel sees beyond the frame: the names that `course.vision.correlate` takes, and the words for them."""

VIEWS = ("products", "frequencies")


@dataclass(frozen=True, eq=False)
class FilterState:
    """One moment of the workbench.

    Parameters
    ----------
    image : float64 array, (H, W)
        The picture.
    kernel : float64 array, (kH, kW)
        The kernel.
    border : str
        A key of `BORDERS`.
    row, column : int
        Which pixel of the output; one beyond the end counts as the last.
    view : str
        "products" or "frequencies".
    answer : Answer or None
        What the student's function made of it.
    notes : tuple of str
        Sentences about where the picture comes from.
    """

    image: Floats
    kernel: Floats
    border: str = "replicate"
    row: int = 0
    column: int = 0
    view: str = "products"
    answer: Answer | None = None
    notes: tuple[str, ...] = ()

    @property
    def around(self) -> tuple[int, int, int, int]:
        """Pixels added at the top, bottom, left and right."""
        if self.border == "crop":
            return 0, 0, 0, 0
        kH, kW = self.kernel.shape
        top, left = (kH - 1) // 2, (kW - 1) // 2
        return top, kH - 1 - top, left, kW - 1 - left

    @cached_property
    def trouble(self) -> str:
        """Why there is no output, in a sentence; empty if there is one."""
        (H, W), (kH, kW) = self.image.shape, self.kernel.shape
        if self.border == "crop" and (kH > H or kW > W):
            return f"No output: a {kH}×{kW} kernel fits nowhere into {H}×{W} pixels; use another border."
        ring = max(self.around)
        if self.border == "reflect" and ring >= min(H, W):
            return f"No output: {H}×{W} pixels are too few to mirror {ring} at the border; use another border."
        return ""

    @cached_property
    def padded(self) -> Floats:
        """The picture with its border."""
        from course.functional.padding import pad  # late: the room may be closed to a notebook that is graded

        return self.image if self.border == "crop" else pad(self.image, self.around, self.border)

    @cached_property
    def out(self) -> Floats:
        """The right answer."""
        from course.vision import correlate

        return correlate(self.image, self.kernel, self.border)

    @cached_property
    def place(self) -> tuple[int, int]:
        """Row and column of the output pixel, inside the output."""
        return min(self.row, self.out.shape[0] - 1), min(self.column, self.out.shape[1] - 1)

    @cached_property
    def window(self) -> Floats:
        """The pixels under the kernel, (kH, kW)."""
        (row, column), (kH, kW) = self.place, self.kernel.shape
        return self.padded[row : row + kH, column : column + kW]

    @property
    def products(self) -> Floats:
        """Pixel times number of the kernel, (kH, kW)."""
        return self.window * self.kernel

    @property
    def value(self) -> float:
        """The pixel that the products add up to."""
        return float(self.out[self.place])

    @property
    def total(self) -> float:
        """The sum of the kernel's numbers."""
        return float(self.kernel.sum())

    @property
    def signed(self) -> bool:
        """Whether the output is shown as a map with a sign: where the kernel's numbers add up to 0."""
        return abs(self.total) < 1e-9

    @property
    def white(self) -> float:
        """The brightness that is drawn white: 255, or 1 for pictures that hold nothing above 1."""
        return 255.0 if self.image.max(initial=0) > 1 else 1.0

    @cached_property
    def response(self) -> Floats:
        """By how much the kernel multiplies each wave of the picture, frequency 0 in the middle, (H, W)."""
        H, W = self.image.shape
        return _response(self.kernel, _centred(H), _centred(W))

    @property
    def favourite(self) -> tuple[float, float, float]:
        """The wave that is multiplied by most, in cycles per pixel down and across, and that number."""
        waves = np.arange(-48, 49) / 96  # holds periods of 2, 3, 4, 6, 8 ... pixels
        gains = np.round(_response(self.kernel, waves, waves[48:]), 9)
        # of equals, the slowest
        speed = np.hypot(waves[:, None], waves[48:])
        u, v = np.unravel_index(int(np.lexsort((speed.ravel(), -gains.ravel()))[0]), gains.shape)
        return float(waves[u]), float(waves[48:][v]), float(gains[u, v])

    @property
    def finest(self) -> tuple[float, float]:
        """By how much it multiplies the finest upright and the finest level stripes, two pixels a period."""
        signs = np.where(np.arange(LARGEST_KERNEL) % 2, -1.0, 1.0)
        kH, kW = self.kernel.shape
        return abs(float(self.kernel.sum(axis=0) @ signs[:kW])), abs(float(self.kernel.sum(axis=1) @ signs[:kH]))


def make_state(
    image: Any, kernel: ArrayLike, border: str, row: int | None, column: int | None, view: str, name: str
) -> FilterState:
    """Take what a user has at hand; the place is the middle unless told.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W)
        A picture; colours become their mean, and large ones are reduced to 128 pixels a side.
    kernel : array, (kH, kW)
        At most 7x7.
    border : str
        A key of `BORDERS`.
    row, column : int or None
        Which pixel of the output.
    view : str
        "products" or "frequencies".
    name : str
        Who asks, for messages.

    Returns
    -------
    FilterState

    Raises
    ------
    ValueError
        In one sentence, for anything that is not a picture, a kernel, a border, a view or a place.
    """
    pixels, note = to_picture(image, name)
    numbers = to_kernel(kernel, name)
    if border not in BORDERS:
        raise ValueError(f"{name}: border is {border!r}; it must be one of {', '.join(map(repr, BORDERS))}.")
    if view not in VIEWS:
        raise ValueError(f"{name}: view is {view!r}; it must be one of {', '.join(map(repr, VIEWS))}.")
    state = FilterState(pixels, numbers, border, view=view, notes=(note,) if note else ())
    if state.trouble:
        return state
    place: list[int] = []
    for what, index, count in zip(("row", "column"), (row, column), state.out.shape, strict=True):
        if index is not None and not (isinstance(index, int | np.integer) and 0 <= index < count):
            raise ValueError(f"{name}: {what} is {index!r}; the output has the {what}s 0 to {count - 1}.")
        place.append(count // 2 if index is None else int(index))
    return replace(state, row=place[0], column=place[1])


def _response(kernel: Floats, down: Floats, across: Floats) -> Floats:
    """The size of the kernel's Fourier transform at these frequencies, (len(down), len(across))."""
    kH, kW = kernel.shape
    rows = np.exp(-2j * np.pi * np.outer(down, np.arange(kH)))
    columns = np.exp(-2j * np.pi * np.outer(np.arange(kW), across))
    return np.abs(rows @ kernel @ columns)


def _centred(n: int) -> Floats:
    """The frequencies of n pixels in cycles per pixel, 0 in the middle."""
    return np.fft.fftshift(np.fft.fftfreq(n))
