"""Convolution over images, forward and backward: first as four plain loops, then as a matrix product."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank, same_shape
from course.functional.columns import Window
from course.functional.shapes import window_positions
from course.kernels import threads

SHARES = 8  # partial sums of the weight's gradient, and so the most threads that its backward pass can use


def conv2d_forward_plain(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> np.ndarray:
    """`conv2d_forward` as the formula says it: one window, one filter, one number at a time."""
    x, weight, b = _conv_arguments("conv2d", x, weight, bias)
    (N, _, H, W), (C_out, _, kH, kW) = x.shape, weight.shape
    (sH, sW), (pH, pW), (dH, dW) = _pairs("conv2d", stride, padding, dilation)
    H_out, W_out = window_positions("conv2d", (H, W), (kH, kW), (sH, sW), (pH, pW), (dH, dW))
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    out = np.empty((N, C_out, H_out, W_out), x.dtype)
    for n in range(N):
        for c in range(C_out):
            for h in range(H_out):
                for w in range(W_out):
                    top, left = h * sH, w * sW
                    window = padded[n, :, top : top + dH * kH : dH, left : left + dW * kW : dW]  # (C, kH, kW)
                    out[n, c, h, w] = (window * weight[c]).sum() + b[c]
    return out


def conv2d_forward(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> np.ndarray:
    """Cross-correlate a batch of images with a bank of filters, as a CNN layer does: the kernels are not flipped.

    ``out[n, c, h, w] = bias[c] + sum over k, i, j of x[n, k, h*sH - pH + i*dH, w*sW - pW + j*dW] * weight[c, k, i, j]``,
    where x is 0 outside the image.

    Parameters
    ----------
    x : (N, C, H, W) images
    weight : (C_out, C, kH, kW) filters
    bias : (C_out,), or None
    stride, padding, dilation : int or pair (h, w), in pixels

    Returns
    -------
    (N, C_out, H_out, W_out) in the dtype of the arguments, with H_out = floor((H + 2*pH - dH*(kH - 1) - 1) / sH) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, channels that do not agree, or a kernel that does not fit

    References
    ----------
    K. Chellapilla, S. Puri, P. Simard, *High performance convolutional neural networks for document processing* (2006).

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> conv2d_forward(x, np.ones((1, 1, 3, 3)))[0, 0]
    array([[45., 54.],
           [81., 90.]])
    """
    x, weight, b = _conv_arguments("conv2d", x, weight, bias)
    C_out = len(weight)
    window = Window("conv2d", x.shape, weight.shape[2:], stride, padding, dilation)
    filters = weight.reshape(C_out, window.K)
    out = np.empty((window.N, C_out, window.L), x.dtype)

    def piece(images: slice) -> None:
        cols = window.gather(x[images])  # (K, n, L)
        product = filters @ cols.reshape(window.K, -1)  # (C_out, n*L)
        np.add(product.reshape(C_out, -1, window.L).transpose(1, 0, 2), b[:, None], out=out[images])

    threads.run(piece, window.pieces(x.itemsize))
    return out.reshape(window.N, C_out, window.H_out, window.W_out)


def conv2d_backward_plain(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`conv2d_backward` as the chain rule says it: each output hands its gradient to the window and the filter that made it."""
    grad_out, x, weight = floats("conv2d_backward", grad_out=grad_out, x=x, weight=weight)
    (_, _, H, W), (C_out, _, kH, kW) = x.shape, weight.shape
    (sH, sW), (pH, pW), (dH, dW) = _pairs("conv2d_backward", stride, padding, dilation)
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    grad_padded, grad_weight, grad_bias = (
        np.zeros_like(padded),
        np.zeros_like(weight),
        np.zeros(C_out, x.dtype),
    )
    for n, c, h, w in np.ndindex(grad_out.shape):
        g = grad_out[n, c, h, w]
        rows = slice(h * sH, h * sH + dH * kH, dH)
        columns = slice(w * sW, w * sW + dW * kW, dW)
        grad_padded[n, :, rows, columns] += g * weight[c]
        grad_weight[c] += g * padded[n, :, rows, columns]
        grad_bias[c] += g
    return grad_padded[:, :, pH : pH + H, pW : pW + W].copy(), grad_weight, grad_bias


def conv2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `conv2d_forward`.

    Parameters
    ----------
    grad_out : (N, C_out, H_out, W_out), the gradient of the loss with respect to the output
    x, weight, stride, padding, dilation : as they went in

    Returns
    -------
    grad_x (N, C, H, W), grad_weight (C_out, C, kH, kW); grad_bias (C_out,)

    Raises
    ------
    ValueError : as `conv2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> grad_x, grad_weight, grad_bias = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> grad_x[0, 0]
    array([[ 1.,  3.,  2.],
           [ 4., 10.,  6.],
           [ 3.,  7.,  4.]])
    >>> grad_weight[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    grad_out, x, weight = floats("conv2d_backward", grad_out=grad_out, x=x, weight=weight)
    _check_channels("conv2d_backward", x, weight)
    C_out = len(weight)
    window = Window("conv2d_backward", x.shape, weight.shape[2:], stride, padding, dilation)
    same_shape("conv2d_backward", "grad_out", grad_out, (window.N, C_out, window.H_out, window.W_out), "the output")
    filters = weight.reshape(C_out, window.K)
    gradient = grad_out.reshape(window.N, C_out, window.L)
    grad_x = np.empty_like(x)
    pieces = window.pieces(x.itemsize)
    # a few sums over fixed shares of the pieces, added in order at the end: the same bits on any number of threads
    parts = np.zeros((min(len(pieces), SHARES), C_out, window.K), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i::SHARES]:
            g = gradient[images].transpose(1, 0, 2).reshape(C_out, -1)  # (C_out, n*L)
            parts[i] += g @ window.gather(x[images]).reshape(window.K, -1).T
            grad_x[images] = window.scatter((filters.T @ g).reshape(window.K, -1, window.L))

    threads.run(share, range(len(parts)))
    return grad_x, parts.sum(axis=0).reshape(weight.shape), grad_out.sum(axis=(0, 2, 3))


def _conv_arguments(
    operation: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The checked arguments, a missing bias as zeros."""
    if bias is None:
        x, weight = floats(operation, x=x, weight=weight)
        bias = np.zeros(weight.shape[:1], x.dtype)
    else:
        x, weight, bias = floats(operation, x=x, weight=weight, bias=bias)
    _check_channels(operation, x, weight)
    if bias.shape != weight.shape[:1]:
        raise ValueError(
            f"{operation}: bias has shape {bias.shape}, but weight has {len(weight)} filters; it needs shape ({len(weight)},)."
        )
    return x, weight, bias


def _pairs(operation: str, stride: Pair, padding: Pair, dilation: Pair) -> list[tuple[int, int]]:
    arguments = (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1))
    return [pair(f"{operation}: {name}", value, least) for name, value, least in arguments]


def _check_channels(operation: str, x: np.ndarray, weight: np.ndarray) -> None:
    rank(operation, "x", x, "N, C, H, W")
    rank(operation, "weight", weight, "C_out, C, kH, kW")
    if 0 in weight.shape:
        raise ValueError(
            f"{operation}: weight has shape {weight.shape}; there must be at least one filter, channel and tap."
        )
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"{operation}: x has {x.shape[1]} channels but weight is made for {weight.shape[1]}; "
            f"x is (N, C, H, W) = {x.shape}, weight is (C_out, C, kH, kW) = {weight.shape}."
        )
