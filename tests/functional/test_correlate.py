"""correlate2d, convolve2d and the matrix of a convolution: SciPy, and the same numbers from the convolution layer."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from course.functional import (
    conv2d_backward,
    conv2d_forward,
    conv_matrix,
    conv_matrix_sparse,
    conv_transpose2d_forward,
    convolve2d,
    correlate2d,
)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """An image and a kernel that fits into it."""
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    size = [k + draw(st.integers(0, 5)) for k in kernel]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.standard_normal(size), rng.standard_normal(kernel)


@given(pictures())
def test_same_as_scipy(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    image, kernel = drawn
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(
        correlate2d(image, kernel), scipy.signal.correlate2d(image, kernel, mode="valid"), **close
    )
    np.testing.assert_allclose(convolve2d(image, kernel), scipy.signal.convolve2d(image, kernel, mode="valid"), **close)


@given(pictures())
def test_the_matrix_is_the_convolution_and_its_transpose_the_gradient(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    image, kernel = drawn
    x, weight = image[None, None], kernel[None, None]
    out = conv2d_forward(x, weight)
    grad_out = np.random.default_rng(1).standard_normal(out.shape)
    close = {"rtol": 1e-11, "atol": 1e-12}
    for matrix in (conv_matrix(kernel, image.shape), conv_matrix_sparse(kernel, image.shape)):
        np.testing.assert_allclose((matrix @ image.ravel()).reshape(out.shape), out, **close)
        np.testing.assert_allclose(matrix @ image.ravel(), correlate2d(image, kernel).ravel(), **close)
        back = (matrix.T @ grad_out.ravel()).reshape(x.shape)
        np.testing.assert_allclose(back, conv2d_backward(grad_out, x, weight)[0], **close)
        np.testing.assert_allclose(back, conv_transpose2d_forward(grad_out, weight), **close)


@given(pictures())
def test_sparse_is_dense_without_zeros(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    image, kernel = drawn
    dense, sparse = conv_matrix(kernel, image.shape), conv_matrix_sparse(kernel, image.shape)
    np.testing.assert_array_equal(sparse.toarray(), dense)
    assert sparse.nnz == len(dense) * kernel.size


def test_a_zero_in_the_kernel_is_stored_too() -> None:
    assert conv_matrix_sparse([[1, 0, -1]], (2, 5)).nnz == 2 * 3 * 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_sparse_matrix_keeps_the_dtype(dtype: type) -> None:
    assert conv_matrix_sparse(np.ones((2, 2), dtype), (3, 3)).dtype == dtype


def test_a_nan_stays_in_its_windows(rng: np.random.Generator) -> None:
    image = rng.normal(size=(6, 6))
    image[3, 3] = np.nan
    for out in (correlate2d(image, np.zeros((2, 3))), convolve2d(image, np.zeros((2, 3)))):
        assert np.isnan(out[2:4, 1:4]).all()
        assert np.isnan(out).sum() == 6
