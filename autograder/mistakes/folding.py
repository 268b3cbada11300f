"""Wrong col2im with a name: what happens where windows overlap, leave gaps or hang over the edge."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import into_shared
from autograder.oracles import Array, Pair, float_dtype, pair
from autograder.oracles.columns import positions

COL2IM: list[Mistake] = []
wrong = collect(COL2IM)


def as_windows(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Read columns as windows: (N, C*kH*kW, L) -> (N, C, kH, kW, H_out, W_out)."""
    down, across = positions(pair(size), kernel_size, stride, padding)
    return cols.astype(float_dtype(cols)).reshape(len(cols), -1, *pair(kernel_size), down, across)


def put_back(windows: Array, size: Pair, stride: Pair = 1, padding: Pair = 0, add: bool = True) -> Array:
    """Put windows (N, C, kH, kW, H_out, W_out) into a padded image of zeros, still with its border."""
    (height, width), (sh, sw), (ph, pw) = pair(size), pair(stride), pair(padding)
    n, c, kh, kw, down, across = windows.shape
    padded = np.zeros((n, c, height + 2 * ph, width + 2 * pw), windows.dtype)
    for i, j in np.ndindex(down, across):
        place = (..., slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        padded[place] = windows[..., i, j] + (padded[place] if add else 0)
    return padded


def cropped(padded: Array, size: Pair, top: int, left: int) -> Array:
    """Cut an image out of its padding."""
    height, width = pair(size)
    return padded[:, :, top : top + height, left : left + width].copy()


def col2im(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Compute the right image: what most mistakes below spoil in one place."""
    windows = as_windows(cols, size, kernel_size, stride, padding)
    return cropped(put_back(windows, size, stride, padding), size, *pair(padding))


@wrong("Where windows overlap, your image keeps the last one only; col2im adds them up (+=).")
def overlaps_overwritten(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    return cropped(put_back(windows, size, stride, padding, add=False), size, *pair(padding))


@wrong("Where windows overlap, your image holds their mean; col2im adds them up and divides by nothing.")
def overlaps_averaged(cols: Array, *rest: Any, **kwargs: Any) -> Array:
    seen = col2im(np.ones_like(cols, dtype=float), *rest, **kwargs)
    return (col2im(cols, *rest, **kwargs) / np.maximum(seen, 1)).astype(float_dtype(cols))


@wrong("Your image comes out as the first number of each window only; all kH*kW of them go back.")
def first_tap_only(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding).copy()
    windows[:, :, 1:] = windows[:, :, :, 1:] = 0
    return cropped(put_back(windows, size, stride, padding), size, *pair(padding))


@wrong("Your image still has its padding: cut off the border at the end, so that H and W remain.")
def padding_left_on(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    return put_back(as_windows(cols, size, kernel_size, stride, padding), size, stride, padding)


@wrong("Your image is cut out at the top left, padding included; it starts at row pH, column pW of the padded one.")
def cut_at_the_corner(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    return cropped(put_back(windows, size, stride, padding), size, 0, 0)


@wrong("With padding 0 your image is empty: [pH:-pH] ends at -0, which is the start. Write [pH:pH + H].")
def cut_by_minus_zero(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return put_back(as_windows(cols, size, kernel_size, stride, padding), size, stride, padding)[:, :, ph:-ph, pw:-pw]


@wrong("Your windows stand one pixel apart: window (i, j) goes back to row i*sH, column j*sW.")
def stride_ignored(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    return cropped(put_back(windows, size, 1, padding), size, *pair(padding))


@wrong(
    "Your image takes the columns in the order of the output's columns; position l is row l // W_out, column l % W_out."
)
def positions_column_by_column(
    cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0
) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    turned = windows.reshape(*windows.shape[:4], *windows.shape[:3:-1]).swapaxes(4, 5)
    return cropped(put_back(turned, size, stride, padding), size, *pair(padding))


@wrong("Your image reads each window column by column; its numbers stand row by row in the column of the matrix.")
def windows_column_by_column(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    n, c, kh, kw, down, across = windows.shape
    turned = windows.reshape(n, c, kw, kh, down, across).swapaxes(2, 3)
    return cropped(put_back(turned, size, stride, padding), size, *pair(padding))


@wrong("Your image takes the channels to be innermost; they are outermost: the first kH*kW rows belong to channel 0.")
def channels_innermost(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)
    n, c, kh, kw, down, across = windows.shape
    turned = windows.reshape(n, kh, kw, c, down, across).transpose(0, 3, 1, 2, 4, 5)
    return cropped(put_back(turned, size, stride, padding), size, *pair(padding))


@wrong("Your image has each window put back upside down and backwards; nothing is flipped.")
def windows_flipped(cols: Array, size: Pair, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    windows = as_windows(cols, size, kernel_size, stride, padding)[:, :, ::-1, ::-1]
    return cropped(put_back(windows, size, stride, padding), size, *pair(padding))


@wrong("Every channel of your image equals channel 0: the rows of the other channels are not read.")
def first_channel_for_all(cols: Array, size: Pair, kernel_size: Pair, *rest: Any, **kwargs: Any) -> Array:
    image = col2im(cols, size, kernel_size, *rest, **kwargs)
    return np.repeat(image[:, :1], image.shape[1], axis=1)


@wrong("Your image is the sum of its channels in a single map; each channel has kH*kW rows of its own.")
def channels_summed(*args: Any, **kwargs: Any) -> Array:
    return col2im(*args, **kwargs).sum(axis=1, keepdims=True)


@wrong("Every image equals image 0: the batch index is missing on the columns.")
def first_image_for_all(cols: Array, *rest: Any, **kwargs: Any) -> Array:
    return col2im(np.repeat(cols[:1], len(cols), axis=0), *rest, **kwargs)


@wrong("Your image has the right shape and holds nothing but zeros: the columns are still to be added.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(col2im(*args, **kwargs))


@wrong("Your image is always float64; float32 columns give a float32 image.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return col2im(*args, **kwargs).astype(np.float64)


@wrong("Your image takes over an integer dtype; integers count as float64.")
def integer_image(cols: Array, *rest: Any, **kwargs: Any) -> Array:
    return col2im(cols, *rest, **kwargs).astype(cols.dtype)


@wrong("Your image is right, but your function writes into the columns it was given; work on a copy.")
def modifies_its_input(cols: Array, *rest: Any, **kwargs: Any) -> Array:
    image = col2im(cols, *rest, **kwargs)
    cols *= 2
    return image


@wrong("Your image is one array that every call writes into again; start from new zeros in every call.")
def reuses_its_image(*args: Any, **kwargs: Any) -> Array:
    return into_shared(col2im(*args, **kwargs))
