"""Cases for softmax and losses; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

LABELS = np.array([1, 0, 2])

OPERATIONS = {
    "softmax": ({"logits": (3, 4)}, F.softmax),
    "cross_entropy_backward": ({"logits": (3, 4)}, lambda logits: F.cross_entropy_backward(logits, LABELS)),
}

GRADIENTS = {
    "cross_entropy_backward": (
        {"logits": np.random.default_rng(7).normal(size=(3, 4))},
        lambda logits: np.array(F.cross_entropy_forward(logits, np.array([3, 0, 3]))),
        lambda grad_out, logits: grad_out * F.cross_entropy_backward(logits, np.array([3, 0, 3])),
    ),
}

SENTENCES = {
    "no array": (lambda: F.softmax(None), "softmax: logits has dtype object; use float32 (to train) or float64."),
    "float labels": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3)), np.zeros((2,))),
        "cross_entropy: labels have dtype float64; they must be integers, the number of each class.",
    ),
    "one-hot labels": (
        lambda: F.cross_entropy_backward(np.zeros((2, 3)), np.eye(3, dtype=int)[:2]),
        "cross_entropy_backward: labels have shape (2, 3), but logits have 2 rows; one label a row.",
    ),
    "label too large": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3)), [1, 3]),
        "cross_entropy: labels run from 1 to 3, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "label below 0": (
        lambda: F.cross_entropy_forward(np.zeros((2, 3)), [-1, 2]),
        "cross_entropy: labels run from -1 to 2, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "logits rank": (
        lambda: F.cross_entropy_forward(np.zeros((3,)), [1]),
        "cross_entropy: logits has shape (3,), 1 axes; it needs 2, (N, classes); add the batch axis with x[None].",
    ),
}

EMPTY = {
    "softmax": (lambda: F.softmax(np.zeros((0, 4))), [(0, 4)]),
}
