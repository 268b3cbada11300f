"""Unit 07: what is asked of pooling, of the 1x1 convolution and of receptive fields."""

from autograder.checks.draws import normal, single, whole
from autograder.checks.pooling import (
    AVG_POOL2D_BACKWARD,
    AVG_POOL2D_FORWARD,
    MAX_POOL2D_BACKWARD,
    MAX_POOL2D_FORWARD,
    TYPES_AND_MANNERS,
    Shape,
)
from autograder.exercise import SHAPE, Behaviour, Case, Exercise
from autograder.oracles.pooling import conv1x1, receptive_field


def mixed(x: Shape, filters: int, bias: str = "np.zeros({})") -> Case:
    """Write a call of conv1x1_forward; a bias of zeros comes along, so that the bias alone costs the bias's points."""
    arrays = [normal(*x), normal(filters, x[1], 1, 1), *([bias.format(filters)] if bias else [])]
    return Case(*arrays)


CONV1X1_FORWARD = Exercise(
    "conv1x1_forward",
    conv1x1,
    [
        Behaviour("the shape of the output", 0.5, [mixed((2, 3, 4, 5), 6), mixed((1, 4, 3, 2), 2)], demands=SHAPE),
        Behaviour(
            "one image: channels are mixed, pixel by pixel",
            1,
            [mixed((1, 3, 2, 2), 3), mixed((1, 4, 3, 5), 2), mixed((1, 2, 5, 3), 4)],
            [mixed((1, 5, 4, 4), 5)],
        ),
        Behaviour("a batch", 0.5, [mixed((3, 2, 3, 4), 2), mixed((2, 4, 5, 2), 3)], [mixed((4, 3, 2, 6), 3)]),
        Behaviour(
            "bias",
            0.5,
            [
                mixed((1, 2, 3, 4), 2, bias="rng.standard_normal({})"),
                mixed((2, 3, 4, 5), 4, bias="rng.standard_normal({})"),
                mixed((1, 2, 4, 3), 3, bias=""),
            ],
            [mixed((1, 5, 4, 4), 3, bias="rng.standard_normal({})")],
        ),
        Behaviour(
            "float32 stays float32, integers count as float64; inputs are left as they are",
            0.5,
            [
                Case(single(1, 2, 3, 4), single(3, 2, 1, 1), single(3)),
                Case(whole(1, 2, 3, 4), whole(3, 2, 1, 1), "np.zeros(3, dtype=int)"),
                Case("np.asfortranarray(rng.standard_normal((2, 3, 4, 5)))", normal(2, 3, 1, 1), "np.zeros(2)"),
            ],
            [Case("rng.integers(0, 256, (1, 3, 5, 4), dtype=np.uint8)", normal(2, 3, 1, 1), "np.zeros(2)")],
            demands=TYPES_AND_MANNERS,
        ),
    ],
    answered_by=("course.functional.conv2d_forward", "scipy.signal.correlate", "scipy.signal.convolve"),
)

LENET = [(5, 1, 2), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
ODD = [(7, 2, 3), (3, 2, 1), (3, 1, 1), (1, 3, 0), (4, 1, 2)]
UNPADDED = [(4, 3, 0), (3, 2, 0), (2, 1, 0)]
MORE = [(2, 2, 1), (5, 3, 2), (3, 1, 0), (6, 2, 3)]

RECEPTIVE_FIELD = Exercise(
    "receptive_field",
    receptive_field,
    [
        Behaviour(
            "size, stride 1 throughout",
            1,
            [Case([(3, 1, 1)], then="result[0]"), Case([(3, 1, 1), (5, 1, 2), (2, 1, 0)], then="result[0]")],
            [Case([(4, 1, 0), (7, 1, 3)], then="result[0]"), Case([], then="result[0]")],
        ),
        Behaviour(
            "size, with strides",
            1,
            [Case(layers, then="result[0]") for layers in (LENET, ODD, UNPADDED)],
            [Case(MORE, then="result[0]")],
        ),
        Behaviour(
            "jump",
            1,
            [Case(layers, then="result[1]") for layers in (LENET, ODD, UNPADDED)],
            [Case(MORE, then="result[1]"), Case([], then="result[1]")],
        ),
        Behaviour(
            "first",
            1,
            [Case(layers, then="result[2]") for layers in (LENET, ODD, UNPADDED)],
            [Case(MORE, then="result[2]"), Case([], then="result[2]")],
        ),
    ],
    # The function, not the module of the same name, which the rest of course.insight is imported with.
    answered_by=("course.insight.receptive_field.receptive_field", "course.insight.receptive_field.through_window"),
)

EXERCISES = [
    MAX_POOL2D_FORWARD,
    MAX_POOL2D_BACKWARD,
    AVG_POOL2D_FORWARD,
    AVG_POOL2D_BACKWARD,
    CONV1X1_FORWARD,
    RECEPTIVE_FIELD,
]
