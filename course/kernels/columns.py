"""Windows to columns and back: the gather and the scatter-add under every convolution.

Columns are laid out (K, N, L): K = C * kH * kW taps, N images, L = H_out * W_out window positions, so that one matrix product
serves a whole piece of the batch. Padding is never stored: a tap outside the image reads 0 and its gradient is dropped.
"""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _im2col(x, cols, kH, kW, sH, sW, pH, pW, dH, dW, H_out, W_out):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    for c in range(C):
        for i in range(kH):
            for j in range(kW):
                k = (c * kH + i) * kW + j
                # output columns whose tap j lies inside the image: 0 <= w * sW - pW + j * dW < W
                first = min(W_out, max(0, (pW - j * dW + sW - 1) // sW))
                last = max(first, min(W_out, (W - 1 + pW - j * dW) // sW + 1))
                for n in range(N):
                    for h in range(H_out):
                        row = cols[k, n, h * W_out : (h + 1) * W_out]
                        y = h * sH - pH + i * dH
                        if y < 0 or y >= H:
                            row[:] = 0
                            continue
                        row[:first] = 0
                        row[last:] = 0
                        offset = j * dW - pW
                        if sW == 1:
                            for w in range(first, last):
                                row[w] = x[n, c, y, w + offset]
                        else:
                            for w in range(first, last):
                                row[w] = x[n, c, y, w * sW + offset]


def _im2col_numpy(
    x: np.ndarray,
    cols: np.ndarray,
    kH: int,
    kW: int,
    sH: int,
    sW: int,
    pH: int,
    pW: int,
    dH: int,
    dW: int,
    H_out: int,
    W_out: int,
) -> None:
    N, C = x.shape[:2]
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    taps = cols.reshape(C, kH, kW, N, H_out, W_out)
    for i in range(kH):
        for j in range(kW):
            window = padded[:, :, i * dH :: sH, j * dW :: sW][:, :, :H_out, :W_out]
            taps[:, i, j] = window.transpose(1, 0, 2, 3)  # (N, C, H_out, W_out) -> (C, N, H_out, W_out)


im2col = jit(_im2col, fallback=_im2col_numpy)
"""Fill `cols` (K, N, L) with the windows of `x` (N, C, H, W)."""


def _col2im(cols, x, kH, kW, sH, sW, pH, pW, dH, dW, H_out, W_out):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    for n in range(N):
        for c in range(C):
            for i in range(kH):
                for j in range(kW):
                    k = (c * kH + i) * kW + j
                    first = min(W_out, max(0, (pW - j * dW + sW - 1) // sW))
                    last = max(first, min(W_out, (W - 1 + pW - j * dW) // sW + 1))
                    offset = j * dW - pW
                    for h in range(H_out):
                        y = h * sH - pH + i * dH
                        if y < 0 or y >= H:
                            continue
                        row = cols[k, n, h * W_out : (h + 1) * W_out]
                        if sW == 1:
                            for w in range(first, last):
                                x[n, c, y, w + offset] += row[w]
                        else:
                            for w in range(first, last):
                                x[n, c, y, w * sW + offset] += row[w]


def _col2im_numpy(
    cols: np.ndarray,
    x: np.ndarray,
    kH: int,
    kW: int,
    sH: int,
    sW: int,
    pH: int,
    pW: int,
    dH: int,
    dW: int,
    H_out: int,
    W_out: int,
) -> None:
    N, C, H, W = x.shape
    padded = np.zeros((N, C, H + 2 * pH, W + 2 * pW), x.dtype)
    taps = cols.reshape(C, kH, kW, N, H_out, W_out)
    for i in range(kH):
        for j in range(kW):
            window = padded[:, :, i * dH :: sH, j * dW :: sW][:, :, :H_out, :W_out]
            window += taps[:, i, j].transpose(1, 0, 2, 3)
    x += padded[:, :, pH : pH + H, pW : pW + W]


col2im = jit(_col2im, fallback=_col2im_numpy)
"""Add `cols` (K, N, L) back to where they came from in `x` (N, C, H, W), which the caller has set to 0."""
