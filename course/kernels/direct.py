"""Convolution computed where it stands, sixteen numbers at a time, without a matrix of columns in between.

Sixteen images are laid side by side, ``(C, H, W, 16)``: the same pixel of all of them is one short row, every tap of every window
is such a row, and there is no edge at which sixteen would not go up. The multiply-adds are those of `course.kernels.tile`. Fewer
images are read one at a time as they are, each plane with its border as one long row: with Wp its width, output p = h*Wp + w needs
the inputs p + i*Wp + j. Both are the same loops with other strides, so the arrays here are flat and the strides are arguments:
``steps = (sk, sa, sb, sh, sw)`` leads to the next channel, to the tap below, to the tap on the right, to the next row of positions
and to the next position.
"""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np

from course.kernels import tile
from course.kernels.jit import jit
from course.kernels.tile import LANES, SIX

Steps = tuple[int, int, int, int, int]

six_filters: Any = None  # instructions; they are made when a loop is compiled
six_positions: Any = None
six_taps: Any = None


def slots(planes: int, groups: int) -> int:
    """How many planes to keep free for a result of so many: in every group they are made six at a time, in order."""
    each = planes // groups
    return planes - each + -(-each // SIX) * SIX


def _correlate(x, steps, groups, weight, bias, scratch, out, H, W):  # type: ignore[no-untyped-def]
    C_out, K, A, B = weight.shape
    sk, sa, sb, sh, sw = steps
    P, each = H * W * LANES, C_out // groups
    packed, shift = scratch[SIX:], scratch[:SIX]
    for g in range(groups):
        for c in range(g * each, (g + 1) * each, SIX):
            # what the tile makes beyond the last filter of a group is overwritten by the next group, or lies beyond the end
            for f in range(SIX):
                d = min(c + f, C_out - 1)
                shift[f] = bias[d]
                to = f
                for k in range(K):
                    for a in range(A):
                        for b in range(B):
                            packed[to] = weight[d, k, a, b]
                            to += SIX
            for h in range(H):
                for w in range(W):
                    at, to = g * K * sk + h * sh + w * sw, c * P + (h * W + w) * LANES
                    six_filters(x, at, sk, sa, sb, packed, 0, A * B * SIX, B * SIX, SIX, K, A, B, shift, out, to, P)


def _correlate_numpy(
    x: np.ndarray,
    steps: Steps,
    groups: int,
    weight: np.ndarray,
    bias: np.ndarray,
    scratch: np.ndarray,
    out: np.ndarray,
    H: int,
    W: int,
) -> None:
    C_out, size = len(weight), H * W * LANES
    windows = _windows(x, steps, groups, weight.shape, H, W)
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    maps = np.einsum("gkabhwl,gckab->gchwl", windows, filters).reshape(C_out, size) + bias[:, None]
    out[: C_out * size] = maps.ravel()


correlate = jit(_correlate, fallback=_correlate_numpy, exact=False, intrinsics={"six_filters": tile.six_filters})
"""Fill `out`, (slots(C_out, groups), H, W, 16) flat, with the correlation of `x` with `weight` (C_out, C/groups, kH, kW), plus
`bias` (C_out,); `scratch` has room for six filters and six numbers more."""


def _correlate_few(x, steps, groups, weight, bias, scratch, out, H, W):  # type: ignore[no-untyped-def]
    C_out, K, A, B = weight.shape
    sk, sa, sb, sh, sw = steps
    each = C_out // groups
    for c in range(C_out):
        for h in range(H):
            for w in range(0, W, SIX):  # what is made beyond the end of a row is overwritten by the next one
                at, to = c // each * K * sk + h * sh + w * sw, ((c * H + h) * W + w) * LANES
                six_positions(
                    x, at, sk, sa, sb, sw, weight, c * K * A * B, A * B, B, 1, K, A, B, bias[c : c + 1], out, to, LANES
                )


correlate_few = jit(
    _correlate_few, fallback=_correlate_numpy, exact=False, intrinsics={"six_positions": tile.six_positions}
)
"""The same for few filters to a group: six positions at a time. `out` and `x` must reach five positions further."""


def _transposed(g, size, groups, weight, scratch, out, place, origin, stride, dilation, jumps):  # type: ignore[no-untyped-def]
    (H_out, W_out), (H, W), (top, left) = size, place, origin
    (sH, sW), (dH, dW), (jH, jW) = stride, dilation, jumps
    C_out, C, A, B = weight.shape
    P, Q, each = H * W * LANES, H_out * W_out * LANES, C_out // groups
    up, back = -(jH * dH // sH) * W_out * LANES, -(jW * dW // sW) * LANES  # from a gradient to that of the next tap
    packed, nothing = scratch[SIX:], scratch[:SIX]
    nothing[:] = 0
    for group in range(groups):
        for c in range(0, C, SIX):
            for f in range(SIX):
                to = f
                for k in range(group * each, (group + 1) * each):
                    for a in range(A):
                        for b in range(B):
                            packed[to] = weight[k, min(c + f, C - 1), a, b]
                            to += SIX
            for y in range(H):
                # the taps of this row that some window lays on it: the first, and then every jH-th
                i, last = max(0, -((sH * (H_out - 1) - y - top) // dH)), min(A - 1, (y + top) // dH)
                while i <= last and (y + top - i * dH) % sH:
                    i += 1
                rows, h = max(0, (last - i) // jH + 1), (y + top - i * dH) // sH
                for x in range(W):
                    j, last = max(0, -((sW * (W_out - 1) - x - left) // dW)), min(B - 1, (x + left) // dW)
                    while j <= last and (x + left - j * dW) % sW:
                        j += 1
                    columns, w = max(0, (last - j) // jW + 1), (x + left - j * dW) // sW
                    six_filters(
                        g, group * each * Q + (h * W_out + w) * LANES, Q, up, back,
                        packed, (i * B + j) * SIX, A * B * SIX, jH * B * SIX, jW * SIX, each, rows, columns,
                        nothing, out, (group * C + c) * P + (y * W + x) * LANES, P,
                    )  # fmt: skip


def _transposed_numpy(
    g: np.ndarray,
    size: tuple[int, int],
    groups: int,
    weight: np.ndarray,
    scratch: np.ndarray,
    out: np.ndarray,
    place: tuple[int, int],
    origin: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    jumps: tuple[int, int],
) -> None:
    (H_out, W_out), (H, W), (C_out, C, A, B) = size, place, weight.shape
    maps = g[: C_out * H_out * W_out * LANES].reshape(groups, -1, H_out, W_out, LANES)
    filters = weight.reshape(groups, -1, C, A, B)
    ends = [max(n + o, (k - 1) * d + (m - 1) * s + 1)
            for n, o, k, d, m, s in zip(place, origin, (A, B), dilation, size, stride, strict=True)]  # fmt: skip
    field = np.zeros((groups, C, *ends, LANES), g.dtype)
    for i in range(A):
        for j in range(B):
            rows = slice(i * dilation[0], i * dilation[0] + (H_out - 1) * stride[0] + 1, stride[0])
            columns = slice(j * dilation[1], j * dilation[1] + (W_out - 1) * stride[1] + 1, stride[1])
            field[:, :, rows, columns] += np.einsum("gkhwl,gkc->gchwl", maps, filters[..., i, j])
    top, left = origin
    out[: groups * C * H * W * LANES] = field[:, :, top : top + H, left : left + W].ravel()


transposed = jit(_transposed, fallback=_transposed_numpy, exact=False, intrinsics={"six_filters": tile.six_filters})
"""The transpose of `correlate`, for images side by side: each gradient goes back to its window.

Fills `out`, (slots(groups * C, groups), H, W, 16) flat, with what the pixels of images H x W = `place` get from `g`, (C_out, H_out,
W_out, 16) flat, through `weight` (C_out, C, kH, kW); the images begin at `origin` = (top, left) of the padded ones. Every jump-th
tap of an axis meets a pixel: `jumps`.
"""


def jumps(stride: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
    """How far apart the taps are that meet one pixel, for each axis: at stride 2 it is every second one."""
    (sH, sW), (dH, dW) = stride, dilation
    return sH // gcd(sH, dH), sW // gcd(sW, dW)


def _weight_gradient(x, steps, groups, g, taps, sums, grad_weight, H, W):  # type: ignore[no-untyped-def]
    C_out, K, A, B = grad_weight.shape
    sk, sa, sb, sh, sw = steps
    each, number = C_out // groups, K * A * B
    for t in range(0, number, SIX):
        for f in range(SIX):  # beyond the last tap, the last one again
            k, tap = divmod(min(t + f, number - 1), A * B)
            taps[f] = k * sk + tap // B * sa + tap % B * sb
        for c in range(C_out):
            six_taps(x, c // each * K * sk, taps, sh, sw, g, c * H * W * LANES, H, W, sums)
            for f in range(min(SIX, number - t)):
                k, tap = divmod(t + f, A * B)
                grad_weight[c, k, tap // B, tap % B] += sums[f]


def _weight_gradient_numpy(
    x: np.ndarray,
    steps: Steps,
    groups: int,
    g: np.ndarray,
    taps: np.ndarray,
    sums: np.ndarray,
    grad_weight: np.ndarray,
    H: int,
    W: int,
) -> None:
    windows = _windows(x, steps, groups, grad_weight.shape, H, W)
    maps = g[: len(grad_weight) * H * W * LANES].reshape(groups, -1, H, W, LANES)
    grad_weight += np.einsum("gkabhwl,gchwl->gckab", windows, maps).reshape(grad_weight.shape)


weight_gradient = jit(
    _weight_gradient, fallback=_weight_gradient_numpy, exact=False, intrinsics={"six_taps": tile.six_taps}
)
"""Add to `grad_weight` (C_out, C/groups, kH, kW) the correlation of `x` with the gradient `g`, (C_out, H, W, 16) flat.

`taps` (6,) int64 and `sums` (6,) are scratch.
"""


def _windows(x: np.ndarray, steps: Steps, groups: int, weight_shape: tuple[int, ...], H: int, W: int) -> np.ndarray:
    """What every tap sees, (groups, C/groups, kH, kW, H, W, 16), a view of flat images."""
    sk, sa, sb, sh, sw = steps
    _, K, A, B = weight_shape
    strides: Any = [s * x.itemsize for s in (K * sk, sk, sa, sb, sh, sw, 1)]
    return np.lib.stride_tricks.as_strided(x, (groups, K, A, B, H, W, LANES), strides, writeable=False)
