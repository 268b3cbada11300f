"""Compile every kernel now, so that nobody waits for it later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from course.kernels import columns, direct, elementwise, moments, pooling, winograd

Task = tuple[str, Callable[[], None]]


def tasks() -> list[Task]:
    """A name and a call for each kernel and float dtype; calling it compiles the kernel or loads it from the cache."""
    found = [*_winograd(), *_direct()]
    for dtype in (np.float32, np.float64):
        calls = {**_windows(dtype), **_passes(dtype)}
        found += [(f"{name} {dtype.__name__}", call) for name, call in calls.items()]
    return found


def _windows(dtype: type[Any]) -> dict[str, Callable[[], None]]:
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


def _passes(dtype: type[Any]) -> dict[str, Callable[[], None]]:
    x, channel, row = np.zeros((1, 2, 3), dtype), np.zeros(2, dtype), np.zeros(3, dtype)
    sums = np.zeros((1, 2)), np.zeros((1, 2))
    return {
        "pass_where_positive": partial(elementwise.pass_where_positive.compiled, row, row, np.zeros(3, dtype)),
        "deviations": partial(moments.deviations.compiled, x, channel, *sums),
        "products": partial(moments.products.compiled, x, x, channel, *sums),
        "line": partial(moments.line.compiled, x, channel, channel, channel, np.zeros_like(x)),
        "plane": partial(moments.plane.compiled, x, x, channel, channel, channel, channel, np.zeros_like(x)),
    }


def _winograd() -> Iterator[Task]:
    """In float32 only: what is checked in float64 goes another way."""
    x, bias, tiles = np.zeros((1, 1, 4, 4), np.float32), np.zeros(1, np.float32), np.zeros(36, np.float32)
    image, rows = np.zeros(36, np.float32), np.zeros(36, np.float32)
    small = np.zeros(16, np.float32), np.zeros(24, np.float32)
    yield "input_tiles float32", partial(winograd.input_tiles.compiled, x, tiles, image, rows, 1, 1, 1)
    yield "output_tiles float32", partial(winograd.output_tiles.compiled, x, tiles, *small, 1)
    yield "outputs float32", partial(winograd.outputs.compiled, tiles, x.copy(), bias, *small, 1)


def _direct() -> Iterator[Task]:
    """For filters 5 wide, which LeNet has; others are compiled when they come."""
    x, weight, bias = np.zeros((1, 1, 49), np.float32), np.zeros((1, 1, 5, 5), np.float32), np.zeros(1, np.float32)
    out, planes = np.zeros((1, 1, 3, 3), np.float32), np.zeros((2, 3, 7), np.float32)
    yield "correlate float32", partial(direct.correlate(5).compiled, x, weight, bias, planes, out)
    yield "weight_gradient float32", partial(direct.weight_gradient.compiled, x, out, planes[0], weight.copy())
