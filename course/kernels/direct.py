"""The passes of a direct convolution over a whole batch, `Layout.lanes` images at a time.

A kernel goes over many images before it returns, since two threads that return to Python at the same moment wait for each other.
"""

from __future__ import annotations

import numpy as np

from course.kernels import tile
from course.kernels.direct_loops import (
    Layout,
    Transpose,
    correlate,
    correlate_few,
    correlate_numpy,
    slots,
    taps_of_pixel,
    transposed,
    transposed_numpy,
    weight_gradient,
    weight_gradient_numpy,
)
from course.kernels.jit import jit
from course.kernels.lanes import apart, apart_numpy, lay, lay_numpy, make_turn_4x4
from course.kernels.tile import LANES, SIX


def _forward(x, lie, groups, few, weight, bias, out):  # type: ignore[no-untyped-def]
    # a loop that makes six positions at a time reads and writes up to five positions more
    pixels = np.zeros(x.shape[1] * lie.sk + lie.row + 7 * lie.sw, x.dtype)
    maps = np.empty((slots(len(weight), groups) * lie.rows * lie.columns + SIX) * LANES, x.dtype)
    scratch = np.empty(SIX + weight[0].size * SIX, x.dtype)
    for first in range(0, len(x), lie.lanes):
        last = min(first + lie.lanes, len(x))
        lay(x[first:last], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
        if few:
            correlate_few(pixels, lie, groups, weight, bias, maps)
        else:
            correlate(pixels, lie, groups, weight, bias, scratch, maps)
        apart(maps, out[first:last], lie.lanes, lie.rows * lie.columns * LANES, lie.out_row)


def _forward_numpy(
    x: np.ndarray, lie: Layout, groups: int, few: bool, weight: np.ndarray, bias: np.ndarray, out: np.ndarray
) -> None:
    pixels = np.zeros(x.shape[1] * lie.sk + lie.row + LANES, x.dtype)
    for first in range(0, len(x), lie.lanes):
        some = slice(first, first + lie.lanes)
        lay_numpy(x[some], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
        maps = correlate_numpy(pixels, lie, groups, weight, bias)
        apart_numpy(maps, out[some], lie.lanes, lie.rows * lie.columns * LANES, lie.out_row)


forward = jit(
    _forward,
    fallback=_forward_numpy,
    exact=False,
    uses=(slots, lay, correlate, correlate_few, apart),
    intrinsics={
        "turn_4x4": make_turn_4x4,
        "six_filters": tile.six_filters,
        "six_positions": tile.six_positions,
    },
)
"""Fill `out` (N, C_out, H_out, W_out) with the correlation of images `x` (N, C, H, W) with `weight` (C_out, C/groups, kH, kW), plus
`bias`; `few` says that there are few filters to a group."""


def _backward(grad_out, x, lie, way, groups, weight, grad_x, parts, begin, end, shares):  # type: ignore[no-untyped-def]
    N, C_out, P = len(grad_out), len(weight), lie.rows * lie.columns * LANES
    maps, pixels = np.zeros(C_out * P, x.dtype), np.zeros(x.shape[1] * lie.sk + lie.row + 7 * lie.sw, x.dtype)
    back = np.empty(slots(grad_x.shape[1], groups) * way.H * way.W * LANES if grad_x.size else 0, x.dtype)
    scratch = np.empty(SIX + C_out // groups * weight[0, 0].size * SIX, x.dtype)
    taps, sums = np.empty(SIX, np.int64), np.empty(SIX, x.dtype)
    for share in range(begin, end):
        for first in range(share * lie.lanes, N, shares * lie.lanes):
            last = min(first + lie.lanes, N)
            lay(grad_out[first:last], maps, lie.lanes, P, lie.out_row, 0)
            if grad_x.size:
                transposed(maps, way, groups, weight, scratch, back)
                apart(back, grad_x[first:last], LANES, way.H * way.W * LANES, way.W * LANES)
            if parts.size:
                lay(x[first:last], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
                weight_gradient(pixels, lie, groups, maps, taps, sums, parts[share])


def _backward_numpy(
    grad_out: np.ndarray,
    x: np.ndarray,
    lie: Layout,
    way: Transpose,
    groups: int,
    weight: np.ndarray,
    grad_x: np.ndarray,
    parts: np.ndarray,
    begin: int,
    end: int,
    shares: int,
) -> None:
    P = lie.rows * lie.columns * LANES
    maps, pixels = np.zeros(len(weight) * P, x.dtype), np.zeros(x.shape[1] * lie.sk + lie.row + LANES, x.dtype)
    for share in range(begin, end):
        for first in range(share * lie.lanes, len(grad_out), shares * lie.lanes):
            some = slice(first, first + lie.lanes)
            lay_numpy(grad_out[some], maps, lie.lanes, P, lie.out_row, 0)
            if grad_x.size:
                back = transposed_numpy(maps, way, groups, weight)
                apart_numpy(back, grad_x[some], LANES, way.H * way.W * LANES, way.W * LANES)
            if parts.size:
                lay_numpy(x[some], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
                weight_gradient_numpy(pixels, lie, groups, maps, parts[share])


backward = jit(
    _backward,
    fallback=_backward_numpy,
    exact=False,
    uses=(slots, lay, taps_of_pixel, transposed, weight_gradient, apart),
    intrinsics={
        "turn_4x4": make_turn_4x4,
        "six_filters": tile.six_filters,
        "six_taps": tile.six_taps,
    },
)
"""From the gradient `grad_out` (N, C_out, H_out, W_out) to that of the images, `grad_x` (N, C, H, W), and that of the filters.

The batches of images are dealt out to `shares`, and shares `begin` to `end` are worked on; each adds to its own sum in `parts`
(shares, C_out, C/groups, kH, kW). An empty `grad_x` or empty `parts` is left out; `x` has no channels where there are no parts.
"""
