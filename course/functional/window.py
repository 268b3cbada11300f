"""A window that slides over images, and the three matrix products that every convolution here is made of.

`forward_product` takes images to maps; `grad_x_product` is its transpose and takes maps to images; `grad_weight_product` compares
images with maps. A convolution uses them in this order, a transposed convolution begins with the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from course.functional._arguments import Pair, pair
from course.functional.padding import Padding, check_border, check_mode, pad, read_border, unpad
from course.functional.shapes import window_positions
from course.kernels import columns, threads

FILTERS = 128  # filters or channels that a thread takes at a time where there are many beside the columns
WORKING_SET = 1 << 20  # bytes of columns that a thread makes at a time; they stay in its cache


@dataclass(frozen=True)
class Window:
    """Where a window stands on an image: checked numbers, heights before widths.

    Attributes
    ----------
    size : (H, W) of the image
    kernel, stride, dilation : in pixels
    border : (top, bottom, left, right), in pixels
    mode : what the border is made of, as in `pad2d`
    positions : (H_out, W_out)
    """

    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    border: tuple[int, int, int, int]
    mode: str
    positions: tuple[int, int]

    @property
    def taps(self) -> int:
        return self.kernel[0] * self.kernel[1]

    @property
    def L(self) -> int:
        return self.positions[0] * self.positions[1]

    @property
    def takes_pixels_as_they_are(self) -> bool:
        """Whether an image is its own matrix of columns, as in a 1x1 convolution."""
        return self.taps == 1 and not any(self.border) and self.size == self.positions

    def pieces(self, images: int, channels: int, weight: np.ndarray) -> list[slice]:
        """Cut a batch so that the columns of a piece stay in the cache, but are not few beside the filters they meet."""
        bytes_per_image = channels * self.taps * self.L * weight.itemsize
        return threads.pieces(images, bytes_per_image, max(WORKING_SET, weight.nbytes // 2))

    def gather(self, x: np.ndarray) -> np.ndarray:
        """(n, C, H, W) -> columns (C*kH*kW, n, L), which may be a view of the images."""
        n, C = x.shape[:2]
        if self.takes_pixels_as_they_are:
            return x.reshape(n, C, self.L).transpose(1, 0, 2)
        cols = np.empty((C * self.taps, n, *self.positions), x.dtype)
        columns.im2col(pad(x, self.border, self.mode), cols, *self.kernel, *self.stride, *self.dilation)
        return cols.reshape(C * self.taps, n, self.L)

    def scatter(self, cols: np.ndarray) -> np.ndarray:
        """The transpose of `gather`: columns (C*kH*kW, n, L) in memory order -> their sums (n, C, H, W)."""
        n, C, (H, W) = cols.shape[1], len(cols) // self.taps, self.size
        if self.takes_pixels_as_they_are:
            return cols.transpose(1, 0, 2).reshape(n, C, H, W)
        top, bottom, left, right = self.border
        padded = np.zeros((n, C, top + H + bottom, left + W + right), cols.dtype)
        columns.col2im(cols.reshape(len(cols), n, *self.positions), padded, *self.kernel, *self.stride, *self.dilation)
        return unpad(padded, self.border, self.mode)


def place_window(
    operation: str,
    size: tuple[int, ...],
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    mode: str = "zeros",
) -> Window:
    """The window that these arguments of `operation` mean on an image of `size`, or the error that they deserve."""
    kernel, steps, border, spread = read_geometry(operation, kernel_size, stride, padding, dilation)
    check_mode(operation, "padding_mode", mode)
    return _place(operation, (size[0], size[1]), kernel, steps, border, spread, mode)


@cache  # the layers of a network ask the same again and again
def _place(
    operation: str,
    size: tuple[int, int],
    kernel: tuple[int, int],
    steps: tuple[int, int],
    border: tuple[int, int, int, int],
    spread: tuple[int, int],
    mode: str,
) -> Window:
    H, W = size
    if 0 in (H, W):
        raise ValueError(f"{operation}: the images are {H}x{W}, without a pixel.")
    check_border(operation, "padding_mode", (H, W), border, mode)
    H_out, W_out = window_positions(operation, (H, W), kernel, steps, border, spread)
    return Window((H, W), kernel, steps, spread, border, mode, (H_out, W_out))


def read_geometry(
    operation: str, kernel_size: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int, int, int], tuple[int, int]]:
    """The kernel, the stride, the border (top, bottom, left, right) and the dilation that the arguments mean."""
    kernel = pair(f"{operation}: kernel_size", kernel_size, least=1)
    steps = pair(f"{operation}: stride", stride, least=1)
    spread = pair(f"{operation}: dilation", dilation, least=1)
    if isinstance(padding, str) and padding == "same":
        padding = same_border(operation, kernel, steps, spread)
    elif isinstance(padding, str) and padding == "valid":
        padding = 0
    return kernel, steps, read_border(f"{operation}: padding", padding, expected='"same", "valid", '), spread


def same_border(
    operation: str, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[int, ...]:
    """The border that keeps the size, two numbers for each axis; where it cannot be halved, the odd pixel goes to the end."""
    if set(stride) != {1}:
        raise ValueError(
            f'{operation}: padding="same" keeps the size of the input, which stride '
            f"{stride[0] if len(set(stride)) == 1 else stride} does not; use stride=1 or give the padding in pixels."
        )
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple(end for total in totals for end in (total // 2, total - total // 2))


def forward_product(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, window: Window, groups: int = 1) -> np.ndarray:
    """Filters times columns: images (N, C, H, W), filters (C_out, C/groups, kH, kW) -> maps (N, C_out, H_out, W_out)."""
    N, C = x.shape[:2]
    filters = _by_group(weight, groups)
    out = np.empty((N, len(weight), window.L), x.dtype)
    if _few_columns(N, window, weight, groups):
        few = window.gather(x).reshape(filters.shape[2], -1)  # (K, N*L)

        def some_filters(some: slice) -> None:
            product = (filters[0, some] @ few).reshape(-1, N, window.L)
            np.add(product.transpose(1, 0, 2), bias[some, None], out=out[:, some])

        threads.run(some_filters, threads.slices(len(weight), FILTERS))
        return out.reshape(N, len(weight), *window.positions)

    def piece(images: slice) -> None:
        cols = window.gather(x[images])  # (K, n, L)
        product = filters @ cols.reshape(groups, filters.shape[2], -1)  # (groups, C_out/groups, n*L)
        np.add(product.reshape(len(weight), -1, window.L).transpose(1, 0, 2), bias[:, None], out=out[images])

    threads.run(piece, window.pieces(N, C, weight))
    return out.reshape(N, len(weight), *window.positions)


def grad_x_product(maps: np.ndarray, weight: np.ndarray, window: Window, groups: int = 1) -> np.ndarray:
    """Transposed filters times maps, scattered: (N, C_out, H_out, W_out), (C_out, C/groups, kH, kW) -> (N, C, H, W)."""
    N, C = len(maps), weight.shape[1] * groups
    filters = _by_group(weight, groups)
    out = np.empty((N, C, *window.size), maps.dtype)
    if _few_columns(N, window, weight, groups):
        few = _maps_by_group(maps, 1)[0]  # (C_out, N*L)

        def some_channels(some: slice) -> None:
            cols = filters[0, :, some.start * window.taps : some.stop * window.taps].T @ few
            out[:, some] = window.scatter(cols.reshape(-1, N, window.L))

        threads.run(some_channels, threads.slices(C, FILTERS))
        return out

    def piece(images: slice) -> None:
        cols = filters.transpose(0, 2, 1) @ _maps_by_group(maps[images], groups)  # (groups, K/groups, n*L)
        out[images] = window.scatter(cols.reshape(C * window.taps, -1, window.L))

    threads.run(piece, window.pieces(N, C, weight))
    return out


def grad_weight_product(maps: np.ndarray, x: np.ndarray, window: Window, groups: int = 1) -> np.ndarray:
    """Maps times transposed columns: (N, C_out, H_out, W_out), (N, C, H, W) -> (C_out, C/groups, kH, kW), summed over images."""
    (N, C), C_out = x.shape[:2], maps.shape[1]
    K = C // groups * window.taps
    grad = np.zeros((groups, C_out // groups, K), x.dtype)
    shape = C_out, C // groups, *window.kernel
    if _few_columns(N, window, grad.reshape(shape), groups):
        few, cols = _maps_by_group(maps, 1)[0], window.gather(x).reshape(K, -1).T  # (C_out, N*L), (N*L, K)

        def some_filters(some: slice) -> None:
            np.matmul(few[some], cols, out=grad[0, some])

        threads.run(some_filters, threads.slices(C_out, FILTERS))
        return grad.reshape(shape)
    pieces = window.pieces(N, C, grad)
    # a few sums over fixed shares of the pieces, added in order at the end: the same bits on any number of threads
    parts = np.zeros((threads.shares(pieces, grad.nbytes), *grad.shape), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i :: len(parts)]:
            cols = window.gather(x[images]).reshape(groups, K, -1)  # (groups, K/groups, n*L)
            parts[i] += _maps_by_group(maps[images], groups) @ cols.transpose(0, 2, 1)

    threads.run(share, range(len(parts)))
    return parts.sum(axis=0, out=grad).reshape(shape)


def _few_columns(N: int, window: Window, weight: np.ndarray, groups: int) -> bool:
    """Whether the whole batch has few columns beside the filters: then it is the filters that are cut into pieces."""
    return groups == 1 and 0 < N * window.L <= len(weight) and weight.nbytes > WORKING_SET


def _by_group(weight: np.ndarray, groups: int) -> np.ndarray:
    """(C_out, C/groups, kH, kW) -> (groups, C_out/groups, C/groups*kH*kW)."""
    return weight.reshape(groups, len(weight) // groups, -1)


def _maps_by_group(maps: np.ndarray, groups: int) -> np.ndarray:
    """(n, C_out, H_out, W_out) -> (groups, C_out/groups, n*L)."""
    return maps.transpose(1, 0, 2, 3).reshape(groups, maps.shape[1] // groups, -1)
