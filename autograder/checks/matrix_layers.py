"""What is asked of layers that are one matrix product: a convolution, and its transpose."""

from typing import Any

from autograder.checks.draws import normal, single, whole
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import conv2d
from autograder.oracles.columns import conv_transpose2d

RANDOM = "rng.standard_normal({})"


def layer(x: tuple[int, ...], weight: tuple[int, ...], bias: str | None = "np.zeros({})", **kwargs: Any) -> Case:
    """Write a call of a layer with filters first; a bias of zeros, so that a wrong bias loses the points for the bias alone."""
    return Case(normal(*x), normal(*weight), *([bias.format(weight[0])] if bias else []), **kwargs)


def transposed(x: tuple[int, ...], weight: tuple[int, ...], bias: str | None = "np.zeros({})", **kwargs: Any) -> Case:
    """Write a call of a transposed layer: its weight has the input's channels first."""
    return Case(normal(*x), normal(*weight), *([bias.format(weight[1])] if bias else []), **kwargs)


CONV2D_IM2COL = Exercise(
    "conv2d_im2col",
    conv2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [
                layer((1, 1, 4, 6), (1, 1, 2, 3)),
                layer((2, 2, 8, 5), (3, 2, 3, 2), stride=2),
                layer((1, 2, 5, 8), (2, 2, 2, 3), stride=(2, 3), padding=(1, 2)),
            ],
            [layer((2, 2, 9, 6), (4, 2, 2, 5), stride=(4, 3), padding=(0, 1))],
            demands=SHAPE,
        ),
        Behaviour(
            "one image, one channel, one filter",
            0.5,
            [layer((1, 1, 3, 4), (1, 1, 2, 2)), layer((1, 1, 4, 6), (1, 1, 3, 3)), layer((1, 1, 5, 5), (1, 1, 2, 2))],
            [layer((1, 1, 7, 4), (1, 1, 3, 3))],
        ),
        Behaviour(
            "several channels and filters",
            1,
            [layer((1, 3, 3, 4), (2, 3, 2, 2)), layer((1, 2, 5, 4), (4, 2, 3, 3)), layer((1, 3, 4, 5), (3, 3, 2, 3))],
            [layer((1, 5, 3, 6), (2, 5, 2, 2))],
        ),
        Behaviour(
            "a batch of images",
            0.5,
            [layer((2, 3, 3, 4), (2, 3, 2, 2)), layer((3, 2, 5, 4), (4, 2, 3, 2)), layer((2, 3, 4, 5), (3, 3, 3, 3))],
            [layer((4, 1, 6, 3), (3, 1, 2, 3))],
        ),
        Behaviour(
            "bias",
            0.5,
            [
                layer((1, 2, 3, 4), (2, 2, 2, 2), bias=RANDOM),
                layer((1, 3, 4, 5), (4, 3, 3, 3), bias=RANDOM),
                layer((1, 2, 4, 3), (2, 2, 2, 2), bias=None),
            ],
            [layer((1, 5, 4, 4), (3, 5, 2, 2), bias=RANDOM)],
        ),
        Behaviour(
            "stride and padding",
            1,
            [
                layer((1, 1, 5, 6), (1, 1, 2, 2), stride=2),
                layer((1, 2, 8, 7), (2, 2, 3, 3), stride=(2, 3)),
                layer((1, 2, 8, 6), (2, 2, 3, 3), stride=(3, 1)),
                layer((1, 1, 3, 4), (1, 1, 3, 3), padding=1),
                layer((1, 2, 5, 4), (2, 2, 3, 3), padding=(2, 1)),
                layer((1, 1, 5, 6), (1, 1, 3, 3), stride=2, padding=1),
                layer((1, 2, 4, 6), (3, 2, 3, 3), stride=(2, 3), padding=(1, 2)),
            ],
            [layer((1, 3, 6, 5), (2, 3, 4, 4), stride=(3, 2), padding=(2, 1))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64",
            0.5,
            [
                Case(single(1, 2, 4, 5), single(2, 2, 3, 2), "np.zeros(2, dtype=np.float32)"),
                Case(whole(1, 2, 4, 5), normal(2, 2, 3, 2), "np.zeros(2)"),
                Case(whole(1, 1, 4, 5), "rng.integers(-3, 4, (2, 1, 2, 3))", "np.zeros(2, dtype=int)"),
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
                layer((1, 2, 4, 5), (2, 2, 3, 2)),
                Case(f"np.asfortranarray({normal(1, 2, 5, 4)})", normal(2, 2, 3, 4) + "[..., ::2]", "np.zeros(2)"),
            ],
            [Case(normal(4, 5, 2, 1) + ".transpose(3, 2, 1, 0)", normal(3, 2, 2, 3), "np.zeros(3)")],
            demands=MANNERS,
        ),
    ],
    answered_by=(
        "course.functional.conv2d_forward",
        "course.functional.conv2d_forward_plain",
        "course.functional.correlate2d",
        "course.functional.convolve2d",
        "course.nn.Conv2d",
        "scipy.signal.correlate",
        "scipy.signal.correlate2d",
        "scipy.signal.convolve",
        "scipy.signal.convolve2d",
        "scipy.signal.fftconvolve",
        "scipy.ndimage.correlate",
        "scipy.ndimage.convolve",
    ),
)

CONV_TRANSPOSE = Exercise(
    "conv_transpose2d_forward",
    conv_transpose2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [
                transposed((1, 1, 2, 3), (1, 1, 2, 2)),
                transposed((2, 2, 3, 2), (2, 3, 3, 2), stride=2),
                transposed((1, 2, 3, 4), (2, 1, 4, 3), stride=(3, 2), padding=(1, 2)),
            ],
            [transposed((2, 3, 2, 5), (3, 2, 2, 5), stride=(4, 3), padding=(0, 1))],
            demands=SHAPE,
        ),
        Behaviour(
            "one pixel stamps one kernel",
            1,
            [transposed((1, 1, 1, 1), (1, 1, 2, 3)), transposed((1, 1, 1, 1), (1, 1, 3, 2))],
            [transposed((1, 1, 1, 1), (1, 1, 4, 3))],
        ),
        Behaviour(
            "stamps that overlap add up",
            1,
            [transposed((1, 1, 2, 3), (1, 1, 2, 2)), transposed((1, 1, 3, 2), (1, 1, 3, 3))],
            [transposed((1, 1, 4, 5), (1, 1, 2, 3))],
        ),
        Behaviour(
            "channels, maps and images",
            0.5,
            [
                transposed((1, 3, 2, 3), (3, 2, 2, 2)),
                transposed((2, 2, 2, 3), (2, 4, 3, 2)),
                transposed((1, 2, 3, 2), (2, 2, 2, 3)),
            ],
            [transposed((3, 4, 2, 2), (4, 3, 2, 2))],
        ),
        Behaviour(
            "stride",
            0.5,
            [
                transposed((1, 1, 2, 3), (1, 1, 3, 3), stride=2),
                transposed((1, 2, 3, 2), (2, 3, 2, 3), stride=(3, 2)),
            ],
            [transposed((1, 2, 3, 3), (2, 2, 4, 4), stride=(1, 3))],
        ),
        Behaviour(
            "padding",
            0.5,
            [
                transposed((1, 1, 3, 4), (1, 1, 3, 3), padding=1),
                transposed((1, 2, 3, 4), (2, 3, 4, 5), stride=2, padding=(1, 2)),
                transposed((1, 2, 4, 3), (2, 1, 3, 2), padding=(1, 0)),
            ],
            [transposed((1, 3, 3, 3), (3, 2, 4, 4), stride=2, padding=(2, 0))],
        ),
        Behaviour(
            "bias",
            0.5,
            [
                transposed((1, 2, 2, 3), (2, 3, 2, 2), bias=RANDOM),
                transposed((1, 1, 3, 2), (1, 2, 3, 3), bias=RANDOM, stride=4),
                transposed((1, 2, 2, 3), (2, 3, 2, 2), bias=None),
            ],
            [transposed((1, 3, 2, 2), (3, 4, 2, 3), bias=RANDOM)],
        ),
        Behaviour(
            "types and manners",
            0.5,
            [
                Case(single(1, 2, 3, 2), single(2, 3, 2, 2), "np.zeros(3, dtype=np.float32)"),
                Case(whole(1, 2, 3, 2), normal(2, 2, 2, 3), "np.zeros(2)"),
                Case(f"np.asfortranarray({normal(1, 2, 3, 4)})", normal(2, 2, 3, 4) + "[..., ::2]", "np.zeros(2)"),
                Case(normal(1, 1, 3, 4), "np.ones((1, 1, 1, 1))", "np.zeros(1)"),
            ],
            [Case("rng.integers(0, 256, (1, 3, 2, 4), dtype=np.uint8)", whole(3, 2, 3, 2), "np.zeros(2, dtype=int)")],
            demands=(*MANNERS, "dtype"),
        ),
    ],
    answered_by=(
        "course.functional.conv_transpose2d_forward_plain",
        "course.functional.conv2d_backward",
        "course.functional.conv2d_backward_plain",
        "course.nn.ConvTranspose2d",
        "scipy.signal.convolve",
        "scipy.signal.convolve2d",
        "scipy.signal.fftconvolve",
        "scipy.ndimage.convolve",
    ),
)
