"""Cases for activations and the fully connected layer; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

X = (3, 2, 6, 5)
IMAGES = np.zeros((2, 3, 6, 5))

OPERATIONS = {
    "relu_forward": ({"x": X}, F.relu_forward),
    "relu_backward": ({"grad_out": X, "x": X}, F.relu_backward),
    "linear_forward": ({"x": (3, 5), "weight": (4, 5), "bias": (4,)}, F.linear_forward),
    "linear_backward": ({"grad_out": (3, 4), "x": (3, 5), "weight": (4, 5)}, F.linear_backward),
}


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape)


GRADIENTS = {
    "relu_backward": ({"x": np.array([[-2.0, -0.1, 0.1], [3.0, -1.0, 0.5]])}, F.relu_forward, F.relu_backward),
    "linear_backward": (
        {"x": normal(3, 5), "weight": normal(4, 5), "bias": normal(4)},
        F.linear_forward,
        lambda grad_out, x, weight, bias: F.linear_backward(grad_out, x, weight),
    ),
}

SENTENCES = {
    "complex": (
        lambda: F.relu_forward(IMAGES * 1j),
        "relu: x has dtype complex128; use float32 (to train) or float64.",
    ),
    "relu grad_out": (
        lambda: F.relu_backward(np.zeros((2, 3)), np.zeros((3, 2))),
        "relu_backward: grad_out has shape (2, 3), but x has shape (3, 2).",
    ),
    "linear features": (
        lambda: F.linear_forward(np.zeros((2, 5)), np.zeros((3, 4))),
        "linear: x has 5 features but weight is made for 4; x is (N, in_features) = (2, 5), "
        "weight is (out_features, in_features) = (3, 4).",
    ),
    "linear images": (
        lambda: F.linear_forward(IMAGES, np.zeros((3, 4))),
        "linear: x has shape (2, 3, 6, 5), 4 axes; it needs 2, (N, in_features).",
    ),
    "linear bias": (
        lambda: F.linear_forward(np.zeros((2, 4)), np.zeros((3, 4)), np.zeros((4,))),
        "linear: bias has shape (4,), but a row of the output has shape (3,).",
    ),
    "linear grad_out": (
        lambda: F.linear_backward(np.zeros((2, 4)), np.zeros((2, 4)), np.zeros((3, 4))),
        "linear_backward: grad_out has shape (2, 4), but the output has shape (2, 3).",
    ),
}

EMPTY = {
    "relu_forward": (lambda: F.relu_forward(np.zeros((0, 4))), [(0, 4)]),
    "relu_backward": (lambda: F.relu_backward(np.zeros((0, 4)), np.zeros((0, 4))), [(0, 4)]),
    "linear_forward": (lambda: F.linear_forward(np.zeros((0, 4)), np.ones((3, 4)), np.ones(3)), [(0, 3)]),
    "linear_backward": (
        lambda: F.linear_backward(np.zeros((0, 3)), np.zeros((0, 4)), np.ones((3, 4))),
        [(0, 4), (3, 4), (3,)],
    ),
}
