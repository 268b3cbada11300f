"""Unit 04: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from math import prod
from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake
from autograder.mistakes.convolution import CONV2D, layer
from autograder.oracles import Array, Pair, pair

MISTAKES: dict[str, list[Mistake]] = {"conv2d_forward": CONV2D}

# correlate_volume: the same mistakes with one image and one filter


def in_one_volume(mistake: Function) -> Function:
    """Turn a wrong layer into a wrong correlate_volume."""
    return lambda x, kernel, bias=0.0: mistake(x[None], kernel[None], np.array([bias]))[0, 0]


def a_map_per_channel(x: Array, kernel: Array, bias: float = 0.0) -> Array:
    """Leave out the sum over the channels."""
    return layer(x[:, None], kernel[:, None], np.full(len(x), bias))[range(len(x)), range(len(x))]


MISTAKES["correlate_volume"] = [
    Mistake(
        "a_map_per_channel",
        "Your output is one map for each channel; the channels are summed into a single map.",
        a_map_per_channel,
    )
] + [
    Mistake(mistake.name, mistake.diagnosis, in_one_volume(mistake.function))
    for mistake in CONV2D
    if mistake.name
    in [
        "flipped_kernel",
        "transposed_kernel",
        "only_channel_0",
        "channel_mean",
        "bias_missing",
        "bias_per_channel",
        "last_row_and_column_missing",
        "as_large_as_the_input",
        "zeros",
        "integer_output",
        "modifies_its_input",
    ]
]

# The two counts


def area(kernel_size: Pair) -> int:
    """Count the numbers of one kernel."""
    return prod(pair(kernel_size))


MISTAKES["conv2d_parameters"] = [
    Mistake(name, diagnosis, function)
    for name, diagnosis, function in [
        (
            "bias_missing",
            "The biases are not counted: one for each filter.",
            lambda i, o, k, bias=True: i * o * area(k),
        ),
        (
            "bias_always",
            "The biases are counted even with bias=False.",
            lambda i, o, k, bias=True: o * (i * area(k) + 1),
        ),
        (
            "bias_per_input_channel",
            "Your count has a bias for each input channel; there is one for each filter, that is, output channel.",
            lambda i, o, k, bias=True: i * o * area(k) + i * bias,
        ),
        (
            "bias_per_kernel",
            "Your count has a bias for each pair of channels; there is one for each filter.",
            lambda i, o, k, bias=True: i * o * (area(k) + bias),
        ),
        (
            "one_bias",
            "Your count has a single bias; there is one for each filter.",
            lambda i, o, k, bias=True: i * o * area(k) + bias,
        ),
        (
            "flat_filters",
            "Your count has filters with one channel; each filter reaches through all input channels.",
            lambda i, o, k, bias=True: o * (area(k) + bias),
        ),
        (
            "kernel_not_squared",
            "Your count takes the kernel size once; a kernel of size 3 has 3 x 3 weights.",
            lambda i, o, k, bias=True: o * (i * (k if isinstance(k, int) else area(k)) + bias),
        ),
        (
            "first_size_for_both",
            "Your count takes the first of the two kernel sizes twice; a kernel has kH x kW weights.",
            lambda i, o, k, bias=True: o * (i * pair(k)[0] ** 2 + bias),
        ),
    ]
]

MISTAKES["linear_parameters"] = [
    Mistake(name, diagnosis, function)
    for name, diagnosis, function in [
        ("bias_missing", "The biases are not counted: one for each output.", lambda i, o, bias=True: prod(i) * prod(o)),
        (
            "bias_always",
            "The biases are counted even with bias=False.",
            lambda i, o, bias=True: (prod(i) + 1) * prod(o),
        ),
        (
            "bias_per_input",
            "Your count has a bias for each input; there is one for each output.",
            lambda i, o, bias=True: prod(i) * (prod(o) + bias),
        ),
        (
            "bias_per_channel",
            "Your count has a bias for each output channel, as a convolution has; a dense layer has one for each output.",
            lambda i, o, bias=True: prod(i) * prod(o) + o[0] * bias,
        ),
        (
            "channels_only",
            "Your count connects the channels only; a dense layer connects every number with every output.",
            lambda i, o, bias=True: o[0] * (i[0] + bias),
        ),
        (
            "pixels_only",
            "Your count leaves out the channels: a volume holds C x H x W numbers.",
            lambda i, o, bias=True: prod(o[1:]) * (prod(i[1:]) + bias),
        ),
        (
            "sum_of_sizes",
            "Your count adds the two sizes; a dense layer has a weight for every pair of input and output.",
            lambda i, o, bias=True: prod(i) + prod(o) * (1 + bias),
        ),
    ]
]

# The designed filters

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4


def bank(grey: Any = 1 / 3, edges: Any = SOBEL / 3, red: float = 1, blue: float = -1, place: int = 1) -> Array:
    """Build the bank of filters; the defaults are right."""
    weight = np.zeros((3, 3, 3, 3))
    weight[0, :, place, place] = grey
    weight[1] = edges
    weight[2, 0, place, place], weight[2, 2, place, place] = red, blue
    return weight


MISTAKES["design_filters"] = [
    Mistake(name, diagnosis, function)
    for name, diagnosis, function in [
        ("grey_is_a_sum", "Filter 0 sums the channels; the grey value is their mean.", lambda: bank(grey=1)),
        (
            "luma_grey",
            "Filter 0 weighs the channels as television does (0.299, 0.587, 0.114); asked for is the plain mean.",
            lambda: bank(grey=[0.299, 0.587, 0.114]),
        ),
        (
            "grey_box",
            "Filter 0 averages over the whole 3 x 3 window; the grey value is that of the centre pixel.",
            lambda: bank(grey=0) + np.ones((3, 3, 3)) / 27 * np.array([1, 0, 0])[:, None, None, None],
        ),
        (
            "edges_flipped",
            "Filter 1 has the opposite sign: it answers positively where the image gets darker to the right.",
            lambda: bank(edges=-SOBEL / 3),
        ),
        (
            "edges_transposed",
            "Filter 1 finds horizontal edges, the change from top to bottom; vertical edges change from left to right.",
            lambda: bank(edges=SOBEL.T / 3),
        ),
        (
            "edges_not_divided",
            "Filter 1 is 4 times too large: the Sobel filter is divided by 4.",
            lambda: bank(edges=SOBEL * 4 / 3),
        ),
        (
            "edges_of_the_sum",
            "Filter 1 is 3 times too large: the grey image is the mean of the channels, not their sum.",
            lambda: bank(edges=SOBEL),
        ),
        (
            "edges_of_one_channel",
            "Filter 1 looks at one channel only; the grey image has a third of each.",
            lambda: bank(edges=SOBEL * np.array([1, 0, 0])[:, None, None]),
        ),
        ("blue_minus_red", "Filter 2 is blue minus red; asked for is red minus blue.", lambda: bank(red=-1, blue=1)),
        (
            "off_centre",
            "The weights of filters 0 and 2 stand in a corner; the centre of a 3 x 3 kernel is [1, 1].",
            lambda: bank(place=0),
        ),
        (
            "filters_and_channels_swapped",
            "The first two axes are exchanged: filters come first, then channels.",
            lambda: bank().swapaxes(0, 1),
        ),
    ]
]
