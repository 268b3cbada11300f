"""Max and average pooling, forward and backward."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank, same_shape
from course.functional.shapes import window_positions
from course.kernels import pooling, threads

PIECE = 8  # images a thread takes at a time


def max_pool2d_forward_plain(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """`max_pool2d_forward`, one window at a time."""
    (x,), geometry, out_shape = _pool_arguments("max_pool2d", kernel_size, stride, padding, x=x)
    out = np.empty(out_shape, x.dtype)
    for n, c, h, w in np.ndindex(out_shape):
        out[n, c, h, w] = x[n, c][_window(h, w, geometry)].max()
    return out


def max_pool2d_forward(x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> np.ndarray:
    """Keep the largest number of each window.

    Parameters
    ----------
    x : (N, C, H, W)
    kernel_size : int or pair (h, w), in pixels
    stride : int or pair; None means `kernel_size`, windows side by side
    padding : int or pair, at most half the kernel; the border counts as minus infinity, so it never wins

    Returns
    -------
    (N, C, H_out, W_out) with H_out = floor((H + 2*pH - kH) / sH) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, a window that does not fit, or padding of more than half the kernel

    Examples
    --------
    >>> x = np.array([[[[0, 0, 14, 82], [149, 32, 0, 0], [28, 53, 64, 44], [39, 120, 133, 99]]]])
    >>> max_pool2d_forward(x, 2)[0, 0]
    array([[149.,  82.],
           [120., 133.]])
    """
    return max_pool2d_with_indices(x, kernel_size, stride, padding)[0]


def max_pool2d_with_indices(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> tuple[np.ndarray, np.ndarray]:
    """`max_pool2d_forward` and where each winner stood: indices y*W + x into its plane, int64 (N, C, H_out, W_out).

    Of equal numbers the first wins, row by row, as in PyTorch's ``return_indices=True``.
    """
    (x,), geometry, out_shape = _pool_arguments("max_pool2d", kernel_size, stride, padding, x=x)
    out, index = np.empty(out_shape, x.dtype), np.empty(out_shape, np.int64)

    def piece(images: slice) -> None:
        pooling.max_pool(x[images], out[images], index[images], *geometry)

    threads.run(piece, threads.slices(len(x), PIECE))
    return out, index


def max_pool2d_backward_plain(
    grad_out: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """`max_pool2d_backward`, one window at a time."""
    (grad_out, x), geometry, out_shape = _pool_arguments(
        "max_pool2d_backward", kernel_size, stride, padding, grad_out=grad_out, x=x
    )
    same_shape("max_pool2d_backward", "grad_out", grad_out, out_shape, "the output")
    grad_x = np.zeros_like(x)
    for n, c, h, w in np.ndindex(grad_out.shape):
        window = _window(h, w, geometry)
        i, j = np.unravel_index(x[n, c][window].argmax(), x[n, c][window].shape)  # of equal numbers the first
        grad_x[n, c][window][i, j] += grad_out[n, c, h, w]
    return grad_x


def max_pool2d_backward(
    grad_out: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """Hand each gradient to the winner of its window; where windows overlap, what a winner gets from several adds up.

    Parameters
    ----------
    grad_out : (N, C, H_out, W_out), the gradient of the loss with respect to the output
    x, kernel_size, stride, padding : as they went in

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
    grad_out, x = floats("max_pool2d_backward", grad_out=grad_out, x=x)
    _, index = max_pool2d_with_indices(x, kernel_size, stride, padding)
    same_shape("max_pool2d_backward", "grad_out", grad_out, index.shape, "the output")
    return scatter_to_winners(grad_out, index, x.shape)


def scatter_to_winners(grad_out: np.ndarray, indices: np.ndarray, x_shape: tuple[int, ...]) -> np.ndarray:
    """The gradient (N, C, H, W) of a max pooling whose winners are known: `grad_out` added up at `indices`."""
    planes = x_shape[0] * x_shape[1]
    grad_x = np.zeros((planes, x_shape[2] * x_shape[3]), grad_out.dtype)
    L = grad_out.shape[2] * grad_out.shape[3]
    gradient, where = np.ascontiguousarray(grad_out).reshape(planes, L), indices.reshape(planes, L)

    def piece(rows: slice) -> None:
        pooling.scatter(gradient[rows], where[rows], grad_x[rows])

    threads.run(piece, threads.slices(planes, PIECE * x_shape[1]))
    return grad_x.reshape(x_shape)


def avg_pool2d_forward_plain(
    x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """`avg_pool2d_forward`, one window at a time."""
    (x,), geometry, out_shape = _pool_arguments("avg_pool2d", kernel_size, stride, padding, x=x)
    out = np.empty(out_shape, x.dtype)
    for n, c, h, w in np.ndindex(out_shape):
        out[n, c, h, w] = x[n, c][_window(h, w, geometry)].sum() / (geometry[0] * geometry[1])
    return out


def avg_pool2d_forward(x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> np.ndarray:
    """Average the numbers of each window; padding counts as zeros, as in PyTorch's default ``count_include_pad=True``.

    Parameters, returns and errors as `max_pool2d_forward`.

    Examples
    --------
    >>> avg_pool2d_forward(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    (x,), geometry, out_shape = _pool_arguments("avg_pool2d", kernel_size, stride, padding, x=x)
    out = np.empty(out_shape, x.dtype)

    def piece(images: slice) -> None:
        pooling.avg_pool(x[images], out[images], *geometry)

    threads.run(piece, threads.slices(len(x), PIECE))
    return out


def avg_pool2d_backward_plain(
    grad_out: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """`avg_pool2d_backward`, one window at a time."""
    (grad_out, x), geometry, out_shape = _pool_arguments(
        "avg_pool2d_backward", kernel_size, stride, padding, grad_out=grad_out, x=x
    )
    same_shape("avg_pool2d_backward", "grad_out", grad_out, out_shape, "the output")
    grad_x = np.zeros_like(x)
    for n, c, h, w in np.ndindex(grad_out.shape):
        grad_x[n, c][_window(h, w, geometry)] += grad_out[n, c, h, w] / (geometry[0] * geometry[1])
    return grad_x


def avg_pool2d_backward(
    grad_out: np.ndarray, x: np.ndarray, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> np.ndarray:
    """Hand each gradient in equal shares to its window. Parameters, returns and errors as `max_pool2d_backward`.

    Examples
    --------
    >>> avg_pool2d_backward(np.array([[[[4.0, 8.0]]]]), np.zeros((1, 1, 2, 4)), 2)[0, 0]
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.]])
    """
    (grad_out, x), geometry, out_shape = _pool_arguments(
        "avg_pool2d_backward", kernel_size, stride, padding, grad_out=grad_out, x=x
    )
    same_shape("avg_pool2d_backward", "grad_out", grad_out, out_shape, "the output")
    grad_x = np.zeros_like(x)
    shares = grad_out / (geometry[0] * geometry[1])

    def piece(images: slice) -> None:
        pooling.spread(shares[images], grad_x[images], *geometry)

    threads.run(piece, threads.slices(len(x), PIECE))
    return grad_x


def _window(h: int, w: int, geometry: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the window at output position (h, w), cut at the border; a slice cuts at the far end by itself."""
    kH, kW, sH, sW, pH, pW = geometry
    top, left = h * sH - pH, w * sW - pW
    return slice(max(0, top), top + kH), slice(max(0, left), left + kW)


def _pool_arguments(
    operation: str, kernel_size: Pair, stride: Pair | None, padding: Pair, **arrays: np.ndarray
) -> tuple[list[np.ndarray], tuple[int, ...], tuple[int, int, int, int]]:
    """The arrays as floats, the geometry (kH, kW, sH, sW, pH, pW), and the output's shape."""
    found = floats(operation, **arrays)
    x = found[-1]
    rank(operation, "x", x, "N, C, H, W")
    if 0 in x.shape[2:]:
        raise ValueError(f"{operation}: x has shape {x.shape}, images without a pixel.")
    kernel = pair(f"{operation}: kernel_size", kernel_size, least=1)
    step = kernel if stride is None else pair(f"{operation}: stride", stride, least=1)
    border = pair(f"{operation}: padding", padding, least=0)
    if 2 * border[0] > kernel[0] or 2 * border[1] > kernel[1]:
        raise ValueError(
            f"{operation}: padding {border} is more than half of kernel {kernel}, so a window could lie wholly outside; use less."
        )
    size = window_positions(operation, (x.shape[2], x.shape[3]), kernel, step, border)
    return found, (*kernel, *step, *border), (x.shape[0], x.shape[1], *size)
