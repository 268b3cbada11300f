"""Cases for dropout; tests/functional/conftest.py says what the tables are. Masks are no floats and stay outside."""

import numpy as np

from course import functional as F

X = (3, 2, 4, 5)
IMAGES = np.zeros(X)
MASK, CHANNELS = np.random.default_rng(3).random(X) > 0.4, np.random.default_rng(1).random((3, 2, 1, 1)) > 0.4


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


OPERATIONS = {
    "dropout_forward": ({"x": X}, lambda x: F.dropout_forward(x, 0.3, rng())[0]),
    "dropout_forward none": ({"x": X}, lambda x: F.dropout_forward(x, 0.0, rng())[0]),
    "dropout_forward all": ({"x": X}, lambda x: F.dropout_forward(x, np.float64(1), rng())[0]),
    "dropout_backward": ({"grad_out": X}, lambda grad_out: F.dropout_backward(grad_out, MASK, np.float64(0.3))),
    "dropout2d_forward": ({"x": X}, lambda x: F.dropout2d_forward(x, 0.3, rng())[0]),
    "dropout2d_backward": ({"grad_out": X}, lambda grad_out: F.dropout2d_backward(grad_out, CHANNELS, 0.3)),
}

GRADIENTS = {
    "dropout_backward": (
        {"x": np.random.default_rng(7).normal(size=X)},
        lambda x: F.dropout_forward(x, 0.3, rng())[0],
        lambda grad_out, x: F.dropout_backward(grad_out, F.dropout_forward(x, 0.3, rng())[1], 0.3),
    ),
    "dropout2d_backward": (
        {"x": np.random.default_rng(7).normal(size=X)},
        lambda x: F.dropout2d_forward(x, 0.6, rng())[0],
        lambda grad_out, x: F.dropout2d_backward(grad_out, F.dropout2d_forward(x, 0.6, rng())[1], 0.6),
    ),
}

SENTENCES = {
    "dropout p": (
        lambda: F.dropout_forward(IMAGES, 1.5, rng()),
        "dropout: p is 1.5; it must be a number from 0 to 1.",
    ),
    "dropout p below 0": (
        lambda: F.dropout_backward(IMAGES, MASK, -0.5),
        "dropout_backward: p is -0.5; it must be a number from 0 to 1.",
    ),
    "dropout2d p": (
        lambda: F.dropout2d_forward(IMAGES, "half", rng()),
        "dropout2d: p is 'half'; it must be a number from 0 to 1.",
    ),
    "dropout2d p backward": (
        lambda: F.dropout2d_backward(IMAGES, CHANNELS, np.nan),
        "dropout2d_backward: p is nan; it must be a number from 0 to 1.",
    ),
    "dropout seed": (
        lambda: F.dropout_forward(IMAGES, 0.5, 7),
        "dropout: rng is 7; it must be a generator, such as np.random.default_rng(0).",
    ),
    "dropout dtype": (
        lambda: F.dropout_forward(IMAGES.astype(np.float16), 0.5, rng()),
        "dropout: x has dtype float16; use float32 (to train) or float64.",
    ),
    "dropout mask": (
        lambda: F.dropout_backward(IMAGES, MASK[0], 0.5),
        "dropout_backward: grad_out has shape (3, 2, 4, 5), but mask has shape (2, 4, 5).",
    ),
    "dropout2d rank": (
        lambda: F.dropout2d_forward(IMAGES[0], 0.5, rng()),
        "dropout2d: x has shape (2, 4, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "dropout2d mask": (
        lambda: F.dropout2d_backward(IMAGES, MASK, 0.5),
        "dropout2d_backward: mask has shape (3, 2, 4, 5), but one number for each channel of grad_out has shape (3, 2, 1, 1).",
    ),
}

NOTHING = np.zeros((0, 2, 4, 5))

EMPTY = {
    "dropout_forward": (lambda: F.dropout_forward(NOTHING, 0.5, rng()), [(0, 2, 4, 5), (0, 2, 4, 5)]),
    "dropout_backward": (lambda: F.dropout_backward(NOTHING, NOTHING, 0.5), [(0, 2, 4, 5)]),
    "dropout2d_forward": (lambda: F.dropout2d_forward(NOTHING, 0.5, rng()), [(0, 2, 4, 5), (0, 2, 1, 1)]),
    "dropout2d_backward": (lambda: F.dropout2d_backward(NOTHING, NOTHING[..., :1, :1], 0.5), [(0, 2, 4, 5)]),
}
