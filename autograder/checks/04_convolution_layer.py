"""Unit 04: what is asked of the convolution layer, and what gives points.

The shapes are odd on purpose: no square inputs where a square hides a mistake, strides that do not divide,
no two sizes equal.
"""

from math import prod
from typing import Any

import numpy as np

from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, Pair, conv2d, correlate_volume, pair


def count_conv2d(in_channels: int, out_channels: int, kernel_size: Pair, bias: bool = True) -> int:
    """Count the parameters of a convolution layer: a kernel per pair of channels, a bias per filter."""
    kh, kw = pair(kernel_size)
    return out_channels * in_channels * kh * kw + (out_channels if bias else 0)


def count_linear(in_shape: tuple[int, ...], out_shape: tuple[int, ...], bias: bool = True) -> int:
    """Count the parameters of a dense layer between two volumes: a weight per pair, a bias per output."""
    return prod(in_shape) * prod(out_shape) + (prod(out_shape) if bias else 0)


def filter_bank() -> Array:
    """Design the three filters: grey value, vertical edges of it (Sobel / 4), red minus blue."""
    weight = np.zeros((3, 3, 3, 3))
    weight[0, :, 1, 1] = 1 / 3
    weight[1, :] = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4 / 3
    weight[2, 0, 1, 1], weight[2, 2, 1, 1] = 1, -1
    return weight


def normal(*shape: int) -> str:
    """Write the drawing of an array of this shape."""
    return f"rng.standard_normal({shape})"


def single(*shape: int) -> str:
    """Write the drawing of a float32 array of this shape."""
    return f"rng.standard_normal({shape}, dtype=np.float32)"


RANDOM = "rng.standard_normal({})"


def conv(x: tuple[int, ...], weight: tuple[int, ...], bias: str | None = "np.zeros({})", **kwargs: Any) -> Case:
    """Write a call of conv2d_forward with arrays of these shapes.

    A bias of zeros comes along, so that a layer which stops at None, or adds the bias wrongly, loses the points for the
    bias alone.
    """
    arrays = [normal(*x), normal(*weight), *([bias.format(weight[0])] if bias else [])]
    return Case(*arrays, **kwargs)


def shown_by(index: int, *sizes: int) -> Case:
    """Compare one filter of the bank by what it makes of random RGB images."""
    return Case(then=f"F.conv2d_forward(rng.standard_normal({sizes}), result, padding=1)[:, {index} : {index + 1}]")


CONV2D_PARAMETERS = Exercise(
    "conv2d_parameters",
    count_conv2d,
    [
        Behaviour("a square kernel", 1, [Case(3, 16, 3), Case(3, 8, 5)], [Case(7, 11, 2), Case(5, 2, 7)]),
        Behaviour("a kernel given as a pair", 0.5, [Case(3, 4, (2, 5))], [Case(6, 5, (7, 3)), Case(2, 9, (1, 4))]),
        Behaviour("no bias", 0.5, [Case(3, 7, 5, bias=False)], [Case(4, 3, 2, bias=False)]),
    ],
)

LINEAR_PARAMETERS = Exercise(
    "linear_parameters",
    count_linear,
    [
        Behaviour(
            "weights",
            1,
            [Case((1, 4, 5), (2, 3, 2), bias=False), Case((3, 5, 7), (2, 3, 6), bias=False)],
            [Case((2, 9, 4), (5, 3, 7), bias=False)],
        ),
        Behaviour(
            "weights and biases",
            1,
            [Case((1, 4, 5), (2, 3, 2)), Case((3, 5, 7), (2, 3, 6))],
            [Case((2, 9, 4), (5, 3, 7)), Case((3, 32, 32), (16, 30, 30), bias=True)],
        ),
    ],
)

CORRELATE_VOLUME = Exercise(
    "correlate_volume",
    correlate_volume,
    [
        Behaviour("the shape of the output", 0.5, [Case(normal(2, 5, 7), normal(2, 2, 4))], demands=SHAPE),
        Behaviour(
            "one channel",
            1,
            [Case(normal(1, 3, 4), normal(1, 2, 2)), Case(normal(1, 5, 6), normal(1, 2, 3))],
            [Case(normal(1, 7, 4), normal(1, 3, 2)), Case(normal(1, 4, 6), normal(1, 4, 1))],
        ),
        Behaviour(
            "several channels",
            1.5,
            [Case(normal(2, 3, 4), normal(2, 2, 3)), Case(normal(3, 6, 5), normal(3, 3, 2))],
            [Case(normal(5, 4, 7), normal(5, 2, 4)), Case(normal(3, 6, 6), normal(3, 3, 3))],
        ),
        Behaviour(
            "bias",
            0.5,
            [Case(normal(2, 4, 3), normal(2, 3, 2), 1.5)],
            [Case(normal(3, 5, 4), normal(3, 2, 2), bias=-2.25)],
        ),
        Behaviour(
            "any array, left as it is",
            0.5,
            [
                Case("rng.integers(-5, 6, (2, 4, 5))", normal(2, 3, 2), 0.5),
                Case("np.asfortranarray(rng.standard_normal((2, 4, 5)))", normal(2, 3, 4) + "[..., ::2]"),
            ],
            [Case("rng.integers(0, 256, (3, 5, 4), dtype=np.uint8)", normal(3, 2, 3))],
            demands=MANNERS,
        ),
    ],
)

CONV2D_FORWARD = Exercise(
    "conv2d_forward",
    conv2d,
    [
        Behaviour(
            "the shape of the output",
            1,
            [
                conv((1, 1, 4, 6), (1, 1, 2, 3)),
                conv((2, 2, 8, 5), (3, 2, 3, 2), stride=2),
                conv((1, 2, 5, 8), (2, 2, 2, 3), stride=(2, 3), padding=(1, 2)),
            ],
            [conv((2, 2, 9, 6), (4, 2, 2, 5), stride=(4, 3), padding=(0, 1))],
            demands=SHAPE,
        ),
        Behaviour(
            "one image, one channel, one filter",
            1,
            [conv((1, 1, 3, 4), (1, 1, 2, 2)), conv((1, 1, 4, 6), (1, 1, 3, 3))],
            [conv((1, 1, 7, 4), (1, 1, 3, 3)), conv((1, 1, 5, 5), (1, 1, 2, 2))],
        ),
        Behaviour(
            "a batch, several channels, several filters",
            1.5,
            [conv((2, 3, 3, 4), (2, 3, 2, 2)), conv((3, 2, 5, 4), (4, 2, 3, 3)), conv((2, 3, 4, 5), (3, 3, 3, 3))],
            [conv((2, 3, 4, 4), (3, 3, 3, 3)), conv((4, 5, 3, 6), (2, 5, 2, 2))],
        ),
        Behaviour(
            "kernels that are not square",
            0.5,
            [conv((1, 1, 3, 4), (1, 1, 2, 3)), conv((2, 2, 6, 5), (3, 2, 4, 2))],
            [conv((2, 3, 4, 7), (2, 3, 1, 5)), conv((1, 2, 7, 3), (2, 2, 5, 3))],
        ),
        Behaviour(
            "bias",
            0.5,
            [
                conv((1, 2, 3, 4), (2, 2, 2, 2), bias=RANDOM),
                conv((2, 3, 4, 5), (4, 3, 3, 3), bias=RANDOM),
                conv((1, 2, 4, 3), (2, 2, 2, 2), bias=None),
            ],
            [conv((2, 5, 4, 4), (3, 5, 2, 2), bias=RANDOM)],
        ),
        Behaviour(
            "stride",
            1,
            [
                conv((1, 1, 5, 6), (1, 1, 2, 2), stride=2),
                conv((2, 2, 7, 8), (2, 2, 3, 3), stride=(2, 3)),
                conv((1, 2, 8, 6), (2, 2, 3, 3), stride=(3, 1)),
            ],
            [conv((2, 1, 7, 9), (3, 1, 2, 2), stride=4), conv((1, 3, 9, 5), (2, 3, 2, 2), stride=(1, 2))],
        ),
        Behaviour(
            "padding",
            1,
            [
                conv((1, 1, 3, 4), (1, 1, 3, 3), padding=1),
                conv((2, 2, 5, 4), (2, 2, 3, 3), padding=(2, 1)),
                conv((1, 2, 4, 3), (3, 2, 2, 2), padding=(0, 2)),
            ],
            [conv((2, 1, 5, 4), (2, 1, 2, 2), padding=2), conv((1, 3, 6, 5), (2, 3, 4, 4), padding=(1, 0))],
        ),
        Behaviour(
            "stride and padding together",
            0.5,
            [
                conv((1, 1, 4, 5), (1, 1, 3, 3), stride=2, padding=1),
                conv((2, 2, 4, 6), (3, 2, 3, 3), stride=(2, 3), padding=(1, 2)),
            ],
            [conv((1, 3, 6, 5), (2, 3, 4, 4), stride=(3, 2), padding=(2, 1))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64",
            0.5,
            [
                Case(single(1, 2, 4, 5), single(2, 2, 3, 2), single(2)),
                Case("rng.integers(-9, 10, (1, 2, 4, 5))", normal(2, 2, 3, 2), "np.zeros(2)"),
                Case(
                    "rng.integers(-9, 10, (1, 1, 4, 5))", "rng.integers(-3, 4, (2, 1, 2, 3))", "np.zeros(2, dtype=int)"
                ),
            ],
            [
                Case(
                    "rng.integers(0, 256, (1, 3, 5, 4), dtype=np.uint8)",
                    "rng.integers(-2, 3, (2, 3, 3, 2))",
                    "np.zeros(2, dtype=int)",
                )
            ],
            demands=TYPES,
        ),
        Behaviour(
            "any memory order, inputs left as they are, no memory of earlier calls",
            0.5,
            [
                conv((2, 2, 4, 5), (2, 2, 3, 2)),
                Case(
                    "np.asfortranarray(rng.standard_normal((1, 2, 5, 4)))",
                    normal(2, 2, 3, 4) + "[..., ::2]",
                    "np.zeros(2)",
                ),
            ],
            [Case(normal(4, 5, 2, 2) + ".transpose(3, 2, 1, 0)", normal(3, 2, 2, 3), "np.zeros(3)")],
            demands=MANNERS,
        ),
    ],
)

DESIGN_FILTERS = Exercise(
    "design_filters",
    filter_bank,
    [
        Behaviour("filter 0: the grey value", 1, [shown_by(0, 1, 3, 3, 4), shown_by(0, 2, 3, 6, 5)]),
        Behaviour("filter 1: vertical edges of the grey image", 2, [shown_by(1, 1, 3, 3, 4), shown_by(1, 2, 3, 5, 7)]),
        Behaviour("filter 2: red minus blue", 1, [shown_by(2, 1, 3, 3, 4), shown_by(2, 2, 3, 6, 5)]),
    ],
)

EXERCISES = [CONV2D_PARAMETERS, LINEAR_PARAMETERS, CORRELATE_VOLUME, CONV2D_FORWARD, DESIGN_FILTERS]
