"""im2col and col2im: a convolution as one matrix product, and the way back."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank
from course.functional.padding import Padding
from course.functional.window import place_window


def im2col(x: np.ndarray, kernel_size: Pair, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1) -> np.ndarray:
    """Copy every window of `x` into a column.

    Parameters
    ----------
    x : (N, C, H, W)
    kernel_size, stride, dilation : int or pair (h, w), in pixels
    padding : zeros around the images, in any of the forms that `conv2d_forward` takes

    Returns
    -------
    (N, C*kH*kW, L) with L = H_out*W_out: column l holds the window of output position l, row by row, channels outermost;
    the same as ``torch.nn.functional.unfold``.

    Raises
    ------
    ValueError : wrong rank or dtype, or a window that does not fit

    Examples
    --------
    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), 2)[0]
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    (x,) = floats("im2col", x=x)
    rank("im2col", "x", x, "N, C, H, W")
    window = place_window("im2col", x.shape[2:], kernel_size, stride, padding, dilation)
    return window.gather(x).transpose(1, 0, 2).copy()  # (K, N, L) -> (N, K, L)


def col2im(
    cols: np.ndarray,
    output_size: Pair,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
) -> np.ndarray:
    """Add every column back to the window it came from: the transpose of `im2col`, not its inverse, since windows overlap.

    Parameters
    ----------
    cols : (N, C*kH*kW, L)
    output_size : (H, W) of the image to build
    kernel_size, stride, padding, dilation : as given to `im2col`

    Returns
    -------
    (N, C, H, W); the same as ``torch.nn.functional.fold``.

    Raises
    ------
    ValueError : wrong rank or dtype, a window that does not fit, or columns of another number or length

    Examples
    --------
    >>> ones = np.ones((1, 1, 3, 3))
    >>> col2im(im2col(ones, 2), 3, 2)[0, 0]  # how many windows see each pixel
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    (cols,) = floats("col2im", cols=cols)
    rank("col2im", "cols", cols, "N, C*kH*kW, L")
    size = pair("col2im: output_size", output_size, least=1)
    kH, kW = pair("col2im: kernel_size", kernel_size, least=1)
    N, K, L = cols.shape
    if K % (kH * kW):
        raise ValueError(f"col2im: cols has {K} rows, which kernel {kH}x{kW} = {kH * kW} taps does not divide.")
    window = place_window("col2im", size, (kH, kW), stride, padding, dilation)
    if window.L != L:
        H_out, W_out = window.positions
        raise ValueError(
            f"col2im: cols has {L} columns, but the window takes {H_out} x {W_out} = {window.L} positions "
            f"on an image of {size[0]}x{size[1]}."
        )
    return window.scatter(np.ascontiguousarray(cols.transpose(1, 0, 2))).copy()
