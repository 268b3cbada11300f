"""Wrong gradients with respect to weights and biases, with a name."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import into_shared
from autograder.oracles import Array, Pair, float_dtype, pair

WEIGHT: list[Mistake] = []
wrong = collect(WEIGHT)


def padded_by(x: Array, padding: Pair) -> Array:
    """Put zeros on all four sides."""
    ph, pw = pair(padding)
    return np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def from_padded(grad_out: Array, padded: Array, weight: Array, stride: Pair = 1) -> Array:
    """Multiply every gradient with its window and add up: what most mistakes spoil in one place."""
    (sh, sw), (h_out, w_out) = pair(stride), grad_out.shape[2:]
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw][:, :, :h_out, :w_out]
    return np.einsum("nfij,ncijuv->fcuv", grad_out, windows).astype(padded.dtype)


def grad_weight(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Compute the right gradient."""
    return from_padded(grad_out, padded_by(x, padding), weight, stride)


# The kernel.


@wrong("Your gradient is turned by 180 degrees: that of weight (i, j) stands at (kH-1-i, kW-1-j).")
def flipped_gradient(*args: Any, **kwargs: Any) -> Array:
    return grad_weight(*args, **kwargs)[:, :, ::-1, ::-1].copy()


@wrong("Your gradient has rows and columns of each kernel exchanged: it equals the right one transposed.")
def transposed_gradient(*args: Any, **kwargs: Any) -> Array:
    return grad_weight(*args, **kwargs).swapaxes(2, 3).copy()


@wrong("Your gradient is also multiplied by the weights; the slope of w * x along w is x.")
def times_the_weight(grad_out: Array, x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return (grad_weight(grad_out, x, weight, *rest, **kwargs) * weight).astype(float_dtype(x))


# A shared weight adds up.


@wrong("Your gradient keeps the last window only; a shared weight adds up what all windows say (+=).")
def only_the_last_window(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    last = np.zeros_like(grad_out)
    last[:, :, -1, -1] = grad_out[:, :, -1, -1]
    return grad_weight(last, x, weight, stride, padding)


@wrong("Your gradient is the mean over all places; a shared weight adds up, and nothing is divided.")
def places_averaged(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(grad_out / (grad_out.shape[2] * grad_out.shape[3]), *rest, **kwargs)


# Images, channels, filters, the gradient from above.


@wrong("Your gradient comes from image 0 alone; all images of the batch share the weights, so their gradients add up.")
def only_image_0(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(grad_out[:1], x[:1], *rest, **kwargs)


@wrong("Your gradient is divided by the number of images. If the loss is a mean, grad_out brings that division along.")
def divided_by_the_batch(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(grad_out / len(grad_out), *rest, **kwargs)


@wrong("Every channel of your gradient equals channel 0: the channel index is missing on the input.")
def first_channel_for_all(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(grad_out, np.repeat(x[:, :1], x.shape[1], axis=1), *rest, **kwargs)


@wrong("Every channel of your gradient holds the sum over all channels; each kernel has seen its own channel only.")
def channels_summed(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    together = x.sum(axis=1, keepdims=True, dtype=float_dtype(x))
    return grad_weight(grad_out, np.repeat(together, x.shape[1], axis=1), *rest, **kwargs)


@wrong("Every filter of your gradient equals filter 0: the filter index is missing on grad_out.")
def first_filter_for_all(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(np.repeat(grad_out[:, :1], grad_out.shape[1], axis=1), *rest, **kwargs)


@wrong("Every filter of your gradient holds the sum over all filters; each gets the gradients of its own map.")
def filters_summed(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    together = grad_out.sum(axis=1, keepdims=True)
    return grad_weight(np.repeat(together, grad_out.shape[1], axis=1), *rest, **kwargs)


@wrong("Your gradient has channels before filters; it is shaped as the weight: (C_out, C, kH, kW).")
def channels_before_filters(*args: Any, **kwargs: Any) -> Array:
    return grad_weight(*args, **kwargs).swapaxes(0, 1).copy()


@wrong(
    "Your gradient does not use grad_out: it is that of a loss which just sums the outputs, where every gradient is 1."
)
def upstream_ignored(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(np.ones_like(grad_out), *rest, **kwargs)


# Stride, padding and sizes.


@wrong("Your windows are read one pixel apart: output (h, w) saw the window at (h*sH, w*sW).")
def stride_ignored(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    return grad_weight(grad_out, x, weight, 1, padding)


@wrong("Your gradient uses the first of the two strides both ways; the second is for the width.")
def first_stride_for_both(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    sh, padded, (kh, kw) = pair(stride)[0], padded_by(x, padding), weight.shape[2:]
    room = [(n - 1) * sh + k for n, k in zip(grad_out.shape[2:], (kh, kw), strict=True)]
    more = [max(r - n, 0) for r, n in zip(room, padded.shape[2:], strict=True)]
    return from_padded(grad_out, np.pad(padded, ((0, 0), (0, 0), (0, more[0]), (0, more[1]))), weight, sh)


@wrong(
    "Your gradient is larger than the kernel: sliding the spread-out grad_out over x also counts the rows that the stride left "
    "over. Keep the first kH rows and kW columns."
)
def leftover_rows_counted(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), padded, (h_out, w_out) = pair(stride), padded_by(x, padding), grad_out.shape[2:]
    spread = np.zeros((*grad_out.shape[:2], (h_out - 1) * sh + 1, (w_out - 1) * sw + 1), padded.dtype)
    spread[:, :, ::sh, ::sw] = grad_out
    windows = sliding_window_view(padded, spread.shape[2:], axis=(2, 3))
    return np.einsum("nfij,ncuvij->fcuv", spread, windows).astype(padded.dtype)


@wrong("Your gradient leaves out columns, as if the output were as wide as it is high; H_out and W_out may differ.")
def square_output(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    kept = grad_out.copy()
    kept[:, :, :, grad_out.shape[2] :] = 0
    return grad_weight(kept, *rest, **kwargs)


@wrong("Your windows hang over the bottom and right border only: the padding at the top and left is missing.")
def padding_at_one_side(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    ph, pw = pair(padding)
    padded = np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (0, 2 * ph), (0, 2 * pw)))
    return from_padded(grad_out, padded, weight, stride)


# Zeros, types, manners.


@wrong("Your gradient has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(grad_weight(*args, **kwargs))


@wrong("Your gradient is always float64; float32 inputs give a float32 gradient.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return grad_weight(*args, **kwargs).astype(np.float64)


@wrong("Your gradient takes over the integer dtype of x; integers count as float64.")
def integer_output(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return grad_weight(grad_out, x, *rest, **kwargs).astype(x.dtype)


@wrong("Your gradient is right, but your function writes into grad_out; work on a copy.")
def modifies_its_input(grad_out: Array, *rest: Any, **kwargs: Any) -> Array:
    result = grad_weight(grad_out, *rest, **kwargs)
    grad_out *= 2
    return result


@wrong("Your gradient is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    return into_shared(grad_weight(*args, **kwargs))


BIAS: list[Mistake] = []
wrong_bias = collect(BIAS)


def grad_bias(grad_out: Array) -> Array:
    """Compute the right gradient of the bias."""
    return grad_out.sum(axis=(0, 2, 3), dtype=float_dtype(grad_out))


@wrong_bias("Your gradient is the mean; the bias is added to every number of its map, so their gradients add up.")
def mean_instead_of_sum(grad_out: Array) -> Array:
    return grad_out.mean(axis=(0, 2, 3)).astype(float_dtype(grad_out))


@wrong_bias(
    "Your gradient is divided by the number of images. If the loss is a mean, grad_out brings that division along."
)
def bias_divided_by_the_batch(grad_out: Array) -> Array:
    return (grad_bias(grad_out) / len(grad_out)).astype(float_dtype(grad_out))


@wrong_bias("Your gradient comes from image 0 alone; all images of the batch share the bias.")
def bias_of_image_0(grad_out: Array) -> Array:
    return grad_bias(grad_out[:1])


@wrong_bias("Your gradient has a row for each image; all images share the bias, so their gradients add up.")
def one_row_per_image(grad_out: Array) -> Array:
    return grad_out.sum(axis=(2, 3), dtype=float_dtype(grad_out))


@wrong_bias("Your gradient still has its summed axes, with length 1; the bias has shape (C_out,).")
def axes_kept(grad_out: Array) -> Array:
    return grad_out.sum(axis=(0, 2, 3), keepdims=True, dtype=float_dtype(grad_out))


@wrong_bias("Your gradient is the same for every filter: the sum over all of grad_out. Each filter has its own bias.")
def one_sum_for_all(grad_out: Array) -> Array:
    return np.full(grad_out.shape[1], grad_out.sum(), float_dtype(grad_out))


@wrong_bias("Your gradient counts how often each bias is used and leaves grad_out out.")
def counts_only(grad_out: Array) -> Array:
    n, filters, h_out, w_out = grad_out.shape
    return np.full(filters, n * h_out * w_out, float_dtype(grad_out))


@wrong_bias("Your gradient keeps the integer dtype; integers count as float64.")
def bias_integer_output(grad_out: Array) -> Array:
    return grad_bias(grad_out).astype(grad_out.dtype)


@wrong_bias("Your gradient is always float64; float32 stays float32.")
def bias_always_float64(grad_out: Array) -> Array:
    return grad_bias(grad_out).astype(np.float64)
