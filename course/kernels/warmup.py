"""Compile every kernel now, so that nobody waits for it later."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from typing import Any

import numpy as np

from course.kernels import columns, direct, elementwise, moments, pool2x2, pooling, updates, winograd
from course.kernels.direct_loops import Layout, Transpose
from course.kernels.threads import num_threads

Task = tuple[str, Callable[[], None]]
Calls = dict[str, Callable[[], None]]


def tasks() -> list[Task]:
    """A name and a call for each kernel; calling it compiles the kernel or loads it from the cache.

    All of them in float32, what networks are trained in; in float64, which a student's own arrays have, im2col and its way back.
    """
    of_float32 = {**_winograd(), **_direct(), **_pools(), **_side_by_side(), **_passes()}
    return list({**of_float32, **_windows(np.float32), **_windows(np.float64)}.items())


def run_all() -> Iterator[str]:
    """Do every task, on two cores where there are two; the name of each as it is done."""
    names = [name for name, _ in tasks()]
    if num_threads() < 2:
        for name in names:
            yield run_one(name)
        return
    # processes, since Numba compiles one function at a time in each; what they compile they leave in the cache on disk
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run_one, name) for name in names]):
            yield done.result()


def run_one(name: str) -> str:
    dict(tasks())[name]()
    return name


def _windows(dtype: type[Any]) -> Calls:
    image, cols = np.zeros((1, 1, 4, 4), dtype), np.zeros((4, 1, 3, 3), dtype)
    return {
        f"im2col {dtype.__name__}": partial(columns.im2col.compiled, image, cols, 2, 2, 1, 1, 1, 1),
        f"col2im {dtype.__name__}": partial(columns.col2im.compiled, cols, image, 2, 2, 1, 1, 1, 1),
    }


def _pools() -> Calls:
    image, small = np.zeros((1, 1, 4, 4), np.float32), np.zeros((1, 1, 2, 2), np.float32)
    planes, where, geometry = np.zeros((1, 4), np.float32), np.zeros((1, 4), np.int64), (2, 2, 2, 2, 0, 0)
    index = np.zeros((1, 1, 2, 2), np.int64)
    return {
        "max_pool float32": partial(pooling.max_pool.compiled, image, small, index, *geometry, 1, 1),
        "scatter float32": partial(pooling.scatter.compiled, planes, where, np.zeros((1, 16), np.float32)),
        "avg_pool float32": partial(pooling.avg_pool.compiled, image, np.ones((2, 2)), small, *geometry),
        "spread float32": partial(pooling.spread.compiled, small, image, *geometry),
    }


def _side_by_side() -> Calls:
    image, small = np.zeros((2, 8), np.float32), np.zeros((1, 4), np.float32)
    return {
        "max_pool 2x2 float32": partial(pool2x2.max_pool.compiled, image, small),
        "max_pool_gradient 2x2 float32": partial(pool2x2.max_pool_gradient.compiled, small, image, image.copy()),
        "avg_pool 2x2 float32": partial(pool2x2.avg_pool.compiled, image, small),
        "avg_pool_gradient 2x2 float32": partial(pool2x2.avg_pool_gradient.compiled, small, image),
    }


def _passes() -> Calls:
    x, channel, row = np.zeros((1, 2, 3), np.float32), np.zeros(2, np.float32), np.zeros(3, np.float32)
    sums = np.zeros((1, 2)), np.zeros((1, 2))
    return {
        "positive_part float32": partial(elementwise.positive_part.compiled, row, row),
        "pass_where_positive float32": partial(
            elementwise.pass_where_positive.compiled, row, row, np.zeros(3, np.float32)
        ),
        "adam float32": partial(updates.adam.compiled, row, row, row, row, np.ones(9, np.float32)),
        "deviations float32": partial(moments.deviations.compiled, x, channel, *sums),
        "products float32": partial(moments.products.compiled, x, x, channel, *sums),
        "line float32": partial(moments.line.compiled, x, channel, channel, channel, np.zeros_like(x)),
        "plane float32": partial(moments.plane.compiled, x, x, channel, channel, channel, channel, np.zeros_like(x)),
    }


def _winograd() -> Calls:
    x, bias, tiles = np.zeros((1, 1, 4, 4), np.float32), np.zeros(1, np.float32), np.zeros(36, np.float32)
    image, rows = np.zeros(36, np.float32), np.zeros(36, np.float32)
    small = np.zeros(16, np.float32), np.zeros(24, np.float32)
    return {
        "input_tiles float32": partial(winograd.input_tiles.compiled, x, tiles, image, rows, 1, 1, 1),
        "output_tiles float32": partial(winograd.output_tiles.compiled, x, tiles, *small, 1),
        "outputs float32": partial(winograd.outputs.compiled, tiles, x.copy(), bias, *small, 1),
    }


def _direct() -> Calls:
    image, bias, parts = (np.zeros((1,) * axes, np.float32) for axes in (4, 1, 5))
    lie = Layout(16, 16, 0, 16, 16, 16, 16, 16, 1, 1, 16)
    way = Transpose(1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1)
    back = image, image, lie, way, 1, image, image.copy(), parts, 0, 1, 1
    return {
        "forward float32": partial(direct.forward.compiled, image, lie, 1, False, image, bias, image.copy()),
        "backward float32": partial(direct.backward.compiled, *back),
    }
