"""Cases for pooling; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

X, POOLED = (3, 2, 6, 5), (3, 2, 3, 3)  # sizes such that nothing is square and windows overlap
IMAGES = np.zeros((2, 3, 6, 5))

OPERATIONS = {
    "max_pool2d_forward_plain": ({"x": X}, lambda x: F.max_pool2d_forward_plain(x, (2, 3), (2, 2), (0, 1))),
    "max_pool2d_forward": ({"x": X}, lambda x: F.max_pool2d_forward(x, (2, 3), (2, 2), (0, 1))),
    "max_pool2d_forward 1x1": ({"x": X}, lambda x: F.max_pool2d_forward(x, 1)),
    "max_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward_plain(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "max_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "avg_pool2d_forward_plain": ({"x": X}, lambda x: F.avg_pool2d_forward_plain(x, (2, 3), (2, 2), (0, 1))),
    "avg_pool2d_forward": ({"x": X}, lambda x: F.avg_pool2d_forward(x, (2, 3), (2, 2), (0, 1))),
    "avg_pool2d_forward 1x1": ({"x": X}, lambda x: F.avg_pool2d_forward(x, 1)),
    "avg_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward_plain(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "avg_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
}


def spaced(*shape: int) -> np.ndarray:
    """Numbers around 0 that are at least 0.01 from 0 and from one another, so that no kink lies within a step."""
    numbers = (np.arange(np.prod(shape)) - np.prod(shape) // 2 + 0.5) / 20
    return np.random.default_rng(7).permutation(numbers).reshape(shape)


def pool(kind: str, window: tuple) -> tuple:
    forward, backward = getattr(F, f"{kind}_pool2d_forward"), getattr(F, f"{kind}_pool2d_backward")
    return (
        {"x": spaced(2, 2, 5, 6)},
        lambda x: forward(x, *window),
        lambda grad_out, x: backward(grad_out, x, *window),
    )


GRADIENTS = {
    f"{kind}_pool2d_backward {window}": pool(kind, window)
    for kind in ("max", "avg")
    for window in ((2,), ((2, 3), (1, 2)), (3, 2, 1), ((3, 2), (1, 1), (1, 0)))
}

SENTENCES = {
    "pool window": (
        lambda: F.max_pool2d_forward(np.zeros((1, 1, 2, 5)), 3),
        "max_pool2d: kernel 3x3 does not fit into input 2x5 with padding 0 (needs H + 2*padding >= kH, but 2 + 2*0 < 3); "
        "use padding=1 or a smaller kernel.",
    ),
    "pool padding": (
        lambda: F.avg_pool2d_forward(IMAGES, (3, 2), padding=(1, 2)),
        "avg_pool2d: padding (1, 2) is more than half of kernel (3, 2), so a window could lie wholly outside; use less.",
    ),
    "max pool grad_out": (
        lambda: F.max_pool2d_backward(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "max_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "avg pool grad_out": (
        lambda: F.avg_pool2d_backward(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "avg_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
}

EMPTY = {
    "max_pool2d_with_indices": (
        lambda: F.max_pool2d_with_indices(np.zeros((0, 2, 5, 4)), 2),
        [(0, 2, 2, 2), (0, 2, 2, 2)],
    ),
    "max_pool2d_backward": (
        lambda: F.max_pool2d_backward(np.zeros((0, 2, 2, 2)), np.zeros((0, 2, 5, 4)), 2),
        [(0, 2, 5, 4)],
    ),
    "avg_pool2d_forward": (lambda: F.avg_pool2d_forward(np.zeros((0, 2, 5, 4)), 2), [(0, 2, 2, 2)]),
    "avg_pool2d_backward": (
        lambda: F.avg_pool2d_backward(np.zeros((0, 2, 2, 2)), np.zeros((0, 2, 5, 4)), 2),
        [(0, 2, 5, 4)],
    ),
}
