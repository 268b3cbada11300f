"""Cases for pooling; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

X, POOLED = (3, 2, 6, 5), (3, 2, 3, 3)  # sizes such that nothing is square and windows overlap
IMAGES = np.zeros((2, 3, 6, 5))
WINDOW = ((2, 3), (2, 2), (0, 1))
MAX = {"dilation": (2, 1), "ceil_mode": True}  # with WINDOW (3, 2, 6, 5) becomes (3, 2, 3, 3) all the same
AVG = {"ceil_mode": True, "count_include_pad": False}
ADAPTED = (4, 2)
# places of 3x2 numbers in 6x5, all different, from the second image on in another order
PLACES = np.array([[[[0, 7], [12, 4], [29, 20]]] * 2] + [[[[29, 3], [13, 8], [0, 21]]] * 2] * 2)

OPERATIONS = {
    "max_pool2d_forward_plain": ({"x": X}, lambda x: F.max_pool2d_forward_plain(x, *WINDOW)),
    "max_pool2d_forward_plain all": ({"x": X}, lambda x: F.max_pool2d_forward_plain(x, *WINDOW, **MAX)),
    "max_pool2d_forward": ({"x": X}, lambda x: F.max_pool2d_forward(x, *WINDOW)),
    "max_pool2d_forward all": ({"x": X}, lambda x: F.max_pool2d_forward(x, *WINDOW, **MAX)),
    "max_pool2d_forward 1x1": ({"x": X}, lambda x: F.max_pool2d_forward(x, 1)),
    "max_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward_plain(grad_out, x, *WINDOW, **MAX),
    ),
    "max_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward(grad_out, x, *WINDOW, **MAX),
    ),
    "max_unpool2d_forward": ({"x": PLACES.shape}, lambda x: F.max_unpool2d_forward(x, PLACES, 2, output_size=(6, 5))),
    "max_unpool2d_backward": (
        {"grad_out": X, "x": PLACES.shape},
        lambda grad_out, x: F.max_unpool2d_backward(grad_out, x, PLACES, 2, output_size=(6, 5)),
    ),
    "avg_pool2d_forward_plain": ({"x": X}, lambda x: F.avg_pool2d_forward_plain(x, *WINDOW, **AVG)),
    "avg_pool2d_forward": ({"x": X}, lambda x: F.avg_pool2d_forward(x, *WINDOW)),
    "avg_pool2d_forward all": ({"x": X}, lambda x: F.avg_pool2d_forward(x, *WINDOW, **AVG)),
    "avg_pool2d_forward 1x1": ({"x": X}, lambda x: F.avg_pool2d_forward(x, 1)),
    "avg_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward_plain(grad_out, x, *WINDOW, **AVG),
    ),
    "avg_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward(grad_out, x, *WINDOW, **AVG),
    ),
    "adaptive_avg_pool2d_forward": ({"x": X}, lambda x: F.adaptive_avg_pool2d_forward(x, ADAPTED)),
    "adaptive_avg_pool2d_forward same": ({"x": X}, lambda x: F.adaptive_avg_pool2d_forward(x, (None, None))),
    "adaptive_avg_pool2d_backward": (
        {"grad_out": (3, 2, *ADAPTED), "x": X},
        lambda grad_out, x: F.adaptive_avg_pool2d_backward(grad_out, x, ADAPTED),
    ),
    "adaptive_max_pool2d_forward": ({"x": X}, lambda x: F.adaptive_max_pool2d_forward(x, ADAPTED)),
    "adaptive_max_pool2d_forward same": ({"x": X}, lambda x: F.adaptive_max_pool2d_forward(x, (None, None))),
    "adaptive_max_pool2d_backward": (
        {"grad_out": (3, 2, *ADAPTED), "x": X},
        lambda grad_out, x: F.adaptive_max_pool2d_backward(grad_out, x, ADAPTED),
    ),
    "global_avg_pool2d_forward": ({"x": X}, F.global_avg_pool2d_forward),
    "global_avg_pool2d_forward a pixel": ({"x": (1, 1, 1, 1)}, F.global_avg_pool2d_forward),
    "global_avg_pool2d_backward": ({"grad_out": (3, 2, 1, 1), "x": X}, F.global_avg_pool2d_backward),
    "global_max_pool2d_forward": ({"x": X}, F.global_max_pool2d_forward),
    "global_max_pool2d_forward a pixel": ({"x": (1, 1, 1, 1)}, F.global_max_pool2d_forward),
    "global_max_pool2d_backward": ({"grad_out": (3, 2, 1, 1), "x": X}, F.global_max_pool2d_backward),
}


def spaced(*shape: int) -> np.ndarray:
    """Numbers around 0 that are at least 0.01 from 0 and from one another, so that no kink lies within a step."""
    numbers = (np.arange(np.prod(shape)) - np.prod(shape) // 2 + 0.5) / 20
    return np.random.default_rng(7).permutation(numbers).reshape(shape)


def pool(name: str, *window: object, **how: object) -> tuple:
    forward, backward = getattr(F, f"{name}_forward"), getattr(F, f"{name}_backward")
    return (
        {"x": spaced(2, 2, 5, 6)},
        lambda x: forward(x, *window, **how),
        lambda grad_out, x: backward(grad_out, x, *window, **how),
    )


GRADIENTS = {
    **{
        f"{name}_backward {window}": pool(name, *window)
        for name in ("max_pool2d", "avg_pool2d")
        for window in ((2,), ((2, 3), (1, 2)), (3, 2, 1), ((3, 2), (1, 1), (1, 0)))
    },
    "max_pool2d_backward dilation": pool("max_pool2d", (2, 3), (1, 2), (1, 0), dilation=(2, 1)),
    "max_pool2d_backward ceil": pool("max_pool2d", (3, 2), (3, 5), (1, 0), ceil_mode=True),
    "avg_pool2d_backward ceil": pool("avg_pool2d", (3, 2), (3, 5), (1, 1), ceil_mode=True),
    "avg_pool2d_backward without the border": pool("avg_pool2d", (3, 2), 2, (1, 1), True, False),
    "max_unpool2d_backward": (
        {"x": spaced(*PLACES.shape)},
        lambda x: F.max_unpool2d_forward(x, PLACES, 2, output_size=(6, 5)),
        lambda grad_out, x: F.max_unpool2d_backward(grad_out, x, PLACES, 2, output_size=(6, 5)),
    ),
    **{
        f"adaptive_{kind}_pool2d_backward {size}": pool(f"adaptive_{kind}_pool2d", size)
        for kind in ("max", "avg")
        for size in (2, (3, 4), (7, None))
    },
    "global_avg_pool2d_backward": pool("global_avg_pool2d"),
    "global_max_pool2d_backward": pool("global_max_pool2d"),
}

HALF = "padding (1, 2) is more than half of kernel (3, 2), so a window could lie wholly outside; use less."
NO_PIXEL = np.zeros((2, 3, 0, 5))
SIZES = "it must be a whole number of at least 1, or a pair (h, w) of them, with None for a side that is kept."
UNPOOLED = (
    "a pooling to 3x2 with kernel (2, 2), stride (2, 2) and padding (0, 0) starts from a height of 5 to 7 and "
    "a width of 3 to 5."
)

SENTENCES = {
    "pool window": (
        lambda: F.max_pool2d_forward(np.zeros((1, 1, 2, 5)), 3),
        "max_pool2d: kernel 3x3 does not fit into input 2x5 with padding 0 (needs H + 2*padding >= kH, but 2 + 2*0 < 3); "
        "use padding=1 or a smaller kernel.",
    ),
    "pool window with ceil_mode": (  # a kernel one larger than the image would do with stride 2, see test_max_pool.py
        lambda: F.max_pool2d_forward(np.zeros((1, 1, 2, 5)), (4, 3), 2, ceil_mode=True),
        "max_pool2d: kernel 4x3 does not fit into input 2x5 with padding 0 (needs H + 2*padding >= kH, but 2 + 2*0 < 4); "
        "use padding=1 or a smaller kernel.",
    ),
    "pool window spread": (
        lambda: F.max_pool2d_with_indices(np.zeros((1, 1, 9, 5)), 3, dilation=(1, 3)),
        "max_pool2d: kernel 3x3 (dilation 3 spreads it over 7) does not fit into input 9x5 with padding 0 "
        "(needs W + 2*padding >= kW, but 5 + 2*0 < 7); use padding=1 or a smaller kernel.",
    ),
    "pool taps around the image": (
        lambda: F.max_pool2d_forward(np.zeros((1, 1, 9, 2)), 2, 1, padding=1, dilation=3),
        "max_pool2d: dilation 3 spreads the 2 taps of a window so far that all of them lie outside W = 2 with padding 1; "
        "use a smaller dilation or padding=0.",
    ),
    "pool kernel 0": (
        lambda: F.max_pool2d_forward(IMAGES, 0),
        "max_pool2d: kernel_size is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "pool stride 0": (
        lambda: F.avg_pool2d_forward(IMAGES, 2, (1, 0)),
        "avg_pool2d: stride is (1, 0); it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "pool padding below 0": (
        lambda: F.avg_pool2d_backward(IMAGES, IMAGES, 2, 2, -1),
        "avg_pool2d_backward: padding is -1; it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "pool dilation 0": (
        lambda: F.max_pool2d_backward(IMAGES, IMAGES, 2, dilation=0),
        "max_pool2d_backward: dilation is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "pool padding": (lambda: F.avg_pool2d_forward(IMAGES, (3, 2), padding=(1, 2)), f"avg_pool2d: {HALF}"),
    "pool padding of a pixel": (
        lambda: F.max_pool2d_backward(IMAGES, IMAGES, (1, 2), padding=1),
        "max_pool2d_backward: padding (1, 1) is more than half of kernel (1, 2), so a window could lie wholly outside; use less.",
    ),
    "pool padding to the right": (
        lambda: F.max_pool2d_with_indices(IMAGES, (4, 3), padding=2),
        "max_pool2d: padding (2, 2) is more than half of kernel (4, 3), so a window could lie wholly outside; use less.",
    ),
    "pool padding plain": (lambda: F.max_pool2d_forward_plain(IMAGES, (3, 2), padding=(1, 2)), f"max_pool2d: {HALF}"),
    "pool without a pixel": (
        lambda: F.max_pool2d_forward(NO_PIXEL, 2, padding=1),
        "max_pool2d: x has shape (2, 3, 0, 5), images without a pixel.",
    ),
    "pool without a channel": (
        lambda: F.avg_pool2d_forward(np.zeros((2, 0, 4, 5)), 2),
        "avg_pool2d: x has shape (2, 0, 4, 5), images without a pixel.",
    ),
    "max pool grad_out": (
        lambda: F.max_pool2d_backward(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "max_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "max pool plain grad_out": (
        lambda: F.max_pool2d_backward_plain(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "max_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "avg pool grad_out": (
        lambda: F.avg_pool2d_backward(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "avg_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "avg pool plain grad_out": (
        lambda: F.avg_pool2d_backward_plain(np.zeros((2, 3, 3, 3)), IMAGES, 2),
        "avg_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "adaptive pool one image": (
        lambda: F.adaptive_avg_pool2d_forward(IMAGES[0], 2),
        "adaptive_avg_pool2d: x has shape (3, 6, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "adaptive pool without a pixel": (
        lambda: F.global_max_pool2d_forward(NO_PIXEL),
        "adaptive_max_pool2d: x has shape (2, 3, 0, 5), images without a pixel.",
    ),
    "adaptive pool size 0": (
        lambda: F.adaptive_max_pool2d_forward(IMAGES, (None, 0)),
        f"adaptive_max_pool2d: output_size is (None, 0); {SIZES}",
    ),
    "adaptive pool three sizes": (
        lambda: F.adaptive_avg_pool2d_backward(IMAGES, IMAGES, (1, 2, 3)),
        f"adaptive_avg_pool2d_backward: output_size is (1, 2, 3); {SIZES}",
    ),
    "adaptive pool a half": (
        lambda: F.adaptive_avg_pool2d_forward(IMAGES, 2.5),
        f"adaptive_avg_pool2d: output_size is 2.5; {SIZES}",
    ),
    "adaptive avg pool grad_out": (
        lambda: F.adaptive_avg_pool2d_backward(np.zeros((2, 3, 1, 2)), IMAGES, (2, 1)),
        "adaptive_avg_pool2d_backward: grad_out has shape (2, 3, 1, 2), but the output has shape (2, 3, 2, 1).",
    ),
    "adaptive max pool grad_out": (
        lambda: F.adaptive_max_pool2d_backward(np.zeros((2, 3, 1, 2)), IMAGES, (2, 1)),
        "adaptive_max_pool2d_backward: grad_out has shape (2, 3, 1, 2), but the output has shape (2, 3, 2, 1).",
    ),
    "unpool size": (
        lambda: F.max_unpool2d_forward(np.zeros(PLACES.shape), PLACES, 2, output_size=(8, 5)),
        f"max_unpool2d: output_size is (8, 5); {UNPOOLED}",
    ),
    "unpool one size": (
        lambda: F.max_unpool2d_backward(np.zeros(X), np.zeros(PLACES.shape), PLACES, 2, output_size=(5,)),
        f"max_unpool2d_backward: output_size is (5,); {UNPOOLED}",
    ),
    "unpool half a size": (
        lambda: F.max_unpool2d_forward(np.zeros(PLACES.shape), PLACES, 2, output_size=(5.5, 5)),
        f"max_unpool2d: output_size is (5.5, 5); {UNPOOLED}",
    ),
    "unpool indices of another shape": (
        lambda: F.max_unpool2d_forward(np.zeros((3, 2, 2, 3)), PLACES, 2),
        "max_unpool2d: indices have shape (3, 2, 3, 2), but x has shape (3, 2, 2, 3).",
    ),
    "unpool float indices": (
        lambda: F.max_unpool2d_forward(np.zeros(PLACES.shape), PLACES / 1, 2, output_size=(6, 5)),
        "max_unpool2d: indices have dtype float64; they are integers, as the pooling gave them.",
    ),
    "unpool indices outside": (
        lambda: F.max_unpool2d_forward(np.zeros(PLACES.shape), PLACES, 2),
        "max_unpool2d: indices run from 0 to 29, but an output of 6x4 has the places 0 to 23; output_size=(6, 4) may not be the "
        "size that was pooled.",
    ),
    "unpool indices below 0": (
        lambda: F.max_unpool2d_forward(np.zeros((1, 1, 1, 1)), np.full((1, 1, 1, 1), -1), 2),
        "max_unpool2d: indices run from -1 to -1, but an output of 2x2 has the places 0 to 3; output_size=(2, 2) may not be the "
        "size that was pooled.",
    ),
    "unpool grad_out": (
        lambda: F.max_unpool2d_backward(np.zeros((3, 2, 5, 6)), np.zeros(PLACES.shape), PLACES, 2, output_size=(6, 5)),
        "max_unpool2d_backward: grad_out has shape (3, 2, 5, 6), but the output has shape (3, 2, 6, 5).",
    ),
    "unpool rank": (
        lambda: F.max_unpool2d_forward(np.zeros((3, 2)), np.zeros((3, 2), int), 2),
        "max_unpool2d: x has shape (3, 2), 2 axes; it needs 4, (N, C, H, W).",
    ),
}

NONE, NONE_POOLED = np.zeros((0, 2, 5, 4)), np.zeros((0, 2, 2, 2))

EMPTY = {
    "max_pool2d_with_indices": (lambda: F.max_pool2d_with_indices(NONE, 2), [(0, 2, 2, 2), (0, 2, 2, 2)]),
    "max_pool2d_backward": (lambda: F.max_pool2d_backward(NONE_POOLED, NONE, 2), [(0, 2, 5, 4)]),
    "max_unpool2d_forward": (
        lambda: F.max_unpool2d_forward(NONE_POOLED, NONE_POOLED.astype(int), 2, output_size=(5, 4)),
        [(0, 2, 5, 4)],
    ),
    "max_unpool2d_backward": (
        lambda: F.max_unpool2d_backward(NONE, NONE_POOLED, NONE_POOLED.astype(int), 2, output_size=(5, 4)),
        [(0, 2, 2, 2)],
    ),
    "avg_pool2d_forward": (lambda: F.avg_pool2d_forward(NONE, 2), [(0, 2, 2, 2)]),
    "avg_pool2d_forward without the border": (
        lambda: F.avg_pool2d_forward(NONE, 2, 2, 1, count_include_pad=False),
        [(0, 2, 3, 3)],
    ),
    "avg_pool2d_backward": (lambda: F.avg_pool2d_backward(NONE_POOLED, NONE, 2), [(0, 2, 5, 4)]),
    "adaptive_avg_pool2d_forward": (lambda: F.adaptive_avg_pool2d_forward(NONE, (2, None)), [(0, 2, 2, 4)]),
    "adaptive_avg_pool2d_backward": (lambda: F.adaptive_avg_pool2d_backward(NONE_POOLED, NONE, 2), [(0, 2, 5, 4)]),
    "adaptive_max_pool2d_with_indices": (
        lambda: F.adaptive_max_pool2d_with_indices(NONE, (2, None)),
        [(0, 2, 2, 4), (0, 2, 2, 4)],
    ),
    "adaptive_max_pool2d_backward": (lambda: F.adaptive_max_pool2d_backward(NONE_POOLED, NONE, 2), [(0, 2, 5, 4)]),
    "global_avg_pool2d_forward": (lambda: F.global_avg_pool2d_forward(NONE), [(0, 2, 1, 1)]),
    "global_max_pool2d_forward": (lambda: F.global_max_pool2d_forward(NONE), [(0, 2, 1, 1)]),
}
