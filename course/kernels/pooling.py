"""The gather and the scatter of pooling. Windows are clipped to the image, so padding is minus infinity for max, as in PyTorch."""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _max_pool(x, out, index, kH, kW, sH, sW, pH, pW, dH, dW):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    _, _, H_out, W_out = out.shape
    # unsigned, so that no index is tested for being negative
    row, down, across = np.uint64(W), np.uint64(dH), np.uint64(dW)
    for n in range(N):
        for c in range(C):
            for h in range(H_out):
                start = h * sH - pH
                # where a window starts in the border, its first tap inside is start % dH: of -1 by 3 that is 2
                top = np.uint64(start if start >= 0 else start % dH)
                bottom = np.uint64(min(H, start + dH * (kH - 1) + 1))
                for w in range(W_out):
                    start = w * sW - pW
                    left = np.uint64(start if start >= 0 else start % dW)
                    right = np.uint64(min(W, start + dW * (kW - 1) + 1))
                    best = total = x[n, c, top, left]
                    where = top * row + left
                    y = top
                    while y < bottom:
                        z = left
                        while z < right:
                            value = x[n, c, y, z]
                            total += value
                            if value > best:  # strictly, so that of equal numbers the first stays
                                best = value
                                where = y * row + z
                            z += across
                        y += down
                    # A NaN wins, of several the last, as in PyTorch. Looked for above, it would cost every window three
                    # times its time; only where it made the sum NaN is it looked for.
                    if total != total:
                        y = top
                        while y < bottom:
                            z = left
                            while z < right:
                                value = x[n, c, y, z]
                                if value != value:
                                    best = value
                                    where = y * row + z
                                z += across
                            y += down
                    out[n, c, h, w] = best
                    index[n, c, h, w] = where


def _max_pool_numpy(
    x: np.ndarray,
    out: np.ndarray,
    index: np.ndarray,
    kH: int,
    kW: int,
    sH: int,
    sW: int,
    pH: int,
    pW: int,
    dH: int,
    dW: int,
) -> None:
    N, C, H, W = x.shape
    H_out, W_out = out.shape[2:]
    border = (
        (pH, _beyond(H, H_out, dH * (kH - 1) + 1, sH, pH)),
        (pW, _beyond(W, W_out, dW * (kW - 1) + 1, sW, pW)),
    )
    padded = np.pad(x, ((0, 0), (0, 0), *border), constant_values=-np.inf)
    place = np.pad(np.arange(H * W).reshape(H, W), border, constant_values=-1)
    index[:] = -1
    for i in range(0, dH * kH, dH):
        for j in range(0, dW * kW, dW):
            value = padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out]
            where = np.broadcast_to(place[i::sH, j::sW][:H_out, :W_out], value.shape)
            inside = where >= 0
            first = inside & (index < 0)
            wins = first | (inside & ((value > out) | np.isnan(value)))
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


def _avg_pool(x, divisor, out, kH, kW, sH, sW, pH, pW):  # type: ignore[no-untyped-def]
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
                    out[n, c, h, w] = total / divisor[h, w]


def _avg_pool_numpy(
    x: np.ndarray, divisor: np.ndarray, out: np.ndarray, kH: int, kW: int, sH: int, sW: int, pH: int, pW: int
) -> None:
    N, C, H, W = x.shape
    H_out, W_out = out.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pH, _beyond(H, H_out, kH, sH, pH)), (pW, _beyond(W, W_out, kW, sW, pW))))
    total = np.zeros(out.shape)  # float64, as in the loop
    for i in range(kH):
        for j in range(kW):
            total += padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out]
    out[:] = total / divisor


avg_pool = jit(_avg_pool, fallback=_avg_pool_numpy)
"""Fill `out` (N, C, H_out, W_out) with window sums divided by `divisor` (H_out, W_out), float64."""


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
    padded = np.pad(x, ((0, 0), (0, 0), (pH, _beyond(H, H_out, kH, sH, pH)), (pW, _beyond(W, W_out, kW, sW, pW))))
    for i in reversed(range(kH)):  # the last tap first: so every pixel hears from its windows in the loop's order
        for j in reversed(range(kW)):
            padded[:, :, i::sH, j::sW][:, :, :H_out, :W_out] += shares
    x[:] = padded[:, :, pH : pH + H, pW : pW + W]


spread = jit(_spread, fallback=_spread_numpy)
"""Add each number of `shares` (N, C, H_out, W_out) to every pixel of its window in `x` (N, C, H, W)."""


def _beyond(n: int, windows: int, reach: int, stride: int, padding: int) -> int:
    """How far the last window reaches beyond an axis of `n`: into the border, or with ceil_mode beyond that."""
    return max(0, (windows - 1) * stride + reach - padding - n)
