"""Cases for convolution; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

X, WEIGHT, OUT = (3, 2, 6, 5), (4, 2, 3, 2), (3, 4, 3, 2)  # sizes such that nothing is square and windows overlap
CONV = {"stride": (2, 3), "padding": (1, 1)}
GROUPS = {"stride": (2, 1), "padding": (2, 0, 1, 3), "groups": 2, "padding_mode": "reflect"}
GROUPED = {"x": (3, 4, 6, 5), "weight": (6, 2, 3, 2)}  # with GROUPS -> (3, 6, 3, 8)
DEPTHWISE = {"padding": "same", "groups": 2, "padding_mode": "replicate"}
IMAGES = np.zeros((2, 3, 6, 5))
FILTERS = np.zeros((4, 3, 3, 2))

OPERATIONS = {
    "conv2d_forward_plain": (
        {"x": X, "weight": WEIGHT, "bias": (4,)},
        lambda **a: F.conv2d_forward_plain(**a, **CONV),
    ),
    "conv2d_forward_plain groups": (GROUPED, lambda **a: F.conv2d_forward_plain(**a, **GROUPS)),
    "conv2d_forward": ({"x": X, "weight": WEIGHT, "bias": (4,)}, lambda **a: F.conv2d_forward(**a, **CONV)),
    "conv2d_forward groups": ({**GROUPED, "bias": (6,)}, lambda **a: F.conv2d_forward(**a, **GROUPS)),
    "conv2d_forward depthwise": ({"x": X, "weight": (2, 1, 3, 2)}, lambda **a: F.conv2d_forward(**a, **DEPTHWISE)),
    "conv2d_forward 1x1": ({"x": X, "weight": (1, 2, 1, 1)}, lambda **a: F.conv2d_forward(**a)),
    "conv2d_forward a pixel": ({"x": (1, 1, 1, 1), "weight": (1, 1, 1, 1)}, lambda **a: F.conv2d_forward(**a)),
    "conv2d_backward_plain": (
        {"grad_out": OUT, "x": X, "weight": WEIGHT},
        lambda **a: F.conv2d_backward_plain(**a, **CONV),
    ),
    "conv2d_backward_plain groups": (
        {"grad_out": (3, 6, 3, 8), **GROUPED},
        lambda **a: F.conv2d_backward_plain(**a, **GROUPS),
    ),
    "conv2d_backward": ({"grad_out": OUT, "x": X, "weight": WEIGHT}, lambda **a: F.conv2d_backward(**a, **CONV)),
    "conv2d_backward groups": ({"grad_out": (3, 6, 3, 8), **GROUPED}, lambda **a: F.conv2d_backward(**a, **GROUPS)),
    "conv2d_backward depthwise": (
        {"grad_out": X, "x": X, "weight": (2, 1, 3, 2)},
        lambda **a: F.conv2d_backward(**a, **DEPTHWISE),
    ),
    "conv2d_backward 1x1": (
        {"grad_out": (3, 1, 6, 5), "x": X, "weight": (1, 2, 1, 1)},
        lambda **a: F.conv2d_backward(**a),
    ),
    "conv2d_backward a pixel": (
        {"grad_out": (1, 1, 1, 1), "x": (1, 1, 1, 1), "weight": (1, 1, 1, 1)},
        lambda **a: F.conv2d_backward(**a),
    ),
    "im2col": ({"x": X}, lambda x: F.im2col(x, (3, 2), **CONV)),
    "im2col 1x1": ({"x": (1, 2, 6, 5)}, lambda x: F.im2col(x, 1)),
    "col2im": ({"cols": (3, 12, 6)}, lambda cols: F.col2im(cols, X[2:], (3, 2), **CONV)),
    "col2im 1x1": ({"cols": (1, 2, 30)}, lambda cols: F.col2im(cols, X[2:], 1)),
}


def conv(size: tuple[int, int], kernel: tuple[int, int], groups: int = 1, **how: object) -> tuple:
    """A convolution of 2 images; each group takes 2 channels to 3."""
    rng = np.random.default_rng(7)
    arrays = {
        "x": rng.normal(size=(2, 2 * groups, *size)),
        "weight": rng.normal(size=(3 * groups, 2, *kernel)),
        "bias": rng.normal(size=3 * groups),
    }
    return (
        arrays,
        lambda x, weight, bias: F.conv2d_forward(x, weight, bias, groups=groups, **how),
        lambda grad_out, x, weight, bias: F.conv2d_backward(grad_out, x, weight, groups=groups, **how),
    )


GRADIENTS = {
    "conv2d_backward strides": conv((5, 7), (3, 2), stride=(2, 3), padding=(1, 0)),
    "conv2d_backward plain": conv((6, 4), (2, 3)),
    "conv2d_backward dilation": conv((5, 6), (2, 2), stride=(1, 2), padding=(0, 2), dilation=(3, 2)),
    "conv2d_backward groups": conv((4, 5), (3, 2), groups=2, stride=(2, 1), padding=(0, 1, 2, 0)),
    "conv2d_backward same": conv((3, 4), (2, 3), padding="same", dilation=(1, 2)),
    "conv2d_backward replicate": conv((3, 2), (2, 3), padding=(0, 1, 3, 0), padding_mode="replicate"),
    "conv2d_backward reflect": conv((3, 4), (2, 3), padding=(2, 0, 1, 3), stride=(1, 2), padding_mode="reflect"),
}

PADDINGS = 'it must be "same", "valid", a whole number of at least 0, a pair (h, w) or four (top, bottom, left, right) of them.'

SENTENCES = {
    "dtype": (
        lambda: F.conv2d_forward(IMAGES.astype(np.float16), FILTERS),
        "conv2d: x has dtype float16; use float32 (to train) or float64.",
    ),
    "ragged": (
        lambda: F.conv2d_forward([[[[1, 2], [3]]]], FILTERS),
        "conv2d: x is no array: the lists in it differ in length.",
    ),
    "one image": (
        lambda: F.conv2d_forward(IMAGES[0], FILTERS),
        "conv2d: x has shape (3, 6, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "weight rank": (
        lambda: F.conv2d_forward(IMAGES, FILTERS[0]),
        "conv2d: weight has shape (3, 3, 2), 3 axes; it needs 4, (C_out, C, kH, kW).",
    ),
    "weight rank in groups": (
        lambda: F.conv2d_forward(IMAGES, FILTERS[0], groups=3),
        "conv2d: weight has shape (3, 3, 2), 3 axes; it needs 4, (C_out, C/groups, kH, kW).",
    ),
    "no filter": (
        lambda: F.conv2d_forward(IMAGES, FILTERS[:0]),
        "conv2d: weight has shape (0, 3, 3, 2); there must be at least one filter, channel and tap.",
    ),
    "no pixel": (
        lambda: F.conv2d_forward(np.zeros((1, 3, 0, 5)), FILTERS, padding=2),
        "conv2d: the images are 0x5, without a pixel.",
    ),
    "channels": (
        lambda: F.conv2d_forward(IMAGES, np.zeros((4, 2, 3, 3))),
        "conv2d: x has 3 channels but weight is made for 2; x is (N, C, H, W) = (2, 3, 6, 5), "
        "weight is (C_out, C, kH, kW) = (4, 2, 3, 3).",
    ),
    "channels in groups": (
        lambda: F.conv2d_backward(IMAGES, IMAGES, FILTERS, groups=2),
        "conv2d_backward: x has 3 channels but weight is made for 2 groups of 3; x is (N, C, H, W) = (2, 3, 6, 5), "
        "weight is (C_out, C/groups, kH, kW) = (4, 3, 3, 2).",
    ),
    "groups 0": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, groups=0),
        "conv2d: groups is 0; it must be a whole number of at least 1.",
    ),
    "groups do not divide": (
        lambda: F.conv2d_forward(IMAGES, FILTERS[:, :1], groups=3),
        "conv2d: groups is 3, which does not divide the 4 filters of weight.",
    ),
    "bias": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, np.zeros((3,))),
        "conv2d: bias has shape (3,), but weight has 4 filters; it needs shape (4,).",
    ),
    "stride 0": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, stride=0),
        "conv2d: stride is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "stride 1.5": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, stride=1.5),
        "conv2d: stride is 1.5; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "three paddings": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, padding=(1, 2, 3)),
        f"conv2d: padding is (1, 2, 3); {PADDINGS}",
    ),
    "padding below 0": (
        lambda: F.conv2d_backward(IMAGES, IMAGES, FILTERS, padding=(0, -1)),
        f"conv2d_backward: padding is (0, -1); {PADDINGS}",
    ),
    "padding in other words": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, padding="full"),
        f"conv2d: padding is 'full'; {PADDINGS}",
    ),
    "same with a stride": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, stride=(1, 2), padding="same"),
        'conv2d: padding="same" keeps the size of the input, which stride (1, 2) does not; '
        "use stride=1 or give the padding in pixels.",
    ),
    "padding mode": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, padding_mode="extend"),
        'conv2d: padding_mode is \'extend\'; it must be "zeros", "replicate" or "reflect".',
    ),
    "too much to reflect": (
        lambda: F.conv2d_backward(IMAGES, IMAGES, FILTERS, padding=(0, 5), padding_mode="reflect"),
        "conv2d_backward: padding_mode='reflect' cannot make a border of 5 from an input that is 5 wide (at most 4); "
        "use less padding or another padding_mode.",
    ),
    "dilation 0": (
        lambda: F.conv2d_forward(IMAGES, FILTERS, dilation=0),
        "conv2d: dilation is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "kernel too high": (
        lambda: F.conv2d_forward(np.zeros((1, 1, 3, 9)), np.zeros((1, 1, 5, 5))),
        "conv2d: kernel 5x5 does not fit into input 3x9 with padding 0 (needs H + 2*padding >= kH, but 3 + 2*0 < 5); "
        "use padding=1 or a smaller kernel.",
    ),
    "kernel too wide": (
        lambda: F.conv2d_forward(np.zeros((1, 1, 9, 2)), np.zeros((1, 1, 5, 7)), padding=1),
        "conv2d: kernel 5x7 does not fit into input 9x2 with padding 1 (needs W + 2*padding >= kW, but 2 + 2*1 < 7); "
        "use padding=3 or a smaller kernel.",
    ),
    "kernel too wide for both sides": (
        lambda: F.conv2d_forward(np.zeros((1, 1, 9, 2)), np.zeros((1, 1, 5, 7)), padding=(0, 0, 1, 3)),
        "conv2d: kernel 5x7 does not fit into input 9x2 with padding 1 and 3 (needs W + both >= kW, but 2 + 1 + 3 < 7); "
        "use more padding or a smaller kernel.",
    ),
    "kernel too spread": (
        lambda: F.conv2d_forward(np.zeros((1, 1, 5, 5)), np.zeros((1, 1, 3, 3)), dilation=3),
        "conv2d: kernel 3x3 (dilation 3 spreads it over 7) does not fit into input 5x5 with padding 0 "
        "(needs H + 2*padding >= kH, but 5 + 2*0 < 7); use padding=1 or a smaller kernel.",
    ),
    "grad_out": (
        lambda: F.conv2d_backward(np.zeros((2, 4, 4, 3)), IMAGES, FILTERS),
        "conv2d_backward: grad_out has shape (2, 4, 4, 3), but the output has shape (2, 4, 4, 4).",
    ),
    "grad_out plain": (
        lambda: F.conv2d_backward_plain(np.zeros((2, 4, 4, 3)), IMAGES, FILTERS),
        "conv2d_backward: grad_out has shape (2, 4, 4, 3), but the output has shape (2, 4, 4, 4).",
    ),
    "im2col rank": (
        lambda: F.im2col(np.zeros((4, 4)), 2),
        "im2col: x has shape (4, 4), 2 axes; it needs 4, (N, C, H, W).",
    ),
    "im2col ragged": (
        lambda: F.im2col([[[[1, 2], [3]]]], 2),
        "im2col: x is no array: the lists in it differ in length.",
    ),
    "im2col words": (
        lambda: F.im2col([[[["a"]]]], 1),
        "im2col: x has dtype <U1; use float32 (to train) or float64.",
    ),
    "im2col kernel": (
        lambda: F.im2col(IMAGES, (0, 2)),
        "im2col: kernel_size is (0, 2); it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "col2im ragged": (
        lambda: F.col2im([[[1, 2], [3]]], 3, 2),
        "col2im: cols is no array: the lists in it differ in length.",
    ),
    "col2im size": (
        lambda: F.col2im(np.zeros((1, 4, 4)), (3, 3, 1), 2),
        "col2im: output_size is (3, 3, 1); it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "col2im rows": (
        lambda: F.col2im(np.zeros((1, 5, 4)), (3, 3), 2),
        "col2im: cols has 5 rows, which kernel 2x2 = 4 taps does not divide.",
    ),
    "col2im columns": (
        lambda: F.col2im(np.zeros((1, 4, 5)), (3, 3), 2),
        "col2im: cols has 5 columns, but the window takes 2 x 2 = 4 positions on an image of 3x3.",
    ),
    "output_size stride": (
        lambda: F.output_size(5, 3, stride=0),
        "output_size: stride is 0; it must be a whole number of at least 1.",
    ),
    "output_size kernel": (
        lambda: F.output_size(5, 2.5),
        "output_size: k is 2.5; it must be a whole number of at least 1.",
    ),
    "output_size padding": (
        lambda: F.output_size(5, 3, padding=-1),
        "output_size: padding is -1; it must be a whole number of at least 0.",
    ),
}

NOBODY = np.zeros((0, 2, 5, 4))

EMPTY = {
    "conv2d_forward": (
        lambda: F.conv2d_forward(NOBODY, np.ones((3, 2, 2, 2)), np.ones(3)),
        [(0, 3, 4, 3)],
    ),
    "conv2d_forward reflect": (
        lambda: F.conv2d_forward(NOBODY, np.ones((2, 1, 2, 2)), padding=1, groups=2, padding_mode="reflect"),
        [(0, 2, 6, 5)],
    ),
    "conv2d_forward_plain": (
        lambda: F.conv2d_forward_plain(NOBODY, np.ones((3, 2, 2, 2)), np.ones(3)),
        [(0, 3, 4, 3)],
    ),
    "conv2d_forward 1x1": (lambda: F.conv2d_forward(NOBODY, np.ones((3, 2, 1, 1))), [(0, 3, 5, 4)]),
    "conv2d_backward": (
        lambda: F.conv2d_backward(np.zeros((0, 3, 4, 3)), NOBODY, np.ones((3, 2, 2, 2))),
        [(0, 2, 5, 4), (3, 2, 2, 2), (3,)],
    ),
    "conv2d_backward 1x1": (
        lambda: F.conv2d_backward(np.zeros((0, 3, 5, 4)), NOBODY, np.ones((3, 2, 1, 1))),
        [(0, 2, 5, 4), (3, 2, 1, 1), (3,)],
    ),
    "conv2d_backward_plain": (
        lambda: F.conv2d_backward_plain(np.zeros((0, 3, 4, 3)), NOBODY, np.ones((3, 2, 2, 2))),
        [(0, 2, 5, 4), (3, 2, 2, 2), (3,)],
    ),
    "im2col": (lambda: F.im2col(NOBODY, 2), [(0, 8, 12)]),
    "im2col 1x1": (lambda: F.im2col(NOBODY, 1), [(0, 2, 20)]),
    "col2im": (lambda: F.col2im(np.zeros((0, 8, 12)), (5, 4), 2), [(0, 2, 5, 4)]),
    "col2im 1x1": (lambda: F.col2im(np.zeros((0, 2, 20)), (5, 4), 1), [(0, 2, 5, 4)]),
}
