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
    taps_of_pixel,
    transposed,
    transposed_numpy,
    weight_gradient,
    weight_gradient_numpy,
)
from course.kernels.jit import jit
from course.kernels.lanes import apart, apart_numpy, lay, lay_numpy, make_turn_4x4
from course.kernels.tile import LANES


def _forward(x, lie, groups, few, weight, bias, pixels, maps, scratch, out):  # type: ignore[no-untyped-def]
    for first in range(0, len(x), lie.lanes):
        last = min(first + lie.lanes, len(x))
        lay(x[first:last], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
        if few:
            correlate_few(pixels, lie, groups, weight, bias, maps)
        else:
            correlate(pixels, lie, groups, weight, bias, scratch, maps)
        apart(maps, out[first:last], lie.lanes, lie.rows * lie.columns * LANES, lie.out_row)


def _forward_numpy(
    x: np.ndarray,
    lie: Layout,
    groups: int,
    few: bool,
    weight: np.ndarray,
    bias: np.ndarray,
    pixels: np.ndarray,
    maps: np.ndarray,
    scratch: np.ndarray,
    out: np.ndarray,
) -> None:
    for first in range(0, len(x), lie.lanes):
        some = slice(first, first + lie.lanes)
        lay_numpy(x[some], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
        correlate_numpy(pixels, lie, groups, weight, bias, maps)
        apart_numpy(maps, out[some], lie.lanes, lie.rows * lie.columns * LANES, lie.out_row)


forward = jit(
    _forward,
    fallback=_forward_numpy,
    exact=False,
    uses=(lay, correlate, correlate_few, apart),
    intrinsics={
        "turn_4x4": make_turn_4x4,
        "six_filters": tile.six_filters,
        "six_positions": tile.six_positions,
    },
)
"""Fill `out` (N, C_out, H_out, W_out) with the correlation of images `x` (N, C, H, W) with `weight` (C_out, C/groups, kH, kW), plus
`bias`; `few` says that there are few filters to a group. `pixels`, zeros, `maps` and `scratch` are room to work in."""


def _backward(  # type: ignore[no-untyped-def]
    grad_out, x, lie, way, groups, weight, maps, pixels, back, scratch, taps, sums, grad_x, parts, begin, end, shares
):
    N = len(grad_out)
    for share in range(begin, end):
        for first in range(share * lie.lanes, N, shares * lie.lanes):
            last = min(first + lie.lanes, N)
            lay(grad_out[first:last], maps, lie.lanes, lie.rows * lie.columns * LANES, lie.out_row, 0)
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
    maps: np.ndarray,
    pixels: np.ndarray,
    back: np.ndarray,
    scratch: np.ndarray,
    taps: np.ndarray,
    sums: np.ndarray,
    grad_x: np.ndarray,
    parts: np.ndarray,
    begin: int,
    end: int,
    shares: int,
) -> None:
    for share in range(begin, end):
        for first in range(share * lie.lanes, len(grad_out), shares * lie.lanes):
            some = slice(first, first + lie.lanes)
            lay_numpy(grad_out[some], maps, lie.lanes, lie.rows * lie.columns * LANES, lie.out_row, 0)
            if grad_x.size:
                transposed_numpy(maps, way, groups, weight, back)
                apart_numpy(back, grad_x[some], LANES, way.H * way.W * LANES, way.W * LANES)
            if parts.size:
                lay_numpy(x[some], pixels, lie.lanes, lie.sk, lie.row, lie.origin)
                weight_gradient_numpy(pixels, lie, groups, maps, parts[share])


backward = jit(
    _backward,
    fallback=_backward_numpy,
    exact=False,
    uses=(lay, taps_of_pixel, transposed, weight_gradient, apart),
    intrinsics={
        "turn_4x4": make_turn_4x4,
        "six_filters": tile.six_filters,
        "six_taps": tile.six_taps,
    },
)
"""From the gradient `grad_out` (N, C_out, H_out, W_out) to that of the images, `grad_x` (N, C, H, W), and that of the filters.

The batches of images are dealt out to `shares`, and shares `begin` to `end` are worked on; each adds to its own sum in `parts`
(shares, C_out, C/groups, kH, kW). An empty `grad_x` or empty `parts` is left out. The rest is room to work in.
"""
