"""Compile every kernel now, so that nobody waits for it later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.kernels import columns, direct, elementwise, moments, pool2x2, pooling, updates, winograd

Task = tuple[str, Callable[[], None]]
Calls = dict[str, Callable[[], None]]


def tasks() -> list[Task]:
    """A name and a call for each kernel and float dtype; calling it compiles the kernel or loads it from the cache."""
    found = list({**_winograd(), **_direct()}.items())
    for dtype in (np.float32, np.float64):
        calls = {**_windows(dtype), **_side_by_side(dtype), **_passes(dtype)}
        found += [(f"{name} {dtype.__name__}", call) for name, call in calls.items()]
    return found


def _windows(dtype: type[Any]) -> Calls:
    image, small = np.zeros((1, 1, 4, 4), dtype), np.zeros((1, 1, 2, 2), dtype)
    cols = np.zeros((4, 1, 3, 3), dtype)
    planes, where = np.zeros((1, 4), dtype), np.zeros((1, 4), np.int64)
    geometry = (2, 2, 2, 2, 0, 0)
    return {
        "im2col": partial(columns.im2col.compiled, image, cols, 2, 2, 1, 1, 1, 1),
        "col2im": partial(columns.col2im.compiled, cols, image, 2, 2, 1, 1, 1, 1),
        "max_pool": partial(pooling.max_pool.compiled, image, small, np.zeros((1, 1, 2, 2), np.int64), *geometry, 1, 1),
        "scatter": partial(pooling.scatter.compiled, planes, where, np.zeros((1, 16), dtype)),
        "avg_pool": partial(pooling.avg_pool.compiled, image, np.ones((2, 2)), small, *geometry),
        "spread": partial(pooling.spread.compiled, small, image, *geometry),
    }


def _side_by_side(dtype: type[Any]) -> Calls:
    image, small = np.zeros((2, 8), dtype), np.zeros((1, 4), dtype)
    return {
        "max_pool 2x2": partial(pool2x2.max_pool.compiled, image, small),
        "max_pool_gradient 2x2": partial(pool2x2.max_pool_gradient.compiled, small, image, image.copy()),
        "avg_pool 2x2": partial(pool2x2.avg_pool.compiled, image, small),
        "avg_pool_gradient 2x2": partial(pool2x2.avg_pool_gradient.compiled, small, image),
    }


def _passes(dtype: type[Any]) -> Calls:
    x, channel, row = np.zeros((1, 2, 3), dtype), np.zeros(2, dtype), np.zeros(3, dtype)
    sums = np.zeros((1, 2)), np.zeros((1, 2))
    return {
        "positive_part": partial(elementwise.positive_part.compiled, row, row),
        "pass_where_positive": partial(elementwise.pass_where_positive.compiled, row, row, np.zeros(3, dtype)),
        "adam": partial(updates.adam.compiled, row, row, row, row, np.ones(9, dtype)),
        "deviations": partial(moments.deviations.compiled, x, channel, *sums),
        "products": partial(moments.products.compiled, x, x, channel, *sums),
        "line": partial(moments.line.compiled, x, channel, channel, channel, np.zeros_like(x)),
        "plane": partial(moments.plane.compiled, x, x, channel, channel, channel, channel, np.zeros_like(x)),
    }


def _winograd() -> Calls:
    """In float32 only: what is checked in float64 goes another way."""
    x, bias, tiles = np.zeros((1, 1, 4, 4), np.float32), np.zeros(1, np.float32), np.zeros(36, np.float32)
    image, rows = np.zeros(36, np.float32), np.zeros(36, np.float32)
    small = np.zeros(16, np.float32), np.zeros(24, np.float32)
    return {
        "input_tiles float32": partial(winograd.input_tiles.compiled, x, tiles, image, rows, 1, 1, 1),
        "output_tiles float32": partial(winograd.output_tiles.compiled, x, tiles, *small, 1),
        "outputs float32": partial(winograd.outputs.compiled, tiles, x.copy(), bias, *small, 1),
    }


def _direct() -> Calls:
    """In float32 only, too."""
    pixel, weight, bias = (
        np.zeros((1, 1, 1, 1), np.float32),
        np.zeros((1, 1, 1, 1), np.float32),
        np.zeros(1, np.float32),
    )
    # a tile reads and writes six positions of sixteen numbers, whatever is asked of it
    lanes, out, steps, ones = np.zeros(96, np.float32), np.zeros(96, np.float32), (16, 16, 16, 16, 16), (1, 1)
    room = np.zeros(12, np.float32)
    return {
        "side_by_side float32": partial(direct.side_by_side.compiled, pixel, lanes, 1, 1, 0, 0),
        "apart float32": partial(direct.apart.compiled, lanes, pixel),
        "correlate float32": partial(direct.correlate.compiled, lanes, steps, 1, weight, bias, room, out, 1, 1),
        "correlate_few float32": partial(direct.correlate_few.compiled, lanes, steps, 1, weight, bias, room, out, 1, 1),
        "spread float32": partial(
            direct.spread.compiled, lanes, ones, 1, weight, room, out, ones, (0, 0), ones, ones, ones
        ),
        "weight_gradient float32": partial(
            direct.weight_gradient.compiled, lanes, steps, 1, out, np.zeros(6, np.int64), room, weight.copy(), 1, 1
        ),
    }
