"""Unit 11: wrong solutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array
from autograder.registry import part

CHECKS = part("checks", "11_lenet")
conv, dense, pool, relu = CHECKS.conv, CHECKS.dense, CHECKS.pool, CHECKS.relu

# The forward pass: right but for one place

FORWARD: list[Mistake] = []
wrong = collect(FORWARD)


def network(
    x: Array,
    p: dict[str, Array],
    padding: int = 2,
    after_conv: Function = relu,
    after_dense: Function = relu,
    shrink: Function = pool,
    flatten: Function = lambda x: x.reshape(len(x), -1),
    at_end: Function = lambda x: x,
) -> Array:
    """Compute LeNet-5 with parts that can be exchanged; the defaults are right."""
    x = shrink(after_conv(conv(x, p["features.0.weight"], p["features.0.bias"], padding)))
    x = shrink(after_conv(conv(x, p["features.3.weight"], p["features.3.bias"])))
    x = after_dense(dense(flatten(x), p["classifier.0.weight"], p["classifier.0.bias"]))
    x = after_dense(dense(x, p["classifier.2.weight"], p["classifier.2.bias"]))
    return at_end(dense(x, p["classifier.4.weight"], p["classifier.4.bias"]))


def softmax(x: Array) -> Array:
    """Turn logits into shares."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("Your output equals the one without any ReLU: then all five layers together are a single linear one.")
def no_relu(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, after_conv=lambda x: x, after_dense=lambda x: x)


@wrong("Your output equals the one without ReLU after the two convolutions.")
def no_relu_after_convolutions(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, after_conv=lambda x: x)


@wrong("Your output equals the one without ReLU between the dense layers.")
def no_relu_between_dense_layers(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, after_dense=lambda x: x)


@wrong("Your output has a ReLU at the end: logits may be negative, and half of what the network says is cut off.")
def relu_at_the_end(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, at_end=relu)


@wrong("Your output is the softmax of the logits; the network ends with the logits, and the loss takes the softmax.")
def softmax_at_the_end(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, at_end=softmax)


@wrong("Your output equals the one with average pooling; asked for is max pooling.")
def average_pooling(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, shrink=lambda x: pool(x, np.mean))


@wrong("Your output takes every second pixel in place of the largest of each 2x2 window.")
def every_second_pixel(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, shrink=lambda x: x[:, :, ::2, ::2])


@wrong("Your output flattens the maps with the channels last; (C, H, W) is flattened as it stands.")
def channels_last_when_flattened(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params, flatten=lambda x: x.transpose(0, 2, 3, 1).reshape(len(x), -1))


@wrong("Your output equals the one with all kernels flipped; a CNN layer computes cross-correlation.")
def flipped_kernels(x: Array, params: dict[str, Array]) -> Array:
    return network(x, {n: a[:, :, ::-1, ::-1] if a.ndim == 4 else a for n, a in params.items()})


@wrong("Your output equals the one without any bias.")
def no_biases(x: Array, params: dict[str, Array]) -> Array:
    return network(x, {n: a if n.endswith("weight") else np.zeros_like(a) for n, a in params.items()})


@wrong("Your output is always float64; float32 images and weights give float32 logits.")
def always_float64(x: Array, params: dict[str, Array]) -> Array:
    return network(x, params).astype(np.float64)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, params: dict[str, Array]) -> Array:
    out = network(x, params)
    x *= 0.5
    return out


# Training


def trained(images: Array, labels: Array, lr: float = 2e-3, shift: int = 0) -> Any:
    """Train for one epoch with something spoilt."""
    return CHECKS.trained(images.tobytes(), labels.tobytes(), lr, shift, epochs=1)


TRAINING = [
    Mistake(
        "never_steps",
        "Your network is as it was drawn: after the backward pass the optimiser has to take its step.",
        lambda images, labels: trained(images, labels, lr=0.0),
    ),
    Mistake(
        "one_batch_only",
        "Your network has seen little more than one batch: the loop over the loader has to go on to its end, and over epochs.",
        lambda images, labels: trained(images[:64], labels[:64]),
    ),
    Mistake(
        "labels_one_too_high",
        "Your network gives every digit the next one's name: are labels counted from 1 somewhere?",
        lambda images, labels: trained(images, labels, shift=1),
    ),
    Mistake(
        "rate_far_too_high",
        "Your network has learned nothing although its weights have changed: the learning rate is far too high.",
        lambda images, labels: trained(images, labels, lr=0.5),
    ),
]

# Confusion and mistakes


def counts(labels: Array, predictions: Array, classes: int) -> Array:
    """Count right."""
    return CHECKS.confusion_counts(labels, predictions, classes)


CONFUSION = [
    Mistake(
        "rows_and_columns_swapped",
        "Rows and columns are exchanged: a row is a true class, a column a predicted one.",
        lambda labels, predictions, classes: counts(predictions, labels, classes),
    ),
    Mistake(
        "ones_in_place_of_counts",
        "Your matrix says whether, not how often: `counts[labels, predictions] += 1` adds 1 to each cell once; np.add.at repeats.",
        lambda labels, predictions, classes: np.minimum(counts(labels, predictions, classes), 1),
    ),
    Mistake(
        "wrong_answers_only",
        "The diagonal is empty: right answers are counted too, there.",
        lambda labels, predictions, classes: (m := counts(labels, predictions, classes)) - np.diag(np.diag(m)),
    ),
    Mistake(
        "only_classes_that_occur",
        "Your matrix leaves out classes that do not occur; it always has `classes` rows and columns.",
        lambda labels, predictions, classes: counts(labels, predictions, int(max(labels.max(), predictions.max())) + 1),
    ),
]


def losses(logits: Array, labels: Array) -> Array:
    """Cross-entropy of each image."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


def ranked(order: Array, keep: Array, n: int) -> Array:
    """Keep some of an order, at most n."""
    return np.array([i for i in order if keep[i]][:n], dtype=int)


WORST = [
    Mistake(
        "smallest_loss_first",
        "Your list begins with the smallest loss; the worst mistake comes first.",
        lambda logits, labels, n: ranked(np.argsort(losses(logits, labels)), logits.argmax(axis=1) != labels, n),
    ),
    Mistake(
        "right_answers_among_them",
        "Your list holds right answers too: an unsure right answer is no mistake.",
        lambda logits, labels, n: np.argsort(-losses(logits, labels))[:n],
    ),
    Mistake(
        "surest_first",
        "Your list goes by how sure the wrong answer was; asked for is the loss, which looks at the right class.",
        lambda logits, labels, n: ranked(
            np.argsort(-logits.max(axis=1) + np.log(np.exp(logits - logits.max()).sum(axis=1)) + logits.max()),
            logits.argmax(axis=1) != labels,
            n,
        ),
    ),
    Mistake(
        "by_the_logit_alone",
        "Your list goes by the right class's logit alone; the loss compares it with all logits of its row.",
        lambda logits, labels, n: ranked(
            np.argsort(logits[np.arange(len(labels)), labels]), logits.argmax(axis=1) != labels, n
        ),
    ),
    Mistake(
        "in_order_of_the_images",
        "Your list has the first mistakes, not the worst ones.",
        lambda logits, labels, n: np.flatnonzero(logits.argmax(axis=1) != labels)[:n],
    ),
]

# Occlusion

OCCLUSION: list[Mistake] = []
wrong = collect(OCCLUSION)


def covered(
    score: Function, image: Array, size: int, value: Any = 0.0, sign: int = 1, base: float | None = None
) -> Array:
    """Compute an occlusion map with something spoilt."""
    H, W = image.shape
    if base is None:
        base = float(score(image[None, None].copy())[0])
    out = np.zeros((H - size + 1, W - size + 1))
    for i, j in np.ndindex(out.shape):
        other = image.astype(float)
        other[i : i + size, j : j + size] = value
        out[i, j] = sign * (base - float(score(other[None, None])[0]))
    return out


@wrong("Your map has the wrong sign: it is positive where covering lowers the score.")
def sign_reversed(score: Function, image: Array, size: int) -> Array:
    return covered(score, image, size, sign=-1)


@wrong("Your map holds the scores themselves; subtract them from the score of the whole image.")
def scores_themselves(score: Function, image: Array, size: int) -> Array:
    return covered(score, image, size, sign=-1, base=0.0)


@wrong("Your patches stay: each one is put on an image that already has the earlier ones; start from the whole image.")
def patches_stay(score: Function, image: Array, size: int) -> Array:
    other, base = image.astype(float), float(score(image[None, None].copy())[0])
    out = np.zeros((image.shape[0] - size + 1, image.shape[1] - size + 1))
    for i, j in np.ndindex(out.shape):
        other[i : i + size, j : j + size] = 0
        out[i, j] = base - float(score(other[None, None].copy())[0])
    return out


@wrong("Your patches are filled with the mean of the image; asked for is 0.")
def filled_with_the_mean(score: Function, image: Array, size: int) -> Array:
    return covered(score, image, size, value=image.mean())


@wrong("Your patches are one pixel large, whatever `size` says.")
def one_pixel(score: Function, image: Array, size: int) -> Array:
    return covered(score, image, 1)[: image.shape[0] - size + 1, : image.shape[1] - size + 1]


@wrong("Your map leaves out the last row and column of places: there are H - size + 1 of them.")
def last_place_missing(score: Function, image: Array, size: int) -> Array:
    return covered(score, image, size)[:-1, :-1]


@wrong("Your map is right, but the image is covered for good; work on a copy.")
def covers_the_image_itself(score: Function, image: Array, size: int) -> Array:
    out = covered(score, image, size)
    image[-size:, -size:] = 0
    return out


MISTAKES = {
    "predict_lenet5": CHECKS.PREDICT_MISTAKES,
    "lenet5_forward": FORWARD,
    "train_lenet5": TRAINING,
    "confusion_counts": CONFUSION,
    "worst_mistakes": WORST,
    "occlusion_map": OCCLUSION,
}
