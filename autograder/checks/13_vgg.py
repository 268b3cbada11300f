"""Unit 13: blocks of VGG and of ResNet, their tables, and a network for a budget."""

from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.answers import Answer, pen_and_paper
from autograder.checks.draws import normal, single
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, float_dtype

VGG_ON_PAPER, PAPER_MISTAKES = pen_and_paper(
    "vgg_on_paper",
    [
        Answer(
            "alexnet_side",
            55,
            0.5,
            {
                "alexnet_side_one_short": (
                    54,
                    "54 comes out with 224 pixels, or without the + 1; take 227, and (n - k) / s + 1.",
                ),
            },
        ),
        Answer(
            "fields",
            (5, 7),
            0.5,
            {"fields_added_up": ((6, 9), "Neighbouring 3x3 windows overlap: each further layer adds 2 pixels, not 3.")},
        ),
        Answer(
            "two_3x3",
            73_728,
            0.5,
            {
                "two_3x3_is_one": (36_864, "That is one 3x3 layer; there are two of them."),
                "two_3x3_flat": (
                    1152,
                    "Each of the 64 filters reaches through all 64 channels: 9 x 64 weights a filter.",
                ),
            },
        ),
        Answer("one_5x5", 102_400, 0.5, {"one_5x5_flat": (1600, "Each of the 64 filters has 5 x 5 x 64 weights.")}),
        Answer(
            "conv1_2",
            36_928,
            0.5,
            {
                "conv1_2_without_biases": (36_864, "conv1_2 has a bias for each of its 64 filters too."),
                "conv1_2_on_the_image": (
                    1792,
                    "That is conv1_1, which sees 3 channels; conv1_2 sees the 64 of conv1_1.",
                ),
            },
        ),
        Answer(
            "pool5",
            (512, 7, 7),
            0.5,
            {
                "pool5_once_too_often": ((512, 14, 14), "VGG-16 halves five times: 224, 112, 56, 28, 14, 7."),
                "pool5_size_first": ((7, 7, 512), "The order of the axes is (C, H, W): the channels come first."),
            },
        ),
        Answer(
            "fc1",
            102_764_544,
            0.5,
            {
                "fc1_without_biases": (102_760_448, "fc1 has a bias for each of its 4,096 units too."),
                "fc1_one_number_a_map": (
                    513 * 4096,
                    "fc1 gets all 7x7 numbers of each of the 512 maps, not one of each map.",
                ),
            },
        ),
        Answer(
            "inception_3a",
            256,
            0.5,
            {
                "inception_3a_with_the_reductions": (
                    256 + 96 + 16,
                    "The 1x1 convolutions inside the branches feed the next layer; only the branches' ends are concatenated.",
                ),
                "inception_3a_widest": (128, "Channels are put one behind the other: add them up."),
            },
        ),
        Answer(
            "reduced_5x5",
            12_443_648,
            0.5,
            {
                "reduced_5x5_not_reduced": (120_422_400, "That is the 5x5 convolution on all 192 channels."),
                "reduced_5x5_without_the_1x1": (10_035_200, "The 1x1 convolution that reduces has to be paid for too."),
            },
        ),
        Answer(
            "mean_head",
            1_025_000,
            0.5,
            {
                "mean_head_flattened": (
                    (7 * 7 * 1024 + 1) * 1000,
                    "After the mean over each map there are 1,024 numbers, not 7 x 7 x 1,024.",
                ),
                "mean_head_without_biases": (1_024_000, "The last layer has a bias for each of its 1,000 units too."),
            },
        ),
    ],
)


# A table of shapes and parameters


def vgg_table(
    configuration: tuple[int | str, ...],
    input_shape: tuple[int, int, int] = (3, 224, 224),
    hidden: int = 4096,
    num_classes: int = 1000,
) -> Array:
    """List C, H, W and the number of parameters after each entry, and after three dense layers."""
    C, H, W = input_shape
    rows = []
    for entry in configuration:
        if entry == "M":
            H, W = H // 2, W // 2
            rows.append((C, H, W, 0))
        else:
            filters = int(entry)
            rows.append((filters, H, W, filters * (9 * C + 1)))
            C = filters
    inputs = C * H * W
    for units in (hidden, hidden, num_classes):
        rows.append((units, 1, 1, units * (inputs + 1)))
        inputs = units
    return np.array(rows)


D = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M")
SMALL = (4, "M", 6, 3, "M")

VGG_TABLE = Exercise(
    "vgg_table",
    vgg_table,
    [
        Behaviour("a row for each entry, and three more", 0.5, [Case(SMALL, (2, 12, 20), 5, 3)], demands=SHAPE),
        Behaviour(
            "the shapes",
            1,
            [Case(SMALL, (2, 12, 20), 5, 3, then="result[:, :3]")],
            [Case(D, then="result[:, :3]")],
        ),
        Behaviour(
            "parameters of the convolutions",
            1,
            [Case(SMALL, (2, 12, 20), 5, 3, then="result[:5, 3]")],
            [Case(D, then="result[:18, 3]")],
        ),
        Behaviour(
            "parameters of the dense layers",
            1,
            [Case(SMALL, (2, 12, 20), 5, 3, then="result[5:, 3]")],
            [Case(D, then="result[18:, 3]")],
        ),
        Behaviour("sides that two does not divide", 0.5, [Case((3, "M", 5, "M"), (1, 15, 10), 4, 2)]),
    ],
    answered_by=("course.insight.summary",),
)


# Blocks


def conv(x: Array, weight: Array, bias: Array) -> Array:
    """Correlate with 3x3 filters, padding 1, stride 1."""
    padded = np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))
    out = np.einsum("ncijuv,fcuv->nfij", windows, weight) + bias[:, None, None]
    return out.astype(padded.dtype)


def conv_backward(grad_out: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Hand the gradient of `conv` to x, weight and bias, one tap of the kernel at a time."""
    H, W = x.shape[2:]
    padded = np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (1, 1), (1, 1)))
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape, padded.dtype)
    for u in range(3):
        for v in range(3):
            grad_padded[:, :, u : u + H, v : v + W] += np.einsum("nfij,fc->ncij", grad_out, weight[:, :, u, v])
            grad_weight[:, :, u, v] = np.einsum("nfij,ncij->fc", grad_out, padded[:, :, u : u + H, v : v + W])
    return grad_padded[:, :, 1:-1, 1:-1].copy(), grad_weight, grad_out.sum(axis=(0, 2, 3))


def relu(x: Array) -> Array:
    """Keep what is above zero."""
    return np.where(x > 0, x, np.zeros_like(x))


def pool(x: Array) -> Array:
    """Take the largest number of each whole 2x2 window."""
    N, C, H, W = x.shape
    whole_windows = x[:, :, : H // 2 * 2, : W // 2 * 2]
    pooled: Array = whole_windows.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))
    return pooled


def vgg_block_forward(x: Array, weights: list[Array], biases: list[Array]) -> Array:
    """Send images through 3x3 convolutions with ReLU, and a 2x2 max pooling at the end."""
    for weight, bias in zip(weights, biases, strict=True):
        x = relu(conv(x, weight, bias))
    return pool(x)


def layers(widths: tuple[int, ...], draw: str = "rng.standard_normal({})") -> tuple[str, str]:
    """Write the drawings of the weights and biases that lead from each number of channels to the next."""
    pairs = list(pairwise(widths))
    weights = [draw.format((after, before, 3, 3)) for before, after in pairs]
    biases = [draw.format((after,)) for _, after in pairs]
    return f"[{', '.join(weights)}]", f"[{', '.join(biases)}]"


SINGLE = "rng.standard_normal({}, dtype=np.float32)"
VGG_BLOCK_FORWARD = Exercise(
    "vgg_block_forward",
    vgg_block_forward,
    [
        Behaviour("the shape", 0.5, [Case(normal(2, 3, 8, 6), *layers((3, 4, 4)))], demands=SHAPE),
        Behaviour(
            "two convolutions, ReLU after each, then the pooling",
            1.5,
            [Case(normal(2, 3, 8, 12), *layers((3, 4, 4)))],
            [Case(normal(3, 2, 12, 8), *layers((2, 5, 4)))],
        ),
        Behaviour(
            "one convolution, three convolutions, odd sides",
            1,
            [Case(normal(1, 2, 7, 5), *layers((2, 3))), Case(normal(2, 2, 5, 7), *layers((2, 3, 3, 4)))],
            [Case(normal(2, 3, 9, 6), *layers((3, 2, 4, 3)))],
        ),
        Behaviour("float32 stays float32", 0.5, [Case(single(2, 2, 8, 6), *layers((2, 3, 3), SINGLE))], demands=TYPES),
        Behaviour(
            "inputs left as they are, no memory of earlier calls",
            0.5,
            [Case(normal(2, 2, 8, 8), *layers((2, 3, 2)))],
            demands=MANNERS,
        ),
    ],
)


def residual_block_forward(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    """Add what two convolutions make of x to x itself, and take the ReLU of the sum."""
    return relu(conv(relu(conv(x, weight1, bias1)), weight2, bias2) + x)


def residual_block_backward(
    grad_out: Array, x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Send a gradient back through both ways, and add what arrives at x."""
    x = x.astype(float_dtype(x))
    first = conv(x, weight1, bias1)
    total = conv(relu(first), weight2, bias2) + x
    grad_total = np.where(total > 0, grad_out, 0).astype(x.dtype)
    grad_hidden, grad_weight2, grad_bias2 = conv_backward(grad_total, relu(first), weight2)
    grad_body, grad_weight1, grad_bias1 = conv_backward(np.where(first > 0, grad_hidden, 0), x, weight1)
    return grad_body + grad_total, grad_weight1, grad_bias1, grad_weight2, grad_bias2


def block(N: int, C: int, H: int, W: int, hidden: int, x: str = "rng.standard_normal({})", **more: str) -> Case:
    """Draw an x and the parameters of a block: C to `hidden` channels and back."""
    shapes = [(hidden, C, 3, 3), (hidden,), (C, hidden, 3, 3), (C,)]
    return Case(x.format((N, C, H, W)), *(normal(*shape) + " / 3" for shape in shapes), **more)


def block_back(N: int, C: int, H: int, W: int, hidden: int, **more: str) -> Case:
    """Draw an upstream gradient too."""
    inner = block(N, C, H, W, hidden)
    return Case(normal(N, C, H, W), *inner.args, **more)


def in_single(*shapes: tuple[int, ...]) -> Case:
    """Draw everything in float32."""
    return Case(*(single(*shape) for shape in shapes))


SHAPES = ((2, 3, 4, 5), (4, 3, 3, 3), (4,), (3, 4, 3, 3), (3,))
RESIDUAL_BLOCK_FORWARD = Exercise(
    "residual_block_forward",
    residual_block_forward,
    [
        Behaviour("the shape", 0.5, [block(2, 3, 5, 4, 6)], demands=SHAPE),
        Behaviour(
            "a body of zeros: x comes through, and then the last ReLU",
            0.5,
            [Case(normal(2, 3, 4, 5), *(f"np.zeros({shape})" for shape in SHAPES[1:]))],
        ),
        Behaviour("both ways together", 1.5, [block(2, 3, 5, 4, 6)], [block(3, 2, 4, 7, 3)]),
        Behaviour(
            "float32 stays float32, inputs left as they are",
            0.5,
            [in_single(*SHAPES)],
            demands=(*MANNERS, "dtype"),
        ),
    ],
)

RESIDUAL_BLOCK_BACKWARD = Exercise(
    "residual_block_backward",
    residual_block_backward,
    [
        Behaviour(
            "five gradients with the shapes of x and the parameters", 0.5, [block_back(2, 3, 5, 4, 6)], demands=SHAPE
        ),
        Behaviour(
            "weight2 and bias2",
            1.5,
            [block_back(2, 3, 5, 4, 6, then="result[3:]")],
            [block_back(3, 2, 4, 7, 3, then="result[3:]")],
        ),
        Behaviour(
            "weight1 and bias1",
            1.5,
            [block_back(2, 3, 5, 4, 6, then="result[1:3]")],
            [block_back(3, 2, 4, 7, 3, then="result[1:3]")],
        ),
        Behaviour(
            "x, which is reached on two ways",
            2,
            [block_back(2, 3, 5, 4, 6, then="result[0]")],
            [block_back(3, 2, 4, 7, 3, then="result[0]")],
        ),
        Behaviour(
            "float32 stays float32, inputs left as they are",
            0.5,
            [in_single((2, 3, 4, 5), *SHAPES)],
            demands=(*MANNERS, "dtype"),
        ),
    ],
)


# A network for a budget


def choose_network(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = np.inf,
    most_multiply_adds: float = np.inf,
) -> int | None:
    """Find the network with the least error that fits both budgets; of equals the one with least work; None if none fits."""
    best = None
    for i in range(len(errors)):
        if parameters[i] > most_parameters or multiply_adds[i] > most_multiply_adds:
            continue
        if best is None or (errors[i], multiply_adds[i]) < (errors[best], multiply_adds[best]):
            best = i
    return best


ROUNDED = "np.array([61, 138, 7, 12, 22, 26, 3, 5]) * 10**6"
WORK = "np.array([7, 155, 15, 18, 37, 41, 3, 6]) * 10**8"
ERRORS = "np.array([43.5, 28.4, 30.2, 30.2, 26.7, 23.9, 39.1, 49.0])"
TABLE = (ROUNDED, WORK, ERRORS)
OTHERS = ("rng.integers(1, 200, 30)", "rng.permutation(30) + 1", "rng.integers(20, 30, 30).astype(float)")

CHOOSE_NETWORK = Exercise(
    "choose_network",
    choose_network,
    [
        Behaviour(
            "the least error within both budgets",
            1.5,
            [
                Case(*TABLE, 23 * 10**6, 60 * 10**8),
                Case(*TABLE, 60 * 10**6, 16 * 10**8),
                Case(*TABLE, 6 * 10**6),
                Case(*TABLE, most_multiply_adds=8 * 10**8),
                Case(*TABLE),
            ],
            [Case(*OTHERS, 150, 25), Case(*OTHERS, 60, 12)],
        ),
        Behaviour(
            "a network that needs exactly the budget fits",
            0.5,
            [Case(*TABLE, 26 * 10**6, 41 * 10**8), Case(*TABLE, 5 * 10**6)],
        ),
        Behaviour(
            "of equal errors the one with less work",
            0.5,
            [Case("np.array([1, 5, 3, 4])", "np.array([9, 8, 7, 9])", "np.array([50.0, 30.0, 30.0, 30.0])", 9, 9)],
        ),
        Behaviour(
            "None where nothing fits",
            0.5,
            [
                Case(*TABLE, 2 * 10**6),
                Case(*TABLE, 30 * 10**6, 2 * 10**8),
                Case(*TABLE, 13 * 10**6, 17 * 10**8),
            ],
        ),
    ],
)

EXERCISES = [
    VGG_ON_PAPER,
    VGG_TABLE,
    VGG_BLOCK_FORWARD,
    RESIDUAL_BLOCK_FORWARD,
    RESIDUAL_BLOCK_BACKWARD,
    CHOOSE_NETWORK,
]
