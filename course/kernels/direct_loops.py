"""Convolution computed where it stands, sixteen numbers at a time, without a matrix of columns in between.

Sixteen images are laid side by side, ``(C, H, W, 16)``: the same pixel of all of them is one short row, every tap of every window
is such a row, and there is no edge at which sixteen would not go up. The multiply-adds are those of `course.kernels.tile`. Fewer
images are read one at a time as they are, each plane with its border as one long row: with Wp its width, output p = h*Wp + w needs
the inputs p + i*Wp + j. Both are the same loops with other strides, a `Layout`, so the arrays inside are flat.

The loops here are parts of the kernels in `course.kernels.direct`.
"""

from __future__ import annotations

from math import gcd
from typing import Any, NamedTuple

import numpy as np

from course.kernels.tile import LANES, SIX

six_filters: Any = None  # instructions; they are made when a loop is compiled
six_positions: Any = None
six_taps: Any = None


class Layout(NamedTuple):
    """Where things lie, counted in numbers.

    Attributes
    ----------
    lanes : images side by side
    row, origin : from a row of pixels to the next; the first pixel inside the border
    sk, sa, sb : from a tap to that of the next channel, to that below, to that on the right; sk is also a plane of pixels
    sh, sw : from a row of positions to the next, from a position to the next
    rows, columns : of positions
    out_row : from a row of the output to the next
    """

    lanes: int
    row: int
    origin: int
    sk: int
    sa: int
    sb: int
    sh: int
    sw: int
    rows: int
    columns: int
    out_row: int

    @property
    def out_plane(self) -> int:
        return self.rows * self.columns * LANES


class Transpose(NamedTuple):
    """What the way back to the pixels needs to know: H_out x W_out gradients, H x W pixels that begin at (top, left) of the padded
    ones, stride, dilation, and how far apart the taps are that meet one pixel: at stride 2 it is every second one."""

    H_out: int
    W_out: int
    H: int
    W: int
    top: int
    left: int
    sH: int
    sW: int
    dH: int
    dW: int
    jH: int
    jW: int


def transpose(
    positions: tuple[int, int],
    size: tuple[int, int],
    origin: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> Transpose:
    jumps = (s // gcd(s, d) for s, d in zip(stride, dilation, strict=True))
    return Transpose(*positions, *size, *origin, *stride, *dilation, *jumps)


def slots(planes: int, groups: int) -> int:
    """How many planes to keep free for a result of so many: in every group they are made six at a time, in order."""
    each = planes // groups
    return planes - each + -(-each // SIX) * SIX


def correlate(x, lie, groups, weight, bias, scratch, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the correlation of `x` with `weight` (C_out, C/groups, kH, kW), plus `bias` (C_out,).

    `out` is slots(C_out, groups) planes of rows x columns x 16, flat; `scratch` has room for six filters and six numbers more.
    """
    C_out, K, A, B = weight.shape
    P, each = lie.rows * lie.columns * LANES, C_out // groups
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
            for h in range(lie.rows):
                for w in range(lie.columns):
                    at, to = g * K * lie.sk + h * lie.sh + w * lie.sw, c * P + (h * lie.columns + w) * LANES
                    six_filters(
                        x, at, lie.sk, lie.sa, lie.sb, packed, 0, A * B * SIX, B * SIX, SIX, K, A, B, shift, out, to, P
                    )


def correlate_numpy(x: np.ndarray, lie: Layout, groups: int, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    C_out, size = len(weight), lie.rows * lie.columns * LANES
    windows = _windows(x, lie, groups, weight.shape)
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    maps = np.einsum("gkabhwl,gckab->gchwl", windows, filters).reshape(C_out, size) + bias[:, None]
    return maps.ravel()


def correlate_few(x, lie, groups, weight, bias, out):  # type: ignore[no-untyped-def]
    """The same for few filters to a group: six positions at a time. `out` and `x` must reach five positions further."""
    C_out, K, A, B = weight.shape
    each = C_out // groups
    for c in range(C_out):
        for h in range(lie.rows):
            for w in range(0, lie.columns, SIX):  # what is made beyond the end of a row is overwritten by the next one
                at = c // each * K * lie.sk + h * lie.sh + w * lie.sw
                six_positions(
                    x, at, lie.sk, lie.sa, lie.sb, lie.sw, weight, c * K * A * B, A * B, B, 1, K, A, B,
                    bias[c : c + 1], out, ((c * lie.rows + h) * lie.columns + w) * LANES, LANES,
                )  # fmt: skip


def transposed(g, way, groups, weight, scratch, out):  # type: ignore[no-untyped-def]
    """The transpose of `correlate`, for images side by side: each gradient goes back to its window.

    Fills `out`, (slots(groups * C, groups), H, W, 16) flat, with what the pixels get from `g`, (C_out, H_out, W_out, 16) flat,
    through `weight` (C_out, C, kH, kW).
    """
    C_out, C, A, B = weight.shape
    P, Q, each = way.H * way.W * LANES, way.H_out * way.W_out * LANES, C_out // groups
    # from a gradient to that of the next tap
    up, back = -(way.jH * way.dH // way.sH) * way.W_out * LANES, -(way.jW * way.dW // way.sW) * LANES
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
            for y in range(way.H):
                i, rows, h = taps_of_pixel(y + way.top, way.H_out, A, way.sH, way.dH, way.jH)
                for x in range(way.W):
                    j, columns, w = taps_of_pixel(x + way.left, way.W_out, B, way.sW, way.dW, way.jW)
                    six_filters(
                        g, group * each * Q + (h * way.W_out + w) * LANES, Q, up, back,
                        packed, (i * B + j) * SIX, A * B * SIX, way.jH * B * SIX, way.jW * SIX, each, rows, columns,
                        nothing, out, (group * C + c) * P + (y * way.W + x) * LANES, P,
                    )  # fmt: skip


def taps_of_pixel(y, positions, taps, stride, dilation, jump):  # type: ignore[no-untyped-def]
    """Along an axis, of the taps that some window lays on the padded image's pixel y: the first, how many, and its window.

    They are a jump apart.
    """
    i = max(0, -((stride * (positions - 1) - y) // dilation))
    last = min(taps - 1, y // dilation)
    while i <= last and (y - i * dilation) % stride:
        i += 1
    return i, max(0, (last - i) // jump + 1), (y - i * dilation) // stride


def transposed_numpy(g: np.ndarray, way: Transpose, groups: int, weight: np.ndarray) -> np.ndarray:
    C_out, C, A, B = weight.shape
    maps = g[: C_out * way.H_out * way.W_out * LANES].reshape(groups, -1, way.H_out, way.W_out, LANES)
    filters = weight.reshape(groups, -1, C, A, B)
    ends = (
        max(way.H + way.top, (A - 1) * way.dH + (way.H_out - 1) * way.sH + 1),
        max(way.W + way.left, (B - 1) * way.dW + (way.W_out - 1) * way.sW + 1),
    )
    field = np.zeros((groups, C, *ends, LANES), g.dtype)
    for i in range(A):
        for j in range(B):
            rows = slice(i * way.dH, i * way.dH + (way.H_out - 1) * way.sH + 1, way.sH)
            columns = slice(j * way.dW, j * way.dW + (way.W_out - 1) * way.sW + 1, way.sW)
            field[:, :, rows, columns] += np.einsum("gkhwl,gkc->gchwl", maps, filters[..., i, j])
    pixels = field[:, :, way.top : way.top + way.H, way.left : way.left + way.W]
    return pixels.ravel()


def weight_gradient(x, lie, groups, g, taps, sums, grad_weight):  # type: ignore[no-untyped-def]
    """Add to `grad_weight` (C_out, C/groups, kH, kW) the correlation of `x` with the gradient `g`, (C_out, rows, columns, 16) flat.

    `taps` (6,) int64 and `sums` (6,) are scratch.
    """
    C_out, K, A, B = grad_weight.shape
    P, each, number = lie.rows * lie.columns * LANES, C_out // groups, K * A * B
    for t in range(0, number, SIX):
        for f in range(SIX):  # beyond the last tap, the last one again
            k, tap = divmod(min(t + f, number - 1), A * B)
            taps[f] = k * lie.sk + tap // B * lie.sa + tap % B * lie.sb
        for c in range(C_out):
            six_taps(x, c // each * K * lie.sk, taps, lie.sh, lie.sw, g, c * P, lie.rows, lie.columns, sums)
            for f in range(min(SIX, number - t)):
                k, tap = divmod(t + f, A * B)
                grad_weight[c, k, tap // B, tap % B] += sums[f]


def weight_gradient_numpy(x: np.ndarray, lie: Layout, groups: int, g: np.ndarray, grad_weight: np.ndarray) -> None:
    windows = _windows(x, lie, groups, grad_weight.shape)
    maps = g[: len(grad_weight) * lie.rows * lie.columns * LANES].reshape(groups, -1, lie.rows, lie.columns, LANES)
    grad_weight += np.einsum("gkabhwl,gchwl->gckab", windows, maps).reshape(grad_weight.shape)


def _windows(x: np.ndarray, lie: Layout, groups: int, weight_shape: tuple[int, ...]) -> np.ndarray:
    """What every tap sees, (groups, C/groups, kH, kW, rows, columns, 16), a view of flat images."""
    _, K, A, B = weight_shape
    strides: Any = [s * x.itemsize for s in (K * lie.sk, lie.sk, lie.sa, lie.sb, lie.sh, lie.sw, 1)]
    return np.lib.stride_tricks.as_strided(x, (groups, K, A, B, lie.rows, lie.columns, LANES), strides, writeable=False)
