"""What a wrong argument is answered with: one line that names the operation, the argument and its value."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape)


X, W = zeros(2, 3, 6, 5), zeros(4, 3, 3, 2)  # conv2d gives (2, 4, 4, 4)

SENTENCES: dict[str, tuple[Callable[[], object], str]] = {
    "dtype": (
        lambda: F.conv2d_forward(X.astype(np.float16), W),
        "conv2d: x has dtype float16; use float32 (to train) or float64.",
    ),
    "complex": (lambda: F.relu_forward(X * 1j), "relu: x has dtype complex128; use float32 (to train) or float64."),
    "no array": (lambda: F.softmax(None), "softmax: logits has dtype object; use float32 (to train) or float64."),
    "one image": (
        lambda: F.conv2d_forward(X[0], W),
        "conv2d: x has shape (3, 6, 5), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "weight rank": (
        lambda: F.conv2d_forward(X, W[0]),
        "conv2d: weight has shape (3, 3, 2), 3 axes; it needs 4, (C_out, C, kH, kW).",
    ),
    "channels": (
        lambda: F.conv2d_forward(X, zeros(4, 2, 3, 3)),
        "conv2d: x has 3 channels but weight is made for 2; x is (N, C, H, W) = (2, 3, 6, 5), "
        "weight is (C_out, C, kH, kW) = (4, 2, 3, 3).",
    ),
    "bias": (
        lambda: F.conv2d_forward(X, W, zeros(3)),
        "conv2d: bias has shape (3,), but weight has 4 filters; it needs shape (4,).",
    ),
    "stride 0": (
        lambda: F.conv2d_forward(X, W, stride=0),
        "conv2d: stride is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "stride 1.5": (
        lambda: F.conv2d_forward(X, W, stride=1.5),
        "conv2d: stride is 1.5; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "three paddings": (
        lambda: F.conv2d_forward(X, W, padding=(1, 2, 3)),
        "conv2d: padding is (1, 2, 3); it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "padding below 0": (
        lambda: F.conv2d_backward(X, X, W, padding=(0, -1)),
        "conv2d_backward: padding is (0, -1); it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "dilation 0": (
        lambda: F.conv2d_forward(X, W, dilation=0),
        "conv2d: dilation is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "kernel too high": (
        lambda: F.conv2d_forward(zeros(1, 1, 3, 9), zeros(1, 1, 5, 5)),
        "conv2d: kernel 5x5 does not fit into input 3x9 with padding 0 (needs H + 2*padding >= kH, but 3 + 2*0 < 5); "
        "use padding=1 or a smaller kernel.",
    ),
    "kernel too wide": (
        lambda: F.conv2d_forward(zeros(1, 1, 9, 2), zeros(1, 1, 5, 7), padding=1),
        "conv2d: kernel 5x7 does not fit into input 9x2 with padding 1 (needs W + 2*padding >= kW, but 2 + 2*1 < 7); "
        "use padding=3 or a smaller kernel.",
    ),
    "kernel too spread": (
        lambda: F.conv2d_forward(zeros(1, 1, 5, 5), zeros(1, 1, 3, 3), dilation=3),
        "conv2d: kernel 3x3 (dilation 3 spreads it over 7) does not fit into input 5x5 with padding 0 "
        "(needs H + 2*padding >= kH, but 5 + 2*0 < 7); use padding=1 or a smaller kernel.",
    ),
    "grad_out": (
        lambda: F.conv2d_backward(zeros(2, 4, 4, 3), X, W),
        "conv2d_backward: grad_out has shape (2, 4, 4, 3), but the output has shape (2, 4, 4, 4).",
    ),
    "im2col rank": (
        lambda: F.im2col(zeros(4, 4), 2),
        "im2col: x has shape (4, 4), 2 axes; it needs 4, (N, C, H, W).",
    ),
    "im2col kernel": (
        lambda: F.im2col(X, (0, 2)),
        "im2col: kernel_size is (0, 2); it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "col2im rows": (
        lambda: F.col2im(zeros(1, 5, 4), (3, 3), 2),
        "col2im: cols has 5 rows, which kernel 2x2 = 4 taps does not divide.",
    ),
    "col2im columns": (
        lambda: F.col2im(zeros(1, 4, 5), (3, 3), 2),
        "col2im: cols has 5 columns, but the window takes 2 x 2 = 4 positions on an image of 3x3.",
    ),
    "pool window": (
        lambda: F.max_pool2d_forward(zeros(1, 1, 2, 5), 3),
        "max_pool2d: kernel 3x3 does not fit into input 2x5 with padding 0 (needs H + 2*padding >= kH, but 2 + 2*0 < 3); "
        "use padding=1 or a smaller kernel.",
    ),
    "pool padding": (
        lambda: F.avg_pool2d_forward(X, (3, 2), padding=(1, 2)),
        "avg_pool2d: padding (1, 2) is more than half of kernel (3, 2), so a window could lie wholly outside; use less.",
    ),
    "max pool grad_out": (
        lambda: F.max_pool2d_backward(zeros(2, 3, 3, 3), X, 2),
        "max_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "avg pool grad_out": (
        lambda: F.avg_pool2d_backward(zeros(2, 3, 3, 3), X, 2),
        "avg_pool2d_backward: grad_out has shape (2, 3, 3, 3), but the output has shape (2, 3, 3, 2).",
    ),
    "relu grad_out": (
        lambda: F.relu_backward(zeros(2, 3), zeros(3, 2)),
        "relu_backward: grad_out has shape (2, 3), but x has shape (3, 2).",
    ),
    "linear features": (
        lambda: F.linear_forward(zeros(2, 5), zeros(3, 4)),
        "linear: x has 5 features but weight is made for 4; x is (N, in_features) = (2, 5), "
        "weight is (out_features, in_features) = (3, 4).",
    ),
    "linear images": (
        lambda: F.linear_forward(X, zeros(3, 4)),
        "linear: x has shape (2, 3, 6, 5), 4 axes; it needs 2, (N, in_features).",
    ),
    "linear bias": (
        lambda: F.linear_forward(zeros(2, 4), zeros(3, 4), zeros(4)),
        "linear: bias has shape (4,), but a row of the output has shape (3,).",
    ),
    "linear grad_out": (
        lambda: F.linear_backward(zeros(2, 4), zeros(2, 4), zeros(3, 4)),
        "linear_backward: grad_out has shape (2, 4), but the output has shape (2, 3).",
    ),
    "float labels": (
        lambda: F.cross_entropy_forward(zeros(2, 3), zeros(2)),
        "cross_entropy: labels have dtype float64; they must be integers, the number of each class.",
    ),
    "one-hot labels": (
        lambda: F.cross_entropy_backward(zeros(2, 3), np.eye(3, dtype=int)[:2]),
        "cross_entropy_backward: labels have shape (2, 3), but logits have 2 rows; one label a row.",
    ),
    "label too large": (
        lambda: F.cross_entropy_forward(zeros(2, 3), [1, 3]),
        "cross_entropy: labels run from 1 to 3, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "label below 0": (
        lambda: F.cross_entropy_forward(zeros(2, 3), [-1, 2]),
        "cross_entropy: labels run from -1 to 2, but with 3 logits a row they must lie in 0 .. 2.",
    ),
    "logits rank": (
        lambda: F.cross_entropy_forward(zeros(3), [1]),
        "cross_entropy: logits has shape (3,), 1 axes; it needs 2, (N, classes); add the batch axis with x[None].",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence(name: str) -> None:
    call, sentence = SENTENCES[name]
    with pytest.raises(ValueError, match=rf"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize("padding", [0, 1, 2, 3])
def test_the_advice_on_padding_works(padding: int) -> None:
    x, weight = zeros(1, 1, 2, 3), zeros(1, 1, 10, 10)
    with pytest.raises(ValueError, match=r"use padding=\d") as caught:
        F.conv2d_forward(x, weight, padding=padding)
    advice = int(re.search(r"use padding=(\d+)", str(caught.value)).group(1))  # type: ignore[union-attr]
    assert F.conv2d_forward(x, weight, padding=advice).size


@pytest.mark.parametrize("size", [(0, 4), (4, 0)])
@pytest.mark.parametrize("operation", [F.max_pool2d_forward, F.avg_pool2d_forward])
def test_an_image_without_pixels_is_refused(operation: Callable[..., np.ndarray], size: tuple[int, int]) -> None:
    """PyTorch refuses it too; the loops would read a pixel that is not there."""
    with pytest.raises(ValueError, match="pool2d"):
        operation(zeros(1, 1, *size), 2, padding=1)


@pytest.mark.parametrize("how", [{"stride": 0}, {"dilation": 0}, {"padding": -1}])
def test_the_plain_version_refuses_what_the_fast_one_refuses(how: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=rf"^conv2d: {next(iter(how))} is "):
        F.conv2d_forward_plain(X, W, **how)
