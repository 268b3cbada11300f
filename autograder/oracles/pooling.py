"""Slow, obvious pooling, 1x1 convolution and receptive fields: one window, one number, one layer at a time."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from autograder.oracles import Array, Pair, float_dtype, pair


class Window(NamedTuple):
    """One window of a pooling: where its output goes, and which pixels of the plane lie under it, row by row."""

    row: int
    column: int
    pixels: list[tuple[int, int]]


def windows(x: Array, kernel_size: Pair, stride: Pair | None, padding: Pair) -> Iterator[Window]:
    """Walk over the windows of a plane; pixels of the border are no pixels."""
    height, width = x.shape[2:]
    rows, columns = pooled_size((height, width), kernel_size, stride, padding)
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = pair(kernel_size if stride is None else stride)
    for i in range(rows):
        for j in range(columns):
            places = [(i * sh + u - ph, j * sw + v - pw) for u in range(kh) for v in range(kw)]
            yield Window(i, j, [(r, c) for r, c in places if 0 <= r < height and 0 <= c < width])


def pooled_size(
    size: tuple[int, int], kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> tuple[int, int]:
    """Count the windows down and across."""
    step = kernel_size if stride is None else stride
    numbers = zip(size, pair(kernel_size), pair(step), pair(padding), strict=True)
    rows, columns = (math.floor((n + 2 * p - k) / s) + 1 for n, k, s, p in numbers)
    return rows, columns


def max_pool2d(x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
    """Keep the largest number under each window."""
    out = np.zeros((*x.shape[:2], *pooled_size(x.shape[2:], kernel_size, stride, padding)), float_dtype(x))
    for window in windows(x, kernel_size, stride, padding):
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                out[n, c, window.row, window.column] = max(x[n, c, r, k] for r, k in window.pixels)
    return out


def max_pool2d_backward(
    grad_out: Array, x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> Array:
    """Add each gradient to the first of the largest numbers under its window."""
    grad_x = np.zeros(x.shape, np.result_type(float_dtype(x), float_dtype(grad_out)))
    for window in windows(x, kernel_size, stride, padding):
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                winner = window.pixels[0]
                for place in window.pixels:
                    if x[n, c, place[0], place[1]] > x[n, c, winner[0], winner[1]]:
                        winner = place
                grad_x[n, c, winner[0], winner[1]] += grad_out[n, c, window.row, window.column]
    return grad_x


def avg_pool2d(x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
    """Average each window; the border counts as zeros."""
    kh, kw = pair(kernel_size)
    out = np.zeros((*x.shape[:2], *pooled_size(x.shape[2:], kernel_size, stride, padding)), float_dtype(x))
    for window in windows(x, kernel_size, stride, padding):
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                total = sum(float(x[n, c, r, k]) for r, k in window.pixels)
                out[n, c, window.row, window.column] = total / (kh * kw)
    return out


def avg_pool2d_backward(
    grad_out: Array, x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> Array:
    """Give each pixel of a window its share of the window's gradient; what falls on the border is lost."""
    kh, kw = pair(kernel_size)
    grad_x = np.zeros(x.shape, np.result_type(float_dtype(x), float_dtype(grad_out)))
    for window in windows(x, kernel_size, stride, padding):
        for r, k in window.pixels:
            grad_x[:, :, r, k] += grad_out[:, :, window.row, window.column] / (kh * kw)
    return grad_x


def conv1x1(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """Mix the channels of every pixel: one sum over the channels for each filter, nothing of the neighbours."""
    out = np.zeros((len(x), len(weight), *x.shape[2:]), float_dtype(x))
    for n, f, i, j in np.ndindex(out.shape):
        total = 0.0 if bias is None else float(bias[f])
        for c in range(x.shape[1]):
            total += float(weight[f, c, 0, 0]) * float(x[n, c, i, j])
        out[n, f, i, j] = total
    return out


def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Find by counting what output 0 sees of the image, and how far output 1 looks further on.

    Walks back from the outputs to the pixels, through the taps of every window, without a formula.
    """
    first, second = {0}, {1}
    for kernel_size, stride, padding in reversed(layers):
        first, second = (
            {i * stride - padding + tap for i in places for tap in range(kernel_size)} for places in (first, second)
        )
    return max(first) - min(first) + 1, min(second) - min(first), min(first)
