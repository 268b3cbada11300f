"""Average pooling, forward and backward."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats
from course.functional._pool_window import Windows, output_shape, rows, windows, with_gradient
from course.kernels import pool2x2, pooling, threads

PIECE = 8  # images a thread takes at a time


def avg_pool2d_forward_plain(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """`avg_pool2d_forward`, one window at a time."""
    (x,), window = floats("avg_pool2d", x=x), windows("avg_pool2d", kernel_size, stride, padding)
    out = np.empty(output_shape("avg_pool2d", x, window, ceil_mode), x.dtype)
    for n, c, h, w in np.ndindex(out.shape):
        count = _pixels_that_count(x, window, h, w, count_include_pad)
        out[n, c, h, w] = x[n, c][window.pixels(h, w)].sum() / count
    return out


def avg_pool2d_forward(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Average the numbers of each window.

    Parameters
    ----------
    x : (N, C, H, W)
    kernel_size : int or pair (h, w), in pixels
    stride : int or pair; None means `kernel_size`, windows side by side
    padding : int or pair, at most half the kernel
    ceil_mode : round the size up, as in `max_pool2d_forward`; what a window has beyond the padded end does not count
    count_include_pad : whether the border counts, as zeros; without it a window is averaged over the pixels it sees

    Returns
    -------
    (N, C, H_out, W_out) with H_out = floor((H + 2*pH - kH) / sH) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, a window that does not fit, or padding of more than half the kernel

    Examples
    --------
    >>> avg_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    >>> x = np.full((1, 1, 2, 2), 8.0)
    >>> avg_pool2d_forward(x, 2, padding=1)[0, 0], avg_pool2d_forward(x, 2, padding=1, count_include_pad=False)[0, 0]
    (array([[2., 2.],
           [2., 2.]]), array([[8., 8.],
           [8., 8.]]))
    """
    (x,), window = floats("avg_pool2d", x=x), windows("avg_pool2d", kernel_size, stride, padding)
    out = np.empty(output_shape("avg_pool2d", x, window, ceil_mode), x.dtype)
    if window.tile(x, ceil_mode):

        def quarters(images: slice) -> None:
            pool2x2.avg_pool(rows(x[images]), rows(out[images]))

        threads.run(quarters, threads.spans(len(x), x[:1].nbytes))
        return out
    divisor = _divisor(x, window, out.shape, count_include_pad)

    def piece(images: slice) -> None:
        pooling.avg_pool(x[images], divisor, out[images], *window.numbers[:6])

    threads.run(piece, threads.slices(len(x), PIECE))
    return out


def avg_pool2d_backward_plain(
    grad_out: np.ndarray,
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """`avg_pool2d_backward`, one window at a time."""
    window = windows("avg_pool2d_backward", kernel_size, stride, padding)
    grad_out, x = with_gradient("avg_pool2d_backward", grad_out, x, window, ceil_mode)
    grad_x = np.zeros_like(x)
    for n, c, h, w in np.ndindex(grad_out.shape):
        count = _pixels_that_count(x, window, h, w, count_include_pad)
        grad_x[n, c][window.pixels(h, w)] += grad_out[n, c, h, w] / count
    return grad_x


def avg_pool2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> np.ndarray:
    """Hand each gradient in equal shares to the pixels of its window.

    Parameters
    ----------
    grad_out : (N, C, H_out, W_out), the gradient of the loss with respect to the output
    x, kernel_size, stride, padding, ceil_mode, count_include_pad : as they went in

    Returns
    -------
    grad_x (N, C, H, W)

    Raises
    ------
    ValueError : as `avg_pool2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> avg_pool2d_backward(np.array([[[[4.0, 8.0]]]]), np.zeros((1, 1, 2, 4)), 2)[0, 0]
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.]])
    """
    window = windows("avg_pool2d_backward", kernel_size, stride, padding)
    grad_out, x = with_gradient("avg_pool2d_backward", grad_out, x, window, ceil_mode)
    if window.tile(x, ceil_mode):
        grad_x = np.empty_like(x)

        def quarters(images: slice) -> None:
            pool2x2.avg_pool_gradient(rows(grad_out[images]), rows(grad_x[images]))

        threads.run(quarters, threads.spans(len(x), x[:1].nbytes))
        return grad_x
    grad_x = np.zeros_like(x)
    shares = grad_out / _divisor(x, window, grad_out.shape, count_include_pad).astype(x.dtype)

    def piece(images: slice) -> None:
        pooling.spread(shares[images], grad_x[images], *window.numbers[:6])

    threads.run(piece, threads.slices(len(x), PIECE))
    return grad_x


def _pixels_that_count(x: np.ndarray, window: Windows, h: int, w: int, count_include_pad: bool) -> int:
    """By how much the sum of the window at (h, w) is divided."""
    if not count_include_pad:
        return x[0, 0][window.pixels(h, w)].size
    ends = (n + 2 * p for n, p in zip(x.shape[2:], window.padding, strict=True))  # of the padded image
    tall, wide = (
        min(k, end - position * s)
        for position, k, s, end in zip((h, w), window.kernel, window.stride, ends, strict=True)
    )
    return tall * wide


def _divisor(x: np.ndarray, window: Windows, out_shape: tuple[int, ...], count_include_pad: bool) -> np.ndarray:
    """`_pixels_that_count` for all windows, (H_out, W_out) float64."""
    sides = []
    for n, count, k, s, p in zip(x.shape[2:], out_shape[2:], window.kernel, window.stride, window.padding, strict=True):
        starts = np.arange(count) * s - p
        ends = starts + k
        low, high = (-p, n + p) if count_include_pad else (0, n)
        sides.append(np.minimum(ends, high) - np.maximum(starts, low))
    return np.multiply.outer(*sides).astype(np.float64)
