"""The compiled loops of Winograd, direct convolution, batch norm and ReLU beside their NumPy versions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F
from course.functional.direct import _lie, direct_forward, direct_grad_weight
from course.functional.max_pool import scatter_to_winners
from course.functional.window import place_window
from course.kernels import direct, elementwise, moments, pool2x2, updates, winograd
from course.kernels.direct_loops import transpose
from course.kernels.jit import jit
from course.nn import Parameter
from course.optim import Adam, AdamW, adam_step, adamw_step

seeds = st.integers(0, 2**32 - 1)
few = st.integers(1, 4)


def both(
    kernel: jit,
    arrays: list[np.ndarray],
    numbers: tuple[int, ...] = (),
    order: Callable[..., tuple[Any, ...]] = lambda *a: a,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Run compiled and fallback on copies, the arguments in the kernel's order; the arrays afterwards, side by side."""
    compiled, fallback = [a.copy() for a in arrays], [a.copy() for a in arrays]
    kernel.compiled(*order(*compiled), *numbers)
    kernel.fallback(*order(*fallback), *numbers)
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


@given(few, few, few, few, few, few, st.integers(1, 3), st.sampled_from([1, 5, 16, 37]), seeds)
def test_direct(
    groups: int, each_in: int, each_out: int, kH: int, kW: int, extra: int, stride: int, N: int, seed: int
) -> None:
    """On sixteen images side by side and on rows of one, with lanes left empty and a border: the whole passes."""
    rng = np.random.default_rng(seed)
    top, left = (int(rng.integers(0, k)) for k in (kH, kW))
    H, W = kH + (extra - 1) * stride - top, kW + extra - left
    x = rng.normal(size=(N, groups * each_in, max(1, H), max(1, W)))
    weight, bias = rng.normal(size=(groups * each_out, each_in, kH, kW)), rng.normal(size=groups * each_out)
    window = place_window("test", x.shape[2:], (kH, kW), (stride, 1), (top, top, left, left))
    x, lie = _lie(x, window)
    out = np.zeros((N, len(weight), *window.positions))
    for is_few in (False, True):
        arrays = both(
            direct.forward, [x, weight, bias, out], order=lambda x, *rest, f=is_few: (x, lie, groups, f, *rest)
        )
        np.testing.assert_allclose(*arrays[-1], rtol=1e-12, atol=1e-12)
    # the way back to the pixels needs sixteen images side by side
    grad_x, grad_out = np.zeros_like(x if lie.lanes > 1 else x[:0]), rng.normal(size=out.shape)
    way = transpose(window.positions, window.size, (top, left), window.stride, window.dilation)
    for parts in (np.ones((2, *weight.shape)), np.ones((0, *weight.shape))):
        arrays = both(
            direct.backward,
            [grad_out, x, weight, grad_x, parts],
            (0, 2, 2),
            order=lambda g, x, *rest: (g, x, lie, way, groups, *rest),
        )
        for pair in arrays[-2:]:
            np.testing.assert_allclose(*pair, rtol=1e-12, atol=1e-12)


def test_empty_lanes_are_zeros_whatever_was_there() -> None:
    """The batch before may have left what is not a number, and 0 times that is none either."""
    x = np.full((18, 1, 3, 3), 1.0, np.float32)
    x[5] = np.inf
    grad_out = np.ones((18, 1, 2, 2), np.float32)
    grad_out[5] = 0
    window = place_window("test", (3, 3), (2, 2))
    found = direct_grad_weight(grad_out[6:], x[6:], (1, 1, 2, 2), window, 1)
    np.testing.assert_array_equal(found, np.full((1, 1, 2, 2), 4.0 * 12))
    x[5], x[17] = 1, 2
    found = direct_grad_weight(grad_out, x, (1, 1, 2, 2), window, 1)
    np.testing.assert_array_equal(found, np.full((1, 1, 2, 2), 4.0 * 16 + 8))
    x[1] = np.nan
    forward = direct_forward(x, np.ones((1, 1, 2, 2), np.float32), np.zeros(1, np.float32), window, 1)
    assert np.isnan(forward[1]).all()
    assert np.isfinite(np.delete(forward, 1, axis=0)).all()


odd = st.sampled_from([0.0, -0.0, 1.0, 1.0, -2.0, np.nan, np.inf, -np.inf])


@given(st.integers(1, 3), st.integers(2, 21), st.data(), st.sampled_from([np.float32, np.float64]))
def test_2x2_pooling_to_the_bit(R: int, W: int, data: st.DataObject, dtype: type) -> None:
    x = np.array(data.draw(st.lists(odd, min_size=2 * R * W, max_size=2 * R * W)), dtype).reshape(2 * R, W)
    out, grad_x = np.full((R, W // 2), 7, dtype), np.full((2 * R, W), 7, dtype)
    grad_out = np.arange(1, out.size + 1, dtype=dtype).reshape(out.shape)
    found = both(pool2x2.max_pool, [x, out])[1], both(pool2x2.max_pool_gradient, [grad_out, x, grad_x])[2]
    with np.errstate(invalid="ignore"):  # inf - inf
        means = both(pool2x2.avg_pool, [x, out])[1]
    for mine, numpys in (*found, means, both(pool2x2.avg_pool_gradient, [grad_out, grad_x])[1]):
        np.testing.assert_array_equal(mine, numpys)
    planes = x[None, None]
    largest, where = F.max_pool2d_with_indices(planes, 2)  # the general kernel, which looks at one window after another
    np.testing.assert_array_equal(found[0][0], largest[0, 0])
    np.testing.assert_array_equal(
        found[1][0], scatter_to_winners("max_pool", grad_out[None, None], where, planes.shape)[0, 0]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("weight_decay", "kind"), [(0.0, Adam), (0.1, Adam), (0.1, AdamW)])
@pytest.mark.parametrize("shape", [(7, 9), (330, 401)])  # the second in three pieces
def test_adam_in_one_pass_to_the_bit(
    dtype: type, weight_decay: float, kind: type, shape: tuple[int, int], rng: np.random.Generator
) -> None:
    start, grads = rng.normal(size=shape).astype(dtype), rng.normal(size=(3, *shape)).astype(dtype)
    parameter, plain, m, v = Parameter(start), start, np.zeros_like(start), np.zeros_like(start)
    kept = start.copy()
    optimizer = kind([parameter], lr=0.03, weight_decay=weight_decay)
    step = adam_step if kind is Adam else adamw_step
    updates.adam.compiled  # noqa: B018 - compile it
    for t, grad in enumerate(grads, start=1):
        parameter.grad = grad
        optimizer.step()
        plain, m, v = step(plain, grad, m, v, t, 0.03, weight_decay=weight_decay)
        np.testing.assert_array_equal(parameter.data, plain)
    np.testing.assert_array_equal(
        start, kept
    )  # the array that the parameter was made of is not the optimiser's to change
    numbers = np.array([0.9, 0.1, 0.999, 0.001, 0.03, 0.2, 1e-8, weight_decay, 0.97], dtype)
    for mine, numpys in both(updates.adam, [a.ravel() for a in (start, grads[0], m, v, numbers)]):
        np.testing.assert_array_equal(mine, numpys)


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [7, 1 << 19, (1 << 19) + 5])  # the last two are written past the caches
@pytest.mark.parametrize("offset", [0, 1, 3])
def test_relu_from_any_address_on(dtype: type, size: int, offset: int, rng: np.random.Generator) -> None:
    x, grad_out = (rng.normal(size=size).astype(dtype) for _ in range(2))
    x[::7], x[::11], x[::13] = -0.0, np.nan, np.inf
    if size > 7:
        assert size * x.itemsize >= elementwise.LARGE
    for kernel, arrays in ((elementwise.positive_part, [x]), (elementwise.pass_where_positive, [grad_out, x])):
        mine, numpys = (np.full(size + 2 * offset, 7, dtype) for _ in range(2))
        kernel.compiled(*arrays, mine[offset : offset + size])
        kernel.fallback(*arrays, numpys[offset : offset + size])
        assert mine.tobytes() == numpys.tobytes()  # the numbers around are untouched too


def test_relus_gradient(rng: np.random.Generator) -> None:
    x = np.array([-1.0, -0.0, 0.0, 2.0, np.nan, np.inf, -np.inf, 3.0], np.float32)
    grad_out = np.array([np.inf, 1, 2, np.nan, 5, 6, 7, -8], np.float32)
    np.testing.assert_array_equal(*both(elementwise.pass_where_positive, [grad_out, x, np.empty_like(x)])[2])
    mine, numpys = both(elementwise.positive_part, [x, np.empty_like(x)])[1]
    assert mine.tobytes() == numpys.tobytes()  # -0 comes out as 0
