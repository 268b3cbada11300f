"""Unit 03: what is asked of counts, of a layer without shared weights, of a shift test and of a template search."""

from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Pair
from autograder.oracles.places import best_place, count_three, largest_gap, locally_connected


def normal(*shape: int) -> str:
    """Write the drawing of an array of this shape."""
    return f"rng.standard_normal({shape})"


def single(*shape: int) -> str:
    """Write the drawing of a float32 array of this shape."""
    return f"rng.standard_normal({shape}, dtype=np.float32)"


def local(image: tuple[int, int], weight: tuple[int, int, int, int], bias: bool = False, stride: Pair = 1) -> Case:
    """Write a call of locally_connected2d; without `bias`, one of zeros comes along."""
    offsets = normal(*weight[:2]) if bias else f"np.zeros({weight[:2]})"
    arrays = normal(*image), normal(*weight), offsets
    return Case(*arrays) if stride == 1 else Case(*arrays, stride=stride)


def counted(title: str, key: str, points: float) -> Behaviour:
    """Ask for one of the three counts."""
    then = f"result.get({key!r})"
    return Behaviour(
        title,
        points,
        [Case((5, 5), (3, 3), then=then), Case((28, 28), (5, 5), then=then), Case((4, 7), (2, 3), then=then)],
        [Case((6, 5), (1, 4), then=then), Case((9, 4), (4, 4), then=then)],
    )


# One bright pixel, and a template that waits for it in one of its corners: there is no doubt where it fits best.
IN_THE_LAST_WINDOW = (
    "rng.random((6, 7)) + np.pad([[90]], ((5, 0), (6, 0)))",
    "rng.random((2, 3)) + [[0, 0, 0], [0, 0, 9]]",
)
BELOW_LEFT = ("rng.random((5, 7)) + np.pad([[90]], ((3, 1), (1, 5)))", "rng.random((2, 2)) + [[9, 0], [0, 0]]")
# A dark one: at (1, 0) it is a match, at (2, 1) the strongest sum of all, but a negative one.
DARK = ("rng.random((4, 6)) - np.pad([[90]], ((2, 1), (1, 4)))", "rng.random((2, 2)) + [[9, 0], [0, -6]]")
# A brighter patch, flat: it wins where the template keeps its mean.
FLAT = (
    "rng.random((5, 6)) + np.pad(np.full((3, 3), 39), ((2, 0), (3, 0))) + np.pad([[40]], ((0, 4), (0, 5)))",
    "rng.random((2, 2)) + [[9, 0], [0, 0]]",
)


def found(title: str, key: str, points: float) -> Behaviour:
    """Ask for one entry of a template search."""
    then = f"result.get({key!r})"
    bytes_ = ("rng.integers(0, 256, (7, 6), dtype=np.uint8)", "rng.integers(0, 256, (3, 3), dtype=np.uint8)")
    hidden = [(normal(5, 7), normal(2, 3)), ("rng.integers(-9, 10, (8, 5))", "rng.integers(-9, 10, (3, 2))")]
    return Behaviour(
        title,
        points,
        [Case(*arrays, then=then) for arrays in (BELOW_LEFT, IN_THE_LAST_WINDOW, DARK, FLAT, bytes_)],
        [Case(*arrays, then=then) for arrays in hidden],
    )


PARAMETER_COUNTS = Exercise(
    "parameter_counts",
    count_three,
    [
        counted("dense", "dense", 1.5),
        counted("locally connected", "local", 1.5),
        counted("shared", "shared", 1),
    ],
    answered_by=("course.explore.connections.wiring.count",),
)

LOCALLY_CONNECTED2D = Exercise(
    "locally_connected2d",
    locally_connected,
    [
        Behaviour(
            "the shape of the output",
            0.5,
            [local((4, 6), (3, 4, 2, 3)), local((7, 5), (3, 2, 2, 2), stride=(2, 3))],
            demands=SHAPE,
        ),
        Behaviour(
            "a kernel of its own at every place",
            2,
            [local((3, 3), (2, 2, 2, 2)), local((4, 6), (2, 4, 3, 3)), local((5, 5), (3, 3, 3, 3))],
            [local((6, 4), (5, 3, 2, 2)), local((5, 5), (4, 4, 2, 2))],
        ),
        Behaviour(
            "kernels that are not square",
            0.5,
            [local((3, 5), (2, 3, 2, 3)), local((6, 4), (3, 3, 4, 2))],
            [local((4, 7), (4, 3, 1, 5))],
        ),
        Behaviour(
            "bias",
            1,
            [
                local((3, 4), (2, 3, 2, 2), bias=True),
                local((5, 5), (3, 3, 3, 3), bias=True),
                Case(normal(3, 4), normal(2, 3, 2, 2)),
            ],
            [local((6, 3), (5, 2, 2, 2), bias=True)],
        ),
        Behaviour(
            "stride",
            1,
            [
                local((5, 6), (2, 3, 2, 2), stride=2),
                local((7, 8), (3, 2, 3, 3), stride=(2, 3)),
                local((8, 6), (2, 4, 3, 3), stride=(3, 1)),
                local((2, 8), (1, 3, 2, 2), stride=(1, 3)),
            ],
            [local((9, 7), (2, 2, 3, 2), stride=4), local((5, 9), (4, 4, 2, 2), stride=(1, 2))],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64",
            0.5,
            [
                Case(single(4, 5), single(2, 4, 3, 2), "np.zeros((2, 4), dtype=np.float32)"),
                Case("rng.integers(-9, 10, (4, 5))", normal(2, 4, 3, 2), "np.zeros((2, 4))"),
                Case(
                    "rng.integers(0, 256, (4, 5), dtype=np.uint8)",
                    "rng.integers(-3, 4, (3, 3, 2, 3))",
                    "np.zeros((3, 3), dtype=int)",
                ),
            ],
            demands=TYPES,
        ),
        Behaviour(
            "any memory order, inputs left as they are, no memory of earlier calls",
            0.5,
            [
                local((4, 5), (2, 4, 3, 2)),
                Case(
                    "np.asfortranarray(rng.standard_normal((5, 4)))",
                    normal(3, 2, 3, 6) + "[..., ::2]",
                    "np.zeros((3, 2))",
                ),
            ],
            [
                Case(
                    normal(4, 6) + ".T",
                    normal(2, 3, 2, 5) + ".transpose(3, 1, 0, 2)",
                    "np.zeros((5, 3))",
                )
            ],
            demands=MANNERS,
        ),
    ],
    answered_by=(
        "course.functional.locally_connected2d_forward",
        "course.functional.locally_connected.locally_connected2d_forward",
        "course.functional.locally_connected.locally_connected2d_forward_plain",
    ),
)

NEXT = "lambda x: 2 * np.roll(x, 1, axis=1) - np.roll(x, -2, axis=0)"  # a convolution round the cylinder
ZEROS = "lambda x: np.pad(x, 1)[2:, 1:-1] + np.pad(x, 1)[1:-1, 2:]"  # one with zeros outside
VALID = "lambda x: x[:, 1:] - x[:, :-1]"  # one without padding
SLOPE = "lambda x: x * np.arange(x.shape[1])"  # a weight of its own for every column
TILTED = "lambda x: x * np.arange(x.size).reshape(x.shape)"  # and for every pixel
THIN = "lambda x: x[::2, ::2]"
THIN_SLOPE = "lambda x: (x * np.arange(x.shape[1]))[::2, ::2]"
TRIPLE = "lambda x: (x * x)[::3, ::3]"
EDGE = "lambda x: x - x * (np.arange(x.shape[1]) == 0)"  # blind in the first column


def positive(*shape: int) -> str:
    """Write the drawing of numbers from 1 to 2: through a slope, their largest difference is a negative one."""
    return f"1 + rng.random({shape})"


def pixels(*shape: int) -> str:
    """Write the drawing of a picture of bytes that gets brighter from left to right."""
    return f"np.sort(rng.integers(0, 256, {shape}, dtype=np.uint8), axis=1)"


EQUIVARIANCE_ERROR = Exercise(
    "equivariance_error",
    largest_gap,
    [
        Behaviour(
            "the largest difference between fn(T(x)) and T(fn(x))",
            2.5,
            [
                Case(NEXT, normal(4, 5), (1, 2)),
                Case(SLOPE, positive(3, 7), (0, 1)),
                Case(TILTED, normal(5, 6), (2, -1)),
                Case(TILTED, positive(4, 9), (1, 2)),
            ],
            [Case(TILTED, normal(7, 4), (-2, 3)), Case(SLOPE, normal(3, 5), (2, 2))],
        ),
        Behaviour(
            "margin",
            1,
            [
                Case(ZEROS, normal(6, 7), (1, 1), margin=1),
                Case(ZEROS, normal(8, 9), (3, -2), margin=1),
                Case(VALID, normal(5, 9), (1, 1), margin=1),
                Case(SLOPE, positive(7, 12), (1, 3), margin=2),
            ],
            [Case(TILTED, normal(9, 6), (2, 1), margin=1)],
        ),
        Behaviour(
            "stride",
            1,
            [
                Case(THIN, normal(6, 8), (2, 4), stride=2),
                Case(THIN, normal(8, 6), (4, -2), stride=2),
                Case(THIN_SLOPE, positive(4, 10), (2, 2), stride=2),
            ],
            [Case(TRIPLE, normal(6, 9), (3, 6), stride=3)],
        ),
        Behaviour(
            "pixels from 0 to 255, inputs left as they are",
            0.5,
            [Case(EDGE, pixels(4, 7), (1, 1)), Case(EDGE, pixels(5, 6), (0, 1))],
            [Case(EDGE, pixels(3, 9), (2, 1))],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.insight.equivariance",),
)

FIND_TEMPLATE = Exercise(
    "find_template",
    best_place,
    [
        found("the score of the best window", "score", 1.5),
        found("its row", "row", 1),
        found("its column", "column", 1),
        Behaviour(
            "any memory order, inputs left as they are",
            0.5,
            [
                Case(f"np.asfortranarray({IN_THE_LAST_WINDOW[0]})", IN_THE_LAST_WINDOW[1], then="result.get('score')"),
                Case(BELOW_LEFT[0], f"({BELOW_LEFT[1]})[:, ::-1]", then="result.get('score')"),
            ],
            demands=MANNERS,
        ),
    ],
    answered_by=("skimage.feature.match_template",),
)

EXERCISES = [PARAMETER_COUNTS, LOCALLY_CONNECTED2D, EQUIVARIANCE_ERROR, FIND_TEMPLATE]
