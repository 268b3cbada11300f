"""Pooling to a given size, whatever comes in; to size 1 it is global pooling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course.functional._arguments import floats, same_shape, whole_numbers
from course.functional._pool_window import images, winners
from course.functional.max_pool import scatter_to_winners

OutputSize = int | None | tuple[int | None, int | None]


def adaptive_avg_pool2d_forward(x: np.ndarray, output_size: OutputSize) -> np.ndarray:
    """The means of H_out x W_out windows that cover the image as evenly as they can.

    Window h reaches from row floor(h*H/H_out) up to, not including, row ceil((h + 1)*H/H_out). Where H_out does not divide H,
    windows differ in size and neighbours may share a row; where H_out is larger than H, rows are repeated.

    Parameters
    ----------
    x : (N, C, H, W)
    output_size : int or pair (h, w); None in a pair keeps that side

    Returns
    -------
    (N, C, H_out, W_out)

    Raises
    ------
    ValueError : wrong rank or dtype, an image without a pixel, or a size that is not a whole number of at least 1

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 3.0, 4.0, 6.0]]]])
    >>> adaptive_avg_pool2d_forward(x, (1, 2))  # columns 0 to 2 and 2 to 4
    array([[[[2.        , 4.33333333]]]])
    """
    (x,) = floats("adaptive_avg_pool2d", x=x)
    size = _size("adaptive_avg_pool2d", x, output_size)
    out = np.empty((*x.shape[:2], *size), x.dtype)
    for (h, w), (rows, columns) in _windows(x, size):
        out[:, :, h, w] = x[:, :, rows, columns].mean(axis=(2, 3))
    return out


def adaptive_avg_pool2d_backward(grad_out: np.ndarray, x: np.ndarray, output_size: OutputSize) -> np.ndarray:
    """Hand each gradient in equal shares to the pixels of its window.

    Parameters
    ----------
    grad_out : (N, C, H_out, W_out)
    x, output_size : as they went in

    Returns
    -------
    grad_x (N, C, H, W)

    Raises
    ------
    ValueError : as `adaptive_avg_pool2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> adaptive_avg_pool2d_backward(np.array([[[[3.0, 6.0]]]]), np.zeros((1, 1, 1, 5)), (1, 2))
    array([[[[1., 1., 3., 2., 2.]]]])
    """
    grad_out, x = floats("adaptive_avg_pool2d_backward", grad_out=grad_out, x=x)
    size = _size("adaptive_avg_pool2d_backward", x, output_size)
    same_shape("adaptive_avg_pool2d_backward", "grad_out", grad_out, (*x.shape[:2], *size), "the output")
    grad_x = np.zeros_like(x)
    for (h, w), (rows, columns) in _windows(x, size):
        window = grad_x[:, :, rows, columns]
        window += grad_out[:, :, h, w, None, None] / (window.shape[2] * window.shape[3])
    return grad_x


def adaptive_max_pool2d_forward(x: np.ndarray, output_size: OutputSize) -> np.ndarray:
    """The largest numbers of H_out x W_out windows that cover the image; windows, arguments and errors as
    `adaptive_avg_pool2d_forward`.

    Examples
    --------
    >>> adaptive_max_pool2d_forward(np.array([[[[1.0, 2.0, 3.0, 4.0, 6.0]]]]), (1, 2))
    array([[[[3., 6.]]]])
    """
    return adaptive_max_pool2d_with_indices(x, output_size)[0]


def adaptive_max_pool2d_with_indices(x: np.ndarray, output_size: OutputSize) -> tuple[np.ndarray, np.ndarray]:
    """`adaptive_max_pool2d_forward` and where each winner stood; ties, NaN and indices as in `max_pool2d_with_indices`.

    Examples
    --------
    >>> adaptive_max_pool2d_with_indices(np.array([[[[1.0, 2.0], [4.0, 4.0]]]]), 1)
    (array([[[[4.]]]]), array([[[[2]]]]))
    """
    (x,) = floats("adaptive_max_pool2d", x=x)
    size = _size("adaptive_max_pool2d", x, output_size)
    out = np.empty((*x.shape[:2], *size), x.dtype)
    indices = np.empty(out.shape, np.int64)
    places = np.arange(x.shape[2] * x.shape[3]).reshape(x.shape[2:])
    for (h, w), (rows, columns) in _windows(x, size):
        place = places[rows, columns].ravel()  # (kH*kW,)
        pixels = x[:, :, rows, columns].reshape(*x.shape[:2], len(place))  # (N, C, kH, kW) -> (N, C, kH*kW)
        winner = winners(pixels)
        out[:, :, h, w] = np.take_along_axis(pixels, winner[..., None], axis=2)[..., 0]
        indices[:, :, h, w] = place[winner]
    return out, indices


def adaptive_max_pool2d_backward(grad_out: np.ndarray, x: np.ndarray, output_size: OutputSize) -> np.ndarray:
    """Hand each gradient to the winner of its window. Parameters, returns and errors as `adaptive_avg_pool2d_backward`.

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 8.0, 4.0, 6.0]]]])
    >>> adaptive_max_pool2d_backward(np.array([[[[3.0, 6.0]]]]), x, (1, 2))  # the 8 wins both windows
    array([[[[0., 0., 9., 0., 0.]]]])
    """
    grad_out, x = floats("adaptive_max_pool2d_backward", grad_out=grad_out, x=x)
    size = _size("adaptive_max_pool2d_backward", x, output_size)
    same_shape("adaptive_max_pool2d_backward", "grad_out", grad_out, (*x.shape[:2], *size), "the output")
    indices = adaptive_max_pool2d_with_indices(x, output_size)[1]
    return scatter_to_winners("adaptive_max_pool2d_backward", grad_out, indices, x.shape)


def check_output_size(operation: str, output_size: OutputSize) -> tuple[int | None, int | None]:
    """An output size as a pair, with None for a side that is kept."""
    both = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    if len(both) == 2:
        found = [1 if n is None else n for n in both]
        if whole_numbers(found, least=1):
            return both[0], both[1]
    raise ValueError(
        f"{operation}: output_size is {output_size!r}; it must be a whole number of at least 1, or a pair (h, w) of them, "
        "with None for a side that is kept."
    )


def _size(operation: str, x: np.ndarray, output_size: OutputSize) -> tuple[int, int]:
    images(operation, x)
    h, w = check_output_size(operation, output_size)
    return x.shape[2] if h is None else h, x.shape[3] if w is None else w


def _windows(x: np.ndarray, size: tuple[int, int]) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
    """Each output position, and the rows and columns of its window."""
    (H, W), (H_out, W_out) = x.shape[2:], size
    for h, w in np.ndindex(size):
        rows = slice(h * H // H_out, -(-(h + 1) * H // H_out))  # -(-a // b) rounds up
        columns = slice(w * W // W_out, -(-(w + 1) * W // W_out))
        yield (h, w), (rows, columns)
