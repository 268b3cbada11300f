"""Unpooling: each maximum back to where it stood."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, same_shape, whole_numbers
from course.functional._pool_window import images, windows

Size = tuple[int, ...]


def max_unpool2d_forward(
    x: np.ndarray,
    indices: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    output_size: Size | None = None,
) -> np.ndarray:
    """Zeros, and each number of `x` at the place where a max pooling found it.

    Parameters
    ----------
    x : (N, C, H, W), pooled maps
    indices : (N, C, H, W) integers, what `max_pool2d_with_indices` said: y*W_out + x. Where one place is named twice, the later
        number stays
    kernel_size, stride, padding : those of the pooling
    output_size : (H_out, W_out), or the whole shape of what was pooled. A pooling gives the same size for several inputs, such as
        2 for 4 and for 5; None means the smallest that needs no rounding

    Returns
    -------
    (N, C, H_out, W_out), where H_out is (H - 1)*sH - 2*pH + kH, or up to sH - 1 more or less where `output_size` says so

    Raises
    ------
    ValueError : wrong rank or dtype, indices of another shape or that lie outside, or an `output_size` that no such pooling takes

    References
    ----------
    M. D. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV (2014), section 2.1.

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 0.0, 0.0, 5.0], [0.0, 4.0, 3.0, 0.0, 6.0]]]])
    >>> from course.functional import max_pool2d_with_indices
    >>> out, indices = max_pool2d_with_indices(x, 2)
    >>> max_unpool2d_forward(out, indices, 2, output_size=(2, 5))[0, 0]  # without it the row of 5 would be cut to 4
    array([[0., 0., 0., 0., 0.],
           [0., 4., 3., 0., 0.]])
    """
    (x,) = floats("max_unpool2d", x=x)
    places, size = _places("max_unpool2d", x, indices, kernel_size, stride, padding, output_size)
    out = np.zeros((*x.shape[:2], size[0] * size[1]), x.dtype)
    np.put_along_axis(out, places, x.reshape(places.shape), axis=2)
    return out.reshape(*x.shape[:2], *size)


def max_unpool2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    indices: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    output_size: Size | None = None,
) -> np.ndarray:
    """Read the gradient at the places that the numbers went to.

    Parameters
    ----------
    grad_out : (N, C, H_out, W_out)
    x, indices, kernel_size, stride, padding, output_size : as they went in

    Returns
    -------
    grad_x (N, C, H, W); where several numbers went to one place, each gets its whole gradient, as in PyTorch

    Raises
    ------
    ValueError : as `max_unpool2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> grad_out = np.array([[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]])
    >>> max_unpool2d_backward(grad_out, np.zeros((1, 1, 1, 2)), np.array([[[[5, 2]]]]), 2)
    array([[[[6., 3.]]]])
    """
    grad_out, x = floats("max_unpool2d_backward", grad_out=grad_out, x=x)
    places, size = _places("max_unpool2d_backward", x, indices, kernel_size, stride, padding, output_size)
    same_shape("max_unpool2d_backward", "grad_out", grad_out, (*x.shape[:2], *size), "the output")
    return np.take_along_axis(grad_out.reshape(*x.shape[:2], size[0] * size[1]), places, axis=2).reshape(x.shape)


def _places(
    operation: str,
    x: np.ndarray,
    indices: np.ndarray,
    kernel_size: Pair,
    stride: Pair | None,
    padding: Pair,
    output_size: Size | None,
) -> tuple[np.ndarray, tuple[int, int]]:
    """The indices as (N, C, H*W), and (H_out, W_out)."""
    images(operation, x)
    window = windows(operation, kernel_size, stride, padding)
    natural = [(n - 1) * s - 2 * p + k for n, k, s, p in zip(x.shape[2:], *window[:3], strict=True)]
    size = tuple(natural if output_size is None else output_size)[-2:]
    near = [abs(n - m) < s for n, m, s in zip(size, natural, window.stride, strict=False)]
    if len(near) != 2 or not all(near) or not whole_numbers(size, least=1):
        low, high = ([m + sign * (s - 1) for m, s in zip(natural, window.stride, strict=True)] for sign in (-1, 1))
        raise ValueError(
            f"{operation}: output_size is {output_size!r}; a pooling to {x.shape[2]}x{x.shape[3]} with kernel {window.kernel}, "
            f"stride {window.stride} and padding {window.padding} starts from a height of {low[0]} to {high[0]} and a width of "
            f"{low[1]} to {high[1]}."
        )
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise ValueError(
            f"{operation}: indices have dtype {indices.dtype}; they are integers, as the pooling gave them."
        )
    if indices.shape != x.shape:
        raise ValueError(f"{operation}: indices have shape {indices.shape}, but x has shape {x.shape}.")
    if indices.size and not 0 <= indices.min() <= indices.max() < size[0] * size[1]:
        raise ValueError(
            f"{operation}: indices run from {indices.min()} to {indices.max()}, but an output of {size[0]}x{size[1]} has the "
            f"places 0 to {size[0] * size[1] - 1}; output_size={(*size,)} may not be the size that was pooled."
        )
    return indices.reshape(*x.shape[:2], x.shape[2] * x.shape[3]).astype(np.int64), (int(size[0]), int(size[1]))
