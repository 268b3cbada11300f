"""Unit 08: batch norm, local response norm, dropout, and the order of layers."""

import math

import numpy as np

from autograder.answers import Answer, pen_and_paper
from autograder.checks.draws import normal, single
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, float_dtype

Three = tuple[Array, Array, Array]


def batch_norm2d_forward(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Three:
    """Normalise each channel with a loop over channels and sums over its numbers."""
    dtype = float_dtype(x)
    out = np.zeros(x.shape)
    new_mean, new_var = running_mean.astype(float), running_var.astype(float)
    for c in range(x.shape[1]):
        numbers = [float(v) for v in x[:, c].ravel()]
        mean, var = float(running_mean[c]), float(running_var[c])
        if training:
            count = len(numbers)
            mean = math.fsum(numbers) / count
            squares = math.fsum((v - mean) ** 2 for v in numbers)
            var = squares / count
            new_mean[c] = (1 - momentum) * running_mean[c] + momentum * mean
            new_var[c] = (1 - momentum) * running_var[c] + momentum * squares / (count - 1)
        out[:, c] = (x[:, c].astype(float) - mean) / math.sqrt(var + eps) * float(weight[c]) + float(bias[c])
    return out.astype(dtype), new_mean.astype(running_mean.dtype), new_var.astype(running_var.dtype)


def batch_norm2d_backward(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    """Send gradients through the output, the variance and the mean, one after the other."""
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for c in range(x.shape[1]):
        g, v = grad_out[:, c].astype(float), x[:, c].astype(float)
        centred, count = v - v.mean(), v.size
        std = math.sqrt((centred**2).mean() + eps)
        grad_bias[c], grad_weight[c] = g.sum(), (g * centred / std).sum()
        hat = g * float(weight[c])
        to_var = (hat * centred).sum() * -0.5 / std**3
        to_mean = -hat.sum() / std
        grad_x[:, c] = hat / std + to_var * 2 * centred / count + to_mean / count
    dtype = float_dtype(x)
    return grad_x.astype(dtype), grad_weight.astype(dtype), grad_bias.astype(dtype)


def local_response_norm_forward(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    """Divide each number by what its neighbouring channels hold, as the paper writes it."""
    out = np.zeros(x.shape)
    C = x.shape[1]
    for c in range(C):
        total = np.zeros(x[:, 0].shape)
        for other in range(c - size // 2, c + size // 2 + 1):
            if 0 <= other < C:
                total += x[:, other].astype(float) ** 2
        out[:, c] = x[:, c] / (k + alpha * total) ** beta
    return out.astype(float_dtype(x))


def dropout_forward(x: Array, p: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Keep where the draw is at least p, and divide by the chance to be kept."""
    mask = rng.random(x.shape) >= p
    out = np.zeros(x.shape)
    for place in np.argwhere(mask):
        out[tuple(place)] = float(x[tuple(place)]) / (1 - p)
    return out.astype(float_dtype(x)), mask


def dropout_backward(grad_out: Array, mask: Array, p: float) -> Array:
    """Hand back what was kept, with the same factor."""
    out = np.zeros(grad_out.shape)
    for place in np.argwhere(mask):
        out[tuple(place)] = float(grad_out[tuple(place)]) / (1 - p)
    return out.astype(float_dtype(grad_out))


X = "2 * rng.standard_normal({0}) + 3"
STATE = ("rng.standard_normal({0})", "rng.standard_normal({0})", "rng.standard_normal({0})", "0.5 + rng.random({0})")


def norm(shape: tuple[int, ...], training: bool, then: str | None = None, draw: str = X, **kwargs: float) -> Case:
    """Write a call of batch_norm2d_forward."""
    return Case(draw.format(shape), *(text.format(shape[1]) for text in STATE), training, then=then, **kwargs)


SMALL, WIDE, TALL = (3, 2, 2, 3), (4, 3, 1, 5), (2, 4, 3, 2)
OUT, MEAN, VAR = "result[0]", "result[1]", "result[2]"
HALF = "rng.standard_normal({0}, dtype=np.float32)"
SINGLE_STATE = [single(2), single(2), single(2), "(0.5 + rng.random(2)).astype(np.float32)"]

BATCH_NORM2D_FORWARD = Exercise(
    "batch_norm2d_forward",
    batch_norm2d_forward,
    [
        Behaviour("the shape of the output", 0.5, [norm(WIDE, True, OUT)], demands=SHAPE),
        Behaviour(
            "training: each channel to mean 0 and variance 1, then weight and bias",
            1.5,
            [norm(SMALL, True, OUT), norm(WIDE, True, OUT)],
            [norm(TALL, True, OUT)],
        ),
        Behaviour("in use: with the running statistics", 1, [norm(SMALL, False, OUT), norm((1, 3, 2, 2), False, OUT)]),
        Behaviour("the running mean", 0.5, [norm(SMALL, True, MEAN), norm(WIDE, True, MEAN, momentum=0.3)]),
        Behaviour("the running variance", 0.5, [norm(SMALL, True, VAR), norm(WIDE, True, VAR, momentum=0.3)]),
        Behaviour("in use the running statistics stay", 0.5, [norm(SMALL, False, f"({MEAN}, {VAR})")]),
        Behaviour("eps", 0.5, [norm(SMALL, True, OUT, eps=0.5), norm(SMALL, False, OUT, eps=0.5)]),
        Behaviour("float32 stays float32", 0.5, [Case(HALF.format((3, 2, 2, 2)), *SINGLE_STATE, True)], demands=TYPES),
        Behaviour("inputs left as they are", 0.5, [norm(SMALL, True)], demands=MANNERS),
    ],
    answered_by=(
        "course.nn.BatchNorm2d",
        "course.functional.batch_norm2d_forward_plain",
        "course.functional.batch_norm.batch_norm2d_forward_plain",
    ),
)


def gradient(shape: tuple[int, ...], then: str | None = None, **kwargs: float) -> Case:
    """Write a call of batch_norm2d_backward."""
    return Case(normal(*shape), X.format(shape), normal(shape[1]), then=then, **kwargs)


BATCH_NORM2D_BACKWARD = Exercise(
    "batch_norm2d_backward",
    batch_norm2d_backward,
    [
        Behaviour("the three shapes", 0.5, [gradient(WIDE)], demands=SHAPE),
        Behaviour("the gradient of the bias", 0.5, [gradient(SMALL, "result[2]"), gradient(WIDE, "result[2]")]),
        Behaviour("the gradient of the weight", 1, [gradient(SMALL, "result[1]"), gradient(WIDE, "result[1]")]),
        Behaviour("the gradient of x", 2, [gradient(SMALL, OUT), gradient(WIDE, OUT)], [gradient(TALL, OUT)]),
        Behaviour("eps", 0.5, [gradient(SMALL, eps=0.5)]),
        Behaviour("inputs left as they are", 0.5, [gradient(SMALL)], demands=MANNERS),
    ],
    answered_by=(
        "course.nn.BatchNorm2d",
        "course.functional.batch_norm2d_backward_plain",
        "course.functional.batch_norm.batch_norm2d_backward_plain",
    ),
)


def lrn(C: int, size: int, alpha: float = 0.5, beta: float = 0.75, k: float = 2.0) -> Case:
    """Write a call of local_response_norm_forward."""
    return Case(normal(2, C, 2, 3), size, alpha, beta, k)


LOCAL_RESPONSE_NORM = Exercise(
    "local_response_norm_forward",
    local_response_norm_forward,
    [
        Behaviour("the shape", 0.5, [lrn(5, 3)], demands=SHAPE),
        Behaviour(
            "channels with neighbours on both sides",
            1.5,
            [
                Case(normal(2, 7, 2, 3), 3, 0.5, 0.75, 2.0, then="result[:, 1:-1]"),
                Case(normal(1, 9, 1, 2), 5, 0.2, 0.75, 1.0, then="result[:, 2:-2]"),
            ],
        ),
        Behaviour("the first and the last channels", 1, [lrn(4, 5), lrn(6, 3, k=1.0)], [lrn(3, 7)]),
        Behaviour("the input is left as it is", 0.5, [lrn(4, 3)], demands=MANNERS),
    ],
    answered_by=(
        "course.nn.LocalResponseNorm",
        "course.functional.local_response_norm.local_response_norm_forward",
    ),
)

DICE = "np.random.default_rng({})"
DROPOUT_FORWARD = Exercise(
    "dropout_forward",
    dropout_forward,
    [
        Behaviour("two arrays of the shape of x", 0.5, [Case(normal(3, 4), 0.5, DICE.format(0))], demands=SHAPE),
        Behaviour(
            "what is dropped and what is kept",
            1,
            [
                Case(normal(5, 6), 0.3, DICE.format(1), then="result[1]"),
                Case(normal(40), 0.8, DICE.format(2), then="result[1]"),
            ],
        ),
        Behaviour(
            "the output",
            1,
            [Case(normal(5, 6), 0.3, DICE.format(3), then=OUT), Case(normal(2, 3, 4), 0.75, DICE.format(4), then=OUT)],
            [Case(normal(7, 3), 0.1, DICE.format(5), then=OUT)],
        ),
        Behaviour("p = 0 keeps everything", 0.5, [Case(normal(3, 4), 0.0, DICE.format(6))]),
        Behaviour("float32 stays float32", 0.5, [Case(single(4, 5), 0.5, DICE.format(7), then=OUT)], demands=TYPES),
        Behaviour(
            "x is left as it is, all chance comes from rng",
            0.5,
            [Case(normal(4, 5), 0.5, DICE.format(8))],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.nn.Dropout", "course.functional.dropout.dropout_forward"),
)

MASK = "rng.random({}) >= 0.4"
DROPOUT_BACKWARD = Exercise(
    "dropout_backward",
    dropout_backward,
    [
        Behaviour(
            "what was kept gets its gradient, with the factor",
            1,
            [Case(normal(3, 4), MASK.format((3, 4)), 0.4), Case(normal(2, 3, 2), MASK.format((2, 3, 2)), 0.75)],
        ),
        Behaviour("inputs left as they are", 0.5, [Case(normal(3, 4), MASK.format((3, 4)), 0.5)], demands=MANNERS),
    ],
    answered_by=("course.nn.Dropout", "course.functional.dropout.dropout_backward"),
)

ORDER_PUZZLE, ORDER_MISTAKES = pen_and_paper(
    "order_puzzle",
    [
        Answer(
            "usual",
            (1, 2, 3, 4, 5),
            0.5,
            {
                "relu_before_batch_norm": (
                    (1, 3, 2, 4, 5),
                    "That block normalises after ReLU; the usual one before it.",
                ),
                "dropout_first": (
                    (5, 1, 2, 3, 4),
                    "Dropout comes last: what is dropped should not shift the statistics of the batch norm.",
                ),
            },
        ),
        Answer(
            "may_change_places",
            (3, 4),
            0.5,
            {
                "batch_norm_and_relu": (
                    (2, 3),
                    "Batch norm moves the zero of ReLU; the other neighbour of ReLU commutes.",
                )
            },
        ),
        Answer("gradient_of_the_bias", 0, 0.5),
        Answer(
            "learned",
            232,
            0.5,
            {
                "with_a_bias": (240, "The convolution has no bias here: batch norm's own takes its place."),
                "without_batch_norm": (216, "Batch norm learns a weight and a bias for each channel, 16 numbers."),
            },
        ),
        Answer("running", 16, 0.5, {"one_for_each_channel": (8, "A mean and a variance for each channel.")}),
        Answer(
            "factor", 4, 0.5, {"for_the_dropped": (4 / 3, "p = 0.75 is the chance to be dropped; a quarter stays.")}
        ),
        Answer(
            "std_in_use",
            0.5**0.5,
            0.5,
            {"variance_in_use": (0.5, "That is the variance; asked for is the standard deviation.")},
        ),
    ],
)

EXERCISES = [
    BATCH_NORM2D_FORWARD,
    BATCH_NORM2D_BACKWARD,
    LOCAL_RESPONSE_NORM,
    DROPOUT_FORWARD,
    DROPOUT_BACKWARD,
    ORDER_PUZZLE,
]
