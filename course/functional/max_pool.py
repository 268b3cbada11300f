"""Max pooling, forward and backward."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, same_shape
from course.functional._pool_window import output_shape, rows, windows, winners, with_gradient
from course.kernels import pool2x2, pooling, threads

PIECE = 8  # images a thread takes at a time


def max_pool2d_forward_plain(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """`max_pool2d_forward`, one window at a time."""
    (x,), window = floats("max_pool2d", x=x), windows("max_pool2d", kernel_size, stride, padding, dilation)
    out = np.empty(output_shape("max_pool2d", x, window, ceil_mode), x.dtype)
    for n, c, h, w in np.ndindex(out.shape):
        out[n, c, h, w] = x[n, c][window.pixels(h, w)].max()
    return out


def max_pool2d_forward(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Keep the largest number of each window.

    Parameters
    ----------
    x : (N, C, H, W)
    kernel_size : int or pair (h, w), in pixels
    stride : int or pair; None means `kernel_size`, windows side by side
    padding : int or pair, at most half the kernel; the border counts as minus infinity, so it never wins
    dilation : int or pair; distance between the taps of a window
    ceil_mode : round the size up: a last window may reach beyond the end, as long as it starts inside the image or the border
        before it; pixels that floor would leave out are seen

    Returns
    -------
    (N, C, H_out, W_out) with H_out = floor((H + 2*pH - dH*(kH - 1) - 1) / sH) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, a window that does not fit, or padding of more than half the kernel

    Examples
    --------
    >>> x = np.array([[[[0, 0, 14, 82], [149, 32, 0, 0], [28, 53, 64, 44], [39, 120, 133, 99]]]])
    >>> max_pool2d_forward(x, 2)[0, 0]
    array([[149.,  82.],
           [120., 133.]])
    >>> max_pool2d_forward(x, 3)[0, 0], max_pool2d_forward(x, 3, ceil_mode=True)[0, 0]
    (array([[149.]]), array([[149.,  82.],
           [133.,  99.]]))
    """
    (x,), window = floats("max_pool2d", x=x), windows("max_pool2d", kernel_size, stride, padding, dilation)
    if x.ndim != 4 or not window.tile(x, ceil_mode):
        return max_pool2d_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode)[0]
    out = np.empty(output_shape("max_pool2d", x, window, ceil_mode), x.dtype)

    def piece(images: slice) -> None:
        pool2x2.max_pool(rows(x[images]), rows(out[images]))

    threads.run(piece, threads.spans(len(x), x[:1].nbytes))
    return out


def max_pool2d_with_indices(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """`max_pool2d_forward` and where each winner stood, as PyTorch's ``return_indices=True`` tells it.

    Of equal numbers the first wins, row by row. A NaN wins over every number, and of several the last.

    Parameters
    ----------
    as `max_pool2d_forward`

    Returns
    -------
    out : (N, C, H_out, W_out)
    indices : the same shape, int64: y*W + x, the winner's place in its plane

    Examples
    --------
    >>> max_pool2d_with_indices(np.array([[[[3.0, 7.0, 7.0], [1.0, 0.0, 9.0]]]]), 2, stride=1)
    (array([[[[7., 9.]]]]), array([[[[1, 5]]]]))
    """
    (x,), window = floats("max_pool2d", x=x), windows("max_pool2d", kernel_size, stride, padding, dilation)
    out = np.empty(output_shape("max_pool2d", x, window, ceil_mode), x.dtype)
    indices = np.empty(out.shape, np.int64)

    def piece(images: slice) -> None:
        pooling.max_pool(x[images], out[images], indices[images], *window.numbers)

    threads.run(piece, threads.slices(len(x), PIECE))
    return out, indices


def max_pool2d_backward_plain(
    grad_out: np.ndarray,
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """`max_pool2d_backward`, one window at a time."""
    window = windows("max_pool2d_backward", kernel_size, stride, padding, dilation)
    grad_out, x = with_gradient("max_pool2d_backward", grad_out, x, window, ceil_mode)
    grad_x = np.zeros_like(x)
    for n, c, h, w in np.ndindex(grad_out.shape):
        pixels = x[n, c][window.pixels(h, w)]
        i, j = np.unravel_index(winners(pixels.ravel()), pixels.shape)
        grad_x[n, c][window.pixels(h, w)][i, j] += grad_out[n, c, h, w]
    return grad_x


def max_pool2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """Hand each gradient to the winner of its window; where windows overlap, what a winner gets from several adds up.

    Parameters
    ----------
    grad_out : (N, C, H_out, W_out), the gradient of the loss with respect to the output
    x, kernel_size, stride, padding, dilation, ceil_mode : as they went in

    Returns
    -------
    grad_x (N, C, H, W)

    Raises
    ------
    ValueError : as `max_pool2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x = np.array([[[[1.0, 5.0, 2.0], [0.0, 3.0, 4.0]]]])
    >>> max_pool2d_backward(np.array([[[[10.0, 1.0]]]]), x, 2, stride=1)[0, 0]  # the 5 wins both windows
    array([[ 0., 11.,  0.],
           [ 0.,  0.,  0.]])
    """
    window = windows("max_pool2d_backward", kernel_size, stride, padding, dilation)
    grad_out, x = with_gradient("max_pool2d_backward", grad_out, x, window, ceil_mode)
    if window.tile(x, ceil_mode):
        grad_x = np.empty_like(x)

        def piece(images: slice) -> None:
            pool2x2.max_pool_gradient(rows(grad_out[images]), rows(x[images]), rows(grad_x[images]))

        threads.run(piece, threads.spans(len(x), x[:1].nbytes))
        return grad_x
    _, indices = max_pool2d_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode)
    return scatter_to_winners("max_pool2d_backward", grad_out, indices, x.shape)


def scatter_to_winners(
    operation: str, grad_out: np.ndarray, indices: np.ndarray, x_shape: tuple[int, ...]
) -> np.ndarray:
    """The gradient (N, C, H, W) of a max pooling whose winners are known: `grad_out` added up at `indices`."""
    (grad_out,) = floats(operation, grad_out=grad_out)
    same_shape(operation, "grad_out", grad_out, indices.shape, "the output")
    N, C, H, W = x_shape
    L = indices.shape[2] * indices.shape[3]
    grad_x = np.zeros((N * C, H * W), grad_out.dtype)
    gradient, where = grad_out.reshape(N * C, L), indices.reshape(N * C, L)

    def piece(planes: slice) -> None:
        pooling.scatter(gradient[planes], where[planes], grad_x[planes])

    threads.run(piece, threads.slices(N * C, PIECE * C))
    return grad_x.reshape(x_shape)
