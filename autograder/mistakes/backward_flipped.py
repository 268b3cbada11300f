"""Wrong ways to write the gradient of the input as a convolution with the flipped kernel."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import into_shared
from autograder.mistakes.convolution import layer
from autograder.oracles import Array, Pair, float_dtype, pair

FLIPPED: list[Mistake] = []
wrong = collect(FLIPPED)


def turned(weight: Array) -> Array:
    """Flip every kernel and let filters and channels change places."""
    return weight[:, :, ::-1, ::-1].swapaxes(0, 1)


def completed(weight: Array, padding: Pair) -> tuple[int, int]:
    """Return the padding that makes kH - 1 and kW - 1 together with the one of the forward pass."""
    return weight.shape[2] - 1 - pair(padding)[0], weight.shape[3] - 1 - pair(padding)[1]


def by_convolution(grad_out: Array, weight: Array, padding: Pair) -> Array:
    """Correlate the padded gradient with a weight, whatever it is."""
    return layer(grad_out, weight, None, 1, padding).astype(float_dtype(grad_out))


def right(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    """Compute the right gradient."""
    return by_convolution(grad_out, turned(weight), completed(weight, padding))


@wrong(
    "Your gradient uses the kernel as it is; read from a pixel, its outputs stand in reverse order: flip rows and columns."
)
def kernel_not_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out, weight[:, :, ::-1, ::-1], padding)


@wrong("Your gradient uses the kernel with its rows flipped but not its columns; a turn by 180 degrees flips both.")
def only_rows_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out, weight[:, :, :, ::-1], padding)


@wrong("Your gradient uses the kernel with its columns flipped but not its rows; a turn by 180 degrees flips both.")
def only_columns_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out, weight[:, :, ::-1], padding)


@wrong("Your gradient uses the kernel transposed instead of flipped: .T is no turn by 180 degrees.")
def transposed_instead_of_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return by_convolution(grad_out, weight.swapaxes(2, 3).swapaxes(0, 1), completed(weight, padding))


@wrong("Your gradient flips all four axes of the weight; filters and channels change places but keep their order.")
def all_axes_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out, weight[::-1, ::-1], padding)


@wrong(
    "Your gradient takes the weight as (C_out, C): going back, C_out channels come in and C go out, so the two change places."
)
def depth_not_transposed(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    if grad_out.shape[1] != weight.shape[1]:
        raise ValueError("grad_out has another number of channels than weight[:, c] expects")
    return by_convolution(grad_out, weight[:, :, ::-1, ::-1], completed(weight, padding))


@wrong("Your gradient pads by as much as the forward pass did; the two paddings add to kH - 1 and kW - 1.")
def padding_of_the_forward_pass(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    room = [n + 2 * p - k for n, p, k in zip(grad_out.shape[2:], pair(padding), weight.shape[2:], strict=True)]
    if min(room) < 0:
        raise ValueError("the kernel does not fit into grad_out")
    return by_convolution(grad_out, turned(weight), padding)


@wrong("Your gradient pads by kH - 1 and kW - 1 whatever the padding was; what the forward pass padded is taken off.")
def always_full_padding(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return by_convolution(grad_out, turned(weight), completed(weight, 0))


@wrong("Your gradient pads the columns by as much as the rows: kH - 1 down, but kW - 1 across.")
def padding_of_a_square_kernel(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    down = completed(weight, padding)[0]
    if grad_out.shape[3] + 2 * down < weight.shape[3]:
        raise ValueError("the kernel does not fit into grad_out")
    return by_convolution(grad_out, turned(weight), down)


@wrong("Your gradient comes from filter 0 alone; the gradients of all filters are summed.")
def only_filter_0(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out[:, :1], weight[:1], padding)


@wrong("Every image of your gradient equals image 0: the batch index is missing on grad_out.")
def first_image_for_all(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(np.repeat(grad_out[:1], len(grad_out), axis=0), weight, padding)


@wrong("Your gradient has the right shape and holds nothing but zeros.")
def zeros(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return np.zeros_like(right(grad_out, weight, padding))


@wrong("Your gradient is always float64; float32 stays float32.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return right(*args, **kwargs).astype(np.float64)


@wrong("Your gradient takes over an integer dtype; integers count as float64.")
def integer_output(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    return right(grad_out, weight, padding).astype(grad_out.dtype)


@wrong("Your gradient is right, but your function writes into the weight: weight[...] = ... flips it for good.")
def flips_its_input(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    result = right(grad_out, weight, padding)
    weight[...] = weight[:, :, ::-1, ::-1].copy()
    return result


@wrong("Your gradient is one array that every call writes into again; make a new array in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> Array:
    return into_shared(right(*args, **kwargs))
