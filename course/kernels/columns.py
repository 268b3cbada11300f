"""Windows to columns and back: the gather and the scatter-add under every convolution.

Columns are laid out (K, N, H_out, W_out) with K = C * kH * kW taps, so that one matrix product serves a whole piece of the batch.
Images come padded: without tests for the border the inner loop is a straight copy of one row, which vector instructions do. The
unsigned indices are for the same reason: an index that could be negative would be tested at every step.
"""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _im2col(x, cols, kH, kW, sH, sW, dH, dW):  # type: ignore[no-untyped-def]
    C = x.shape[1]
    _, N, H_out, W_out = cols.shape
    for c in range(C):
        for i in range(kH):
            for j in range(kW):
                k = (c * kH + i) * kW + j
                for n in range(N):
                    for h in range(H_out):
                        y = np.uint64(h * sH + i * dH)
                        for w in range(W_out):
                            cols[k, n, h, w] = x[n, c, y, np.uint64(w * sW + j * dW)]


def _im2col_numpy(x: np.ndarray, cols: np.ndarray, kH: int, kW: int, sH: int, sW: int, dH: int, dW: int) -> None:
    _, N, H_out, W_out = cols.shape
    taps = cols.reshape(x.shape[1], kH, kW, N, H_out, W_out)
    for i in range(kH):
        for j in range(kW):
            window = x[:, :, i * dH :: sH, j * dW :: sW][:, :, :H_out, :W_out]
            taps[:, i, j] = window.transpose(1, 0, 2, 3)  # (N, C, H_out, W_out) -> (C, N, H_out, W_out)


im2col = jit(_im2col, fallback=_im2col_numpy)
"""Fill `cols` (K, N, H_out, W_out) with the windows of the padded images `x` (N, C, H, W)."""


def _col2im(cols, x, kH, kW, sH, sW, dH, dW):  # type: ignore[no-untyped-def]
    C = x.shape[1]
    _, N, H_out, W_out = cols.shape
    for c in range(C):
        for n in range(N):
            for i in range(kH):
                for j in range(kW):
                    k = (c * kH + i) * kW + j
                    for h in range(H_out):
                        y = np.uint64(h * sH + i * dH)
                        for w in range(W_out):
                            x[n, c, y, np.uint64(w * sW + j * dW)] += cols[k, n, h, w]


def _col2im_numpy(cols: np.ndarray, x: np.ndarray, kH: int, kW: int, sH: int, sW: int, dH: int, dW: int) -> None:
    _, N, H_out, W_out = cols.shape
    taps = cols.reshape(x.shape[1], kH, kW, N, H_out, W_out)
    for i in range(kH):
        for j in range(kW):
            window = x[:, :, i * dH :: sH, j * dW :: sW][:, :, :H_out, :W_out]
            window += taps[:, i, j].transpose(1, 0, 2, 3)


col2im = jit(_col2im, fallback=_col2im_numpy)
"""Add `cols` (K, N, H_out, W_out) to where they came from in the padded images `x` (N, C, H, W)."""
