"""The locally connected layer: windows as in a convolution, but filters of its own at every position."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, rank, same_shape
from course.functional.padding import Padding
from course.functional.window import Window, place_window
from course.kernels import threads

PIECE = 16  # positions a thread takes at a time


def locally_connected2d_forward_plain(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0
) -> np.ndarray:
    """`locally_connected2d_forward`, one position at a time."""
    x, weight, b = _arguments("locally_connected2d", x, weight, bias)
    window = _window("locally_connected2d", x, weight, stride, padding)
    (kH, kW), (sH, sW), (top, bottom, left, right) = window.kernel, window.stride, window.border
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    out = np.empty((len(x), weight.shape[2], *window.positions), x.dtype)
    for n, c, h, w in np.ndindex(out.shape):
        seen = padded[n, :, h * sH : h * sH + kH, w * sW : w * sW + kW]  # (C, kH, kW)
        out[n, c, h, w] = (seen * weight[h, w, c]).sum() + b[h, w, c]
    return out


def locally_connected2d_forward(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None, stride: Pair = 1, padding: Padding = 0
) -> np.ndarray:
    """See every image through small windows, with other filters at every position: a convolution without shared weights.

    ``out[n, c, h, w] = bias[h, w, c] + sum over k, i, j of x[n, k, h*sH - top + i, w*sW - left + j] * weight[h, w, c, k, i, j]``

    Parameters
    ----------
    x : (N, C, H, W) images; a NaN comes out of every window that sees it
    weight : (H_out, W_out, C_out, C, kH, kW); ``weight[h, w]`` are the filters of one position, as `conv2d_forward` takes them
    bias : (H_out, W_out, C_out), or None
    stride, padding : as in `conv2d_forward`; the border is of zeros

    Returns
    -------
    (N, C_out, H_out, W_out)

    Raises
    ------
    ValueError : wrong rank or dtype, channels that do not agree, a kernel that does not fit, or weights for other positions

    References
    ----------
    Y. Taigman, M. Yang, M. Ranzato, L. Wolf, *DeepFace: closing the gap to human-level performance in face verification*,
    CVPR (2014), section 3.

    Examples
    --------
    >>> x = np.array([[[[1, 2, 3]]]])
    >>> weight = np.array([[1, 1], [1, -1]]).reshape(1, 2, 1, 1, 1, 2)  # a sum at the left, a difference at the right
    >>> locally_connected2d_forward(x, weight)
    array([[[[ 3., -1.]]]])
    """
    x, weight, b = _arguments("locally_connected2d", x, weight, bias)
    window = _window("locally_connected2d", x, weight, stride, padding)
    (N, C), C_out, L = x.shape[:2], weight.shape[2], window.L
    filters = weight.reshape(L, C_out, -1)
    out = np.empty((N, C_out, L), x.dtype)

    def piece(images: slice) -> None:
        product = filters @ _by_position(window.gather(x[images]))  # (L, C_out, n)
        np.add(product.transpose(2, 1, 0), b.reshape(L, C_out).T, out=out[images])

    threads.run(piece, window.pieces(N, C, weight))
    return out.reshape(N, C_out, *window.positions)


def locally_connected2d_backward_plain(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, stride: Pair = 1, padding: Padding = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`locally_connected2d_backward`, one position at a time."""
    grad_out, x, weight, window = _gradient_arguments(grad_out, x, weight, stride, padding)
    (kH, kW), (sH, sW), (top, bottom, left, right) = window.kernel, window.stride, window.border
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    grad_bias = np.zeros(weight.shape[:3], x.dtype)
    for n, c, h, w in np.ndindex(grad_out.shape):
        g = grad_out[n, c, h, w]
        place = n, slice(None), slice(h * sH, h * sH + kH), slice(w * sW, w * sW + kW)
        grad_padded[place] += g * weight[h, w, c]
        grad_weight[h, w, c] += g * padded[place]
        grad_bias[h, w, c] += g
    return grad_padded[:, :, top : top + x.shape[2], left : left + x.shape[3]].copy(), grad_weight, grad_bias


def locally_connected2d_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, stride: Pair = 1, padding: Padding = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `locally_connected2d_forward`.

    Parameters
    ----------
    grad_out : (N, C_out, H_out, W_out), the gradient of the loss with respect to the output
    x, weight, stride, padding : as they went in

    Returns
    -------
    grad_x (N, C, H, W), grad_weight (H_out, W_out, C_out, C, kH, kW), grad_bias (H_out, W_out, C_out)

    Raises
    ------
    ValueError : as `locally_connected2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x = np.array([[[[1, 2, 3]]]])
    >>> weight = np.array([[1, 1], [1, -1]]).reshape(1, 2, 1, 1, 1, 2)
    >>> grad_x, grad_weight, _ = locally_connected2d_backward([[[[10, 1]]]], x, weight)
    >>> grad_x[0, 0], grad_weight.reshape(2, 2)
    (array([[10., 11., -1.]]), array([[10., 20.], [ 2.,  3.]]))
    """
    grad_out, x, weight, window = _gradient_arguments(grad_out, x, weight, stride, padding)
    (N, C), C_out, L = x.shape[:2], weight.shape[2], window.L
    filters = weight.reshape(L, C_out, -1)
    grad_x, grad_filters = np.empty_like(x), np.zeros_like(filters)
    pieces = window.pieces(N, C, weight)

    def gradient(images: slice) -> np.ndarray:
        """(L, C_out, n)"""
        return np.ascontiguousarray(grad_out[images].reshape(-1, C_out, L).transpose(2, 1, 0))

    def images_of(images: slice) -> None:
        cols = filters.transpose(0, 2, 1) @ gradient(images)  # (L, K, n)
        grad_x[images] = window.scatter(np.ascontiguousarray(cols.transpose(1, 2, 0)))

    threads.run(images_of, pieces)
    for images in pieces:  # one after the other, since each adds to the same weights
        g, cols = gradient(images), _by_position(window.gather(x[images])).transpose(0, 2, 1)  # (L, n, K)

        def filters_of(positions: slice, g: np.ndarray = g, cols: np.ndarray = cols) -> None:
            grad_filters[positions] += g[positions] @ cols[positions]

        threads.run(filters_of, threads.slices(L, PIECE))
    return grad_x, grad_filters.reshape(weight.shape), grad_out.sum(axis=0).transpose(1, 2, 0).copy()


def _by_position(cols: np.ndarray) -> np.ndarray:
    """Columns (K, n, L) -> (L, K, n), in memory order."""
    return np.ascontiguousarray(cols.transpose(2, 0, 1))


def _arguments(
    operation: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The checked arguments, a missing bias as zeros."""
    if bias is None:
        x, weight = floats(operation, x=x, weight=weight)
        bias = np.zeros(weight.shape[:3], x.dtype)
    else:
        x, weight, bias = floats(operation, x=x, weight=weight, bias=bias)
    _check_channels(operation, x, weight)
    same_shape(operation, "bias", bias, weight.shape[:3], "the output of an image, as (H_out, W_out, C_out),")
    return x, weight, bias


def _gradient_arguments(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, stride: Pair, padding: Padding
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Window]:
    name = "locally_connected2d_backward"
    grad_out, x, weight = floats(name, grad_out=grad_out, x=x, weight=weight)
    _check_channels(name, x, weight)
    window = _window(name, x, weight, stride, padding)
    same_shape(name, "grad_out", grad_out, (len(x), weight.shape[2], *window.positions), "the output")
    return grad_out, x, weight, window


def _check_channels(operation: str, x: np.ndarray, weight: np.ndarray) -> None:
    rank(operation, "x", x, "N, C, H, W")
    rank(operation, "weight", weight, "H_out, W_out, C_out, C, kH, kW")
    if 0 in weight.shape:
        raise ValueError(
            f"{operation}: weight has shape {weight.shape}; there must be at least one position, filter, channel and tap."
        )
    if x.shape[1] != weight.shape[3]:
        raise ValueError(
            f"{operation}: x has {x.shape[1]} channels but weight is made for {weight.shape[3]}; "
            f"x is (N, C, H, W) = {x.shape}, weight is (H_out, W_out, C_out, C, kH, kW) = {weight.shape}."
        )


def _window(operation: str, x: np.ndarray, weight: np.ndarray, stride: Pair, padding: Padding) -> Window:
    window = place_window(operation, x.shape[2:], weight.shape[4:], stride, padding)
    if window.positions != weight.shape[:2]:
        raise ValueError(
            f"{operation}: weight is made for {weight.shape[0]}x{weight.shape[1]} positions, but the window takes "
            f"{window.positions[0]}x{window.positions[1]} on images of {x.shape[2]}x{x.shape[3]}; "
            f"a layer without shared weights has one size of image."
        )
    return window
