"""Slow, obvious answers to compare with: plain loops, one multiplication at a time."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = int | tuple[int, int]


def pair(value: Pair) -> tuple[int, int]:
    """Read an int or a pair as (height, width)."""
    return (value, value) if isinstance(value, int) else value


def float_dtype(x: Array) -> Any:
    """Return the dtype of a result: the input's float type; integers count as float64."""
    return x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)


def conv2d(x: Array, weight: Array, bias: Array | None = None, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Cross-correlate a batch with a bank of filters.

    Parameters
    ----------
    x
        Input, (N, C, H, W).
    weight
        Filters, (C_out, C, kH, kW).
    bias
        One number per filter, (C_out,), or None.
    stride, padding
        An int or a pair (height, width).

    Returns
    -------
    numpy.ndarray
        (N, C_out, H_out, W_out) with H_out = floor((H + 2 padding - kH) / stride) + 1.
    """
    n_images, channels, height, width = x.shape
    n_filters, _, kh, kw = weight.shape
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    h_out = math.floor((height + 2 * ph - kh) / sh) + 1
    w_out = math.floor((width + 2 * pw - kw) / sw) + 1
    out = np.zeros((n_images, n_filters, h_out, w_out))
    for n in range(n_images):
        for f in range(n_filters):
            for i in range(h_out):
                for j in range(w_out):
                    total = 0.0 if bias is None else float(bias[f])
                    for c in range(channels):
                        for u in range(kh):
                            for v in range(kw):
                                row, column = i * sh + u - ph, j * sw + v - pw
                                if 0 <= row < height and 0 <= column < width:
                                    total += float(x[n, c, row, column]) * float(weight[f, c, u, v])
                    out[n, f, i, j] = total
    return out.astype(float_dtype(x))


def correlate_volume(x: Array, kernel: Array, bias: float = 0.0) -> Array:
    """Cross-correlate one volume with one filter, stride 1, no padding.

    Parameters
    ----------
    x
        Input, (C, H, W).
    kernel
        Filter, (C, kH, kW).
    bias
        Number added to every output.

    Returns
    -------
    numpy.ndarray
        (H - kH + 1, W - kW + 1).
    """
    return conv2d(x[None], kernel[None], np.array([bias]))[0, 0]
