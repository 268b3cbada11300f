"""The windows of a pooling: their geometry, how many there are, and which pixels lie in each."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank
from course.functional.shapes import window_positions


class Windows(NamedTuple):
    """A window and its steps, each number for rows and for columns."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]

    @property
    def numbers(self) -> tuple[int, ...]:
        """kH, kW, sH, sW, pH, pW, dH, dW, as the kernels take them."""
        return (*self.kernel, *self.stride, *self.padding, *self.dilation)

    def tile(self, x: np.ndarray, ceil_mode: bool) -> bool:
        """Whether they are 2x2, side by side, and leave no row of `x` (N, C, H, W) over: `course.kernels.pool2x2` takes these."""
        H, W = x.shape[2:]
        return self.numbers == (2, 2, 2, 2, 0, 0, 1, 1) and H % 2 == 0 and not (ceil_mode and W % 2)

    def pixels(self, h: int, w: int) -> tuple[slice, slice]:
        """Rows and columns of the window at output position (h, w), those inside the image."""
        found = []
        for position, k, s, p, d in zip((h, w), *self, strict=True):
            start = position * s - p
            first = start % d if start < 0 else start  # the first tap that is not in the border
            found.append(slice(first, max(0, start + d * (k - 1) + 1), d))  # a slice cuts at the far end by itself
        return found[0], found[1]


def windows(
    operation: str, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0, dilation: Pair = 1
) -> Windows:
    """The arguments of a pooling as pairs, or one sentence on what is wrong with them."""
    kernel = pair(f"{operation}: kernel_size", kernel_size, least=1)
    step = kernel if stride is None else pair(f"{operation}: stride", stride, least=1)
    border = pair(f"{operation}: padding", padding, least=0)
    spread = pair(f"{operation}: dilation", dilation, least=1)
    if 2 * border[0] > kernel[0] or 2 * border[1] > kernel[1]:
        raise ValueError(
            f"{operation}: padding {border} is more than half of kernel {kernel}, so a window could lie wholly outside; use less."
        )
    return Windows(kernel, step, border, spread)


def output_shape(operation: str, x: np.ndarray, window: Windows, ceil_mode: bool) -> tuple[int, int, int, int]:
    """(N, C, H_out, W_out).

    With `ceil_mode` a last window may reach beyond the padded end, so nothing at the edge is left out; it must still start
    inside the image or its left border, as PyTorch has it.

    Raises
    ------
    ValueError : no window fits, an image without a pixel, or a window whose taps all lie in the border
    """
    images(operation, x)
    return x.shape[0], x.shape[1], *_positions(operation, (x.shape[2], x.shape[3]), window, ceil_mode)


@cache  # the layers of a network ask the same again and again
def _positions(operation: str, size: tuple[int, int], window: Windows, ceil_mode: bool) -> tuple[int, int]:
    counts = []
    for n, k, s, p, d in zip(size, *window, strict=True):
        steps, rest = divmod(n + 2 * p - d * (k - 1) - 1, s)
        one_more = ceil_mode and rest > 0 and (steps + 1) * s < n + p
        counts.append(steps + 1 + one_more)
    if min(counts) < 1:
        window_positions(operation, size, *window)  # says so
    for letter, n, count, k, s, p, d in zip("HW", size, counts, *window, strict=True):
        starts = np.arange(count) * s - p
        if (np.where(starts < 0, starts % d, starts) >= n).any():
            raise ValueError(
                f"{operation}: dilation {d} spreads the {k} taps of a window so far that all of them lie outside "
                f"{letter} = {n} with padding {p}; use a smaller dilation or padding=0."
            )
    return counts[0], counts[1]


def rows(images: np.ndarray) -> np.ndarray:
    """(n, C, H, W) -> (n*C*H, W), as `course.kernels.pool2x2` takes images."""
    return images.reshape(-1, images.shape[3])


def images(operation: str, x: np.ndarray) -> None:
    """Raise unless `x` is (N, C, H, W) with something in each image."""
    rank(operation, "x", x, "N, C, H, W")
    if 0 in x.shape[1:]:
        raise ValueError(f"{operation}: x has shape {x.shape}, images without a pixel.")


def with_gradient(
    operation: str, grad_out: np.ndarray, x: np.ndarray, window: Windows, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """`grad_out` and `x` as floats of one dtype; raises where `grad_out` is not of the output's shape."""
    grad_out, x = floats(operation, grad_out=grad_out, x=x)
    shape = output_shape(operation, x, window, ceil_mode)
    if grad_out.shape != shape:
        raise ValueError(f"{operation}: grad_out has shape {grad_out.shape}, but the output has shape {shape}.")
    return grad_out, x


def winners(pixels: np.ndarray) -> np.ndarray:
    """Where the largest number stands along the last axis: of equal ones the first, but of several NaN the last, as in PyTorch."""
    none = np.isnan(pixels)
    last = pixels.shape[-1] - 1 - none[..., ::-1].argmax(axis=-1)
    return np.where(none.any(axis=-1), last, pixels.argmax(axis=-1))
