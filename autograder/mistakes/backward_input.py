"""Wrong gradients with respect to the input, with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import into_shared
from autograder.oracles import Array, Pair, float_dtype, pair

INPUT: list[Mistake] = []
wrong = collect(INPUT)


def scattered(
    grad_out: Array, weight: Array, size: tuple[int, ...], stride: Pair = 1, add: bool = True, square: bool = False
) -> Array:
    """Put every gradient times its filters where the window was, padding included: what most mistakes spoil in one place."""
    (sh, sw), (h_out, w_out), (kh, kw) = pair(stride), grad_out.shape[2:], weight.shape[2:]
    padded = np.zeros((len(grad_out), weight.shape[1], *size))
    stamps = np.einsum("nfij,fcuv->ijncuv", grad_out, weight)
    for i, j in np.ndindex(h_out, min(h_out, w_out) if square else w_out):
        place = (..., slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        padded[place] = stamps[i, j] + (padded[place] if add else 0)
    return padded


def padded_size(x: Array, padding: Pair) -> tuple[int, int]:
    """Return the height and width of the padded input."""
    (ph, pw), (height, width) = pair(padding), x.shape[2:]
    return height + 2 * ph, width + 2 * pw


def cut(padded: Array, x: Array, padding: Pair) -> Array:
    """Cut the padding off, and return the right dtype in an array of its own."""
    (ph, pw), (height, width) = pair(padding), x.shape[2:]
    return padded[:, :, ph : ph + height, pw : pw + width].astype(float_dtype(x))


def grad_input(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0, **spoilt: bool) -> Array:
    """Compute the right gradient."""
    return cut(scattered(grad_out, weight, padded_size(x, padding), stride, **spoilt), x, padding)


# The kernel.


@wrong(
    "Your gradient lands with the kernel turned by 180 degrees. When gradients are handed out, the kernel lies as it did forward; "
    "it is flipped only where you convolve instead."
)
def flipped_kernel(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out, x, weight[:, :, ::-1, ::-1], *rest, **kwargs)


@wrong("Your gradient uses each kernel transposed: rows of the kernel go down the image, columns across.")
def transposed_kernel(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out, x, weight.swapaxes(2, 3), *rest, **kwargs)


# Windows that overlap.


@wrong(
    "Where windows overlap, your gradient keeps the last one only; a pixel adds up what all its outputs hand back (+=)."
)
def overlaps_overwritten(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return grad_input(grad_out, x, weight, stride, padding, add=False)


@wrong("Where windows overlap, your gradient holds their mean; they are added, and nothing is divided.")
def overlaps_averaged(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    kernel = (1, 1, *weight.shape[2:])
    count = scattered(np.ones((1, 1, *grad_out.shape[2:])), np.ones(kernel), padded_size(x, padding), stride)
    return cut(scattered(grad_out, weight, padded_size(x, padding), stride) / np.maximum(count, 1), x, padding)


# Images, channels, filters, the gradient from above.


@wrong("Your gradient comes from filter 0 alone; a pixel goes into every filter, and all of them hand something back.")
def only_filter_0(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out[:, :1], x, weight[:1], *rest, **kwargs)


@wrong("Your gradient is the mean over the filters; it is their sum.")
def filters_averaged(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out / len(weight), x, weight, *rest, **kwargs)


@wrong("Every channel of your gradient equals channel 0: the channel index is missing on the weight.")
def first_channel_for_all(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out, x, np.repeat(weight[:, :1], weight.shape[1], axis=1), *rest, **kwargs)


@wrong(
    "Every channel of your gradient holds the sum over all channels; each channel gets what its own kernels hand back."
)
def channels_summed(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    together = weight.sum(axis=1, keepdims=True)
    return grad_input(grad_out, x, np.repeat(together, weight.shape[1], axis=1), *rest, **kwargs)


@wrong("Every image of your gradient equals image 0: the batch index is missing on grad_out.")
def first_image_for_all(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(np.repeat(grad_out[:1], len(grad_out), axis=0), *rest, **kwargs)


@wrong("Your gradient is divided by the number of images. If the loss is a mean, grad_out brings that division along.")
def divided_by_the_batch(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out / len(grad_out), *rest, **kwargs)


@wrong(
    "Your gradient does not use grad_out: it is that of a loss which just sums the outputs, where every gradient is 1."
)
def upstream_ignored(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(np.ones_like(grad_out), *rest, **kwargs)


# Stride and sizes.


@wrong("Your gradients land one pixel apart: output (h, w) read its window at (h*sH, w*sW), and hands back to there.")
def stride_ignored(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return grad_input(grad_out, x, weight, 1, padding)


@wrong("Your gradient uses the first of the two strides both ways; the second is for the width.")
def first_stride_for_both(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    sh, size, (kh, kw) = pair(stride)[0], padded_size(x, padding), weight.shape[2:]
    room = [(n - 1) * sh + k for n, k in zip(grad_out.shape[2:], (kh, kw), strict=True)]
    large = scattered(grad_out, weight, (max(size[0], room[0]), max(size[1], room[1])), sh)
    return cut(large, x, padding)


@wrong(
    "Your gradient is smaller than x: its size was computed from grad_out. Rows that the stride left over are part of x, with "
    "gradient 0."
)
def leftover_rows_lost(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (ph, pw), (h_out, w_out), (kh, kw) = pair(stride), pair(padding), grad_out.shape[2:], weight.shape[2:]
    full = scattered(grad_out, weight, ((h_out - 1) * sh + kh, (w_out - 1) * sw + kw), stride)
    return full[:, :, ph : full.shape[2] - ph, pw : full.shape[3] - pw].astype(float_dtype(x))


@wrong("Your gradient leaves out columns, as if the output were as wide as it is high; H_out and W_out may differ.")
def square_output(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return grad_input(grad_out, x, weight, stride, padding, square=True)


@wrong("Your gradient has rows and columns exchanged: it equals the right one transposed.")
def height_and_width_swapped(*args: Any, **kwargs: Any) -> Array:
    return grad_input(*args, **kwargs).swapaxes(2, 3).copy()


# Padding.


@wrong("Your gradient still has its padding: it is as large as the padded input. Cut the padding off at the end.")
def padding_not_cut_off(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return scattered(grad_out, weight, padded_size(x, padding), stride).astype(float_dtype(x))


@wrong("With padding 0 your gradient is empty: [pH:-pH] ends at -0, which is the start. Cut [pH:pH + H] instead.")
def cut_by_minus_zero(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (ph, pw), padded = pair(padding), scattered(grad_out, weight, padded_size(x, padding), stride)
    return padded[:, :, ph:-ph, pw:-pw].astype(float_dtype(x))


@wrong("Your padding is cut off at the bottom and right only; half of it lies at the top and left.")
def cut_at_one_side(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return cut(scattered(grad_out, weight, padded_size(x, padding), stride), x, 0)


# Zeros, types, manners.


@wrong("Your gradient has the right shape and holds nothing but zeros: nothing is handed back yet.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(grad_input(*args, **kwargs))


@wrong("Your gradient is always float64; float32 inputs give a float32 gradient.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return grad_input(*args, **kwargs).astype(np.float64)


@wrong("Your gradient takes over the integer dtype of x; integers count as float64.")
def integer_output(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_input(grad_out, x, *rest, **kwargs).astype(x.dtype)


@wrong("Your gradient is right, but your function writes into grad_out; work on a copy.")
def modifies_its_input(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    result = grad_input(grad_out, *rest, **kwargs)
    grad_out *= 2
    return result


@wrong("Your gradient is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    return into_shared(grad_input(*args, **kwargs))
