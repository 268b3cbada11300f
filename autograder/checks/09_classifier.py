"""Unit 09: from maps to classes: a dense layer, softmax, cross-entropy, and a lecture's exercise on paper."""

import math

import numpy as np

from autograder.answers import Answer, pen_and_paper
from autograder.checks.draws import normal, single, whole
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, float_dtype

LECTURE_EXERCISE, LECTURE_MISTAKES = pen_and_paper(
    "lecture_exercise",
    [
        Answer(
            "out_shape",
            (4, 4),
            0.5,
            {
                "as_large_as_the_input": ((6, 6), "Without padding the map shrinks: 6 - 3 + 1."),
                "one_map_for_each_channel": ((3, 4, 4), "One filter gives one map: the three channels are summed."),
            },
        ),
        Answer(
            "top_left",
            35,
            0.5,
            {
                "top_left_without_bias": (28, "The sum is right; the bias of 7 is missing."),
                "top_left_bias_for_each_channel": (49, "The bias is added once, not once for each channel."),
                "top_left_first_channel_only": (24, "That is the first channel alone; all three are summed."),
            },
        ),
        Answer(
            "row_2_column_1",
            7,
            0.5,
            {"row_and_column_exchanged": (-3, "That is row 1, column 2; rows are counted first.")},
        ),
        Answer(
            "bottom_row_column_1", 22, 0.5, {"bottom_without_bias": (15, "The sum is right; the bias of 7 is missing.")}
        ),
        Answer(
            "pooled",
            (35, 21, 21, 21, 21, 22, 22, 22, 29),
            0.5,
            {
                "pooled_with_stride_2": (
                    (35, 21, 22, 29),
                    "That is stride 2; with stride 1 the windows overlap: 3 x 3 of them.",
                )
            },
        ),
        Answer(
            "dense_parameters",
            320,
            0.5,
            {
                "dense_without_biases": (288, "Each of the 32 units has a bias too."),
                "dense_before_pooling": (
                    544,
                    "The dense layer gets the 9 numbers after the pooling, not the 16 before.",
                ),
            },
        ),
        Answer("filter_parameters", 28, 0.5, {"filter_without_bias": (27, "The filter has a bias too.")}),
        Answer(
            "same_shape", (8, 256, 256), 0.5, {"channels_last": ((256, 256, 8), "The order of the axes is (C, H, W).")}
        ),
        Answer(
            "same_padding",
            3,
            0.5,
            {"full_padding": (6, "F - 1 = 6 is full padding; half of it goes to each side.")},
        ),
        Answer(
            "same_parameters",
            1184,
            0.5,
            {"flat_filters": (400, "Each of the 8 filters reaches through all 3 channels.")},
        ),
        Answer(
            "numbers_to_the_classifier",
            5120,
            0.5,
            {
                "no_padding_in_the_second": (
                    20 * 14 * 14,
                    "The second convolution pads by 2, so that 32x32 stays 32x32.",
                )
            },
        ),
        Answer(
            "flat_index",
            5,
            0.5,
            {"channels_last_index": (4, "That is the index with the channels last; here they come first.")},
        ),
    ],
)


def linear_forward(x: Array, weight: Array, bias: Array) -> Array:
    """Compute x W^T + b with a loop for every number."""
    out = np.zeros((len(x), len(weight)))
    for n in range(len(x)):
        for o in range(len(weight)):
            out[n, o] = float(bias[o]) + sum(float(x[n, i]) * float(weight[o, i]) for i in range(x.shape[1]))
    return out.astype(float_dtype(x))


def linear_backward(grad_out: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Send each output's gradient to everything that made it."""
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n in range(len(x)):
        for o in range(len(weight)):
            g = float(grad_out[n, o])
            grad_bias[o] += g
            for i in range(x.shape[1]):
                grad_x[n, i] += g * float(weight[o, i])
                grad_weight[o, i] += g * float(x[n, i])
    dtype = float_dtype(x)
    return grad_x.astype(dtype), grad_weight.astype(dtype), grad_bias.astype(dtype)


def softmax(logits: Array) -> Array:
    """Turn each row into shares that add up to 1."""
    out = np.zeros(logits.shape)
    for n, row in enumerate(logits.tolist()):
        e = [math.exp(z - max(row)) for z in row]
        out[n] = [value / math.fsum(e) for value in e]
    return out.astype(float_dtype(logits))


def cross_entropy_forward(logits: Array, labels: Array) -> float:
    """Average minus the logarithm of the right class's share."""
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        losses.append(max(row) + math.log(math.fsum(math.exp(z - max(row)) for z in row)) - row[label])
    return math.fsum(losses) / len(losses)


def cross_entropy_backward(logits: Array, labels: Array) -> Array:
    """Subtract 1 from the right class's share, and divide by the number of rows."""
    grad = softmax(logits).astype(float)
    for n, label in enumerate(labels.tolist()):
        grad[n, label] -= 1
    return (grad / len(logits)).astype(float_dtype(logits))


LINEAR_FORWARD = Exercise(
    "linear_forward",
    linear_forward,
    [
        Behaviour("the shape", 0.5, [Case(normal(3, 5), normal(2, 5), normal(2))], demands=SHAPE),
        Behaviour(
            "weights",
            1,
            [Case(normal(1, 4), normal(3, 4), "np.zeros(3)"), Case(normal(4, 3), normal(3, 3), "np.zeros(3)")],
            [Case(normal(2, 7), normal(5, 7), "np.zeros(5)")],
        ),
        Behaviour(
            "bias", 0.5, [Case(normal(2, 3), normal(4, 3), normal(4)), Case(normal(3, 2), normal(3, 2), normal(3))]
        ),
        Behaviour(
            "float32 stays float32, integers count as float64",
            0.5,
            [Case(single(2, 3), single(4, 3), single(4)), Case(whole(2, 3), normal(2, 3), normal(2))],
            demands=TYPES,
        ),
        Behaviour(
            "any memory order, inputs left as they are",
            0.5,
            [Case("np.asfortranarray(rng.standard_normal((3, 4)))", normal(4, 2) + ".T", normal(2))],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.nn.Linear", "course.nn.linear.Linear", "course.functional.linear.linear_forward"),
)


def backward(n: int, inputs: int, outputs: int, draw: str = "rng.standard_normal({})") -> Case:
    """Write a call of linear_backward."""
    return Case(draw.format((n, outputs)), draw.format((n, inputs)), draw.format((outputs, inputs)))


LINEAR_BACKWARD = Exercise(
    "linear_backward",
    linear_backward,
    [
        Behaviour("the three shapes", 0.5, [backward(3, 4, 2)], demands=SHAPE),
        Behaviour(
            "the gradient of x",
            1,
            [Case(*backward(2, 4, 3).args, then="result[0]"), Case(*backward(3, 3, 3).args, then="result[0]")],
        ),
        Behaviour(
            "the gradient of the weights",
            1,
            [Case(*backward(2, 4, 3).args, then="result[1]"), Case(*backward(3, 3, 3).args, then="result[1]")],
            [Case(*backward(5, 2, 6).args, then="result[1]")],
        ),
        Behaviour("the gradient of the bias", 0.5, [Case(*backward(4, 3, 2).args, then="result[2]")]),
        Behaviour(
            "float32 stays float32",
            0.5,
            [backward(2, 3, 4, "rng.standard_normal({}, dtype=np.float32)")],
            demands=TYPES,
        ),
        Behaviour("inputs left as they are", 0.5, [backward(3, 4, 2)], demands=MANNERS),
    ],
    answered_by=("course.nn.Linear", "course.nn.linear.Linear", "course.functional.linear.linear_backward"),
)

SOFTMAX = Exercise(
    "softmax",
    softmax,
    [
        Behaviour("the shape", 0.5, [Case(normal(3, 4))], demands=SHAPE),
        Behaviour(
            "one row", 0.5, [Case("rng.standard_normal((1, 4)) + 1")], [Case("3 * rng.standard_normal((1, 7)) - 2")]
        ),
        Behaviour("many rows, each for itself", 1, [Case("3 * rng.standard_normal((4, 3))")], [Case(normal(3, 3))]),
        Behaviour(
            "logits of +-10,000",
            1,
            [Case("1e4 + rng.standard_normal((2, 3))"), Case("rng.standard_normal((2, 4)) - 1e4")],
            [Case("1e4 * rng.choice([-1.0, 1.0], (3, 5)) + rng.standard_normal((3, 5))")],
        ),
        Behaviour("float32 stays float32", 0.5, [Case(single(3, 4))], demands=TYPES),
        Behaviour("the logits are left as they are", 0.5, [Case("3 + rng.standard_normal((2, 3))")], demands=MANNERS),
    ],
    answered_by=("course.functional.softmax.softmax", "course.functional.log_softmax", "scipy.special.softmax"),
)

LABELS = "rng.integers(0, {}, {})"
CROSS_ENTROPY_FORWARD = Exercise(
    "cross_entropy_forward",
    cross_entropy_forward,
    [
        Behaviour("one image", 1, [Case("2 * rng.standard_normal((1, 4))", LABELS.format(4, 1))]),
        Behaviour(
            "the mean of a batch",
            1,
            [Case("2 * rng.standard_normal((5, 3))", LABELS.format(3, 5))],
            [Case("4 * rng.standard_normal((9, 10))", LABELS.format(10, 9))],
        ),
        Behaviour(
            "logits of +-10,000",
            1,
            [
                Case("np.array([[1e4, 0.0, -1e4], [5.0, 1e4, 2.0]])", "np.array([1, 1])"),
                Case("rng.standard_normal((3, 4)) - 1e4", LABELS.format(4, 3)),
            ],
        ),
    ],
    answered_by=("course.functional.cross_entropy.cross_entropy_forward", "course.nn.CrossEntropyLoss"),
)

CROSS_ENTROPY_BACKWARD = Exercise(
    "cross_entropy_backward",
    cross_entropy_backward,
    [
        Behaviour("the shape", 0.5, [Case(normal(3, 4), LABELS.format(4, 3))], demands=SHAPE),
        Behaviour("one image", 1, [Case("2 * rng.standard_normal((1, 4))", LABELS.format(4, 1))]),
        Behaviour(
            "a batch",
            1,
            [Case("2 * rng.standard_normal((5, 3))", LABELS.format(3, 5)), Case(normal(4, 4), "rng.permutation(4)")],
            [Case("3 * rng.standard_normal((8, 10))", LABELS.format(10, 8))],
        ),
        Behaviour("float32 stays float32", 0.5, [Case(single(3, 4), "rng.permutation(3)")], demands=TYPES),
        Behaviour("inputs left as they are", 0.5, [Case(normal(3, 4), "rng.permutation(3)")], demands=MANNERS),
    ],
    answered_by=("course.functional.cross_entropy.cross_entropy_backward", "course.nn.CrossEntropyLoss"),
)

EXERCISES = [
    LINEAR_FORWARD,
    LINEAR_BACKWARD,
    SOFTMAX,
    CROSS_ENTROPY_FORWARD,
    CROSS_ENTROPY_BACKWARD,
    LECTURE_EXERCISE,
]
