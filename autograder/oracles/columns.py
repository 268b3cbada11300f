"""Slow, obvious answers about columns of windows: im2col, col2im, the matrix of a convolution, its transpose."""

import math

import numpy as np

from autograder.oracles import Array, Pair, float_dtype, pair


def positions(size: tuple[int, int], kernel_size: Pair, stride: Pair, padding: Pair) -> tuple[int, int]:
    """Count the windows down and across."""
    down, across = (
        math.floor((n + 2 * p - k) / s) + 1
        for n, k, s, p in zip(size, pair(kernel_size), pair(stride), pair(padding), strict=True)
    )
    return down, across


def unfold(x: Array, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Copy every window of a batch into a column, one number at a time: (N, C, H, W) -> (N, C*kH*kW, L)."""
    n_images, channels, height, width = x.shape
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel_size), pair(stride), pair(padding)
    h_out, w_out = positions((height, width), kernel_size, stride, padding)
    cols = np.zeros((n_images, channels * kh * kw, h_out * w_out), float_dtype(x))
    for n, c, u, v, i, j in np.ndindex(n_images, channels, kh, kw, h_out, w_out):
        row, column = i * sh + u - ph, j * sw + v - pw
        if 0 <= row < height and 0 <= column < width:
            cols[n, (c * kh + u) * kw + v, i * w_out + j] = x[n, c, row, column]
    return cols


def fold(cols: Array, output_size: tuple[int, int], kernel_size: Pair, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Add every column back to the window it came from, one number at a time: (N, C*kH*kW, L) -> (N, C, H, W)."""
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel_size), pair(stride), pair(padding)
    height, width = output_size
    h_out, w_out = positions(output_size, kernel_size, stride, padding)
    channels = cols.shape[1] // (kh * kw)
    image = np.zeros((len(cols), channels, height, width), float_dtype(cols))
    for n, c, u, v, i, j in np.ndindex(len(cols), channels, kh, kw, h_out, w_out):
        row, column = i * sh + u - ph, j * sw + v - pw
        if 0 <= row < height and 0 <= column < width:
            image[n, c, row, column] += cols[n, (c * kh + u) * kw + v, i * w_out + j]
    return image


def matrix_of(kernel: Array, image_shape: tuple[int, int]) -> Array:
    """Write a correlation with one kernel as a matrix: a row for each window, a column for each pixel."""
    height, width = image_shape
    kh, kw = kernel.shape
    h_out, w_out = height - kh + 1, width - kw + 1
    matrix = np.zeros((h_out * w_out, height * width), float_dtype(kernel))
    for i, j, u, v in np.ndindex(h_out, w_out, kh, kw):
        matrix[i * w_out + j, (i + u) * width + (j + v)] = kernel[u, v]
    return matrix


def conv_transpose2d(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Stamp the kernel once for each pixel, `stride` apart, overlaps added, `padding` cut off all round."""
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    n_images, _, height, width = x.shape
    _, n_maps, kh, kw = weight.shape
    size = ((height - 1) * sh - 2 * ph + kh, (width - 1) * sw - 2 * pw + kw)
    out = np.zeros((n_images, n_maps, *size))
    for n, c, i, j in np.ndindex(x.shape):
        for f, u, v in np.ndindex(n_maps, kh, kw):
            row, column = i * sh + u - ph, j * sw + v - pw
            if 0 <= row < size[0] and 0 <= column < size[1]:
                out[n, f, row, column] += float(x[n, c, i, j]) * float(weight[c, f, u, v])
    if bias is not None:
        for f in range(n_maps):
            out[:, f] += bias[f]
    return out.astype(float_dtype(x))
