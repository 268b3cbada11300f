"""Wrong locally connected layers with a name: windows as in a convolution, but a kernel of its own at every place."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, Pair, float_dtype, pair

LOCAL: list[Mistake] = []
wrong = collect(LOCAL)


def layer(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    """Compute a right layer without shared weights: what most mistakes below spoil in one place."""
    (sh, sw), (h_out, w_out, kh, kw) = pair(stride), weight.shape
    windows = sliding_window_view(image.astype(float_dtype(image)), (kh, kw))[::sh, ::sw][:h_out, :w_out]
    out = np.einsum("ijuv,ijuv->ij", windows, weight) + (0 if bias is None else bias)
    return np.asarray(out.astype(float_dtype(image)))


@wrong("Every place of your output uses the kernel weight[0, 0]: that is a convolution; here each place has its own.")
def one_kernel_for_all(image: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(image, np.broadcast_to(weight[:1, :1], weight.shape), *rest, **kwargs)


@wrong("Your output uses one kernel for each row of places; each place has its own: weight[h, w].")
def one_kernel_per_row(image: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(image, np.broadcast_to(weight[:, :1], weight.shape), *rest, **kwargs)


@wrong("Your output takes the kernel of place (h, w) from weight[w, h]; rows come first.")
def places_swapped(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    (sh, sw), (h_out, w_out, kh, kw) = pair(stride), weight.shape
    out = np.zeros((h_out, w_out), float_dtype(image))
    for h, w in np.ndindex(h_out, w_out):
        out[h, w] = (image[h * sh : h * sh + kh, w * sw : w * sw + kw] * weight[w, h]).sum()
    return out if bias is None else out + bias


@wrong("Your output equals the one with every kernel flipped; the windows are multiplied as they are.")
def flipped_kernels(image: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(image, weight[:, :, ::-1, ::-1], *rest, **kwargs)


@wrong("Your output is the mean of the products; it is their sum.")
def mean_of_products(image: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(image, weight / (weight.shape[2] * weight.shape[3]), *rest, **kwargs)


@wrong("Your output has rows and columns exchanged: it equals the right one transposed.")
def output_transposed(*args: Any, **kwargs: Any) -> Array:
    return layer(*args, **kwargs).T.copy()


@wrong("Your output equals the right one with its last row and column left at zero.")
def last_row_and_column_missing(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    out[-1] = out[:, -1] = 0
    return out


@wrong("Your output equals the one without the bias.")
def bias_missing(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return layer(image, weight, None, stride)


@wrong("Your output adds bias[0, 0] everywhere; each place has a bias of its own.")
def one_bias_for_all(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return layer(image, weight, None if bias is None else bias[0, 0], stride)


@wrong("Your output adds the bias once for each product; it is added once to each sum.")
def bias_per_product(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return layer(image, weight, None if bias is None else bias * weight[0, 0].size, stride)


@wrong("Your output equals the one with stride 1: the stride is not used.")
def stride_ignored(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return layer(image, weight, bias)


@wrong("Your output has the pair of strides exchanged: the first is for going down.")
def stride_pair_swapped(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return padded_layer(image, weight, bias, pair(stride)[::-1])


@wrong("Your output uses the first of the two strides both ways; the second is for going across.")
def first_stride_for_both(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    return padded_layer(image, weight, bias, (pair(stride)[0],) * 2)


def padded_layer(image: Array, weight: Array, bias: Array | None, stride: tuple[int, int]) -> Array:
    """Stop, as a loop would, where a window leaves the image."""
    (sh, sw), (h_out, w_out, kh, kw) = stride, weight.shape
    if (h_out - 1) * sh + kh > image.shape[0] or (w_out - 1) * sw + kw > image.shape[1]:
        raise ValueError("operands could not be broadcast together")
    return layer(image, weight, bias, stride)


@wrong("Your output has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(layer(*args, **kwargs))


@wrong("Your output is always float64; float32 inputs give a float32 output.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return layer(*args, **kwargs).astype(np.float64)


@wrong("Your output takes over an integer dtype and loses the fractions; integers count as float64.")
def integer_output(image: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(image, *rest, **kwargs).astype(image.dtype)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(image: Array, *rest: Any, **kwargs: Any) -> Array:
    out = layer(image, *rest, **kwargs)
    image += 1
    return out


@wrong("Your output is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    shared = _SHARED.setdefault((out.shape, out.dtype), out)
    shared[...] = out
    return shared


_SHARED: dict[Any, Array] = {}
