"""Unit 02: what is asked of convolution, of sizes and paddings, and of the window that takes strides.

Images are never square where a square hides a mistake, kernels look different from all sides, strides do not divide.
"""

from typing import Any

from autograder.checks.draws import normal, single, whole
from autograder.checks.windows_on_paper import WINDOWS_ON_PAPER
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles.windows import convolve2d, output_size, padding_for, strided_correlate2d

# Whoever calls one of these has not written a sliding window.
READY_MADE = (
    "course.functional.convolve2d",
    "course.functional.correlate2d",
    "course.functional.conv2d_forward",
    "course.functional.conv2d_forward_plain",
    "course.vision.correlate",
    "scipy.ndimage.convolve",
    "scipy.ndimage.correlate",
    "scipy.signal.convolve",
    "scipy.signal.convolve2d",
    "scipy.signal.correlate",
    "scipy.signal.correlate2d",
    "scipy.signal.fftconvolve",
    "scipy.signal.oaconvolve",
)

TURNS_INTO_ITSELF = "np.array([[1.0, -2, 0.5], [0.5, -2, 1]])"  # the same after half a turn, and after nothing less

CONVOLVE2D = Exercise(
    "convolve2d",
    convolve2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [Case(normal(5, 7), normal(2, 4)), Case(normal(6, 4), normal(3, 3))],
            [Case(normal(8, 3), normal(5, 2))],
            demands=SHAPE,
        ),
        Behaviour(
            "a kernel that half a turn does not change",
            0.5,
            [Case(normal(4, 5), TURNS_INTO_ITSELF), Case(normal(3, 4), "np.array([[2.0, 3, 2]])")],
            [Case(normal(5, 4), "np.array([[1.0, 2], [3, 3], [2, 1]])")],
        ),
        Behaviour(
            "one window: the image is as large as the kernel",
            1,
            [Case(normal(2, 3), normal(2, 3)), Case(normal(3, 3), normal(3, 3))],
            [Case(normal(4, 2), normal(4, 2))],
        ),
        Behaviour(
            "many windows",
            1,
            [Case(normal(3, 4), normal(2, 2)), Case(normal(5, 6), normal(2, 3)), Case(normal(7, 5), normal(4, 2))],
            [Case(normal(6, 8), normal(5, 3))],
        ),
        Behaviour(
            "float32 stays float32, whole numbers count as float64",
            0.5,
            [
                Case(single(4, 5), "np.ones((2, 3), np.float32)"),
                Case(whole(4, 5), "np.full((3, 2), 0.5)"),
                Case("rng.integers(0, 256, (5, 4), dtype=np.uint8)", "np.full((2, 3), 2)"),
            ],
            [Case(single(3, 6), "np.ones((3, 1), np.float32)")],
            demands=TYPES,
        ),
        Behaviour(
            "image and kernel are left as they are, in any memory order",
            0.5,
            [
                Case(normal(4, 5), "np.full((3, 2), 0.25)"),
                Case("np.asfortranarray(rng.standard_normal((5, 4)))", "np.ones((2, 6))[:, ::2]"),
                Case(normal(3, 4), normal(2, 3)),
            ],
            [Case(normal(6, 3) + ".T", "np.ones((2, 2))")],
            demands=MANNERS,
        ),
    ],
    answered_by=READY_MADE,
)

OUTPUT_SIZE = Exercise(
    "output_size",
    output_size,
    [
        Behaviour("stride 1, no padding", 0.5, [Case(7, 3), Case(20, 6), Case(9, 9)], [Case(31, 4), Case(12, 1)]),
        Behaviour(
            "padding", 0.5, [Case(7, 3, padding=1), Case(21, 5, padding=4)], [Case(10, 4, padding=2), Case(3, 5, 1, 1)]
        ),
        Behaviour("a stride that divides", 0.5, [Case(7, 3, 2), Case(22, 4, stride=3)], [Case(25, 5, 4)]),
        Behaviour(
            "a stride that does not divide",
            0.5,
            [Case(8, 3, 2), Case(23, 4, stride=3), Case(12, 2, 4)],
            [Case(30, 7, 5), Case(11, 3, 9)],
        ),
        Behaviour(
            "dilation",
            0.5,
            [Case(9, 3, dilation=2), Case(20, 4, dilation=5), Case(11, 1, dilation=3)],
            [Case(16, 2, dilation=7)],
        ),
        Behaviour(
            "all of it together",
            0.5,
            [Case(13, 3, 2, 1, 2), Case(30, 5, 4, 3, 2), Case(17, 4, stride=3, padding=2, dilation=3)],
            [Case(40, 3, 6, 5, 4)],
        ),
    ],
)

PADDING_FOR = Exercise(
    "padding_for",
    padding_for,
    [
        Behaviour("valid", 0.5, [Case(3, "'valid'"), Case(6, "'valid'"), Case(5, "'valid'", 3)], [Case(1, "'valid'")]),
        Behaviour(
            "same, odd kernels", 0.5, [Case(3, "'same'"), Case(9, "'same'"), Case(1, "'same'")], [Case(5, "'same'")]
        ),
        Behaviour("same, even kernels", 0.5, [Case(2, "'same'"), Case(6, "'same'")], [Case(4, "'same'")]),
        Behaviour("full", 0.5, [Case(3, "'full'"), Case(6, "'full'"), Case(1, "'full'")], [Case(4, "'full'")]),
        Behaviour("same, with dilation", 0.5, [Case(5, "'same'", 2), Case(4, "'same'", 3)], [Case(2, "'same'", 5)]),
        Behaviour("full, with dilation", 0.5, [Case(3, "'full'", 2), Case(4, "'full'", 3)], [Case(6, "'full'", 2)]),
    ],
)


def slide(image: tuple[int, int], kernel: tuple[int, int], **settings: Any) -> Case:
    """Write a call of strided_correlate2d with an image and a kernel of these shapes."""
    return Case(normal(*image), normal(*kernel), **settings)


STRIDED_CORRELATE2D = Exercise(
    "strided_correlate2d",
    strided_correlate2d,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [
                slide((4, 6), (2, 3)),
                slide((8, 5), (3, 2), stride=2),
                slide((5, 8), (2, 3), stride=(2, 3), padding=(1, 2)),
            ],
            [slide((9, 6), (2, 5), stride=(4, 3), padding=(0, 1))],
            demands=SHAPE,
        ),
        Behaviour(
            "stride 1, no padding",
            1,
            [slide((3, 4), (2, 3)), slide((6, 5), (4, 2)), slide((5, 5), (3, 3))],
            [slide((4, 7), (1, 5))],
        ),
        Behaviour(
            "a stride that divides",
            1,
            [slide((5, 7), (3, 3), stride=2), slide((6, 8), (3, 2), stride=3)],
            [slide((9, 5), (1, 1), stride=4)],
        ),
        Behaviour(
            "a stride that does not divide",
            1,
            [slide((6, 7), (3, 2), stride=2), slide((7, 9), (2, 3), stride=4)],
            [slide((10, 6), (3, 3), stride=3)],
        ),
        Behaviour(
            "a pair of strides",
            0.5,
            [slide((7, 8), (3, 3), stride=(2, 3)), slide((8, 6), (3, 2), stride=(3, 1))],
            [slide((6, 9), (2, 2), stride=(1, 4))],
        ),
        Behaviour(
            "padding",
            1,
            [
                slide((3, 4), (3, 3), padding=1),
                slide((5, 4), (3, 2), padding=(2, 1)),
                slide((4, 3), (2, 2), padding=(0, 2)),
            ],
            [slide((6, 5), (4, 4), padding=(1, 0))],
        ),
        Behaviour(
            "stride and padding together",
            0.5,
            [slide((4, 5), (3, 3), stride=2, padding=1), slide((4, 6), (3, 3), stride=(2, 3), padding=(1, 2))],
            [slide((6, 5), (4, 4), stride=(3, 2), padding=(2, 1))],
        ),
        Behaviour(
            "float32 stays float32, whole numbers count as float64; inputs are left as they are",
            0.5,
            [
                Case(single(4, 5), single(3, 2)),
                Case(whole(4, 5), normal(2, 3)),
                Case("rng.integers(0, 256, (5, 4), dtype=np.uint8)", "rng.integers(-2, 3, (2, 3))"),
                Case("np.asfortranarray(rng.standard_normal((5, 4)))", normal(3, 4) + "[:, ::2]"),
            ],
            [Case(normal(6, 4) + ".T", normal(2, 2))],
            demands=(*MANNERS, "dtype"),
        ),
    ],
    answered_by=(*READY_MADE, "course.functional.im2col", "course.functional.conv_matrix", "course.nn.Conv2d"),
)

EXERCISES = [CONVOLVE2D, OUTPUT_SIZE, PADDING_FOR, STRIDED_CORRELATE2D, WINDOWS_ON_PAPER]
