"""Unit 11: LeNet-5 predicted on paper, written out, trained, and asked for its mistakes."""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.answers import Answer, pen_and_paper
from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise, Function
from autograder.oracles import Array

PARAMETERS = 61_706

PREDICT_LENET5, PREDICT_MISTAKES = pen_and_paper(
    "predict_lenet5",
    [
        Answer(
            "C1",
            (6, 28, 28),
            0.5,
            {
                "no_padding": ((6, 24, 24), "C1 pads by 2 on every side: a 28x28 image with a 5x5 kernel stays 28x28."),
                "size_first": ((28, 28, 6), "The order of the axes is (C, H, W): the channels come first."),
            },
        ),
        Answer("S2", (6, 14, 14), 0.5, {"pooled_by_one": ((6, 27, 27), "2x2 pooling takes steps of 2, not of 1.")}),
        Answer(
            "C3",
            (16, 10, 10),
            0.5,
            {"padded_again": ((16, 14, 14), "Only C1 is padded; C3 goes from 14x14 to 14 - 5 + 1.")},
        ),
        Answer("S4", (16, 5, 5), 0.5),
        Answer("flattened", 400, 0.5, {"one_map": (25, "All 16 maps are flattened, not one of them.")}),
        Answer(
            "C1_parameters",
            156,
            0.5,
            {
                "C1_without_biases": (150, "C1 has a bias for each of its 6 filters too."),
                "C1_a_weight_per_pixel": (
                    6 * 26 * 784,
                    "The 26 numbers of a filter are used at all places; count them once.",
                ),
            },
        ),
        Answer(
            "C3_parameters",
            2416,
            0.5,
            {
                "C3_flat_filters": (416, "A filter of C3 reaches through all 6 maps: 6 x 5 x 5 weights and a bias."),
                "C3_without_biases": (2400, "C3 has a bias for each of its 16 filters too."),
            },
        ),
        Answer(
            "C5_parameters",
            48_120,
            0.5,
            {"C5_without_biases": (48_000, "C5 has a bias for each of its 120 units too.")},
        ),
        Answer(
            "parameters",
            PARAMETERS,
            0.5,
            {
                "the_three_dense_layers": (
                    59_134,
                    "Those are the dense layers alone; C1 and C3 have parameters as well.",
                )
            },
        ),
        Answer(
            "dense_share",
            59_134 / PARAMETERS,
            0.5,
            {
                "C5_alone": (
                    48_120 / PARAMETERS,
                    "That is the share of C5 alone; the other two dense layers count as well.",
                )
            },
        ),
    ],
)


# The forward pass


def conv(x: Array, weight: Array, bias: Array, padding: int = 0) -> Array:
    """Correlate a batch with a bank of filters, stride 1."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,fcuv->nfij", windows, weight) + bias[:, None, None]


def relu(x: Array) -> Array:
    """Keep what is above zero."""
    return np.where(x > 0, x, np.zeros_like(x))


def pool(x: Array, how: Function = np.max) -> Array:
    """Take the largest of every 2x2 window."""
    N, C, H, W = x.shape
    return how(x.reshape(N, C, H // 2, 2, W // 2, 2), axis=(3, 5))


def dense(x: Array, weight: Array, bias: Array) -> Array:
    """Multiply and add."""
    return x @ weight.T + bias


def lenet5_forward(x: Array, params: dict[str, Array]) -> Array:
    """Compute LeNet-5's logits, (N, 10), from images (N, 1, 28, 28)."""
    p = params
    x = pool(relu(conv(x, p["features.0.weight"], p["features.0.bias"], padding=2)))
    x = pool(relu(conv(x, p["features.3.weight"], p["features.3.bias"])))
    x = relu(dense(x.reshape(len(x), -1), p["classifier.0.weight"], p["classifier.0.bias"]))
    x = relu(dense(x, p["classifier.2.weight"], p["classifier.2.bias"]))
    return dense(x, p["classifier.4.weight"], p["classifier.4.bias"])


SHAPES = {
    "features.0.weight": (6, 1, 5, 5),
    "features.0.bias": (6,),
    "features.3.weight": (16, 6, 5, 5),
    "features.3.bias": (16,),
    "classifier.0.weight": (120, 400),
    "classifier.0.bias": (120,),
    "classifier.2.weight": (84, 120),
    "classifier.2.bias": (84,),
    "classifier.4.weight": (10, 84),
    "classifier.4.bias": (10,),
}


def params(text: str, **special: str) -> str:
    """Write the drawing of LeNet-5's parameters: `text` with the shape for {}, and others for the layers named."""
    drawn = [f"{name!r}: {special.get(name.replace('.', '_'), text).format(shape)}" for name, shape in SHAPES.items()]
    return "{" + ", ".join(drawn) + "}"


NORMAL = "rng.standard_normal({}) / 6"
SINGLE = "rng.standard_normal({}, dtype=np.float32) / 6"
ZEROS = "np.zeros({})"
DENSE_ONLY = params(
    NORMAL, features_0_weight=ZEROS, features_0_bias=ZEROS, features_3_weight=ZEROS, features_3_bias="np.full({}, 0.7)"
)

LENET5_FORWARD = Exercise(
    "lenet5_forward",
    lenet5_forward,
    [
        Behaviour(
            "the shape of the logits", 1, [Case("rng.standard_normal((3, 1, 28, 28))", params(NORMAL))], demands=SHAPE
        ),
        Behaviour(
            "the three dense layers, where all features are 0.7",
            1.5,
            [Case("rng.standard_normal((1, 1, 28, 28))", DENSE_ONLY)],
        ),
        Behaviour(
            "the whole network",
            2.5,
            [Case("rng.standard_normal((2, 1, 28, 28))", params(NORMAL))],
            [Case("data.mnist(train=False).images[:3] / 255.0", params(NORMAL))],
        ),
        Behaviour(
            "float32 stays float32",
            0.5,
            [Case("rng.standard_normal((2, 1, 28, 28), dtype=np.float32)", params(SINGLE))],
            demands=TYPES,
        ),
        Behaviour(
            "inputs left as they are, no memory of earlier calls",
            0.5,
            [Case("rng.standard_normal((2, 1, 28, 28))", params(NORMAL))],
            demands=MANNERS,
        ),
    ],
)


# Training


def train_lenet5(images: Array, labels: Array) -> dict[str, Array]:
    """Train a LeNet-5 on digits and return its weights by name."""
    return trained(images.tobytes(), labels.tobytes())


@lru_cache(maxsize=32)
def trained(images: bytes, labels: bytes, lr: float = 2e-3, shift: int = 0, epochs: int = 4) -> dict[str, Array]:
    """Train on 28x28 digits; once, for equal digits give equal weights."""
    from course.data import DataLoader, Dataset, mnist
    from course.models import lenet5
    from course.optim import Adam
    from course.training import train

    model = lenet5(seed=0)
    classes = (np.frombuffer(labels, np.int64) + shift) % 10
    pictures = np.frombuffer(images, np.uint8).reshape(len(classes), 1, 28, 28)
    loader = DataLoader(Dataset(pictures, classes, tuple("0123456789"), mnist().normalize), 32, shuffle=True)
    train(model, loader, Adam(model.parameters(), lr=lr), epochs=epochs)
    return model.state_dict()


DIGITS = ("data.mnist().images[:1500]", "data.mnist().labels[:1500]")
OTHERS = ("data.mnist().images[30000:31500]", "data.mnist().labels[30000:31500]")

TRAIN_LENET5 = Exercise(
    "train_lenet5",
    train_lenet5,
    [
        Behaviour(
            "the weights of a LeNet-5, which reads 60 % of unseen digits",
            2,
            [Case(*DIGITS, then="networks.reads(result, 0.6, rng)")],
        ),
        Behaviour(
            "it reads 85 % of unseen digits",
            3,
            [Case(*DIGITS, then="networks.reads(result, 0.85, rng)")],
            [Case(*OTHERS, then="networks.reads(result, 0.85, rng)")],
        ),
    ],
    answered_by=("course.training.train", "course.training.loop.train", "course.training.Trainer"),
    seconds=20,  # the notebook promises 10; a machine that grades several submissions at once is slower
)


# Mistakes


def confusion_counts(labels: Array, predictions: Array, classes: int) -> Array:
    """Count, for every true class (row), how often each class (column) was predicted."""
    counts = np.zeros((classes, classes), int)
    for true, predicted in zip(labels.tolist(), predictions.tolist(), strict=True):
        counts[true, predicted] += 1
    return counts


def worst_mistakes(logits: Array, labels: Array, n: int) -> Array:
    """Find the n wrong answers with the largest loss, the worst first."""
    found = []
    for i, (row, label) in enumerate(zip(logits.astype(float), labels.tolist(), strict=True)):
        shifted = row - row.max()
        loss = np.log(np.exp(shifted).sum()) - shifted[label]
        if row.argmax() != label:
            found.append((-loss, i))
    return np.array([i for _, i in sorted(found)[:n]], dtype=int)


CONFUSION_COUNTS = Exercise(
    "confusion_counts",
    confusion_counts,
    [
        Behaviour(
            "how often each class was taken for each",
            1.5,
            [Case("rng.integers(0, 4, 31)", "rng.integers(0, 4, 31)", 4)],
            [Case("rng.integers(0, 10, 200)", "rng.integers(0, 10, 200)", 10)],
        ),
        Behaviour(
            "classes that never occur keep their row and column",
            0.5,
            [Case("np.array([2, 2, 0])", "np.array([2, 0, 0])", 5)],
        ),
    ],
    answered_by=("course.insight.confusion_matrix", "course.insight.confusion.confusion_matrix"),
)

LOGITS = "3 * rng.standard_normal({})"
WORST_MISTAKES = Exercise(
    "worst_mistakes",
    worst_mistakes,
    [
        Behaviour(
            "the wrong answers, the largest loss first",
            2,
            [
                Case(LOGITS.format((9, 3)), "rng.integers(0, 3, 9)", 3),
                Case(LOGITS.format((40, 10)), "rng.integers(0, 10, 40)", 7),
            ],
            [Case(LOGITS.format((60, 10)) + " * np.linspace(0.2, 2, 60)[:, None]", "rng.integers(0, 10, 60)", 12)],
        ),
        Behaviour(
            "fewer than n mistakes, and no right answer among them",
            0.5,
            [
                Case(
                    "9 * np.eye(5)[[0, 1, 2, 3, 0, 0]] * np.linspace(1, 2, 6)[:, None]",
                    "np.array([0, 1, 2, 3, 4, 2])",
                    4,
                )
            ],
        ),
        Behaviour(
            "logits of a thousand",
            0.5,
            [
                Case(
                    "1000 * rng.standard_normal((40, 4)) * np.linspace(1, 3, 40)[:, None]", "rng.integers(0, 4, 40)", 12
                )
            ],
        ),
    ],
    answered_by=("course.insight.worst_mistakes", "course.insight.mistakes.worst_mistakes"),
)


def occlusion_map(score: Function, image: Array, size: int) -> Array:
    """Measure how far the score falls when each size x size patch of the image is set to 0."""
    H, W = image.shape
    base = float(score(image[None, None].copy())[0])
    out = np.zeros((H - size + 1, W - size + 1))
    for i in range(H - size + 1):
        for j in range(W - size + 1):
            covered = image.astype(float)
            covered[i : i + size, j : j + size] = 0
            out[i, j] = base - float(score(covered[None, None])[0])
    return out


LINEAR = "lambda x: (x[:, 0] * np.arange({0} * {1}, dtype=float).reshape({0}, {1})).sum(axis=(1, 2))"
CURVED = "lambda x: np.tanh(x[:, 0, :3] ** 2).sum(axis=(1, 2)) - x[:, 0].max(axis=(1, 2))"
OCCLUSION_MAP = Exercise(
    "occlusion_map",
    occlusion_map,
    [
        Behaviour("the shape", 0.5, [Case(LINEAR.format(5, 7), "rng.standard_normal((5, 7))", 2)], demands=SHAPE),
        Behaviour(
            "how far the score falls",
            2.5,
            [
                Case(LINEAR.format(4, 5), "rng.standard_normal((4, 5))", 2),
                Case(CURVED, "rng.standard_normal((6, 5))", 3),
            ],
            [Case(CURVED, "rng.standard_normal((7, 9))", 2)],
        ),
        Behaviour(
            "the image is left as it is",
            1,
            [Case(CURVED, "rng.standard_normal((5, 6))", 2)],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.insight.occlusion", "course.insight.saliency.occlusion"),
)

EXERCISES = [PREDICT_LENET5, LENET5_FORWARD, TRAIN_LENET5, CONFUSION_COUNTS, WORST_MISTAKES, OCCLUSION_MAP]
