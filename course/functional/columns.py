"""im2col and col2im: a convolution as one matrix product, and the way back."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank
from course.functional.shapes import window_positions
from course.kernels import columns, threads


def im2col(x: np.ndarray, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1) -> np.ndarray:
    """Copy every window of `x` into a column.

    Parameters
    ----------
    x : (N, C, H, W)
    kernel_size, stride, padding, dilation : int or pair (h, w), in pixels

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
    window = Window("im2col", x.shape, kernel_size, stride, padding, dilation)
    cols = window.gather(x)  # (K, N, L)
    return np.ascontiguousarray(cols.transpose(1, 0, 2))


def col2im(
    cols: np.ndarray,
    output_size: Pair,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
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
    window = Window("col2im", (N, K // (kH * kW), *size), (kH, kW), stride, padding, dilation)
    if window.H_out * window.W_out != L:
        raise ValueError(
            f"col2im: cols has {L} columns, but the window takes {window.H_out} x {window.W_out} = "
            f"{window.H_out * window.W_out} positions on an image of {size[0]}x{size[1]}."
        )
    return np.ascontiguousarray(window.scatter(np.ascontiguousarray(cols.transpose(1, 0, 2))))


class Window:
    """Where a sliding window stands on an image: the geometry that convolution's forward and backward share."""

    def __init__(
        self,
        operation: str,
        x_shape: tuple[int, ...],
        kernel_size: Pair,
        stride: Pair,
        padding: Pair,
        dilation: Pair = 1,
    ) -> None:
        self.N, self.C, self.H, self.W = x_shape
        kernel = pair(f"{operation}: kernel_size", kernel_size, least=1)
        steps = pair(f"{operation}: stride", stride, least=1)
        border = pair(f"{operation}: padding", padding, least=0)
        spread = pair(f"{operation}: dilation", dilation, least=1)
        self.H_out, self.W_out = window_positions(operation, (self.H, self.W), kernel, steps, border, spread)
        self.K, self.L = self.C * kernel[0] * kernel[1], self.H_out * self.W_out
        self._border = border
        self._taps = (*kernel, *steps, *spread)

    def pieces(self, bytes_per_number: int, working_set: int = 1 << 20) -> list[slice]:
        """Cut the batch so that the columns of a piece stay in the cache; at least one image each."""
        images = max(1, working_set // max(1, self.K * self.L * bytes_per_number))
        return threads.slices(self.N, images)

    def gather(self, x: np.ndarray) -> np.ndarray:
        """(n, C, H, W) -> columns (K, n, L)."""
        cols = np.empty((self.K, len(x), self.H_out, self.W_out), x.dtype)
        if any(self._border):
            padded = self._padded_zeros(len(x), x.dtype)
            self._inside(padded)[:] = x
            x = padded
        columns.im2col(x, cols, *self._taps)
        return cols.reshape(self.K, -1, self.L)

    def scatter(self, cols: np.ndarray) -> np.ndarray:
        """Columns (K, n, L) -> their sums (n, C, H, W)."""
        n = cols.shape[1]
        padded = self._padded_zeros(n, cols.dtype)
        columns.col2im(cols.reshape(self.K, n, self.H_out, self.W_out), padded, *self._taps)
        return self._inside(padded)

    def _padded_zeros(self, n: int, dtype: np.dtype) -> np.ndarray:
        pH, pW = self._border
        return np.zeros((n, self.C, self.H + 2 * pH, self.W + 2 * pW), dtype)

    def _inside(self, padded: np.ndarray) -> np.ndarray:
        pH, pW = self._border
        return padded[:, :, pH : pH + self.H, pW : pW + self.W]
