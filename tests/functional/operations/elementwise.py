"""Cases for activations and the fully connected layer; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

X = (3, 2, 6, 5)
IMAGES = np.zeros((2, 3, 6, 5))

OPERATIONS = {
    "relu_forward": ({"x": X}, F.relu_forward),
    "relu_backward": ({"grad_out": X, "x": X}, F.relu_backward),
    "leaky_relu_forward": ({"x": X}, lambda x: F.leaky_relu_forward(x, 0.25)),
    "leaky_relu_forward off": ({"x": X}, lambda x: F.leaky_relu_forward(x, 1)),
    "leaky_relu_backward": ({"grad_out": X, "x": X}, lambda grad_out, x: F.leaky_relu_backward(grad_out, x, 0.25)),
    "elu_forward": ({"x": X}, lambda x: F.elu_forward(x, 1.5)),
    "elu_backward": ({"grad_out": X, "x": X}, lambda grad_out, x: F.elu_backward(grad_out, x, 1.5)),
    "sigmoid_forward": ({"x": X}, F.sigmoid_forward),
    "sigmoid_backward": ({"grad_out": X, "x": X}, F.sigmoid_backward),
    "tanh_forward": ({"x": X}, F.tanh_forward),
    "tanh_backward": ({"grad_out": X, "x": X}, F.tanh_backward),
    "linear_forward": ({"x": (3, 5), "weight": (4, 5), "bias": (4,)}, F.linear_forward),
    "linear_forward a number": ({"x": (1, 1), "weight": (1, 1)}, F.linear_forward),
    "linear_backward": ({"grad_out": (3, 4), "x": (3, 5), "weight": (4, 5)}, F.linear_backward),
    "linear_backward a number": ({"grad_out": (1, 1), "x": (1, 1), "weight": (1, 1)}, F.linear_backward),
}


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape)


KINKED = np.array([[-2.0, -0.1, 0.1], [3.0, -1.0, 0.5]])  # away from 0, where a ReLU bends

GRADIENTS = {
    "relu_backward": ({"x": KINKED}, F.relu_forward, F.relu_backward),
    "leaky_relu_backward": (
        {"x": KINKED},
        lambda x: F.leaky_relu_forward(x, 0.3),
        lambda grad_out, x: F.leaky_relu_backward(grad_out, x, 0.3),
    ),
    "elu_backward": (
        {"x": KINKED},
        lambda x: F.elu_forward(x, 0.7),
        lambda grad_out, x: F.elu_backward(grad_out, x, 0.7),
    ),
    "sigmoid_backward": ({"x": 3 * normal(3, 4)}, F.sigmoid_forward, F.sigmoid_backward),
    "tanh_backward": ({"x": normal(3, 4)}, F.tanh_forward, F.tanh_backward),
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
    "half": (
        lambda: F.sigmoid_forward(IMAGES.astype(np.float16)),
        "sigmoid: x has dtype float16; use float32 (to train) or float64.",
    ),
    "text": (lambda: F.tanh_forward(["a"]), "tanh: x has dtype <U1; use float32 (to train) or float64."),
    **{
        f"{name} grad_out": (
            lambda name=name: getattr(F, f"{name}_backward")(np.zeros((2, 3)), np.zeros((3, 2))),
            f"{name}_backward: grad_out has shape (2, 3), but x has shape (3, 2).",
        )
        for name in ("relu", "leaky_relu", "elu", "sigmoid", "tanh")
    },
    "leaky_relu slope": (
        lambda: F.leaky_relu_forward(IMAGES, None),
        "leaky_relu: negative_slope is None; it must be a finite number.",
    ),
    "leaky_relu slope backward": (
        lambda: F.leaky_relu_backward(IMAGES, IMAGES, np.inf),
        "leaky_relu_backward: negative_slope is inf; it must be a finite number.",
    ),
    "elu alpha": (lambda: F.elu_forward(IMAGES, "1"), "elu: alpha is '1'; it must be a finite number."),
    "elu alpha backward": (
        lambda: F.elu_backward(IMAGES, IMAGES, np.nan),
        "elu_backward: alpha is nan; it must be a finite number.",
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
    "linear weight": (
        lambda: F.linear_forward(np.zeros((2, 4)), np.zeros(4)),
        "linear: weight has shape (4,), 1 axes; it needs 2, (out_features, in_features).",
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

NONE = np.zeros((0, 4))

EMPTY = {
    **{
        f"{name}_forward": (lambda name=name: getattr(F, f"{name}_forward")(NONE), [(0, 4)])
        for name in ("relu", "leaky_relu", "elu", "sigmoid", "tanh")
    },
    **{
        f"{name}_backward": (lambda name=name: getattr(F, f"{name}_backward")(NONE, NONE), [(0, 4)])
        for name in ("relu", "leaky_relu", "elu", "sigmoid", "tanh")
    },
    "linear_forward": (lambda: F.linear_forward(NONE, np.ones((3, 4)), np.ones(3)), [(0, 3)]),
    "linear_backward": (
        lambda: F.linear_backward(np.zeros((0, 3)), NONE, np.ones((3, 4))),
        [(0, 4), (3, 4), (3,)],
    ),
}
