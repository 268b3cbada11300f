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
    monkeypatch.setattr("course.kernels.jit._compiled", lambda function: lambda a: served.append("compiled"))
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
    size = [data.draw(st.integers(0, 4)) + max(1, k - 2 * p) for k, p in zip(kernel, padding, strict=True)]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(data.draw(st.integers(0, 3)), 2, *size)).round(1).astype(dtype)  # rounded: ties
    x[rng.random(x.shape) < 0.05] = np.nan
    x[rng.random(x.shape) < 0.05] = -np.inf
    shape = (*x.shape[:2], *(output_size(*axis) for axis in zip(size, kernel, stride, padding, strict=True)))
    geometry = (*kernel, *stride, *padding)
    out, index = np.full(shape, 7, dtype), np.full(shape, 7)
    same_bits(pooling.max_pool, [x, out, index], geometry)
    finite = np.nan_to_num(x, neginf=-3)
    same_bits(pooling.avg_pool, [finite, out], geometry)
    same_bits(pooling.spread, [rng.normal(size=shape).astype(dtype), finite], geometry)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scatter_adds_up_what_lands_on_one_place(dtype: type, rng: np.random.Generator) -> None:
    grad_out, index = rng.normal(size=(5, 30)).astype(dtype), rng.integers(0, 8, (5, 30))
    same_bits(pooling.scatter, [grad_out, index, rng.normal(size=(5, 8)).astype(dtype)], ())
