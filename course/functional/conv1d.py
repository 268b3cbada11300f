"""Convolution over signals: a convolution over images that are one pixel high."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.functional._arguments import same_shape, whole, whole_numbers
from course.functional.conv import conv_arguments, gradient_arguments
from course.functional.padding import check_border
from course.functional.shapes import window_positions
from course.functional.window import (
    Window,
    forward_product,
    grad_weight_product,
    grad_x_product,
    same_border,
)

Padding1d = int | str | tuple[int, int]


def conv1d_forward(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> np.ndarray:
    """Cross-correlate a batch of signals with a bank of filters; `conv2d_forward` with one axis less.

    ``out[n, c, l] = bias[c] + sum over k, i of x[n, k, l*stride - left + i*dilation] * weight[c, k, i]``

    Parameters
    ----------
    x : (N, C, L) signals
    weight : (C_out, C/groups, kL) filters
    bias : (C_out,), or None
    stride, dilation : in samples
    padding : in samples, an int or a pair (left, right); "valid" for none; or "same", which keeps the length (stride 1 only)
    groups, padding_mode : as in `conv2d_forward`

    Returns
    -------
    (N, C_out, L_out) with L_out = floor((L + left + right - dilation*(kL - 1) - 1) / stride) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, channels that do not agree, groups that do not divide them, or a kernel that does not fit

    Examples
    --------
    >>> signal, difference = np.array([[[1, 4, 9, 16, 25]]]), np.array([[[-1, 1]]])
    >>> conv1d_forward(signal, difference)
    array([[[3., 5., 7., 9.]]])
    """
    x, weight, b = conv_arguments("conv1d", x, weight, bias, groups, axes="L")
    window = _row_window("conv1d", x, weight, stride, padding, dilation, padding_mode)
    return forward_product(x[:, :, None], weight[:, :, None], b, window, groups)[:, :, 0]


def conv1d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: int = 1,
    padding: Padding1d = 0,
    dilation: int = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `conv1d_forward`.

    Parameters
    ----------
    grad_out : (N, C_out, L_out), the gradient of the loss with respect to the output
    x, weight, stride, padding, dilation, groups, padding_mode : as they went in

    Returns
    -------
    grad_x (N, C, L), grad_weight (C_out, C/groups, kL), grad_bias (C_out,)

    Raises
    ------
    ValueError : as `conv1d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> grad_x, grad_weight, _ = conv1d_backward([[[1, 10, 100]]], [[[1, 4, 9, 16]]], [[[-1, 1]]])
    >>> grad_x, grad_weight
    (array([[[ -1.,  -9., -90., 100.]]]), array([[[ 941., 1694.]]]))
    """
    grad_out, x, weight = gradient_arguments("conv1d_backward", grad_out, x, weight, groups, axes="L")
    window = _row_window("conv1d_backward", x, weight, stride, padding, dilation, padding_mode)
    same_shape("conv1d_backward", "grad_out", grad_out, (len(x), len(weight), window.L), "the output")
    maps, images, filters = grad_out[:, :, None], x[:, :, None], weight[:, :, None]  # a height of 1 for each
    grad_x = grad_x_product(maps, filters, window, groups)[:, :, 0]
    grad_weight = grad_weight_product(maps, images, window, groups)[:, :, 0]
    return grad_x, grad_weight, grad_out.sum(axis=(0, 2))


def _row_window(
    operation: str, x: np.ndarray, weight: np.ndarray, stride: int, padding: Padding1d, dilation: int, mode: str
) -> Window:
    """The window of height 1 on images of height 1."""
    L, kernel = x.shape[2], weight.shape[2]
    step, (left, right), spread = read_geometry1d(operation, kernel, stride, padding, dilation)
    if L == 0:
        raise ValueError(f"{operation}: the signals have no sample.")
    check_border(operation, "padding_mode", (L,), (left, right), mode)
    (L_out,) = window_positions(operation, (L,), (kernel,), (step,), (left, right), (spread,))
    return Window((1, L), (1, kernel), (1, step), (1, spread), (0, 0, left, right), mode, (1, L_out))


def read_geometry1d(
    operation: str, kernel: int, stride: int, padding: Padding1d, dilation: int
) -> tuple[int, tuple[int, int], int]:
    """The stride, the border (left, right) and the dilation that the arguments mean."""
    step = whole(f"{operation}: stride", stride, least=1)
    spread = whole(f"{operation}: dilation", dilation, least=1)
    ends: Any = padding
    if isinstance(padding, str) and padding == "same":
        ends = same_border(operation, (kernel,), (step,), (spread,))
    elif isinstance(padding, str) and padding == "valid":
        ends = 0
    ends = whole_numbers(ends if isinstance(ends, (tuple, list, np.ndarray)) else (ends, ends), least=0)
    if len(ends) != 2:
        raise ValueError(
            f'{operation}: padding is {padding!r}; it must be "same", "valid", a whole number of at least 0, '
            f"or a pair (left, right) of them."
        )
    return step, (ends[0], ends[1]), spread
