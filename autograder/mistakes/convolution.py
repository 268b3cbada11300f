"""Wrong convolution layers with a name: what the units about them share.

Each tells a student what happened, and proves that a check sees it.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, Pair, float_dtype, pair

CONV2D: list[Mistake] = []
wrong = collect(CONV2D)


def layer(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Compute a right convolution layer: what most mistakes below spoil in one place."""
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    padded = np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw]
    out = np.einsum("ncijuv,fcuv->nfij", windows, weight) + (0 if bias is None else bias[:, None, None])
    return out.astype(padded.dtype)


# The kernel.


@wrong(
    "Your output equals a convolution with the kernel flipped; a CNN layer computes cross-correlation.",
)
def flipped_kernel(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight[:, :, ::-1, ::-1], *rest, **kwargs)


@wrong(
    "Your output equals the one with each kernel transposed: rows of the kernel go down the image, columns across.",
)
def transposed_kernel(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight.swapaxes(2, 3), *rest, **kwargs)


@wrong(
    "Your output equals the one that takes the kernel's height for its width too; kH and kW may differ.",
)
def square_kernel(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    kh, kw = weight.shape[2:]
    grown = np.pad(weight, ((0, 0), (0, 0), (0, 0), (0, max(kh - kw, 0))))
    return layer(x, grown[:, :, :, :kh], *rest, **kwargs)


# Images, channels, filters.


@wrong("Your output uses input channel 0 only; a filter sums over all channels.")
def only_channel_0(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x[:, :1], weight[:, :1], *rest, **kwargs)


@wrong("Your output is the mean over the input channels; a filter takes their sum.")
def channel_mean(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight / x.shape[1], *rest, **kwargs)


@wrong(
    "Your output reads the weights as (C, C_out, kH, kW); the filters come first: (C_out, C, kH, kW).",
)
def filters_and_channels_swapped(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight.swapaxes(0, 1), *rest, **kwargs)


@wrong("Every channel of your output equals channel 0: filter 0 is used for all of them.")
def first_filter_for_all(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, np.repeat(weight[:1], len(weight), axis=0), *rest, **kwargs)


@wrong("Every image of your output equals image 0: the batch index is missing on the input.")
def first_image_for_all(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(np.repeat(x[:1], len(x), axis=0), *rest, **kwargs)


# Bias.


@wrong("Your output equals the one without the bias.")
def bias_missing(x: Array, weight: Array, bias: Array | None = None, **kwargs: Any) -> Array:
    return layer(x, weight, None, **kwargs)


@wrong("Your output has the bias once per input channel; it is added once per output value.")
def bias_per_channel(x: Array, weight: Array, bias: Array | None = None, **kwargs: Any) -> Array:
    return layer(x, weight, None if bias is None else bias * x.shape[1], **kwargs)


# Output size and stride.


@wrong("Your output has rows and columns exchanged: it equals the right one transposed.")
def height_and_width_swapped(*args: Any, **kwargs: Any) -> Array:
    return layer(*args, **kwargs).swapaxes(2, 3)


@wrong("Your output equals the right one with its last row and column left at zero.")
def last_row_and_column_missing(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    out[:, :, -1, :] = out[:, :, :, -1] = 0
    return out


@wrong(
    "Your output is as large as the input, as if padded by half the kernel; without padding it gets smaller.",
)
def as_large_as_the_input(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    kh, kw = weight.shape[2:]
    return layer(x, weight, bias, stride, (kh // 2, kw // 2))


@wrong("Your output equals the one with stride 1: the stride is not used.")
def stride_ignored(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    return layer(x, weight, bias, 1, padding)


@wrong("Your output has the pair of strides exchanged: the first is for the height.")
def stride_pair_swapped(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    return layer(x, weight, bias, pair(stride)[::-1], padding)


@wrong("Your output uses the first of the two strides both ways; the second is for the width.")
def first_stride_for_both(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    return layer(x, weight, bias, pair(stride)[0], padding)


@wrong(
    "Your output size is rounded up; it is rounded down (//): a window that does not fit is left out.",
)
def size_rounded_up(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph + sh - 1), (pw, pw + sw - 1)))
    return layer(padded, weight, bias, stride)


# Padding.


@wrong("Your output equals the one with padding 0: the padding is not used.")
def padding_ignored(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    return layer(x, weight, bias, stride)


@wrong("Your output has the pair of paddings exchanged: the first is for the height.")
def padding_pair_swapped(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    return layer(x, weight, bias, stride, pair(padding)[::-1])


@wrong("Your output is padded at the top and left only; zeros go to all four sides.")
def padding_top_and_left_only(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    ph, pw = pair(padding)
    return layer(np.pad(x, ((0, 0), (0, 0), (ph, 0), (pw, 0))), weight, bias, stride)


@wrong("Your output is padded with mirrored pixels (reflect); a CNN layer pads with zeros.")
def reflect_padding(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return layer(np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="reflect"), weight, bias, stride)


@wrong("Your output is padded with repeated border pixels (edge); a CNN layer pads with zeros.")
def replicate_padding(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return layer(np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="edge"), weight, bias, stride)


# Zeros, types, manners.


@wrong("Your output has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(layer(*args, **kwargs))


@wrong("Your output is always float64; float32 inputs give a float32 output.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return layer(*args, **kwargs).astype(np.float64)


@wrong("Your output is always float32; float64 inputs give a float64 output.")
def always_float32(*args: Any, **kwargs: Any) -> Array:
    return layer(*args, **kwargs).astype(np.float32)


@wrong("Your output takes over an integer dtype and loses the fractions; integers count as float64.")
def integer_output(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, *rest, **kwargs).astype(x.dtype)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, *rest: Any, **kwargs: Any) -> Array:
    out = layer(x, *rest, **kwargs)
    x += 1
    return out


@wrong("Your output is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    shared = _SHARED.setdefault((out.shape, out.dtype), out)
    shared[...] = out
    return shared


_SHARED: dict[Any, Array] = {}
