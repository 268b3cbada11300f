"""Compile every kernel now, so that nobody waits for it later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from course.kernels import columns, pooling


def tasks() -> list[tuple[str, Callable[[], None]]]:
    """A name and a call for each kernel and float dtype; calling it compiles the kernel or loads it from the cache."""
    found: list[tuple[str, Callable[[], None]]] = []
    for dtype in (np.float32, np.float64):
        image, small = np.zeros((1, 1, 4, 4), dtype), np.zeros((1, 1, 2, 2), dtype)
        cols = np.zeros((4, 1, 3, 3), dtype)
        planes, where = np.zeros((1, 4), dtype), np.zeros((1, 4), np.int64)
        geometry = (2, 2, 2, 2, 0, 0)
        calls = {
            "im2col": partial(columns.im2col.compiled, image, cols, 2, 2, 1, 1, 1, 1),
            "col2im": partial(columns.col2im.compiled, cols, image, 2, 2, 1, 1, 1, 1),
            "max_pool": partial(pooling.max_pool.compiled, image, small, np.zeros((1, 1, 2, 2), np.int64), *geometry),
            "scatter": partial(pooling.scatter.compiled, planes, where, np.zeros((1, 16), dtype)),
            "avg_pool": partial(pooling.avg_pool.compiled, image, small, *geometry),
            "spread": partial(pooling.spread.compiled, small, image, *geometry),
        }
        found += [(f"{name} {dtype.__name__}", call) for name, call in calls.items()]
    return found
