"""Unit 05: what is asked of convolution as a matrix product, and what gives points.

Images are never square where a square hides a mistake, strides do not divide, windows overlap and leave gaps.
"""

from autograder.checks.columns import COL2IM, IM2COL
from autograder.checks.draws import normal, single, whole
from autograder.checks.matrix_layers import CONV2D_IM2COL, CONV_TRANSPOSE
from autograder.exercise import MANNERS, SHAPE, Behaviour, Case, Exercise
from autograder.oracles.columns import matrix_of

CONV_MATRIX = Exercise(
    "conv_matrix",
    matrix_of,
    [
        Behaviour(
            "the shape of the matrix",
            0.5,
            [Case(normal(2, 2), (3, 3)), Case(normal(2, 3), (4, 5))],
            [Case(normal(3, 1), (4, 6))],
            demands=SHAPE,
        ),
        Behaviour(
            "a square kernel on a square image",
            1,
            [Case(normal(2, 2), (3, 3)), Case(normal(3, 3), (5, 5))],
            [Case(normal(2, 2), (5, 5))],
        ),
        Behaviour(
            "kernels and images that are not square",
            1,
            [Case(normal(2, 3), (4, 5)), Case(normal(3, 2), (4, 6)), Case(normal(2, 2), (5, 3))],
            [Case(normal(1, 4), (3, 6)), Case(normal(4, 1), (5, 2))],
        ),
        Behaviour(
            "matrix times image is the correlation",
            1,
            [
                Case(normal(2, 3), (4, 5), then=f"result @ {normal(20)}"),
                Case(normal(3, 3), (5, 6), then=f"result @ {normal(30)}"),
            ],
            [Case(normal(3, 2), (6, 4), then=f"result @ {normal(24)}")],
        ),
        Behaviour(
            "floats, the kernel left as it is, a new matrix in every call",
            0.5,
            [
                Case(whole(2, 3), (4, 5)),
                Case(single(2, 2), (3, 4)),
                Case(normal(4, 3) + "[::2].T", (4, 5)),
            ],
            [Case("rng.integers(0, 9, (3, 2), dtype=np.uint8)", (4, 3))],
            demands=(*MANNERS, "dtype"),
        ),
    ],
    answered_by=("course.functional.conv_matrix_sparse", "scipy.linalg.convolution_matrix"),
)

EXERCISES = [IM2COL, CONV2D_IM2COL, CONV_MATRIX, COL2IM, CONV_TRANSPOSE]
