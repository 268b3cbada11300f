"""The four exercises about pooling: what is asked of them, and what gives points.

Numbers are negative as often as not, upstream gradients are random, windows overlap or leave gaps, and maps of small whole
numbers are full of ties.
"""

from typing import Any

from autograder.checks.draws import normal, single, whole
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Pair
from autograder.oracles.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    pooled_size,
)

Shape = tuple[int, int, int, int]
TYPES_AND_MANNERS = tuple(dict.fromkeys((*TYPES, *MANNERS)))


def pool(x: Shape, kernel_size: Pair, **kwargs: Any) -> Case:
    """Write a call of a pooling's forward pass."""
    return Case(normal(*x), kernel_size, **kwargs)


def pooled(x: Shape, kernel_size: Pair, **kwargs: Any) -> Case:
    """Write a call of max_pool2d_forward with numbers from 0 to 1, which no slip about zero can spoil."""
    return Case(f"rng.random({x})", kernel_size, **kwargs)


def back(x: Shape, kernel_size: Pair, drawn: str = "", **kwargs: Any) -> Case:
    """Write a call of a pooling's backward pass: random gradients, and the map that they belong to."""
    grad_out = (*x[:2], *pooled_size(x[2:], kernel_size, **kwargs))
    return Case(normal(*grad_out), drawn or normal(*x), kernel_size, **kwargs)


def tied(x: Shape, kernel_size: Pair, values: int = 2, **kwargs: Any) -> Case:
    """Write a backward pass over a map of very few different numbers, all of them negative."""
    return back(x, kernel_size, f"rng.integers(-{values}, 0, {x}) * 1.0", **kwargs)


def flat(grad_out: Shape, x: Shape, kernel_size: Pair, **kwargs: Any) -> Case:
    """Write a backward pass with float32 throughout."""
    return Case(single(*grad_out), single(*x), kernel_size, **kwargs)


TURNED = "rng.standard_normal((5, 6, 2, 2)).transpose(3, 2, 1, 0)"  # (2, 2, 6, 5), not in memory order

MAX_POOL2D_FORWARD = Exercise(
    "max_pool2d_forward",
    max_pool2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [
                pooled((1, 1, 4, 6), 2),
                pooled((2, 3, 7, 9), 3, stride=2),
                pooled((1, 2, 7, 8), 4, stride=3),
            ],
            [pooled((2, 1, 9, 8), 2, stride=4)],
            demands=SHAPE,
        ),
        Behaviour(
            "2x2 windows side by side, one channel",
            1,
            [pooled((1, 1, 4, 4), 2), pooled((1, 1, 6, 4), 2), pooled((1, 1, 4, 6), 2, stride=2)],
            [pooled((1, 1, 8, 4), 2)],
        ),
        Behaviour(
            "a batch and several channels",
            0.5,
            [pooled((2, 3, 4, 4), 2), pooled((3, 2, 4, 6), 2)],
            [pooled((4, 5, 4, 2), 2)],
        ),
        Behaviour(
            "windows that are not square",
            0.5,
            [pooled((1, 1, 6, 6), (2, 3)), pooled((2, 2, 4, 6), (4, 2))],
            [pooled((1, 2, 6, 8), (3, 2))],
        ),
        Behaviour(
            "a stride of its own: windows overlap, or leave something out",
            1,
            [
                pooled((1, 1, 5, 5), 3, stride=1),
                pooled((2, 2, 7, 8), 3, stride=2),
                pooled((1, 2, 8, 7), 2, stride=(1, 3)),
                pooled((1, 1, 9, 6), 2),  # the last row belongs to no window
            ],
            [pooled((2, 1, 9, 10), 2, stride=(4, 3)), pooled((1, 3, 6, 9), 4, stride=(2, 1))],
        ),
        Behaviour(
            "negative numbers",
            0.5,
            [Case("-1 - rng.random((2, 2, 4, 4))", 2), Case("rng.integers(-9, -1, (1, 1, 5, 7))", 3, stride=2)],
            [Case("-3 - rng.random((1, 2, 6, 9))", 3)],
        ),
        Behaviour(
            "padding that never wins",
            0.5,
            [
                Case("-1 - rng.random((1, 1, 4, 4))", 2, padding=1),
                Case("-1 - rng.random((2, 2, 5, 6))", 3, stride=2, padding=1),
                Case("-1 - rng.random((1, 2, 6, 5))", (4, 3), stride=(2, 1), padding=(2, 1)),
                Case("-1 - rng.random((1, 2, 5, 6))", (2, 3), stride=(2, 3), padding=(0, 1)),
            ],
            [Case("-5 - rng.random((2, 1, 7, 6))", 4, stride=(3, 2), padding=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64; inputs are left as they are",
            0.5,
            [
                Case("rng.random((1, 2, 4, 4), dtype=np.float32)", 2),
                Case("rng.integers(0, 100, (2, 1, 4, 6))", 2),
                Case("np.asfortranarray(rng.random((2, 2, 4, 4)))", 2),
            ],
            [
                Case("rng.integers(0, 256, (1, 3, 4, 4), dtype=np.uint8)", 2),
                Case("rng.random((4, 4, 2, 3)).transpose(3, 2, 1, 0)", 2),
            ],
            demands=TYPES_AND_MANNERS,
        ),
    ],
    answered_by=("course.functional.max_pool2d_with_indices",),
)

MAX_POOL2D_BACKWARD = Exercise(
    "max_pool2d_backward",
    max_pool2d_backward,
    [
        Behaviour(
            "the shape of grad_x",
            0.5,
            [back((1, 1, 4, 6), 2), back((2, 3, 7, 8), 3, stride=2), back((1, 2, 7, 8), 4, stride=3)],
            [back((2, 1, 9, 8), 2, stride=4)],
            demands=SHAPE,
        ),
        Behaviour(
            "each gradient goes to the winner of its window",
            1,
            [back((1, 1, 4, 4), 2), back((1, 1, 6, 4), 2), back((1, 1, 4, 6), 2, stride=2)],
            [back((1, 1, 8, 4), 2)],
        ),
        Behaviour(
            "a batch and several channels, each with winners of its own",
            0.5,
            [back((2, 3, 4, 4), 2), back((3, 2, 4, 6), 2)],
            [back((4, 5, 4, 2), 2)],
        ),
        Behaviour(
            "windows that overlap: gradients add up",
            1,
            [back((1, 1, 5, 5), 3, stride=1), back((2, 2, 7, 5), 3, stride=2), back((1, 1, 6, 6), 4, stride=1)],
            [back((2, 1, 6, 7), 3, stride=1)],
        ),
        Behaviour(
            "ties: the first of the largest, row by row",
            1,
            [
                tied((1, 1, 4, 4), 2),
                tied((2, 2, 4, 6), 2, values=3),
                tied((1, 1, 6, 6), 3, values=1),
                Case(normal(1, 2, 2, 2), "np.zeros((1, 2, 4, 4))", 2),
            ],
            [tied((2, 3, 6, 4), 2, values=4)],
        ),
        Behaviour(
            "pairs, windows that are not square, strides that leave something out",
            0.5,
            [
                back((1, 1, 6, 7), (2, 3)),
                back((2, 2, 7, 9), (3, 2), stride=(4, 3)),
                back((1, 1, 5, 9), (2, 3), stride=(1, 3)),
            ],
            [back((1, 2, 10, 7), (2, 4), stride=(3, 1))],
        ),
        Behaviour(
            "padding that never wins",
            1,
            [
                back((1, 1, 4, 4), 2, "-1 - rng.random((1, 1, 4, 4))", padding=1),
                back((2, 2, 5, 6), 3, "-1 - rng.random((2, 2, 5, 6))", stride=2, padding=1),
                back((1, 2, 6, 5), (4, 3), "-1 - rng.random((1, 2, 6, 5))", stride=(4, 3), padding=(2, 1)),
            ],
            [back((2, 1, 7, 6), 4, "-5 - rng.random((2, 1, 7, 6))", stride=(3, 2), padding=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64; inputs are left as they are",
            0.5,
            [
                flat((1, 2, 2, 2), (1, 2, 4, 4), 2),
                Case(normal(2, 1, 2, 3), "rng.permutation(48).reshape(2, 1, 4, 6)", 2),
                Case("np.asfortranarray(rng.standard_normal((2, 2, 2, 2)))", TURNED + "[:, :, :4, :4]", 2),
            ],
            [flat((2, 1, 2, 3), (2, 1, 4, 6), 2)],
            demands=TYPES_AND_MANNERS,
        ),
    ],
    answered_by=("course.functional.max_pool2d_with_indices",),
)

AVG_POOL2D_FORWARD = Exercise(
    "avg_pool2d_forward",
    avg_pool2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [
                pool((1, 1, 4, 6), 2),
                pool((2, 3, 7, 9), 3, stride=2),
                pool((1, 2, 7, 8), 4, stride=3),
            ],
            [pool((2, 1, 9, 8), 2, stride=4)],
            demands=SHAPE,
        ),
        Behaviour(
            "windows side by side, a batch, several channels",
            0.5,
            [pool((1, 1, 4, 4), 2), pool((2, 3, 4, 6), 2)],
            [pool((3, 2, 6, 3), 3)],
        ),
        Behaviour(
            "pairs, strides, windows that overlap or leave something out",
            1,
            [
                pool((1, 1, 5, 5), 3, stride=1),
                pool((1, 2, 6, 7), (2, 3)),
                pool((2, 2, 7, 9), (3, 2), stride=(2, 3)),
            ],
            [pool((1, 1, 9, 6), (2, 4), stride=(4, 1))],
        ),
        Behaviour(
            "padding counts as zeros",
            0.5,
            [
                pool((1, 1, 4, 4), 2, padding=1),
                pool((2, 2, 5, 6), 3, stride=2, padding=1),
                pool((1, 2, 6, 5), (4, 3), stride=(2, 1), padding=(2, 1)),
                pool((1, 2, 5, 6), (2, 3), stride=(2, 3), padding=(0, 1)),
            ],
            [pool((2, 1, 7, 6), 4, stride=(3, 2), padding=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64; inputs are left as they are",
            0.5,
            [
                Case(single(1, 2, 4, 4), 2),
                Case(whole(2, 1, 4, 6), 2),
                Case("np.asfortranarray(rng.standard_normal((2, 2, 4, 4)))", 2),
            ],
            [Case("rng.integers(0, 256, (1, 3, 4, 4), dtype=np.uint8)", 2)],
            demands=TYPES_AND_MANNERS,
        ),
    ],
)

AVG_POOL2D_BACKWARD = Exercise(
    "avg_pool2d_backward",
    avg_pool2d_backward,
    [
        Behaviour(
            "the shape of grad_x",
            0.5,
            [back((1, 1, 4, 6), 2), back((2, 3, 7, 8), 3, stride=2), back((1, 2, 7, 8), 4, stride=3)],
            [back((2, 1, 9, 8), 2, stride=4)],
            demands=SHAPE,
        ),
        Behaviour(
            "windows side by side: equal shares",
            0.5,
            [back((1, 1, 4, 4), 2), back((2, 3, 4, 6), 2)],
            [back((3, 2, 6, 3), 3)],
        ),
        Behaviour(
            "pairs, strides, windows that overlap or leave something out",
            1,
            [
                back((1, 1, 5, 5), 3, stride=1),
                back((1, 2, 6, 7), (2, 3)),
                back((2, 2, 7, 9), (3, 2), stride=(2, 3)),
            ],
            [back((1, 1, 9, 6), (2, 4), stride=(4, 1))],
        ),
        Behaviour(
            "padding takes its share and loses it",
            0.5,
            [
                back((1, 1, 4, 4), 2, padding=1),
                back((2, 2, 5, 6), 3, stride=2, padding=1),
                back((1, 2, 6, 5), (4, 3), stride=(2, 1), padding=(2, 1)),
            ],
            [back((2, 1, 7, 6), 4, stride=(3, 2), padding=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64; inputs are left as they are",
            0.5,
            [
                flat((1, 2, 2, 2), (1, 2, 4, 4), 2),
                Case(normal(2, 1, 2, 3), whole(2, 1, 4, 6), 2),
                Case("np.asfortranarray(rng.standard_normal((2, 2, 2, 2)))", TURNED + "[:, :, :4, :4]", 2),
            ],
            [flat((2, 1, 2, 3), (2, 1, 4, 6), 2)],
            demands=TYPES_AND_MANNERS,
        ),
    ],
)
