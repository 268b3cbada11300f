"""Every kernel's compiled loop and its NumPy stand-in have the same effect on the same arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import output_size
from course.kernels import columns, pooling
from course.kernels.jit import jit

DTYPES = st.sampled_from([np.float32, np.float64])


def same_bits(kernel: jit, arrays: list[np.ndarray], numbers: tuple[int, ...]) -> None:
    """Run compiled and fallback on copies; all of the arrays, written or not, must come out alike to the bit."""
    compiled, fallback = [a.copy() for a in arrays], [a.copy() for a in arrays]
    kernel.compiled(*compiled, *numbers)
    kernel.fallback(*fallback, *numbers)
    for a, b in zip(compiled, fallback, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_compiled_form_is_numbas() -> None:
    numba = pytest.importorskip("numba")
    assert isinstance(columns.im2col.compiled, numba.core.dispatcher.Dispatcher)


def test_numpy_serves_until_compiling_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.kernels.jit.PATIENCE", 100)
    served = []
    kernel = jit(lambda a: None, fallback=lambda a: served.append(a.size))
    monkeypatch.setattr("course.kernels.jit._compiled", lambda *_: lambda a: served.append("compiled"))
    for size in (40, 59, 1, 1):
        kernel(np.zeros(size))
    assert served == [40, 59, "compiled", "compiled"]


@given(st.data(), DTYPES)
def test_columns(data: st.DataObject, dtype: type) -> None:
    kernel, stride, dilation = (data.draw(st.tuples(st.integers(1, n), st.integers(1, n))) for n in (4, 3, 3))
    size = [data.draw(st.integers(0, 4)) + d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    N, C = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 3))
    out = [output_size(n, k, s, 0, d) for n, k, s, d in zip(size, kernel, stride, dilation, strict=True)]
    x = rng.normal(size=(N, C, *size)).astype(dtype)
    cols = rng.normal(size=(C * kernel[0] * kernel[1], N, *out)).astype(dtype)
    geometry = (*kernel, *stride, *dilation)
    same_bits(columns.im2col, [x, cols], geometry)
    same_bits(columns.col2im, [cols, x], geometry)


@given(st.data(), DTYPES)
def test_pooling(data: st.DataObject, dtype: type) -> None:
    kernel = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    dilation = data.draw(st.just((1, 1)) | st.tuples(st.integers(1, 3), st.integers(1, 3)))
    # an image shorter than the window only without dilation, so that every window has a tap in it
    least = [
        max(1, k - 2 * p) if d == 1 else d * (k - 1) + 1 for k, p, d in zip(kernel, padding, dilation, strict=True)
    ]
    size = [data.draw(st.integers(0, 4)) + n for n in least]
    counts = [output_size(*axis) for axis in zip(size, kernel, stride, padding, dilation, strict=True)]
    if data.draw(st.booleans()):  # one more window that begins inside and ends beyond the border, as ceil_mode has it
        counts = [c + (c * s - p < n) for c, n, s, p in zip(counts, size, stride, padding, strict=True)]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(data.draw(st.integers(0, 3)), 2, *size)).round(1).astype(dtype)  # rounded: ties
    x[rng.random(x.shape) < 0.05] = np.nan
    x[rng.random(x.shape) < 0.05] = -np.inf
    shape, geometry = (*x.shape[:2], *counts), (*kernel, *stride, *padding)
    same_bits(pooling.max_pool, [x, np.full(shape, 7, dtype), np.full(shape, 7)], (*geometry, *dilation))
    if dilation == (1, 1):
        finite, divisor = np.nan_to_num(x, neginf=-3), rng.integers(1, 9, counts).astype(np.float64)
        same_bits(pooling.avg_pool, [finite, divisor, np.full(shape, 7, dtype)], geometry)
        same_bits(pooling.spread, [rng.normal(size=shape).astype(dtype), finite], geometry)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scatter_adds_up_what_lands_on_one_place(dtype: type, rng: np.random.Generator) -> None:
    grad_out, index = rng.normal(size=(5, 30)).astype(dtype), rng.integers(0, 8, (5, 30))
    same_bits(pooling.scatter, [grad_out, index, rng.normal(size=(5, 8)).astype(dtype)], ())
