"""Cases for softmax and losses; tests/functional/conftest.py says what the tables are."""

from collections.abc import Callable

import numpy as np

from course import functional as F

LABELS = np.array([1, 0, 2])
MAP = np.array([[[1, 0], [3, -100]], [[2, 2], [0, 1]], [[3, 0], [1, 1]]])  # (3, 2, 2), one place that does not count
WEIGHT = np.array([0.5, 2.0, 1.0, 0.25])
ALL = {"weight": WEIGHT, "label_smoothing": 0.25}
TARGET = np.array([[0, 1, 0.25, 0], [1, 1, 0, 0.5], [0, 0, 1, 1]])
YES = {"weight": np.array([1.0, 2.0, 0.5, 3.0]), "pos_weight": np.array([[2.0], [1.0], [0.5]])}

OPERATIONS = {
    "softmax": ({"logits": (3, 4)}, F.softmax),
    "softmax first": ({"logits": (3, 4, 2)}, lambda logits: F.softmax(logits, 0)),
    "softmax a number": ({"logits": (1,)}, F.softmax),
    "softmax_backward": ({"grad_out": (3, 4, 2), "logits": (3, 4, 2)}, lambda **a: F.softmax_backward(**a, dim=1)),
    "log_softmax": ({"logits": (3, 4, 2)}, lambda logits: F.log_softmax(logits, 1)),
    "log_softmax_backward": (
        {"grad_out": (3, 4, 2), "logits": (3, 4, 2)},
        lambda **a: F.log_softmax_backward(**a, dim=1),
    ),
    "cross_entropy_backward": ({"logits": (3, 4)}, lambda logits: F.cross_entropy_backward(logits, LABELS)),
    "cross_entropy_backward all": (
        {"logits": (3, 4, 2, 2)},
        lambda logits: F.cross_entropy_backward(logits, MAP, **ALL),
    ),
    "nll_loss_backward": (
        {"log_probabilities": (3, 4, 2, 2)},
        lambda log_probabilities: F.nll_loss_backward(log_probabilities, MAP, WEIGHT),
    ),
    "dice_loss_backward": ({"logits": (3, 4, 2, 2)}, lambda logits: F.dice_loss_backward(logits, MAP)),
    "mse_loss_backward": ({"x": (3, 4), "target": (3, 4)}, F.mse_loss_backward),
    "l1_loss_backward": ({"x": (3, 4), "target": (3, 4)}, F.l1_loss_backward),
    "binary_cross_entropy_with_logits_backward": (
        {"logits": (3, 4)},
        lambda logits: F.binary_cross_entropy_with_logits_backward(logits, TARGET > 0.5),
    ),
    "binary_cross_entropy_with_logits_backward all": (
        {"logits": (3, 4)},
        lambda logits: F.binary_cross_entropy_with_logits_backward(logits, TARGET > 0.5, **YES),
    ),
}


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape)


def loss(name: str, shape: tuple[int, ...], *rest: object, **how: object) -> tuple:
    """A loss of a prediction of that shape; its gradient knows no upstream one, so the number is multiplied by it."""
    forward: Callable[..., float] = getattr(F, f"{name}_forward")
    backward: Callable[..., np.ndarray] = getattr(F, f"{name}_backward")
    return (
        {"x": normal(*shape)},
        lambda x: np.array(forward(x, *rest, **how)),
        lambda grad_out, x: grad_out * backward(x, *rest, **how),
    )


GRADIENTS = {
    "softmax_backward": (
        {"logits": normal(2, 4, 3)},
        lambda logits: F.softmax(logits, 1),
        lambda grad_out, logits: F.softmax_backward(grad_out, logits, 1),
    ),
    "log_softmax_backward": (
        {"logits": normal(2, 4, 3)},
        lambda logits: F.log_softmax(logits, 0),
        lambda grad_out, logits: F.log_softmax_backward(grad_out, logits, 0),
    ),
    "cross_entropy_backward": loss("cross_entropy", (3, 4), np.array([3, 0, 3])),
    "cross_entropy_backward all": loss("cross_entropy", (3, 4, 2, 2), MAP, **ALL),
    "cross_entropy_backward smoothing": loss("cross_entropy", (3, 4), LABELS, label_smoothing=1),
    "cross_entropy_backward ignore": loss("cross_entropy", (3, 4), LABELS, ignore_index=2),
    "nll_loss_backward": loss("nll_loss", (3, 4), LABELS),
    "nll_loss_backward all": loss("nll_loss", (3, 4, 2, 2), MAP, WEIGHT),
    "dice_loss_backward": loss("dice_loss", (3, 4, 2, 2), MAP),
    "dice_loss_backward small": loss("dice_loss", (3, 4), LABELS, 0.01, ignore_index=0),
    "mse_loss_backward": loss("mse_loss", (3, 4), TARGET),
    "l1_loss_backward": loss("l1_loss", (3, 4), TARGET),
    "binary_cross_entropy_with_logits_backward": loss("binary_cross_entropy_with_logits", (3, 4), TARGET),
    "binary_cross_entropy_with_logits_backward all": loss("binary_cross_entropy_with_logits", (3, 4), TARGET, **YES),
}

ZEROS = np.zeros((2, 3))
BCE = "binary_cross_entropy_with_logits"

SENTENCES = {
    "ragged labels": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3)), [[1, 2], [0]]),  # type: ignore[arg-type]
        "cross_entropy: labels is no array: the lists in it differ in length.",
    ),
    "no array": (lambda: F.softmax(None), "softmax: logits has dtype object; use float32 (to train) or float64."),
    "softmax without classes": (
        lambda: F.softmax(np.zeros((2, 0))),
        "softmax: logits has shape (2, 0), without a class along axis -1.",
    ),
    "softmax no such axis": (
        lambda: F.log_softmax(ZEROS, 2),
        "log_softmax: dim is 2, but logits has shape (2, 3), which has no such axis.",
    ),
    "softmax half an axis": (
        lambda: F.softmax(ZEROS, 0.5),
        "softmax: dim is 0.5; it must be a whole number, the place of an axis.",
    ),
    "softmax of a number": (
        lambda: F.softmax(3.0),
        "softmax: dim is -1, but logits has shape (), which has no such axis.",
    ),
    "softmax grad_out": (
        lambda: F.softmax_backward(np.zeros((3, 2)), ZEROS),
        "softmax_backward: grad_out has shape (3, 2), but logits has shape (2, 3).",
    ),
    "log_softmax grad_out": (
        lambda: F.log_softmax_backward(np.zeros((3, 2)), ZEROS),
        "log_softmax_backward: grad_out has shape (3, 2), but logits has shape (2, 3).",
    ),
    "float labels": (
        lambda: F.cross_entropy_forward(ZEROS, np.zeros((2,))),
        "cross_entropy: labels have dtype float64; they must be integers, the number of each class.",
    ),
    "one-hot labels": (
        lambda: F.cross_entropy_backward(ZEROS, np.eye(3, dtype=int)[:2]),
        "cross_entropy_backward: labels have shape (2, 3), but logits have 2 rows; one label a row.",
    ),
    "label too large": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 3]),
        "cross_entropy: labels run from 1 to 3, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "label below 0": (
        lambda: F.cross_entropy_forward(ZEROS, [-1, 2]),
        "cross_entropy: labels run from -1 to 2, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "label below 0 beside one that does not count": (
        lambda: F.cross_entropy_forward(ZEROS, [-100, -1]),
        "cross_entropy: labels run from -1 to -1, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "logits rank": (
        lambda: F.cross_entropy_forward(np.zeros((3,)), [1]),
        "cross_entropy: logits has shape (3,), 1 axes; it needs 2, (N, classes); add the batch axis with x[None].",
    ),
    "a label for each place": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3, 4, 5)), np.zeros((2, 5, 4), int)),
        "cross_entropy: labels have shape (2, 5, 4), but logits (N, C, d1, ...) = (2, 3, 4, 5) need one for each place, (2, 4, 5).",
    ),
    "no label": (
        lambda: F.cross_entropy_backward(ZEROS, [7, 7], ignore_index=7),
        "cross_entropy_backward: every label is ignore_index = 7, so there is nothing to average.",
    ),
    "no weight": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 1], weight=[1, 0, 1]),
        "cross_entropy: every label has a class of weight 0, so there is nothing to average.",
    ),
    "no class": (
        lambda: F.cross_entropy_forward(np.zeros((2, 0)), [0, 0]),
        "cross_entropy: logits has shape (2, 0), without a class.",
    ),
    "no place": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3, 0)), np.zeros((2, 0), int)),
        "cross_entropy: the batch is empty, so there is nothing to average.",
    ),
    "weight of other classes": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 1], weight=[1, 2]),
        "cross_entropy: weight has shape (2,), but there are 3 classes; it needs shape (3,).",
    ),
    "class weight rank": (
        lambda: F.nll_loss_forward(ZEROS, [1, 1], weight=1.0),
        "nll_loss: weight has shape (), 0 axes; it needs 1, (classes).",
    ),
    "weight below 0": (
        lambda: F.cross_entropy_backward(ZEROS, [1, 1], weight=[1, -2, 1]),
        "cross_entropy_backward: weight is [1.0, -2.0, 1.0]; a class counts 0 or more, and finitely.",
    ),
    "weight without end": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 1], weight=[1, np.inf, 1]),
        "cross_entropy: weight is [1.0, inf, 1.0]; a class counts 0 or more, and finitely.",
    ),
    "ignore_index": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 1], ignore_index=None),
        "cross_entropy: ignore_index is None; it must be a whole number, a label.",
    ),
    "label_smoothing above 1": (
        lambda: F.cross_entropy_forward(ZEROS, [1, 1], label_smoothing=1.5),
        "cross_entropy: label_smoothing is 1.5; it must be a number from 0 to 1.",
    ),
    "label_smoothing below 0": (
        lambda: F.cross_entropy_backward(ZEROS, [1, 1], label_smoothing=-0.1),
        "cross_entropy_backward: label_smoothing is -0.1; it must be a number from 0 to 1.",
    ),
    "nll label too large": (
        lambda: F.nll_loss_backward(ZEROS, [1, 3]),
        "nll_loss_backward: labels run from 1 to 3, but with 3 log_probabilities a row they must lie in 0 .. 2.",
    ),
    "nll no batch": (
        lambda: F.nll_loss_forward(ZEROS[:0], np.zeros(0, int)),
        "nll_loss: the batch is empty, so there is nothing to average.",
    ),
    "dice one class": (
        lambda: F.dice_loss_forward(np.zeros((2, 1, 4, 4)), np.zeros((2, 4, 4), int)),
        "dice_loss: logits has shape (2, 1, 4, 4), one class, whose softmax is always 1; give the background logits of its own.",
    ),
    "dice smooth": (
        lambda: F.dice_loss_backward(ZEROS, [1, 1], smooth=0),
        "dice_loss_backward: smooth is 0; it must be above 0.",
    ),
    "dice smooth in words": (
        lambda: F.dice_loss_forward(ZEROS, [1, 1], smooth="a little"),
        "dice_loss: smooth is 'a little'; it must be a finite number.",
    ),
    "dice labels": (
        lambda: F.dice_loss_forward(ZEROS, [1, 3]),
        "dice_loss: labels run from 1 to 3, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    **{
        f"{name} shapes": (
            lambda name=name: getattr(F, name)(np.zeros((3, 1)), np.zeros(3)),
            f"{name.removesuffix('_forward')}: target has shape (3,), but {first} has shape (3, 1); they are compared one by one, "
            "so reshape one of them.",
        )
        for name, first in (
            ("mse_loss_forward", "x"),
            ("mse_loss_backward", "x"),
            ("l1_loss_forward", "x"),
            ("l1_loss_backward", "x"),
            (f"{BCE}_forward", "logits"),
            (f"{BCE}_backward", "logits"),
        )
    },
    **{
        f"{name} no batch": (
            lambda name=name: getattr(F, f"{name}_forward")(ZEROS[:0], ZEROS[:0]),
            f"{name}: the batch is empty, so there is nothing to average.",
        )
        for name in ("mse_loss", "l1_loss", BCE)
    },
    "mse target dtype": (
        lambda: F.mse_loss_forward(ZEROS, ZEROS * 1j),
        "mse_loss: target has dtype complex128; use float32 (to train) or float64.",
    ),
    "bce target below 0": (
        lambda: F.binary_cross_entropy_with_logits_forward(ZEROS, ZEROS - 1),
        f"{BCE}: target runs from -1 to -1; it must lie in 0 .. 1, the probability of a yes.",
    ),
    "bce target above 1": (
        lambda: F.binary_cross_entropy_with_logits_backward(ZEROS, ZEROS + 255),
        f"{BCE}_backward: target runs from 255 to 255; it must lie in 0 .. 1, the probability of a yes.",
    ),
    "bce weight": (
        lambda: F.binary_cross_entropy_with_logits_forward(ZEROS, ZEROS, weight=np.ones(2)),
        f"{BCE}: weight has shape (2,), which does not broadcast to the logits' (2, 3).",
    ),
    "bce pos_weight": (
        lambda: F.binary_cross_entropy_with_logits_backward(ZEROS, ZEROS, pos_weight=np.ones((4, 2, 3))),
        f"{BCE}_backward: pos_weight has shape (4, 2, 3), which does not broadcast to the logits' (2, 3).",
    ),
    "bce pos_weight below 0": (
        lambda: F.binary_cross_entropy_with_logits_forward(ZEROS, ZEROS, pos_weight=-1.5),
        f"{BCE}: pos_weight is -1.5; it must be 0 or more, and finite.",
    ),
}

EMPTY = {
    "softmax": (lambda: F.softmax(np.zeros((0, 4))), [(0, 4)]),
    "softmax_backward": (lambda: F.softmax_backward(np.zeros((0, 4)), np.zeros((0, 4))), [(0, 4)]),
    "log_softmax": (lambda: F.log_softmax(np.zeros((0, 4, 2)), 1), [(0, 4, 2)]),
    "log_softmax_backward": (lambda: F.log_softmax_backward(np.zeros((0, 4)), np.zeros((0, 4))), [(0, 4)]),
}
