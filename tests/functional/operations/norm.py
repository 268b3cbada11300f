"""Cases for the normalisations; tests/functional/conftest.py says what the tables are."""

from collections.abc import Callable

import numpy as np

from course import functional as F

X, C = (3, 4, 2, 5), (4,)
STATE = {"x": X, "weight": C, "bias": C, "running_mean": C, "running_var": C}
EVAL = {"grad_out": X, "x": X, "weight": C, "running_mean": C, "running_var": C}
IMAGES = np.zeros((2, 3, 4, 5))
RESPONSE = {"alpha": 0.5, "beta": 0.75, "k": 2.0}


def with_variance(function: Callable, *rest: object) -> Callable:
    """The function, with a running variance that is one; what is drawn for it may be below 0."""
    return lambda running_var, **a: function(*a.values(), abs(running_var), *rest)


OPERATIONS = {
    "batch_norm2d_forward_plain": (STATE, with_variance(F.batch_norm2d_forward_plain, True)),
    "batch_norm2d_forward_plain in use": (STATE, with_variance(F.batch_norm2d_forward_plain, False)),
    "batch_norm2d_forward": (STATE, with_variance(F.batch_norm2d_forward, True)),
    "batch_norm2d_forward in use": (STATE, with_variance(F.batch_norm2d_forward, False)),
    "batch_norm2d_forward alone": ({"x": X}, lambda x: F.batch_norm2d_forward(x, None, None, None, None, True)[0]),
    "batch_norm2d_backward_plain": ({"grad_out": X, "x": X, "weight": C}, F.batch_norm2d_backward_plain),
    "batch_norm2d_backward": ({"grad_out": X, "x": X, "weight": C}, F.batch_norm2d_backward),
    "batch_norm2d_eval_backward": (EVAL, with_variance(F.batch_norm2d_eval_backward)),
    "batch_norm1d_forward": ({**STATE, "x": (5, 4)}, with_variance(F.batch_norm1d_forward, True)),
    "batch_norm1d_forward in use": ({**STATE, "x": (5, 4, 3)}, with_variance(F.batch_norm1d_forward, False)),
    "batch_norm1d_backward": ({"grad_out": (5, 4, 3), "x": (5, 4, 3), "weight": C}, F.batch_norm1d_backward),
    "batch_norm1d_eval_backward": (
        {**EVAL, "grad_out": (5, 4), "x": (5, 4)},
        with_variance(F.batch_norm1d_eval_backward),
    ),
    "layer_norm_forward_plain": (
        {"x": X, "weight": X[1:], "bias": X[1:]},
        lambda x, **a: F.layer_norm_forward_plain(x, X[1:], **a),
    ),
    "layer_norm_forward": (
        {"x": X, "weight": X[1:], "bias": X[1:]},
        lambda x, **a: F.layer_norm_forward(x, X[1:], **a),
    ),
    "layer_norm_forward alone": ({"x": (3, 4)}, lambda x: F.layer_norm_forward(x, 4)),
    "layer_norm_backward": (
        {"grad_out": X, "x": X, "weight": X[2:]},
        lambda grad_out, x, weight: F.layer_norm_backward(grad_out, x, X[2:], weight),
    ),
    "group_norm_forward_plain": (
        {"x": X, "weight": C, "bias": C},
        lambda x, **a: F.group_norm_forward_plain(x, 2, **a),
    ),
    "group_norm_forward": ({"x": X, "weight": C, "bias": C}, lambda x, **a: F.group_norm_forward(x, 2, **a)),
    "group_norm_forward alone": ({"x": (3, 4)}, lambda x: F.group_norm_forward(x, 1)),
    "group_norm_backward": (
        {"grad_out": X, "x": X, "weight": C},
        lambda grad_out, x, weight: F.group_norm_backward(grad_out, x, 2, weight),
    ),
    "instance_norm_forward": ({"x": X, "weight": C, "bias": C}, F.instance_norm_forward),
    "instance_norm_backward": ({"grad_out": X, "x": X, "weight": C}, F.instance_norm_backward),
    "local_response_norm_forward_plain": (
        {"x": X},
        lambda x: F.local_response_norm_forward_plain(x, 3, **RESPONSE),
    ),
    "local_response_norm_forward": ({"x": X}, lambda x: F.local_response_norm_forward(x, 3, **RESPONSE)),
    "local_response_norm_forward of one": ({"x": X}, lambda x: F.local_response_norm_forward(x, 1, **RESPONSE)),
    "local_response_norm_backward_plain": (
        {"grad_out": X, "x": X},
        lambda **a: F.local_response_norm_backward_plain(**a, size=4, **RESPONSE),
    ),
    "local_response_norm_backward": (
        {"grad_out": X, "x": X},
        lambda **a: F.local_response_norm_backward(**a, size=4, **RESPONSE),
    ),
}


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(1, 2, size=shape)


def batch(kind: str, shape: tuple[int, ...]) -> tuple:
    forward, backward = getattr(F, f"{kind}_forward"), getattr(F, f"{kind}_backward")
    return (
        {"x": normal(*shape), "weight": normal(shape[1]), "bias": normal(shape[1])},
        lambda x, weight, bias: forward(x, weight, bias, None, None, True, eps=0.1)[0],
        lambda grad_out, x, weight, bias: backward(grad_out, x, weight, eps=0.1),
    )


def fixed(kind: str, shape: tuple[int, ...]) -> tuple:
    forward, backward = getattr(F, f"{kind}_forward"), getattr(F, f"{kind}_eval_backward")
    mean, var = normal(shape[1]), abs(normal(shape[1]))
    return (
        {"x": normal(*shape), "weight": normal(shape[1]), "bias": normal(shape[1])},
        lambda x, weight, bias: forward(x, weight, bias, mean, var, False)[0],
        lambda grad_out, x, weight, bias: backward(grad_out, x, weight, mean, var),
    )


def response(size: int, **how: object) -> tuple:
    return (
        {"x": normal(2, 5, 2, 1)},
        lambda x: F.local_response_norm_forward(x, size, **RESPONSE, **how),
        lambda grad_out, x: F.local_response_norm_backward(grad_out, x, size, **RESPONSE, **how),
    )


GRADIENTS = {
    "batch_norm2d_backward": batch("batch_norm2d", (3, 2, 2, 3)),
    "batch_norm2d_eval_backward": fixed("batch_norm2d", (3, 2, 2, 3)),
    "batch_norm1d_backward": batch("batch_norm1d", (4, 3)),
    "batch_norm1d_backward signal": batch("batch_norm1d", (2, 3, 3)),
    "batch_norm1d_eval_backward": fixed("batch_norm1d", (4, 3)),
    "layer_norm_backward": (
        {"x": normal(3, 2, 2, 3), "weight": normal(2, 3), "bias": normal(2, 3)},
        lambda x, weight, bias: F.layer_norm_forward(x, (2, 3), weight, bias),
        lambda grad_out, x, weight, bias: F.layer_norm_backward(grad_out, x, (2, 3), weight),
    ),
    "group_norm_backward": (
        {"x": normal(2, 6, 2, 2), "weight": normal(6), "bias": normal(6)},
        lambda x, weight, bias: F.group_norm_forward(x, 3, weight, bias),
        lambda grad_out, x, weight, bias: F.group_norm_backward(grad_out, x, 3, weight),
    ),
    "instance_norm_backward": (
        {"x": normal(2, 3, 2, 2), "weight": normal(3), "bias": normal(3)},
        F.instance_norm_forward,
        lambda grad_out, x, weight, bias: F.instance_norm_backward(grad_out, x, weight),
    ),
    "local_response_norm_backward odd": response(3),
    "local_response_norm_backward even": response(4, divide_alpha=False),
    "local_response_norm_backward wide": response(9),
}

NONE = (None, None, None, None)

SENTENCES = {
    "batch norm dtype": (
        lambda: F.batch_norm2d_forward(IMAGES.astype(np.float16), *NONE, True),
        "batch_norm2d: x has dtype float16; use float32 (to train) or float64.",
    ),
    "batch norm one image": (
        lambda: F.batch_norm2d_forward(IMAGES[0], *NONE, True),
        "batch_norm2d: x has shape (3, 4, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "batch norm 1d of images": (
        lambda: F.batch_norm1d_forward(IMAGES, *NONE, True),
        "batch_norm1d: x has shape (2, 3, 4, 5), 4 axes; it needs 2, (N, C) or 3, (N, C, L).",
    ),
    "batch norm weight": (
        lambda: F.batch_norm2d_forward(IMAGES, np.ones(4), None, None, None, True),
        "batch_norm2d: weight has shape (4,), but x has 3 channels; it needs shape (3,).",
    ),
    "batch norm running mean": (
        lambda: F.batch_norm1d_forward(IMAGES[0], None, None, np.ones((3, 1)), np.ones(4), True),
        "batch_norm1d: running_mean has shape (3, 1), but x has 4 channels; it needs shape (4,).",
    ),
    "batch norm half of the state": (
        lambda: F.batch_norm2d_forward(IMAGES, None, None, np.ones(3), None, True),
        "batch_norm2d: one of running_mean and running_var is None; give both or neither.",
    ),
    "batch norm no state": (
        lambda: F.batch_norm2d_forward(IMAGES, *NONE, False),
        "batch_norm2d: running_mean and running_var are None, but training=False normalises with them.",
    ),
    "batch norm negative variance": (
        lambda: F.batch_norm2d_eval_backward(IMAGES, IMAGES, None, np.ones(3), np.array([1.0, -2.0, 1.0])),
        "batch_norm2d_eval_backward: running_var has -2.0 in it; a variance is at least 0.",
    ),
    "batch norm one number a channel": (
        lambda: F.batch_norm2d_forward(np.ones((1, 3, 1, 1)), *NONE, True),
        "batch_norm2d: x has shape (1, 3, 1, 1), one number a channel, whose variance is 0; "
        "train with more images, or normalise with the running statistics (training=False).",
    ),
    "batch norm 1d one number a channel": (
        lambda: F.batch_norm1d_backward(np.ones((1, 3)), np.ones((1, 3)), None),
        "batch_norm1d_backward: x has shape (1, 3), one number a channel, whose variance is 0; "
        "train with more images, or normalise with the running statistics (training=False).",
    ),
    "batch norm momentum": (
        lambda: F.batch_norm2d_forward(IMAGES, *NONE, True, momentum=1.1),
        "batch_norm2d: momentum is 1.1; it must be a number from 0 to 1.",
    ),
    "batch norm 1d momentum": (
        lambda: F.batch_norm1d_forward(IMAGES[0], *NONE, True, momentum=None),
        "batch_norm1d: momentum is None; it must be a number from 0 to 1.",
    ),
    "batch norm eps": (
        lambda: F.batch_norm2d_backward(IMAGES, IMAGES, None, eps=0),
        "batch_norm2d_backward: eps is 0; it must be above 0.",
    ),
    "batch norm grad_out": (
        lambda: F.batch_norm2d_backward(IMAGES[:1], IMAGES, None),
        "batch_norm2d_backward: grad_out has shape (1, 3, 4, 5), but the output has shape (2, 3, 4, 5).",
    ),
    "batch norm 1d eval grad_out": (
        lambda: F.batch_norm1d_eval_backward(np.ones((2, 2)), np.ones((2, 3)), None, np.ones(3), np.ones(3)),
        "batch_norm1d_eval_backward: grad_out has shape (2, 2), but the output has shape (2, 3).",
    ),
    "layer norm shape": (
        lambda: F.layer_norm_forward(IMAGES, (3, 5)),
        "layer_norm: x has shape (2, 3, 4, 5), which does not end in normalized_shape (3, 5).",
    ),
    "layer norm no shape": (
        lambda: F.layer_norm_forward(IMAGES, ()),
        "layer_norm: normalized_shape is (); it must be a whole number of at least 1, or several of them: "
        "the sizes of the last axes.",
    ),
    "layer norm weight": (
        lambda: F.layer_norm_backward(IMAGES, IMAGES, (4, 5), np.ones(5)),
        "layer_norm_backward: weight has shape (5,), but a stretch to be normalised has shape (4, 5).",
    ),
    "layer norm grad_out": (
        lambda: F.layer_norm_backward(IMAGES[:1], IMAGES, (4, 5)),
        "layer_norm_backward: grad_out has shape (1, 3, 4, 5), but the output has shape (2, 3, 4, 5).",
    ),
    "layer norm eps": (
        lambda: F.layer_norm_forward(IMAGES, 5, eps=-1.0),
        "layer_norm: eps is -1.0; it must be above 0.",
    ),
    "group norm groups": (
        lambda: F.group_norm_forward(IMAGES, 2),
        "group_norm: x has 3 channels, which 2 groups do not divide; use a num_groups that divides 3.",
    ),
    "group norm no groups": (
        lambda: F.group_norm_backward(IMAGES, IMAGES, 0),
        "group_norm_backward: num_groups is 0; it must be a whole number of at least 1.",
    ),
    "group norm rank": (
        lambda: F.group_norm_forward(np.ones(3), 1),
        "group_norm: x has shape (3,), 1 axes; it needs 2, (N, C) or 3, (N, C, L) or 4, (N, C, H, W).",
    ),
    "group norm eps": (
        lambda: F.group_norm_forward(IMAGES, 1, eps="small"),
        "group_norm: eps is 'small'; it must be a finite number.",
    ),
    "instance norm bias": (
        lambda: F.instance_norm_forward(IMAGES, bias=np.ones(2)),
        "instance_norm: bias has shape (2,), but x has 3 channels; it needs shape (3,).",
    ),
    "instance norm grad_out": (
        lambda: F.instance_norm_backward(IMAGES[0], IMAGES),
        "instance_norm_backward: grad_out has shape (3, 4, 5), but the output has shape (2, 3, 4, 5).",
    ),
    "instance norm one pixel": (
        lambda: F.instance_norm_forward(np.ones((2, 3, 1, 1))),
        "instance_norm: x has shape (2, 3, 1, 1), maps of one number, whose variance is 0; use it before the maps get that small.",
    ),
    "instance norm eps": (
        lambda: F.instance_norm_backward(IMAGES, IMAGES, eps=0.0),
        "instance_norm_backward: eps is 0.0; it must be above 0.",
    ),
    "response norm size": (
        lambda: F.local_response_norm_forward(IMAGES, 0),
        "local_response_norm: size is 0; it must be a whole number of at least 1.",
    ),
    "response norm rank": (
        lambda: F.local_response_norm_forward_plain(IMAGES[0], 3),
        "local_response_norm: x has shape (3, 4, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "response norm alpha": (
        lambda: F.local_response_norm_forward(IMAGES, 3, alpha=np.nan),
        "local_response_norm: alpha is nan; it must be a finite number.",
    ),
    "response norm grad_out": (
        lambda: F.local_response_norm_backward(IMAGES[:1], IMAGES, 3),
        "local_response_norm_backward: grad_out has shape (1, 3, 4, 5), but the output has shape (2, 3, 4, 5).",
    ),
}

NOTHING, SIGNAL = np.zeros((0, 3, 4, 5)), np.zeros((0, 3))
RUNNING = (np.zeros(3), np.zeros(3))

EMPTY = {
    "batch_norm2d_forward": (
        lambda: F.batch_norm2d_forward(NOTHING, np.ones(3), np.ones(3), *RUNNING, True),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm2d_forward_plain": (
        lambda: F.batch_norm2d_forward_plain(NOTHING, np.ones(3), np.ones(3), *RUNNING, True),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm2d_forward in use": (
        lambda: F.batch_norm2d_forward(NOTHING, np.ones(3), np.ones(3), *RUNNING, False),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm2d_backward": (
        lambda: F.batch_norm2d_backward(NOTHING, NOTHING, np.ones(3)),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm2d_backward_plain": (
        lambda: F.batch_norm2d_backward_plain(NOTHING, NOTHING, np.ones(3)),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm2d_eval_backward": (
        lambda: F.batch_norm2d_eval_backward(NOTHING, NOTHING, np.ones(3), *RUNNING),
        [(0, 3, 4, 5), (3,), (3,)],
    ),
    "batch_norm1d_forward": (
        lambda: F.batch_norm1d_forward(SIGNAL, None, None, *RUNNING, True),
        [(0, 3), (3,), (3,)],
    ),
    "batch_norm1d_backward": (lambda: F.batch_norm1d_backward(SIGNAL, SIGNAL, None), [(0, 3), (3,), (3,)]),
    "batch_norm1d_eval_backward": (
        lambda: F.batch_norm1d_eval_backward(SIGNAL, SIGNAL, None, *RUNNING),
        [(0, 3), (3,), (3,)],
    ),
    "layer_norm_forward": (lambda: F.layer_norm_forward(NOTHING, (4, 5)), [(0, 3, 4, 5)]),
    "layer_norm_backward": (
        lambda: F.layer_norm_backward(NOTHING, NOTHING, (4, 5)),
        [(0, 3, 4, 5), (4, 5), (4, 5)],
    ),
    "group_norm_forward": (lambda: F.group_norm_forward(NOTHING, 3, np.ones(3), np.ones(3)), [(0, 3, 4, 5)]),
    "group_norm_backward": (lambda: F.group_norm_backward(NOTHING, NOTHING, 3), [(0, 3, 4, 5), (3,), (3,)]),
    "instance_norm_forward": (lambda: F.instance_norm_forward(NOTHING), [(0, 3, 4, 5)]),
    "instance_norm_backward": (lambda: F.instance_norm_backward(NOTHING, NOTHING), [(0, 3, 4, 5), (3,), (3,)]),
    "local_response_norm_forward": (lambda: F.local_response_norm_forward(NOTHING, 3), [(0, 3, 4, 5)]),
    "local_response_norm_backward": (lambda: F.local_response_norm_backward(NOTHING, NOTHING, 3), [(0, 3, 4, 5)]),
}
