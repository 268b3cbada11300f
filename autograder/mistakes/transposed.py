"""Wrong transposed convolutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import into_shared
from autograder.mistakes.convolution import layer
from autograder.oracles import Array, Pair, float_dtype, pair

TRANSPOSED: list[Mistake] = []
wrong = collect(TRANSPOSED)


def stamped(x: Array, weight: Array, stride: Pair = 1, add: bool = True, per_stamp: Any = 0) -> Array:
    """Stamp the kernels onto zeros, nothing cut off, no bias: what most mistakes below spoil in one place."""
    (sh, sw), (n, _, height, width), (kh, kw) = pair(stride), x.shape, weight.shape[2:]
    out = np.zeros((n, weight.shape[1], (height - 1) * sh + kh, (width - 1) * sw + kw))
    for i, j in np.ndindex(height, width):
        place = (..., slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        stamp = np.tensordot(x[:, :, i, j], weight, axes=1) + per_stamp  # (N, C) and (C, C_out, kH, kW)
        out[place] = stamp + (out[place] if add else 0)
    return out


def finished(out: Array, x: Array, bias: Array | None, padding: Pair) -> Array:
    """Cut the padding off, add the bias, and return the right dtype."""
    (ph, pw), (height, width) = pair(padding), out.shape[2:]
    cut = out[:, :, ph : height - ph, pw : width - pw]
    return (cut + (0 if bias is None else np.reshape(bias, (-1, 1, 1)))).astype(float_dtype(x))


def transposed(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Compute a right transposed convolution."""
    return finished(stamped(x, weight, stride), x, bias, padding)


@wrong("Your stamps are turned by 180 degrees; a pixel stamps the kernel as it is.")
def flipped_kernel(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, weight[:, :, ::-1, ::-1], *rest, **kwargs)


@wrong("Your stamps are transposed: rows of the kernel go down the output, columns across.")
def transposed_kernel(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, weight.swapaxes(2, 3), *rest, **kwargs)


@wrong("Your output reads the weights as (C_out, C_in, kH, kW); here the input's channels come first.")
def channels_and_maps_swapped(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, weight.swapaxes(0, 1), *rest, **kwargs)


@wrong("Your output equals an ordinary convolution with these weights: it shrinks the image instead of enlarging it.")
def an_ordinary_convolution(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight.swapaxes(0, 1), *rest, **kwargs)


@wrong("Where stamps overlap, your output keeps the last one only; they are added (+=).")
def overlaps_overwritten(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    return finished(stamped(x, weight, stride, add=False), x, bias, padding)


@wrong("Where stamps overlap, your output holds their mean; they are added, and nothing is divided.")
def overlaps_averaged(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    count = stamped(np.ones((1, 1, *x.shape[2:])), np.ones((1, 1, *weight.shape[2:])), stride)
    return finished(stamped(x, weight, stride) / np.maximum(count, 1), x, bias, padding)


@wrong("Your output uses input channel 0 only; the stamps of all channels are summed.")
def only_channel_0(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x[:, :1], weight[:1], *rest, **kwargs)


@wrong("Your output is the mean over the input channels; their stamps are summed.")
def channel_mean(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, weight / x.shape[1], *rest, **kwargs)


@wrong("Every channel of your output equals channel 0: one kernel is used for all of them.")
def first_map_for_all(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, np.repeat(weight[:, :1], weight.shape[1], axis=1), *rest, **kwargs)


@wrong("Every image of your output equals image 0: the batch index is missing on the input.")
def first_image_for_all(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(np.repeat(x[:1], len(x), axis=0), *rest, **kwargs)


@wrong("Your output equals the one without the bias.")
def bias_missing(x: Array, weight: Array, bias: Array | None = None, **kwargs: Any) -> Array:
    return transposed(x, weight, None, **kwargs)


@wrong("Your output has the bias once for every stamp; it is added once to every pixel, also where no stamp lies.")
def bias_in_every_stamp(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    per_stamp = 0 if bias is None else np.reshape(bias, (-1, 1, 1))
    return finished(stamped(x, weight, stride, per_stamp=per_stamp), x, None, padding)


@wrong("Your output equals the one with stride 1: the stamps stand one pixel apart.")
def stride_ignored(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    return transposed(x, weight, bias, 1, padding)


@wrong("Your output has the pair of strides exchanged: the first is for the height.")
def stride_pair_swapped(
    x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0
) -> Array:
    return transposed(x, weight, bias, pair(stride)[::-1], padding)


@wrong("Your output is H * stride high and W * stride wide; the last stamp sticks out: (H - 1)*stride + kH.")
def last_stamp_cut(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (height, width) = pair(stride), x.shape[2:]
    out = transposed(x, weight, bias, stride, padding)
    lacking = [max(n * s - have, 0) for n, s, have in zip((height, width), (sh, sw), out.shape[2:], strict=True)]
    grown = np.pad(out, ((0, 0), (0, 0), (0, lacking[0]), (0, lacking[1])))
    return grown[:, :, : height * sh, : width * sw]


@wrong("Your output still has what padding takes away: so many rows and columns are cut off each side.")
def padding_ignored(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    return transposed(x, weight, bias, stride)


@wrong("With padding 0 your output is empty: [pH:-pH] ends at -0, which is the start.")
def cut_by_minus_zero(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return transposed(x, weight, bias, stride)[:, :, ph:-ph, pw:-pw].copy()


@wrong("Your output grows with the padding: zeros are put around it. Here padding cuts rows and columns off.")
def padding_added(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    return np.pad(transposed(x, weight, bias, stride), ((0, 0), (0, 0), (ph, ph), (pw, pw)))


@wrong("Your output is cut at the bottom and right only; padding cuts the same off all four sides.")
def cut_at_one_side(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    height, width = transposed(x, weight, bias, stride, padding).shape[2:]
    return transposed(x, weight, bias, stride)[:, :, :height, :width].copy()


@wrong("Your output has the right shape and holds nothing but zeros: the stamps are still missing.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(transposed(*args, **kwargs))


@wrong("Your output is always float64; float32 inputs give a float32 output.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return transposed(*args, **kwargs).astype(np.float64)


@wrong("Your output takes over an integer dtype and loses the fractions; integers count as float64.")
def integer_output(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return transposed(x, *rest, **kwargs).astype(x.dtype)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, *rest: Any, **kwargs: Any) -> Array:
    out = transposed(x, *rest, **kwargs)
    x += 1
    return out


@wrong("Your output is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    return into_shared(transposed(*args, **kwargs))
