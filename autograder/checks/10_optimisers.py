"""Unit 10: a step of three optimisers, the training loop written out, and five networks to be diagnosed."""

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.answers import Answer, pen_and_paper
from autograder.exercise import MANNERS, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, float_dtype
from autograder.oracles.training import gradients, losses

# One step


def sgd_step(
    param: Array, grad: Array, velocity: Array, lr: float, momentum: float = 0.0, weight_decay: float = 0.0
) -> tuple[Array, Array]:
    """Step along the velocity, number by number."""
    new, kept = np.zeros(param.shape, float_dtype(param)), np.zeros(param.shape, float_dtype(param))
    for i in np.ndindex(param.shape):
        kept[i] = momentum * velocity[i] + grad[i] + weight_decay * param[i]
        new[i] = param[i] - lr * kept[i]
    return new, kept


def rmsprop_step(
    param: Array, grad: Array, square_avg: Array, lr: float, alpha: float = 0.99, eps: float = 1e-8
) -> tuple[Array, Array]:
    """Step along the gradient over the root of its mean square, number by number."""
    new, kept = np.zeros(param.shape, float_dtype(param)), np.zeros(param.shape, float_dtype(param))
    for i in np.ndindex(param.shape):
        kept[i] = alpha * square_avg[i] + (1 - alpha) * grad[i] ** 2
        new[i] = param[i] - lr * grad[i] / (kept[i] ** 0.5 + eps)
    return new, kept


def adam_step(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    """Step along the corrected mean over the root of the corrected mean square, number by number."""
    new, first, second = (np.zeros(param.shape, float_dtype(param)) for _ in range(3))
    for i in np.ndindex(param.shape):
        first[i] = betas[0] * m[i] + (1 - betas[0]) * grad[i]
        second[i] = betas[1] * v[i] + (1 - betas[1]) * grad[i] ** 2
        m_hat, v_hat = first[i] / (1 - betas[0] ** t), second[i] / (1 - betas[1] ** t)
        new[i] = param[i] - lr * m_hat / (v_hat**0.5 + eps)
    return new, first, second


def normal(*shape: int) -> str:
    """Write a drawing of normal numbers."""
    return f"rng.standard_normal({shape})"


def positive(*shape: int) -> str:
    """Write a drawing of numbers from 0 to 1."""
    return f"rng.random({shape})"


def singles(count: int, *shape: int) -> list[str]:
    """Write drawings of float32 numbers; they are positive, so that they do as mean squares."""
    return [f"rng.random({shape}).astype(np.float32)"] * count


SGD_STEP = Exercise(
    "sgd_step",
    sgd_step,
    [
        Behaviour(
            "a plain step",
            1,
            [Case(normal(4), normal(4), "np.zeros(4)", 0.1), Case(normal(2, 3), normal(2, 3), "np.zeros((2, 3))", 0.7)],
            [Case(normal(2, 1, 3, 2), normal(2, 1, 3, 2), "np.zeros((2, 1, 3, 2))", 0.03)],
        ),
        Behaviour(
            "momentum",
            1,
            [Case(normal(3, 2), normal(3, 2), normal(3, 2), 0.1, momentum=0.9)],
            [Case(normal(5), normal(5), normal(5), 0.4, momentum=0.5)],
        ),
        Behaviour(
            "weight decay",
            1,
            [
                Case(normal(3, 2), normal(3, 2), normal(3, 2), 0.1, momentum=0.9, weight_decay=0.3),
                Case(normal(5), normal(5), "np.zeros(5)", 0.2, weight_decay=0.5),
            ],
            [Case(normal(2, 2, 3), normal(2, 2, 3), normal(2, 2, 3), 0.05, momentum=0.6, weight_decay=0.1)],
        ),
        Behaviour("float32 stays float32", 0.5, [Case(*singles(3, 4), 0.1, momentum=0.9)], demands=TYPES),
        Behaviour(
            "the inputs are left as they are",
            0.5,
            [
                Case(normal(3, 2), normal(3, 2), normal(3, 2), 0.1, momentum=0.9),
                Case(normal(4), normal(4), normal(4), 0.1),
            ],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.optim.sgd_step", "course.optim.sgd.sgd_step"),
)

RMSPROP_STEP = Exercise(
    "rmsprop_step",
    rmsprop_step,
    [
        Behaviour(
            "the mean square",
            0.5,
            [Case(normal(2, 3), normal(2, 3), positive(2, 3), 0.1, then="result[1]")],
            [Case(normal(4), normal(4), "np.zeros(4)", 0.1, then="result[1]")],
        ),
        Behaviour(
            "the step",
            1,
            [
                Case(normal(2, 3), normal(2, 3), positive(2, 3), 0.1),
                Case(normal(5), normal(5), "np.zeros(5)", 0.02),
            ],
            [Case(normal(2, 1, 2, 3), normal(2, 1, 2, 3), positive(2, 1, 2, 3), 0.4)],
        ),
        Behaviour(
            "alpha and eps",
            0.5,
            [Case(normal(2, 3), normal(2, 3), positive(2, 3), 0.1, alpha=0.7, eps=0.2)],
            [Case(normal(4), normal(4), positive(4), 0.3, alpha=0.4, eps=0.05)],
        ),
        Behaviour(
            "a gradient of zero",
            0.5,
            [Case(normal(3), "np.zeros(3)", "np.zeros(3)", 0.1), Case(normal(3), "np.zeros(3)", positive(3), 0.1)],
        ),
        Behaviour(
            "float32 stays float32, inputs stay as they are",
            0.5,
            [Case(*singles(3, 4), 0.1)],
            demands=(*TYPES, *MANNERS),
        ),
    ],
    answered_by=("course.optim.rmsprop_step", "course.optim.rmsprop.rmsprop_step", "course.optim.rmsprop._direction"),
)

ADAM_STEP = Exercise(
    "adam_step",
    adam_step,
    [
        Behaviour(
            "the two means",
            1,
            [Case(normal(2, 3), normal(2, 3), normal(2, 3), positive(2, 3), 4, 0.1, then="result[1:]")],
            [Case(normal(4), normal(4), normal(4), positive(4), 9, 0.1, then="result[1:]")],
        ),
        Behaviour(
            "the first step",
            1,
            [
                Case(normal(2, 3), normal(2, 3), "np.zeros((2, 3))", "np.zeros((2, 3))", 1, 0.1),
                Case(normal(4), f"1000 * {normal(4)}", "np.zeros(4)", "np.zeros(4)", 1, 0.3),
            ],
        ),
        Behaviour(
            "a later step",
            1.5,
            [Case(normal(2, 3), normal(2, 3), normal(2, 3), positive(2, 3), 7, 0.1)],
            [Case(normal(2, 1, 2, 3), normal(2, 1, 2, 3), normal(2, 1, 2, 3), positive(2, 1, 2, 3), 30, 0.02)],
        ),
        Behaviour(
            "betas and eps",
            0.5,
            [Case(normal(5), normal(5), normal(5), positive(5), 3, 0.1, betas=(0.6, 0.8), eps=0.3)],
            [Case(normal(4), normal(4), normal(4), positive(4), 2, 0.2, betas=(0.7, 0.95), eps=0.1)],
        ),
        Behaviour("a gradient of zero", 0.5, [Case(normal(3), "np.zeros(3)", "np.zeros(3)", "np.zeros(3)", 1, 0.1)]),
        Behaviour(
            "float32 stays float32, inputs stay as they are",
            0.5,
            [Case(*singles(4, 4), 2, 0.1)],
            demands=(*TYPES, *MANNERS),
        ),
    ],
    answered_by=("course.optim.adam_step", "course.optim.adam.adam_step"),
)

# The loop


def train_loop(
    x: Array,
    labels: Array,
    x_held: Array,
    labels_held: Array,
    weight: Array,
    bias: Array,
    orders: Array,
    batch_size: int,
    lr: float,
    momentum: float = 0.0,
    patience: int | None = None,
) -> tuple[Array, Array, Array]:
    """Train a softmax classifier, keep the weights with the least held-out loss, and write the history."""
    w, b = weight.copy(), bias.copy()
    v_w, v_b = np.zeros_like(w), np.zeros_like(b)
    history: list[tuple[float, float]] = []
    best = (w, b)
    for order in orders:
        seen = 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            seen += sum(losses(x[batch], labels[batch], w, b))
            grad_w, grad_b = gradients(x[batch], labels[batch], w, b)
            v_w, v_b = momentum * v_w + grad_w, momentum * v_b + grad_b
            w, b = w - lr * v_w, b - lr * v_b
        held = sum(losses(x_held, labels_held, w, b)) / len(x_held)
        if not history or held < min(h for _, h in history):
            best = (w, b)
        history.append((seen / len(order), held))
        earlier = [h for _, h in history]
        if patience is not None and len(earlier) - 1 - earlier.index(min(earlier)) >= patience:
            break
    return best[0], best[1], np.array(history)


CLASSES, FEATURES = 3, 4


def easy(images: int) -> list[str]:
    """Write drawings of images near the corner of their class, and their labels: every small step helps."""
    corners = f"np.eye({CLASSES}, {FEATURES})[np.arange({images}) % {CLASSES}]"
    return [f"{corners} + 0.1 * rng.standard_normal(({images}, {FEATURES}))", f"np.arange({images}) % {CLASSES}"]


def hard(images: int, seed: int) -> list[str]:
    """Write drawings of images that hardly tell their class; only a little of them is left to chance."""
    fixed = f"np.random.default_rng({seed}).standard_normal(({images}, {FEATURES}))"
    corners = f"0.7 * np.eye({CLASSES}, {FEATURES})[np.arange({images}) % {CLASSES}]"
    return [
        f"{corners} + {fixed} + 0.005 * rng.standard_normal(({images}, {FEATURES}))",
        f"np.arange({images}) % {CLASSES}",
    ]


START = [f"0.1 * rng.standard_normal(({CLASSES}, {FEATURES}))", f"0.1 * rng.standard_normal({CLASSES})"]
FLAT = [f"0.01 * rng.standard_normal(({CLASSES}, {FEATURES}))", f"0.01 * rng.standard_normal({CLASSES})"]


def orders(epochs: int, images: int, rng: str = "rng") -> str:
    """Write a drawing of an order for each epoch."""
    return f"{rng}.permuted(np.tile(np.arange({images}), ({epochs}, 1)), axis=1)"


def up_and_down(images: int, held_out: int, epochs: int, batch_size: int, lr: float, seed: int) -> list[Any]:
    """Write a training with a rate so high that the held-out loss goes up and down.

    With these seeds its least value lies in the middle; before it there is an epoch without a new best, after it one that is
    better than the one before.
    """
    order = orders(epochs, images, f"np.random.default_rng({seed})")
    return [*hard(images, seed), *hard(held_out, seed + 1), *FLAT, order, batch_size, lr]


WEIGHTS = "result[:2]"
TRAIN_LOOP = Exercise(
    "train_loop",
    train_loop,
    [
        Behaviour(
            "one step on all images at once",
            1,
            [Case(*easy(7), *easy(5), *START, "np.arange(7)[None]", 7, 0.3, then=WEIGHTS)],
            [Case(*easy(5), *easy(4), *START, "np.arange(5)[None]", 8, 0.1, then=WEIGHTS)],
        ),
        Behaviour(
            "batches in the given order, the last one smaller",
            1,
            [Case(*hard(11, 0), *easy(5), *START, orders(1, 11), 4, 0.5, then=WEIGHTS)],
            [Case(*hard(8, 1), *easy(4), *START, orders(1, 8), 3, 0.4, then=WEIGHTS)],
        ),
        Behaviour(
            "several epochs, with momentum",
            1.5,
            [Case(*easy(10), *easy(6), *FLAT, orders(4, 10), 4, 0.1, momentum=0.5, then=WEIGHTS)],
            [Case(*easy(7), *easy(6), *FLAT, orders(3, 7), 2, 0.05, momentum=0.7, then=WEIGHTS)],
        ),
        Behaviour(
            "the history",
            1,
            [Case(*easy(10), *easy(6), *FLAT, orders(3, 10), 4, 0.2, then="result[2]")],
            [Case(*hard(9, 2), *hard(7, 3), *START, orders(5, 9), 4, 0.5, then="result[2]")],
        ),
        Behaviour(
            "the best weights are kept, not the last",
            1.5,
            [Case(*up_and_down(8, 11, 11, 3, 1.0, seed=195), then=WEIGHTS)],
            [Case(*up_and_down(7, 10, 10, 3, 0.9, seed=151), then=WEIGHTS)],
        ),
        Behaviour(
            "patience",
            0.5,
            [Case(*up_and_down(8, 11, 11, 3, 1.0, seed=195), patience=3, then="result[2]")],
            [Case(*up_and_down(7, 10, 10, 3, 0.9, seed=151), patience=2, then="result[2]")],
        ),
        Behaviour(
            "the inputs are left as they are",
            0.5,
            [Case(*easy(7), *easy(5), *START, orders(2, 7), 3, 0.3, momentum=0.5)],
            demands=MANNERS,
        ),
    ],
)

# The clinic

DEAD, INIT, EVAL, LABELS, RATE = range(1, 6)
CLINIC, CLINIC_MISTAKES = pen_and_paper(
    "clinic",
    [
        Answer(
            "A",
            EVAL,
            1,
            {
                "A_wrong_labels": (
                    LABELS,
                    "Patient A: with wrong labels nothing learned would hold for other digits; here three in four are right.",
                ),
                "A_high_rate": (
                    RATE,
                    "Patient A: its batches' loss falls as the healthy network's does; read the line above the last two plots.",
                ),
            },
        ),
        Answer(
            "B",
            RATE,
            1,
            {
                "B_dead": (
                    DEAD,
                    "Patient B: half of one layer is silent, but the others answer, and the loss is anything but still.",
                ),
                "B_wrong_labels": (
                    LABELS,
                    "Patient B: most held-out digits are right; nobody learns that from wrong labels.",
                ),
            },
        ),
        Answer(
            "C",
            DEAD,
            1,
            {
                "C_high_rate": (
                    RATE,
                    "Patient C: a rate too high makes the loss leap again and again; here it leaps once, then nothing moves. Why?",
                ),
                "C_bad_init": (
                    INIT,
                    "Patient C: until the eighth epoch it learns as the healthy network does; a bad start does not wait so long.",
                ),
            },
        ),
        Answer(
            "D",
            LABELS,
            1,
            {
                "D_forgotten_eval": (
                    EVAL,
                    "Patient D: asked twice it gives the same answers, so nothing is left to chance when it is evaluated.",
                ),
                "D_high_rate": (
                    RATE,
                    "Patient D: the loss falls slowly, without great leaps; compare the two kinds of digits.",
                ),
            },
        ),
        Answer(
            "E",
            INIT,
            1,
            {
                "E_dead": (
                    DEAD,
                    "Patient E: most units do answer; what they say is another matter. Read the numbers above the last bars.",
                ),
                "E_wrong_labels": (
                    LABELS,
                    "Patient E: with wrong labels the training digits at least get better; here nothing does.",
                ),
            },
        ),
    ],
)
CLINIC = replace(CLINIC, answered_by=("course.explore.clinic.patients.recipe",))

EXERCISES = [SGD_STEP, RMSPROP_STEP, ADAM_STEP, TRAIN_LOOP, CLINIC]
