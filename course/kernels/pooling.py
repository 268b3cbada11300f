"""The gather and the scatter of pooling. Windows are clipped to the image, so padding is minus infinity for max, as in PyTorch."""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _max_pool(x, out, index, kH, kW, sH, sW, pH, pW):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    _, _, H_out, W_out = out.shape
    for n in range(N):
        for c in range(C):
            for h in range(H_out):
                # unsigned, so that no index is tested for being negative
                top, bottom = np.uint64(max(0, h * sH - pH)), np.uint64(min(H, h * sH - pH + kH))
                for w in range(W_out):
                    left, right = np.uint64(max(0, w * sW - pW)), np.uint64(min(W, w * sW - pW + kW))
                    best = x[n, c, top, left]
                    where = top * np.uint64(W) + left
                    for y in range(top, bottom):
                        for z in range(left, right):
                            value = x[n, c, y, z]
                            # a strict > leaves ties to the first; a NaN wins and stays, as in PyTorch
                            if value > best or (value != value and best == best):
                                best = value
                                where = y * np.uint64(W) + z
                    out[n, c, h, w] = best
                    index[n, c, h, w] = where


def _max_pool_numpy(
    x: np.ndarray, out: np.ndarray, index: np.ndarray, kH: int, kW: int, sH: int, sW: int, pH: int, pW: int
) -> None:
    N, C, H, W = x.shape
    H_out, W_out = out.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)), constant_values=-np.inf)
    place = np.pad(np.arange(H * W).reshape(H, W), ((pH, pH), (pW, pW)), constant_values=-1)
    index[:] = -1
    for i in range(kH):
        for j in range(kW):
            value = padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out]
            where = np.broadcast_to(place[i::sH, j::sW][:H_out, :W_out], value.shape)
            inside = where >= 0
            first = inside & (index < 0)
            wins = first | (inside & ((value > out) | (np.isnan(value) & ~np.isnan(out))))
            out[wins] = value[wins]
            index[wins] = where[wins]


max_pool = jit(_max_pool, fallback=_max_pool_numpy)
"""Fill `out` and `index` (N, C, H_out, W_out) with the largest value of each window and its place y * W + x in the plane."""


def _scatter(grad_out, index, grad_x):  # type: ignore[no-untyped-def]
    for plane in range(grad_out.shape[0]):
        for position in range(grad_out.shape[1]):
            grad_x[plane, index[plane, position]] += grad_out[plane, position]


def _scatter_numpy(grad_out: np.ndarray, index: np.ndarray, grad_x: np.ndarray) -> None:
    planes = np.arange(grad_out.shape[0])[:, None]
    np.add.at(grad_x, (planes, index), grad_out)


scatter = jit(_scatter, fallback=_scatter_numpy)
"""Add `grad_out` (planes, L) to `grad_x` (planes, H * W) at `index` (planes, L)."""


def _avg_pool(x, out, kH, kW, sH, sW, pH, pW):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    _, _, H_out, W_out = out.shape
    for n in range(N):
        for c in range(C):
            for h in range(H_out):
                top, bottom = np.uint64(max(0, h * sH - pH)), np.uint64(min(H, h * sH - pH + kH))
                for w in range(W_out):
                    left, right = np.uint64(max(0, w * sW - pW)), np.uint64(min(W, w * sW - pW + kW))
                    total = 0.0
                    for y in range(top, bottom):
                        for z in range(left, right):
                            total += x[n, c, y, z]
                    out[n, c, h, w] = total / (kH * kW)


def _avg_pool_numpy(x: np.ndarray, out: np.ndarray, kH: int, kW: int, sH: int, sW: int, pH: int, pW: int) -> None:
    H_out, W_out = out.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    total = np.zeros(out.shape)  # float64, as in the loop
    for i in range(kH):
        for j in range(kW):
            total += padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out]
    out[:] = total / (kH * kW)


avg_pool = jit(_avg_pool, fallback=_avg_pool_numpy)
"""Fill `out` (N, C, H_out, W_out) with window sums divided by kH * kW, padding counted as zeros."""


def _spread(shares, x, kH, kW, sH, sW, pH, pW):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    _, _, H_out, W_out = shares.shape
    for n in range(N):
        for c in range(C):
            for h in range(H_out):
                top, bottom = np.uint64(max(0, h * sH - pH)), np.uint64(min(H, h * sH - pH + kH))
                for w in range(W_out):
                    left, right = np.uint64(max(0, w * sW - pW)), np.uint64(min(W, w * sW - pW + kW))
                    for y in range(top, bottom):
                        for z in range(left, right):
                            x[n, c, y, z] += shares[n, c, h, w]


def _spread_numpy(shares: np.ndarray, x: np.ndarray, kH: int, kW: int, sH: int, sW: int, pH: int, pW: int) -> None:
    N, C, H, W = x.shape
    H_out, W_out = shares.shape[2:]
    padded = np.zeros((N, C, H + 2 * pH, W + 2 * pW), x.dtype)
    padded[:, :, pH : pH + H, pW : pW + W] = x
    for i in reversed(range(kH)):  # the last tap first: so every pixel hears from its windows in the loop's order
        for j in reversed(range(kW)):
            padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out] += shares
    x[:] = padded[:, :, pH : pH + H, pW : pW + W]


spread = jit(_spread, fallback=_spread_numpy)
"""Add each number of `shares` (N, C, H_out, W_out) to every pixel of its window in `x` (N, C, H, W)."""
