"""What is asked of im2col and its transpose col2im: windows as columns, and back."""

from typing import Any

from autograder.checks.draws import normal, single, whole
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Pair, pair
from autograder.oracles.columns import fold, positions, unfold


def columns(
    size: tuple[int, int], kernel_size: Pair, stride: Pair = 1, padding: Pair = 0, batch: tuple[int, int] = (1, 1)
) -> Case:
    """Write a call of col2im with as many random columns as the window takes positions."""
    (kh, kw), (down, across) = pair(kernel_size), positions(size, kernel_size, stride, padding)
    more: dict[str, Any] = {"stride": stride} if stride != 1 else {}
    more |= {"padding": padding} if padding != 0 else {}
    return Case(normal(batch[0], batch[1] * kh * kw, down * across), size, kernel_size, **more)


IM2COL = Exercise(
    "im2col",
    unfold,
    [
        Behaviour(
            "the shape of the matrix",
            0.5,
            [
                Case(normal(1, 1, 3, 4), 2),
                Case(normal(2, 3, 6, 5), (3, 2)),
                Case(normal(1, 2, 8, 7), 3, stride=(2, 3), padding=(1, 0)),
            ],
            [Case(normal(3, 2, 9, 6), (2, 4), stride=(4, 3), padding=(0, 1))],
            demands=SHAPE,
        ),
        Behaviour(
            "one image, one channel: a window in each column",
            1,
            [Case(normal(1, 1, 3, 4), 2), Case(normal(1, 1, 4, 6), 3), Case(normal(1, 1, 5, 4), 3)],
            [Case(normal(1, 1, 6, 7), 2), Case(normal(1, 1, 7, 5), 4)],
        ),
        Behaviour(
            "several channels, channels outermost",
            1,
            [Case(normal(1, 2, 3, 4), 2), Case(normal(1, 3, 5, 4), 3)],
            [Case(normal(1, 4, 4, 6), 2)],
        ),
        Behaviour(
            "a batch of images",
            0.5,
            [Case(normal(2, 1, 3, 4), 2), Case(normal(3, 2, 4, 5), 3)],
            [Case(normal(4, 3, 5, 3), 2)],
        ),
        Behaviour(
            "kernels that are not square",
            0.5,
            [Case(normal(1, 1, 4, 6), (2, 3)), Case(normal(1, 2, 7, 5), (4, 2))],
            [Case(normal(1, 3, 5, 8), (1, 5)), Case(normal(1, 2, 8, 6), (3, 1))],
        ),
        Behaviour(
            "stride",
            1,
            [
                Case(normal(1, 1, 5, 6), 2, stride=2),
                Case(normal(1, 2, 7, 8), 3, stride=(2, 3)),
                Case(normal(1, 2, 8, 6), 3, stride=(3, 1)),
            ],
            [Case(normal(1, 3, 9, 7), 2, stride=4), Case(normal(1, 1, 6, 9), 3, stride=(1, 2))],
        ),
        Behaviour(
            "padding",
            0.5,
            [
                Case(normal(1, 1, 3, 4), 3, padding=1),
                Case(normal(1, 2, 5, 4), 3, padding=(2, 1)),
                Case(normal(1, 2, 4, 3), 2, padding=(0, 2)),
            ],
            [Case(normal(1, 3, 5, 6), 4, padding=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64",
            0.5,
            [Case(single(1, 2, 4, 5), 2), Case(whole(1, 2, 4, 5), 3)],
            [Case("rng.integers(0, 256, (1, 3, 5, 4), dtype=np.uint8)", 3)],
            demands=TYPES,
        ),
        Behaviour(
            "any memory order, inputs left as they are, a new matrix in every call",
            0.5,
            [
                Case(normal(1, 2, 4, 5), 3),
                Case(f"np.asfortranarray({normal(1, 2, 5, 4)})", 2),
                Case(normal(1, 3, 4, 3), 1),
            ],
            [Case(normal(5, 4, 2, 1) + ".transpose(3, 2, 1, 0)", 3)],
            demands=MANNERS,
        ),
    ],
)

COL2IM = Exercise(
    "col2im",
    fold,
    [
        Behaviour(
            "the shape of the image",
            0.5,
            [
                columns((3, 4), 2),
                columns((6, 5), (3, 2), batch=(2, 3)),
                columns((8, 7), 3, stride=(2, 3), padding=(1, 0), batch=(1, 2)),
            ],
            [columns((9, 6), (2, 4), stride=(4, 3), padding=(0, 1), batch=(3, 2))],
            demands=SHAPE,
        ),
        Behaviour(
            "windows side by side: everything back in its place",
            1,
            [columns((4, 6), 2, stride=2), columns((6, 3), 3, stride=3), columns((6, 4), (3, 2), stride=(3, 2))],
            [columns((2, 9), (2, 3), stride=(2, 3))],
        ),
        Behaviour(
            "windows that overlap add up",
            1,
            [columns((3, 4), 2), columns((4, 6), 3), columns((5, 7), (2, 3), stride=(1, 2))],
            [columns((6, 5), 4)],
        ),
        Behaviour(
            "channels and images",
            1,
            [
                columns((3, 4), 2, batch=(1, 3)),
                columns((4, 5), (2, 3), batch=(2, 2)),
                columns((4, 6), 2, stride=2, batch=(2, 3)),
            ],
            [columns((5, 4), 3, batch=(3, 4))],
        ),
        Behaviour(
            "pixels that no window sees are 0",
            0.5,
            [columns((5, 6), 2, stride=3), columns((8, 6), 3, stride=(3, 2), batch=(1, 2))],
            [columns((7, 9), 2, stride=4)],
        ),
        Behaviour(
            "what lies on the padding is dropped",
            0.5,
            [
                columns((3, 4), 3, padding=1),
                columns((5, 4), 3, stride=2, padding=(2, 1), batch=(1, 2)),
                columns((4, 5), 2, padding=(0, 1)),
            ],
            [columns((6, 5), 4, stride=(3, 2), padding=(1, 2), batch=(1, 3))],
        ),
        Behaviour(
            "types and manners",
            0.5,
            [
                Case(single(1, 8, 6), (3, 4), 2),
                Case(whole(1, 4, 6), (3, 4), 2),
                Case(f"np.asfortranarray({normal(2, 12, 6)})", (4, 4), (2, 3)),
                Case(normal(2, 3, 12), (4, 3), 1),
            ],
            [Case(whole(2, 18, 4), (4, 4), 3)],
            demands=(*MANNERS, "dtype"),
        ),
    ],
    answered_by=(
        "course.functional.conv_transpose2d_forward",
        "course.functional.conv_transpose2d_forward_plain",
        "course.functional.conv2d_backward",
        "course.functional.conv2d_backward_plain",
    ),
)
