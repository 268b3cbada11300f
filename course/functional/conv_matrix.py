"""A convolution written out as one matrix: mostly zeros, and the same few numbers in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course.functional._arguments import floats, pair, rank
from course.functional.shapes import window_positions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def conv_matrix(kernel: np.ndarray, image_shape: tuple[int, int]) -> np.ndarray:
    """The matrix M for which ``M @ image.ravel()`` is `correlate2d` of an image with a kernel, row by row.

    Each row holds the kernel's numbers at the pixels that one window sees, and zeros elsewhere. The gradient's way back is the
    transpose: ``M.T @ grad_out.ravel()`` is `conv2d_backward`'s grad_x, and the transposed convolution of grad_out.

    Parameters
    ----------
    kernel : (kH, kW)
    image_shape : (H, W) of the images, in pixels

    Returns
    -------
    (H_out*W_out, H*W) with H_out = H - kH + 1, W_out = W - kW + 1

    Raises
    ------
    ValueError : wrong rank or dtype, or a kernel that is larger than the image

    References
    ----------
    V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (2016), section 4.1.

    Examples
    --------
    >>> conv_matrix([[1, 2], [3, 4]], (2, 3))
    array([[1., 2., 0., 3., 4., 0.],
           [0., 1., 2., 0., 3., 4.]])
    """
    values, rows, columns, shape = _entries("conv_matrix", kernel, image_shape)
    matrix = np.zeros(shape, values.dtype)
    matrix[rows, columns] = values
    return matrix


def conv_matrix_sparse(kernel: np.ndarray, image_shape: tuple[int, int]) -> csr_array:
    """`conv_matrix` without its zeros: kH*kW numbers a row, in SciPy's compressed rows.

    Parameters and errors as `conv_matrix`.

    Returns
    -------
    scipy.sparse.csr_array (H_out*W_out, H*W), with kH*kW stored numbers in each row, those that are 0 in the kernel included

    Examples
    --------
    >>> M = conv_matrix_sparse(np.ones((3, 3)), (28, 28))
    >>> M.shape, M.nnz, f"{M.nnz / (M.shape[0] * M.shape[1]):.1%} of the matrix"
    ((676, 784), 6084, '1.1% of the matrix')
    """
    from scipy.sparse import csr_array  # on demand, since nothing else here needs SciPy

    values, rows, columns, shape = _entries("conv_matrix_sparse", kernel, image_shape)
    return csr_array((values, (rows, columns)), shape=shape)


def _entries(
    operation: str, kernel: np.ndarray, image_shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]:
    """The numbers of the matrix, their rows and their columns, and the matrix's shape."""
    (kernel,) = floats(operation, kernel=kernel)
    rank(operation, "kernel", kernel, "kH, kW")
    if kernel.size == 0:
        raise ValueError(f"{operation}: kernel has shape {kernel.shape}; there must be at least one number in it.")
    H, W = pair(f"{operation}: image_shape", image_shape, least=1)
    H_out, W_out = window_positions(operation, (H, W), kernel.shape, (1, 1), (0, 0))
    pixels = np.arange(H * W).reshape(H, W)
    windows = np.lib.stride_tricks.sliding_window_view(
        pixels, kernel.shape
    )  # (H_out, W_out, kH, kW): pixels of each window
    rows = np.repeat(np.arange(H_out * W_out), kernel.size)
    return np.tile(kernel.ravel(), H_out * W_out), rows, windows.ravel(), (H_out * W_out, H * W)
