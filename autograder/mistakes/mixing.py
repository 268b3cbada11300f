"""Wrong 1x1 convolutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, float_dtype

CONV1X1: list[Mistake] = []
wrong = collect(CONV1X1)


def mix(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Compute the right answer, which most mistakes below spoil in one place."""
    out = np.einsum("fc,nchw->nfhw", weight[:, :, 0, 0], x.astype(float_dtype(x)))
    out = out if bias is None else out + np.reshape(bias, (1, -1, 1, 1))
    return np.ascontiguousarray(out).astype(float_dtype(x))


@wrong("Your output equals the one without the bias.")
def bias_missing(x: Array, weight: Array, bias: Array | None = None) -> Array:
    return mix(x, weight)


@wrong("Your output has the bias once per input channel; it is added once per output value.")
def bias_per_channel(x: Array, weight: Array, bias: Array | None = None) -> Array:
    return mix(x, weight, None if bias is None else bias * x.shape[1])


@wrong("Your output is the mean over the input channels; a filter takes their weighted sum.")
def channel_mean(x: Array, weight: Array, bias: Array | None = None) -> Array:
    return mix(x, weight / x.shape[1], bias)


@wrong("Your output uses input channel 0 only; a 1x1 filter has a weight for every channel.")
def only_channel_0(x: Array, weight: Array, bias: Array | None = None) -> Array:
    return mix(x[:, :1], weight[:, :1], bias)


@wrong("Every channel of your output equals channel 0: filter 0 is used for all of them.")
def first_filter_for_all(x: Array, weight: Array, bias: Array | None = None) -> Array:
    return mix(x, np.repeat(weight[:1], len(weight), axis=0), bias)


@wrong("Every image of your output equals image 0: the batch index is missing on the input.")
def first_image_for_all(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return mix(np.repeat(x[:1], len(x), axis=0), *rest, **kwargs)


@wrong("Your pixels are mixed up: reshape (C, H, W) to (C, H*W), not to (H*W, C), which cuts the rows in other places.")
def reshaped_the_wrong_way(x: Array, weight: Array, bias: Array | None = None) -> Array:
    N, C, H, W = x.shape
    scrambled = x.reshape(N, H * W, C).transpose(0, 2, 1).reshape(x.shape)
    return mix(scrambled, weight, bias)


@wrong("Your output comes out as (N, H, W, C_out), in the right numbers but in another order than the axes need.")
def channels_last(*args: Any, **kwargs: Any) -> Array:
    out = mix(*args, **kwargs)
    return out.transpose(0, 2, 3, 1).reshape(out.shape).copy()


@wrong("Your output has rows and columns exchanged: it equals the right one transposed.")
def height_and_width_swapped(*args: Any, **kwargs: Any) -> Array:
    return mix(*args, **kwargs).swapaxes(2, 3).copy()


@wrong("Your output has its negative numbers set to zero; a 1x1 convolution has no ReLU inside.")
def relu_inside(*args: Any, **kwargs: Any) -> Array:
    out: Array = np.maximum(mix(*args, **kwargs), 0)
    return out


@wrong("Your output has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(*args: Any, **kwargs: Any) -> Array:
    return np.zeros_like(mix(*args, **kwargs))


@wrong("Your output is always float64; float32 inputs give a float32 output.")
def always_float64(*args: Any, **kwargs: Any) -> Array:
    return mix(*args, **kwargs).astype(np.float64)


@wrong("Your output takes over an integer dtype; integers count as float64.")
def integer_output(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return mix(x, *rest, **kwargs).astype(x.dtype)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, *rest: Any, **kwargs: Any) -> Array:
    out = mix(x, *rest, **kwargs)
    x[...] = 0
    return out
