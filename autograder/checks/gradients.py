"""What is asked of the backward pass of a convolution, in parts and whole.

A square image, stride 1, a padding above 0 and a gradient of ones hide nearly every mistake. So nothing here is square without
reason, strides leave rows over, padding is 0 first, and the gradient that comes from above is always drawn at random.
"""

from typing import Any

from autograder.checks.draws import normal, single, whole
from autograder.exercise import MANNERS, SHAPE, TYPES, VALUES, Behaviour, Case, Exercise
from autograder.oracles import Pair, pair
from autograder.oracles.backward import (
    conv2d_backward,
    conv2d_grad_bias,
    conv2d_grad_input,
    conv2d_grad_input_flipped,
    conv2d_grad_weight,
)

READY_MADE = (
    "course.functional.conv2d_backward",
    "course.functional.conv2d_backward_plain",
    "course.functional.conv_transpose2d_forward",
    "course.functional.conv_transpose2d_forward_plain",
    "course.functional.conv_transpose2d_backward",
    "course.functional.conv.conv2d_backward",
    "course.functional.conv.conv2d_backward_plain",
    "course.functional.conv_transpose.conv_transpose2d_forward",
    "course.functional.conv_transpose.conv_transpose2d_forward_plain",
    "course.functional.conv_transpose.conv_transpose2d_backward",
    "course.functional.algorithm.grad_x",
    "course.functional.algorithm.grad_weight",
    "course.nn.Conv2d",
    "course.nn.ConvTranspose2d",
)


def back(
    x: tuple[int, ...],
    weight: tuple[int, ...],
    stride: Pair = 1,
    padding: Pair = 0,
    draw: Any = normal,
    then: str | None = None,
) -> Case:
    """Write a call with a random upstream gradient and arrays of these shapes; what is 1 or 0 is left out."""
    settings = {"stride": (stride, 1), "padding": (padding, 0)}
    kwargs = {name: value for name, (value, usual) in settings.items() if value != usual}
    return Case(draw(*out_shape(x, weight, stride, padding)), draw(*x), draw(*weight), then=then, **kwargs)


def out_shape(x: tuple[int, ...], weight: tuple[int, ...], stride: Pair, padding: Pair) -> tuple[int, ...]:
    """Compute the shape of the layer's output, and so of its gradient."""
    sizes = zip(x[2:], weight[2:], pair(stride), pair(padding), strict=True)
    return (x[0], weight[0], *((n + 2 * p - k) // s + 1 for n, k, s, p in sizes))


def in_any_order(x: tuple[int, ...], weight: tuple[int, ...]) -> Case:
    """Write a call with arrays that do not lie in memory row by row."""
    grad_out = out_shape(x, weight, 1, 0)
    turned = normal(*grad_out[::-1]) + ".transpose(3, 2, 1, 0)"
    return Case(turned, f"np.asfortranarray({normal(*x)})", normal(*weight[:3], 2 * weight[3]) + "[..., ::2]")


def part(title: str, points: float, demands: tuple[str, ...], cases: list[Case], hidden: list[Case]) -> Behaviour:
    """Write a behaviour with its points before its cases."""
    return Behaviour(title, points, cases, hidden, demands)


def parts_of_one_gradient(shape: str) -> list[Behaviour]:
    """Write the behaviours that the gradients of input and weight share; five points."""
    return [
        part(
            shape,
            0.5,
            SHAPE,
            [
                back((1, 1, 4, 6), (1, 1, 2, 3)),
                back((2, 2, 8, 6), (3, 2, 3, 3), stride=2),
                back((1, 2, 5, 9), (2, 2, 2, 3), stride=(2, 3), padding=(1, 0)),
            ],
            [back((2, 2, 9, 6), (4, 2, 2, 5), stride=(4, 3), padding=(0, 1))],
        ),
        part(
            "one image, one channel, one filter",
            1,
            VALUES,
            [back((1, 1, 3, 4), (1, 1, 2, 2)), back((1, 1, 6, 4), (1, 1, 3, 3)), back((1, 1, 5, 5), (1, 1, 2, 2))],
            [back((1, 1, 7, 4), (1, 1, 3, 3))],
        ),
        part(
            "several channels and filters",
            0.5,
            VALUES,
            [back((1, 3, 3, 4), (2, 3, 2, 2)), back((1, 2, 5, 4), (4, 2, 3, 3)), back((1, 3, 4, 5), (3, 3, 2, 2))],
            [back((1, 5, 3, 6), (2, 5, 2, 2))],
        ),
        part(
            "a batch of images",
            0.5,
            VALUES,
            [back((2, 1, 3, 4), (1, 1, 2, 2)), back((3, 2, 5, 4), (4, 2, 3, 3)), back((2, 2, 4, 5), (2, 2, 2, 2))],
            [back((4, 1, 6, 3), (3, 1, 2, 2))],
        ),
        part(
            "kernels that are not square",
            0.5,
            VALUES,
            [back((1, 1, 3, 4), (1, 1, 2, 3)), back((2, 2, 6, 5), (3, 2, 4, 2))],
            [back((2, 3, 4, 7), (2, 3, 1, 5)), back((1, 2, 7, 3), (2, 2, 5, 3))],
        ),
        part(
            "padding",
            0.5,
            VALUES,
            [
                back((1, 1, 3, 4), (1, 1, 3, 3), padding=1),
                back((2, 2, 5, 4), (2, 2, 3, 3), padding=(2, 1)),
                back((1, 2, 4, 3), (3, 2, 2, 2), padding=(0, 1)),
            ],
            [back((2, 1, 5, 4), (2, 1, 4, 4), padding=2), back((1, 3, 6, 5), (2, 3, 4, 4), padding=(1, 0))],
        ),
        part(
            "stride",
            0.5,
            VALUES,
            [
                back((1, 1, 4, 6), (1, 1, 2, 2), stride=2),
                back((2, 2, 7, 9), (2, 2, 3, 3), stride=(2, 3)),
                back((1, 2, 9, 6), (2, 2, 3, 3), stride=(3, 1)),
            ],
            [back((2, 1, 10, 6), (3, 1, 2, 2), stride=4), back((1, 3, 9, 6), (2, 3, 2, 2), stride=(1, 2))],
        ),
        part(
            "a stride that leaves rows over, with and without padding",
            0.5,
            VALUES,
            [
                back((1, 1, 5, 8), (1, 1, 2, 3), stride=2),
                back((2, 1, 5, 8), (2, 1, 3, 3), stride=3, padding=1),
                back((1, 2, 6, 7), (3, 2, 3, 2), stride=(2, 3), padding=(1, 0)),
            ],
            [back((1, 3, 7, 5), (2, 3, 4, 4), stride=(3, 2), padding=(1, 2))],
        ),
        *manners(),
    ]


def manners(points: float = 0.25) -> list[Behaviour]:
    """Write the two behaviours about types, memory and inputs."""
    return [
        part(
            "float32 stays float32, integers count as float64",
            points,
            TYPES,
            [
                back((1, 2, 4, 5), (2, 2, 3, 2), draw=single),
                back((1, 1, 3, 4), (2, 1, 2, 2), draw=whole),
            ],
            [back((1, 3, 5, 4), (2, 3, 3, 2), draw=single)],
        ),
        part(
            "any memory order, inputs left as they are, no memory of earlier calls",
            points,
            MANNERS,
            [back((2, 2, 4, 5), (3, 2, 3, 2)), in_any_order((1, 2, 5, 4), (2, 2, 3, 2))],
            [in_any_order((2, 1, 3, 6), (3, 1, 2, 2))],
        ),
    ]


GRAD_WEIGHT = Exercise(
    "conv2d_grad_weight", conv2d_grad_weight, parts_of_one_gradient("the shape of the weight"), READY_MADE
)

GRAD_INPUT = Exercise(
    "conv2d_grad_input", conv2d_grad_input, parts_of_one_gradient("the shape of the input"), READY_MADE
)

GRAD_BIAS = Exercise(
    "conv2d_grad_bias",
    conv2d_grad_bias,
    [
        part(
            "one number for each filter",
            1,
            VALUES,
            [Case(normal(1, 1, 2, 3)), Case(normal(1, 3, 4, 2)), Case(normal(1, 2, 1, 5))],
            [Case(normal(1, 4, 3, 3))],
        ),
        part("a batch", 0.5, VALUES, [Case(normal(2, 1, 2, 3)), Case(normal(3, 2, 4, 3))], [Case(normal(4, 5, 2, 3))]),
        part(
            "floats in, floats out, the input left as it is, a new array in every call",
            0.5,
            (*MANNERS, "dtype"),
            [Case(single(2, 3, 4, 5)), Case(whole(2, 3, 2, 3)), Case(normal(3, 4, 2, 2) + ".T")],
            [Case("rng.integers(0, 256, (2, 2, 3, 4), dtype=np.uint8)")],
        ),
    ],
    READY_MADE,
)


def from_the_kernel(grad_out: tuple[int, ...], weight: tuple[int, ...], padding: Pair = 0, draw: Any = normal) -> Case:
    """Write a call of the flipped form: no x, for its size follows."""
    settings: dict[str, Any] = {"padding": padding} if padding != 0 else {}
    return Case(draw(*grad_out), draw(*weight), **settings)


GRAD_INPUT_FLIPPED = Exercise(
    "conv2d_grad_input_flipped",
    conv2d_grad_input_flipped,
    [
        part(
            "the shape of the input",
            0.5,
            SHAPE,
            [from_the_kernel((1, 2, 3, 4), (2, 3, 2, 3)), from_the_kernel((2, 2, 5, 3), (2, 1, 3, 3), 1)],
            [from_the_kernel((1, 2, 4, 6), (2, 3, 4, 2), (2, 1))],
        ),
        part(
            "one filter on one channel",
            1,
            VALUES,
            [from_the_kernel((1, 1, 2, 3), (1, 1, 2, 2)), from_the_kernel((1, 1, 4, 3), (1, 1, 3, 3))],
            [from_the_kernel((1, 1, 1, 5), (1, 1, 3, 3))],
        ),
        part(
            "filters and channels change places",
            1,
            VALUES,
            [
                from_the_kernel((1, 3, 2, 3), (3, 2, 2, 2)),
                from_the_kernel((2, 4, 3, 2), (4, 3, 3, 3)),
                from_the_kernel((2, 3, 3, 4), (3, 3, 2, 2)),
            ],
            [from_the_kernel((3, 2, 4, 2), (2, 5, 3, 3))],
        ),
        part(
            "padding, and kernels that are not square",
            1,
            VALUES,
            [
                from_the_kernel((1, 1, 4, 5), (1, 1, 4, 4), 1),
                from_the_kernel((2, 2, 4, 3), (2, 3, 3, 3), (2, 0)),
                from_the_kernel((1, 2, 3, 5), (2, 2, 2, 5), (1, 3)),
            ],
            [from_the_kernel((1, 3, 6, 4), (3, 2, 5, 2), (3, 1)), from_the_kernel((2, 1, 3, 3), (1, 2, 1, 1))],
        ),
        part(
            "float32 stays float32, integers count as float64",
            0.25,
            TYPES,
            [
                from_the_kernel((1, 2, 3, 4), (2, 3, 2, 2), draw=single),
                from_the_kernel((1, 2, 3, 2), (2, 1, 2, 2), draw=whole),
            ],
            [from_the_kernel((1, 2, 3, 4), (2, 1, 3, 3), draw=single)],
        ),
        part(
            "any memory order, inputs left as they are, no memory of earlier calls",
            0.25,
            MANNERS,
            [
                from_the_kernel((2, 2, 3, 4), (2, 3, 3, 2)),
                Case(normal(4, 3, 2, 1) + ".transpose(3, 2, 1, 0)", normal(2, 3, 2, 4) + "[..., ::2]"),
            ],
            [Case(f"np.asfortranarray({normal(2, 2, 3, 2)})", normal(2, 1, 2, 2))],
        ),
    ],
    READY_MADE,
)

GRADIENTS = {"input": "result[0]", "weight": "result[1]", "bias": "result[2]"}

BACKWARD = Exercise(
    "conv2d_backward",
    conv2d_backward,
    [
        part(
            "three gradients with the right shapes",
            0.5,
            SHAPE,
            [
                back((1, 1, 3, 4), (1, 1, 2, 3)),
                back((2, 2, 8, 6), (3, 2, 3, 3), stride=2),
                back((1, 2, 5, 9), (2, 2, 2, 3), stride=(2, 3), padding=(1, 0)),
            ],
            [back((2, 2, 9, 6), (4, 2, 2, 5), stride=(4, 3), padding=(0, 1))],
        ),
        *[
            part(
                f"the gradient of the {name}",
                points,
                VALUES,
                [
                    back((1, 1, 3, 4), (1, 1, 2, 2), then=then),
                    back((2, 3, 5, 4), (4, 3, 3, 3), then=then),
                    back((3, 2, 4, 5), (2, 2, 2, 2), then=then),
                ],
                [back((2, 1, 6, 3), (3, 1, 2, 2), then=then)],
            )
            for (name, then), points in zip(GRADIENTS.items(), (1, 1, 0.5), strict=True)
        ],
        part(
            "kernels that are not square, and padding",
            0.5,
            VALUES,
            [
                back((1, 2, 3, 5), (2, 2, 2, 3)),
                back((2, 2, 4, 5), (3, 2, 3, 3), padding=1),
                back((1, 2, 5, 4), (2, 2, 4, 3), padding=(2, 1)),
                back((1, 1, 3, 4), (2, 1, 1, 2), padding=(0, 1)),
            ],
            [back((1, 3, 6, 5), (2, 3, 4, 2), padding=(1, 0))],
        ),
        part(
            "stride",
            0.5,
            VALUES,
            [
                back((1, 1, 4, 6), (1, 1, 2, 2), stride=2),
                back((2, 2, 7, 9), (2, 2, 3, 3), stride=(2, 3)),
                back((1, 2, 9, 5), (2, 2, 3, 3), stride=(3, 1)),
            ],
            [back((2, 1, 10, 6), (3, 1, 2, 2), stride=4)],
        ),
        part(
            "a stride that leaves rows over, with and without padding",
            0.5,
            VALUES,
            [
                back((1, 1, 5, 8), (1, 1, 2, 3), stride=2),
                back((2, 1, 5, 8), (2, 1, 3, 3), stride=3, padding=1),
                back((1, 2, 6, 7), (3, 2, 3, 2), stride=(2, 3), padding=(1, 0)),
            ],
            [back((1, 3, 7, 5), (2, 3, 4, 4), stride=(3, 2), padding=(1, 2))],
        ),
        *manners(),
    ],
    READY_MADE,
)
