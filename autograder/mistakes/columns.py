"""Wrong im2col and col2im with a name: what happens when windows and columns are mixed up."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, Pair, float_dtype, pair

IM2COL: list[Mistake] = []
wrong = collect(IM2COL)


def windows_of(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0, dtype: Any = None) -> Array:
    """View all windows of a padded copy: (N, C, H, W) -> (N, C, H_out, W_out, kH, kW)."""
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    padded = np.pad(x.astype(dtype or float_dtype(x)), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    return sliding_window_view(padded, pair(kernel_size), axis=(2, 3))[:, :, ::sh, ::sw]


def laid_out(windows: Array, order: str = "ncuvij") -> Array:
    """Lay windows out as columns; in the order n, c, u, v, i, j of a window's axes they are right."""
    n, c, i, j, u, v = windows.shape
    return np.einsum(f"ncijuv->{order}", windows).reshape(n, c * u * v, i * j).copy()


def im2col(*args: Any, **kwargs: Any) -> Array:
    """Compute the right columns: what most mistakes below spoil in one place."""
    return laid_out(windows_of(*args, **kwargs))


@wrong("Your matrix lies on its side: each window is a column, so the shape is (N, C*kH*kW, L), not (N, L, C*kH*kW).")
def windows_as_rows(*args: Any, **kwargs: Any) -> Array:
    return im2col(*args, **kwargs).swapaxes(1, 2)


@wrong(
    "Your columns stand in the order of the output's columns: position l is row l // W_out, column l % W_out of the output."
)
def positions_column_by_column(*args: Any, **kwargs: Any) -> Array:
    return laid_out(windows_of(*args, **kwargs), "ncuvji")


@wrong("Your columns hold each window column by column; a window is read row by row, as .ravel() does.")
def windows_column_by_column(*args: Any, **kwargs: Any) -> Array:
    return laid_out(windows_of(*args, **kwargs), "ncvuij")


@wrong("Your columns have the channels innermost; they are outermost: all of channel 0's window, then channel 1's.")
def channels_innermost(*args: Any, **kwargs: Any) -> Array:
    return laid_out(windows_of(*args, **kwargs), "nuvcij")


@wrong("Your columns hold each window backwards, as for a flipped kernel; im2col copies, and nothing is flipped.")
def windows_flipped(*args: Any, **kwargs: Any) -> Array:
    return laid_out(windows_of(*args, **kwargs)[..., ::-1, ::-1])


@wrong(
    "The numbers are right and in the wrong places: a reshape does not exchange axes. Bring them into the order N, C, kH, kW, "
    "H_out, W_out with transpose first."
)
def reshaped_without_transpose(*args: Any, **kwargs: Any) -> Array:
    windows = windows_of(*args, **kwargs)  # (N, C, H_out, W_out, kH, kW)
    n, c, i, j, u, v = windows.shape
    return windows.reshape(n, c * u * v, i * j).copy()


@wrong("Every channel of your columns equals channel 0: the channel index is missing on the input.")
def first_channel_for_all(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return im2col(np.repeat(x[:, :1], x.shape[1], axis=1), *rest, **kwargs)


@wrong("Every image of your columns equals image 0: the batch index is missing on the input.")
def first_image_for_all(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return im2col(np.repeat(x[:1], len(x), axis=0), *rest, **kwargs)


@wrong(
    "Your columns of all images stand side by side in one matrix; each image has its own: the shape is (N, C*kH*kW, L)."
)
def images_side_by_side(*args: Any, **kwargs: Any) -> Array:
    return np.concatenate(list(im2col(*args, **kwargs)), axis=1)


@wrong("Your columns use the kernel's height for its width too; kH and kW may differ.")
def square_windows(x: Array, kernel_size: Pair, *rest: Any, **kwargs: Any) -> Array:
    return im2col(x, pair(kernel_size)[0], *rest, **kwargs)


@wrong("Your columns have kernel_size exchanged: the first number is the kernel's height.")
def kernel_pair_swapped(x: Array, kernel_size: Pair, *rest: Any, **kwargs: Any) -> Array:
    return im2col(x, pair(kernel_size)[::-1], *rest, **kwargs)


@wrong("Your columns are those of stride 1: the stride is not used.")
def stride_ignored(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    return im2col(x, kernel_size, 1, padding)


@wrong("Your columns have the pair of strides exchanged: the first is for the height.")
def stride_pair_swapped(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    return im2col(x, kernel_size, pair(stride)[::-1], padding)


@wrong(
    "Your windows start one pixel apart although their number is right: window (i, j) starts at row i*sH, column j*sW."
)
def windows_not_spread(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    right = windows_of(x, kernel_size, stride, padding)
    return laid_out(windows_of(x, kernel_size, 1, padding)[:, :, : right.shape[2], : right.shape[3]])


@wrong("You have more columns than windows that fit: the number of positions is rounded down (//).")
def positions_rounded_up(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph + sh - 1), (pw, pw + sw - 1)))
    return im2col(padded, kernel_size, stride)


@wrong("Your columns are those of padding 0: the padding is not used.")
def padding_ignored(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    return im2col(x, kernel_size, stride)


@wrong("Your columns have the pair of paddings exchanged: the first is for the height.")
def padding_pair_swapped(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    return im2col(x, kernel_size, stride, pair(padding)[::-1])


@wrong("Your columns repeat the border pixels where the window hangs over the edge; padding is zeros.")
def padded_with_the_border(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return im2col(np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="edge"), kernel_size, stride)


@wrong("Your matrix has the right shape and holds nothing but zeros: the windows are still to be copied.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(im2col(*args, **kwargs))


@wrong("Your columns are always float64; a float32 image gives float32 columns.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return im2col(*args, **kwargs).astype(np.float64)


@wrong("Your columns take over an integer dtype; integers count as float64.")
def integer_columns(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return im2col(x, *rest, **kwargs, dtype=x.dtype)


@wrong("Your columns are right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, *rest: Any, **kwargs: Any) -> Array:
    cols = im2col(x, *rest, **kwargs)
    x += 1
    return cols


@wrong(
    "For a 1x1 kernel your columns are the image itself, seen through a reshape: whoever writes into one changes the other. "
    "Return a copy."
)
def a_view_of_the_image(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    plain = (pair(kernel_size), pair(stride), pair(padding)) == ((1, 1), (1, 1), (0, 0))
    return x.reshape(*x.shape[:2], -1) if plain else im2col(x, kernel_size, stride, padding)


@wrong("Your columns are one array that every call writes into again; make a new array in every call.")
def reuses_its_columns(*args: Any, **kwargs: Any) -> Array:
    return into_shared(im2col(*args, **kwargs))


_SHARED: dict[Any, Array] = {}


def into_shared(result: Array) -> Array:
    """Write a result into the array that an earlier call of the same shape and dtype has returned."""
    shared = _SHARED.setdefault((result.shape, result.dtype), result)
    shared[...] = result
    return shared
