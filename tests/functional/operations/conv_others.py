"""Cases for what stands around convolution: signals, transposes, own weights, borders; see tests/functional/conftest.py."""

import numpy as np

from course import functional as F

SIGNALS = {"x": (3, 4, 9), "weight": (6, 2, 3)}
CONV1D = {"stride": 2, "padding": (1, 3), "dilation": 2, "groups": 2, "padding_mode": "reflect"}  # -> (3, 6, 5)
SMALL = {"x": (3, 4, 3, 2), "weight": (4, 3, 2, 3)}
TRANSPOSED = {
    "stride": (2, 3),
    "padding": (1, 0),
    "output_padding": (0, 2),
    "groups": 2,
    "dilation": (3, 1),
}  # -> (3, 6, 6, 8)
OWN = {"x": (3, 2, 5, 6), "weight": (2, 2, 4, 2, 3, 2)}
LOCAL = {"stride": (2, 3), "padding": (1, 0, 0, 1)}  # -> (3, 4, 2, 2)
BORDER = (2, 0, 1, 3)

OPERATIONS = {
    "conv1d_forward": ({**SIGNALS, "bias": (6,)}, lambda **a: F.conv1d_forward(**a, **CONV1D)),
    "conv1d_backward": ({"grad_out": (3, 6, 5), **SIGNALS}, lambda **a: F.conv1d_backward(**a, **CONV1D)),
    "conv1d_backward 1": (
        {"grad_out": (1, 1, 4), "x": (1, 1, 4), "weight": (1, 1, 1)},
        lambda **a: F.conv1d_backward(**a),
    ),
    "conv_transpose2d_forward_plain": (
        {**SMALL, "bias": (6,)},
        lambda **a: F.conv_transpose2d_forward_plain(**a, **TRANSPOSED),
    ),
    "conv_transpose2d_forward": ({**SMALL, "bias": (6,)}, lambda **a: F.conv_transpose2d_forward(**a, **TRANSPOSED)),
    "conv_transpose2d_forward 1x1": (
        {"x": (1, 1, 4, 3), "weight": (1, 1, 1, 1)},
        lambda **a: F.conv_transpose2d_forward(**a),
    ),
    "conv_transpose2d_backward": (
        {"grad_out": (3, 6, 6, 8), **SMALL},
        lambda **a: F.conv_transpose2d_backward(**a, **TRANSPOSED),
    ),
    "locally_connected2d_forward_plain": (
        {**OWN, "bias": (2, 2, 4)},
        lambda **a: F.locally_connected2d_forward_plain(**a, **LOCAL),
    ),
    "locally_connected2d_forward": (
        {**OWN, "bias": (2, 2, 4)},
        lambda **a: F.locally_connected2d_forward(**a, **LOCAL),
    ),
    "locally_connected2d_backward_plain": (
        {"grad_out": (3, 4, 2, 2), **OWN},
        lambda **a: F.locally_connected2d_backward_plain(**a, **LOCAL),
    ),
    "locally_connected2d_backward": (
        {"grad_out": (3, 4, 2, 2), **OWN},
        lambda **a: F.locally_connected2d_backward(**a, **LOCAL),
    ),
    "locally_connected2d_backward a pixel": (
        {"grad_out": (1, 1, 1, 1), "x": (1, 1, 1, 1), "weight": (1, 1, 1, 1, 1, 1)},
        lambda **a: F.locally_connected2d_backward(**a),
    ),
    "pad2d": ({"image": (3, 4, 5)}, lambda image: F.pad2d(image, BORDER, "reflect")),
    "pad2d nothing": ({"image": (4, 5)}, lambda image: F.pad2d(image, 0)),
    "pad2d_backward": ({"grad_out": (3, 6, 9)}, lambda grad_out: F.pad2d_backward(grad_out, BORDER, "reflect")),
    "pad2d_backward nothing": ({"grad_out": (4, 5)}, lambda grad_out: F.pad2d_backward(grad_out, 0)),
    "correlate2d": ({"image": (6, 5), "kernel": (2, 3)}, lambda **a: F.correlate2d(**a)),
    "convolve2d": ({"image": (6, 5), "kernel": (2, 3)}, lambda **a: F.convolve2d(**a)),
    "conv_matrix": ({"kernel": (2, 3)}, lambda kernel: F.conv_matrix(kernel, (3, 4))),
    "conv_matrix 1x1": ({"kernel": (1, 1)}, lambda kernel: F.conv_matrix(kernel, (1, 1))),
    "conv_matrix_sparse": ({"kernel": (2, 3)}, lambda kernel: F.conv_matrix_sparse(kernel, (3, 4)).data),
    "conv_matrix_sparse 1x1": ({"kernel": (1, 1)}, lambda kernel: F.conv_matrix_sparse(kernel, (1, 1)).data),
}


def numbers(**shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def case(kind: str, shapes: dict[str, tuple[int, ...]], **how: object) -> tuple:
    """Forward and backward of one kind of convolution, with a bias."""
    forward, backward = getattr(F, f"{kind}_forward"), getattr(F, f"{kind}_backward")
    return (
        numbers(**shapes),
        lambda **a: forward(**a, **how),
        lambda grad_out, bias, **a: backward(grad_out, **a, **how),
    )


def padded(border: object, mode: str) -> tuple:
    return (
        numbers(image=(2, 4, 3)),
        lambda image: F.pad2d(image, border, mode),
        lambda grad_out, image: F.pad2d_backward(grad_out, border, mode),
    )


GRADIENTS = {
    "conv1d_backward": case("conv1d", {**SIGNALS, "bias": (6,)}, **CONV1D),
    "conv1d_backward same": case(
        "conv1d", {"x": (2, 2, 5), "weight": (3, 2, 4), "bias": (3,)}, padding="same", padding_mode="replicate"
    ),
    "conv_transpose2d_backward": case("conv_transpose2d", {**SMALL, "bias": (6,)}, **TRANSPOSED),
    "conv_transpose2d_backward alone": case(
        "conv_transpose2d", {"x": (2, 2, 1, 3), "weight": (2, 3, 3, 2), "bias": (3,)}
    ),
    "locally_connected2d_backward": case("locally_connected2d", {**OWN, "bias": (2, 2, 4)}, **LOCAL),
    "pad2d_backward zeros": padded(BORDER, "zeros"),
    "pad2d_backward replicate": padded((5, 1), "replicate"),
    "pad2d_backward reflect": padded((3, 2, 1, 2), "reflect"),
}

S, W1 = np.zeros((2, 4, 9)), np.zeros((6, 4, 3))
T, WT = np.zeros((2, 4, 3, 2)), np.zeros((4, 6, 2, 3))
L, WL = np.zeros((2, 3, 6, 5)), np.zeros((5, 3, 4, 3, 2, 3))
IMAGE = np.zeros((4, 5))

SENTENCES = {
    "conv1d one signal": (
        lambda: F.conv1d_forward(S[0], W1),
        "conv1d: x has shape (4, 9), 2 axes; it needs 3, (N, C, L); add the batch axis with x[None].",
    ),
    "conv1d weight": (
        lambda: F.conv1d_forward(S, W1[0]),
        "conv1d: weight has shape (4, 3), 2 axes; it needs 3, (C_out, C, kL).",
    ),
    "conv1d channels": (
        lambda: F.conv1d_forward(S, W1, groups=2),
        "conv1d: x has 4 channels but weight is made for 2 groups of 4; x is (N, C, L) = (2, 4, 9), "
        "weight is (C_out, C/groups, kL) = (6, 4, 3).",
    ),
    "conv1d stride": (
        lambda: F.conv1d_forward(S, W1, stride=(1, 2)),
        "conv1d: stride is (1, 2); it must be a whole number of at least 1.",
    ),
    "conv1d dilation": (
        lambda: F.conv1d_forward(S, W1, dilation=0),
        "conv1d: dilation is 0; it must be a whole number of at least 1.",
    ),
    "conv1d padding": (
        lambda: F.conv1d_forward(S, W1, padding=-2),
        'conv1d: padding is -2; it must be "same", "valid", a whole number of at least 0, or a pair (left, right) of them.',
    ),
    "conv1d same": (
        lambda: F.conv1d_forward(S, W1, stride=3, padding="same"),
        'conv1d: padding="same" keeps the size of the input, which stride 3 does not; '
        "use stride=1 or give the padding in pixels.",
    ),
    "conv1d mode": (
        lambda: F.conv1d_forward(S, W1, padding_mode=None),
        'conv1d: padding_mode is None; it must be "zeros", "replicate" or "reflect".',
    ),
    "conv1d reflect": (
        lambda: F.conv1d_forward(S, W1, padding=9, padding_mode="reflect"),
        "conv1d: padding_mode='reflect' cannot make a border of 9 from an input that is 9 long (at most 8); "
        "use less padding or another padding_mode.",
    ),
    "conv1d kernel": (
        lambda: F.conv1d_forward(S[:, :, :2], W1),
        "conv1d: kernel 3 does not fit into input 2 with padding 0 (needs L + 2*padding >= kL, but 2 + 2*0 < 3); "
        "use padding=1 or a smaller kernel.",
    ),
    "conv1d no sample": (
        lambda: F.conv1d_forward(S[:, :, :0], W1, padding=4),
        "conv1d: the signals have no sample.",
    ),
    "conv1d grad_out": (
        lambda: F.conv1d_backward(np.zeros((2, 6, 8)), S, W1),
        "conv1d_backward: grad_out has shape (2, 6, 8), but the output has shape (2, 6, 7).",
    ),
    "transposed rank": (
        lambda: F.conv_transpose2d_forward(T[0], WT),
        "conv_transpose2d: x has shape (4, 3, 2), 3 axes; it needs 4, (N, C_in, H, W); add the batch axis with x[None].",
    ),
    "transposed weight": (
        lambda: F.conv_transpose2d_forward(T, WT[0], groups=2),
        "conv_transpose2d: weight has shape (6, 2, 3), 3 axes; it needs 4, (C_in, C_out/groups, kH, kW).",
    ),
    "transposed no tap": (
        lambda: F.conv_transpose2d_forward(T, WT[:, :, :0]),
        "conv_transpose2d: weight has shape (4, 6, 0, 3); there must be at least one channel, map and tap.",
    ),
    "transposed channels": (
        lambda: F.conv_transpose2d_forward(T[:, :3], WT),
        "conv_transpose2d: x has 3 channels but weight is made for 4; x is (N, C_in, H, W) = (2, 3, 3, 2), "
        "weight is (C_in, C_out, kH, kW) = (4, 6, 2, 3).",
    ),
    "transposed groups": (
        lambda: F.conv_transpose2d_forward(T, WT, groups=3),
        "conv_transpose2d: groups is 3, which does not divide the 4 channels of x.",
    ),
    "transposed bias": (
        lambda: F.conv_transpose2d_forward(T, WT, np.zeros(6), groups=2),
        "conv_transpose2d: bias has shape (6,), but weight makes 12 maps; it needs shape (12,).",
    ),
    "transposed stride": (
        lambda: F.conv_transpose2d_forward(T, WT, stride=0),
        "conv_transpose2d: stride is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "transposed padding": (
        lambda: F.conv_transpose2d_forward(T, WT, padding="same"),
        "conv_transpose2d: padding is 'same'; it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "transposed output_padding": (
        lambda: F.conv_transpose2d_forward(T, WT, stride=2, output_padding=(1, 2)),
        "conv_transpose2d: output_padding is (1, 2); it must be less than the stride or the dilation, but 2 >= max(2, 1).",
    ),
    "transposed to nothing": (
        lambda: F.conv_transpose2d_forward(T, WT, padding=(1, 2)),
        "conv_transpose2d: padding 2 leaves nothing of the output (W_out = (W - 1)*stride - 2*padding + "
        "dilation*(kW - 1) + output_padding + 1 = 1*1 - 2*2 + 1*2 + 0 + 1 < 1); use less padding.",
    ),
    "transposed no pixel": (
        lambda: F.conv_transpose2d_forward(T[:, :, :0], WT),
        "conv_transpose2d: the images are 0x2, without a pixel.",
    ),
    "transposed grad_out": (
        lambda: F.conv_transpose2d_backward(np.zeros((2, 6, 4, 3)), T, WT),
        "conv_transpose2d_backward: grad_out has shape (2, 6, 4, 3), but the output has shape (2, 6, 4, 4).",
    ),
    "local rank": (
        lambda: F.locally_connected2d_forward(L, WL[0]),
        "locally_connected2d: weight has shape (3, 4, 3, 2, 3), 5 axes; it needs 6, (H_out, W_out, C_out, C, kH, kW).",
    ),
    "local nothing": (
        lambda: F.locally_connected2d_forward(L, WL[:0]),
        "locally_connected2d: weight has shape (0, 3, 4, 3, 2, 3); there must be at least one position, filter, channel and tap.",
    ),
    "local channels": (
        lambda: F.locally_connected2d_forward(L[:, :2], WL),
        "locally_connected2d: x has 2 channels but weight is made for 3; x is (N, C, H, W) = (2, 2, 6, 5), "
        "weight is (H_out, W_out, C_out, C, kH, kW) = (5, 3, 4, 3, 2, 3).",
    ),
    "local positions": (
        lambda: F.locally_connected2d_forward(L, WL, padding=1),
        "locally_connected2d: weight is made for 5x3 positions, but the window takes 7x5 on images of 6x5; "
        "a layer without shared weights has one size of image.",
    ),
    "local bias": (
        lambda: F.locally_connected2d_forward(L, WL, np.zeros(4)),
        "locally_connected2d: bias has shape (4,), but the output of an image, as (H_out, W_out, C_out), has shape (5, 3, 4).",
    ),
    "local grad_out": (
        lambda: F.locally_connected2d_backward(np.zeros((2, 4, 5, 4)), L, WL),
        "locally_connected2d_backward: grad_out has shape (2, 4, 5, 4), but the output has shape (2, 4, 5, 3).",
    ),
    "pad2d axes": (
        lambda: F.pad2d(IMAGE[0], 1),
        "pad2d: image has shape (5,); it needs at least 2 axes, (H, W).",
    ),
    "pad2d padding": (
        lambda: F.pad2d(IMAGE, (1, 2, 3)),
        "pad2d: padding is (1, 2, 3); it must be a whole number of at least 0, a pair (h, w) "
        "or four (top, bottom, left, right) of them.",
    ),
    "pad2d mode": (
        lambda: F.pad2d(IMAGE, 1, "crop"),
        'pad2d: mode is \'crop\'; it must be "zeros", "replicate" or "reflect".',
    ),
    "pad2d reflect": (
        lambda: F.pad2d(IMAGE, (4, 0, 0, 0), "reflect"),
        "pad2d: mode='reflect' cannot make a border of 4 from an input that is 4 high (at most 3); "
        "use less padding or another mode.",
    ),
    "pad2d nothing to repeat": (
        lambda: F.pad2d(IMAGE[:, :0], 1, "replicate"),
        "pad2d: mode='replicate' cannot make a border of 1 from an input that is 0 wide (at most 0); "
        "use less padding or another mode.",
    ),
    "pad2d_backward": (
        lambda: F.pad2d_backward(IMAGE, (3, 2, 0, 0)),
        "pad2d_backward: grad_out has shape (4, 5), which is smaller than the border (top, bottom, left, right) = (3, 2, 0, 0); "
        "it needs the shape of the padded image.",
    ),
    "correlate2d image": (
        lambda: F.correlate2d(IMAGE[None], IMAGE),
        "correlate2d: image has shape (1, 4, 5), 3 axes; it needs 2, (H, W).",
    ),
    "convolve2d kernel": (
        lambda: F.convolve2d(IMAGE, IMAGE[0]),
        "convolve2d: kernel has shape (5,), 1 axes; it needs 2, (kH, kW).",
    ),
    "convolve2d no kernel": (
        lambda: F.convolve2d(IMAGE, IMAGE[:0]),
        "convolve2d: kernel has shape (0, 5); there must be at least one number in it.",
    ),
    "correlate2d fit": (
        lambda: F.correlate2d(IMAGE, np.ones((3, 6))),
        "correlate2d: kernel 3x6 does not fit into input 4x5 with padding 0 (needs W + 2*padding >= kW, but 5 + 2*0 < 6); "
        "use padding=1 or a smaller kernel.",
    ),
    "conv_matrix shape": (
        lambda: F.conv_matrix(IMAGE, (0, 3)),
        "conv_matrix: image_shape is (0, 3); it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "conv_matrix kernel": (
        lambda: F.conv_matrix_sparse(IMAGE[0], (5, 5)),
        "conv_matrix_sparse: kernel has shape (5,), 1 axes; it needs 2, (kH, kW).",
    ),
    "conv_matrix no kernel": (
        lambda: F.conv_matrix(IMAGE[:0], (5, 5)),
        "conv_matrix: kernel has shape (0, 5); there must be at least one number in it.",
    ),
}

EMPTY = {
    "conv1d_forward": (lambda: F.conv1d_forward(S[:0], W1, np.ones(6), padding=1), [(0, 6, 9)]),
    "conv1d_backward": (lambda: F.conv1d_backward(np.zeros((0, 6, 7)), S[:0], W1), [(0, 4, 9), (6, 4, 3), (6,)]),
    "conv_transpose2d_forward": (lambda: F.conv_transpose2d_forward(T[:0], WT, np.ones(6)), [(0, 6, 4, 4)]),
    "conv_transpose2d_backward": (
        lambda: F.conv_transpose2d_backward(np.zeros((0, 6, 4, 4)), T[:0], WT),
        [(0, 4, 3, 2), (4, 6, 2, 3), (6,)],
    ),
    "locally_connected2d_forward": (
        lambda: F.locally_connected2d_forward(L[:0], WL, np.ones((5, 3, 4))),
        [(0, 4, 5, 3)],
    ),
    "locally_connected2d_backward": (
        lambda: F.locally_connected2d_backward(np.zeros((0, 4, 5, 3)), L[:0], WL),
        [(0, 3, 6, 5), (5, 3, 4, 3, 2, 3), (5, 3, 4)],
    ),
    "pad2d": (lambda: F.pad2d(L[:0], 1, "reflect"), [(0, 3, 8, 7)]),
    "pad2d_backward": (lambda: F.pad2d_backward(L[:0], 1, "reflect"), [(0, 3, 4, 3)]),
}
