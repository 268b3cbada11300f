"""The convolutions that ours are measured against: NumPy with a matrix product, a naive compiled loop, and pure Python."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def numpy_conv(x: np.ndarray, weight: np.ndarray, padding: int) -> np.ndarray:
    """im2col by a view of all windows, and one matrix product: what a good NumPy programmer writes."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))  # (N, C, H_out, W_out, kH, kW)
    return np.tensordot(windows, weight, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)


def python_conv(x: list, weight: list) -> list:
    """The formula in pure Python, on nested lists: one image (C, H, W), filters (C_out, C, kH, kW), no padding."""
    kH, kW = len(weight[0][0]), len(weight[0][0][0])
    H_out, W_out = len(x[0]) - kH + 1, len(x[0][0]) - kW + 1
    return [
        [
            [
                sum(x[k][h + i][w + j] * filter_[k][i][j] for k in range(len(x)) for i in range(kH) for j in range(kW))
                for w in range(W_out)
            ]
            for h in range(H_out)
        ]
        for filter_ in weight
    ]


def njit_conv() -> Callable[[np.ndarray, np.ndarray, np.ndarray], None] | None:
    """Seven loops under njit, as one writes them first; None without Numba."""
    try:
        import numba
    except ImportError:
        return None

    @numba.njit(nogil=True)
    def conv(x, weight, out):  # type: ignore[no-untyped-def]
        for n in range(out.shape[0]):
            for c in range(out.shape[1]):
                for h in range(out.shape[2]):
                    for w in range(out.shape[3]):
                        total = 0.0
                        for k in range(x.shape[1]):
                            for i in range(weight.shape[2]):
                                for j in range(weight.shape[3]):
                                    total += x[n, k, h + i, w + j] * weight[c, k, i, j]
                        out[n, c, h, w] = total

    return conv
