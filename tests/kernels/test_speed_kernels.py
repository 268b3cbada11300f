"""The compiled loops of Winograd, direct convolution, batch norm and ReLU beside their NumPy versions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.kernels import direct, elementwise, moments, winograd
from course.kernels.jit import jit

seeds = st.integers(0, 2**32 - 1)
few = st.integers(1, 4)


def both(kernel: jit, arrays: list[np.ndarray], numbers: tuple[int, ...] = ()) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run compiled and fallback on copies; the arrays afterwards, side by side."""
    compiled, fallback = [a.copy() for a in arrays], [a.copy() for a in arrays]
    kernel.compiled(*compiled, *numbers)
    kernel.fallback(*fallback, *numbers)
    return list(zip(compiled, fallback, strict=True))


def tiles_and_scratch(N: int, C: int, down: int, across: int, more: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    width = (4 * across + more) * C
    tiles = np.zeros(36 * N * down * across * C, np.float32)
    return tiles, np.zeros((4 * down + more) * width, np.float32), np.zeros(6 * width, np.float32)


@given(st.integers(0, 3), st.integers(1, 10), few, few, st.integers(0, 2), st.integers(0, 2), seeds)
def test_winograd_tiles(N: int, C: int, down: int, across: int, top: int, left: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    H, W = 4 * down + 2 - top - int(rng.integers(0, 3)), 4 * across + 2 - left - int(rng.integers(0, 3))
    x = rng.normal(size=(N, C, max(1, H), max(1, W))).astype(np.float32)
    mine, numpys = both(winograd.input_tiles, [x, *tiles_and_scratch(N, C, down, across, 2)], (across, top, left))[1]
    np.testing.assert_array_equal(mine, numpys)
    g = rng.normal(size=(N, C, 4 * down - int(rng.integers(0, 4)), 4 * across - int(rng.integers(0, 4)))).astype(
        np.float32
    )
    mine, numpys = both(winograd.output_tiles, [g, *tiles_and_scratch(N, C, down, across, 0)], (across,))[1]
    np.testing.assert_array_equal(mine, numpys)
    tiles, image, rows = tiles_and_scratch(N, C, down, across, 0)
    tiles[:] = rng.normal(size=tiles.size)
    bias = rng.normal(size=C).astype(np.float32)
    mine, numpys = both(winograd.outputs, [tiles, np.empty_like(g), bias, image, rows], (across,))[1]
    np.testing.assert_array_equal(mine, numpys)


@given(few, few, few, few, few, few, seeds)
def test_direct(groups: int, each_in: int, each_out: int, kH: int, kW: int, extra: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    N, Hp, Wp = 2, kH + extra, kW + extra
    x = rng.normal(size=(N, groups * each_in, Hp * Wp))
    weight, bias = rng.normal(size=(groups * each_out, each_in, kH, kW)), rng.normal(size=groups * each_out)
    out = np.empty((N, groups * each_out, Hp - kH + 1, Wp - kW + 1))
    planes = np.empty((2, Hp - kH + 1, Wp))
    mine, numpys = both(direct.correlate(kW), [x, weight, bias, planes, out])[4]
    np.testing.assert_allclose(mine, numpys, rtol=1e-12, atol=1e-12)
    grad_out = rng.normal(size=out.shape)
    mine, numpys = both(direct.weight_gradient, [x, grad_out, np.zeros_like(planes[0]), weight])[3]
    np.testing.assert_allclose(mine, numpys, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_norms_sums_and_lines(dtype: type, rng: np.random.Generator) -> None:
    x, grad_out = (rng.normal(3, 2, (3, 5, 37)).astype(dtype) for _ in range(2))
    centre, scale, slope, level = (rng.normal(size=5).astype(dtype) for _ in range(4))
    sums = np.zeros((3, 5)), np.zeros((3, 5))
    for pair in (
        both(moments.deviations, [x, centre, *sums])[2:] + both(moments.products, [grad_out, x, centre, *sums])[3:]
    ):
        np.testing.assert_allclose(*pair, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(*both(moments.line, [x, centre, slope, level, np.empty_like(x)])[4])
    np.testing.assert_array_equal(*both(moments.plane, [grad_out, x, centre, scale, slope, level, np.empty_like(x)])[6])


def test_relus_gradient(rng: np.random.Generator) -> None:
    x = np.array([-1.0, -0.0, 0.0, 2.0, np.nan, np.inf, -np.inf, 3.0], np.float32)
    grad_out = np.array([np.inf, 1, 2, np.nan, 5, 6, 7, -8], np.float32)
    np.testing.assert_array_equal(*both(elementwise.pass_where_positive, [grad_out, x, np.empty_like(x)])[2])
