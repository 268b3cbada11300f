"""Max pooling: values, winners and gradients as PyTorch has them, ties and NaN included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import (
    max_pool2d_backward,
    max_pool2d_backward_plain,
    max_pool2d_forward,
    max_pool2d_forward_plain,
    max_pool2d_with_indices,
)


@st.composite
def pools(draw: st.DrawFn) -> tuple[np.ndarray, tuple, np.random.Generator]:
    """Images and (kernel_size, stride, padding): windows that overlap or leave gaps, with ties, below zero or not."""
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = draw(st.integers(0, kernel[0] // 2)), draw(st.integers(0, kernel[1] // 2))
    H, W = (draw(st.integers(0, 5)) + max(1, k - 2 * p) for k, p in zip(kernel, padding, strict=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(draw(st.integers(1, 3)), draw(st.integers(1, 2)), H, W)) + draw(st.sampled_from([0, -9]))
    return (x.round() if draw(st.booleans()) else x), (kernel, stride, padding), rng


@given(pools())
def test_same_as_torch(drawn: tuple) -> None:
    torch = pytest.importorskip("torch")
    array, window, rng = drawn
    x = torch.tensor(array, requires_grad=True)
    theirs, places = torch.nn.functional.max_pool2d(x, *window, return_indices=True)
    out, index = max_pool2d_with_indices(array, *window)
    np.testing.assert_array_equal(out, theirs.detach().numpy())
    np.testing.assert_array_equal(index, places.numpy())
    assert index.dtype == np.int64
    grad_out = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(grad_out))
    np.testing.assert_allclose(max_pool2d_backward(grad_out, array, *window), x.grad.numpy(), rtol=1e-12, atol=1e-12)


@given(pools())
def test_fast_and_plain_agree(drawn: tuple) -> None:
    x, window, rng = drawn
    out = max_pool2d_forward(x, *window)
    np.testing.assert_array_equal(out, max_pool2d_forward_plain(x, *window))
    grad_out = rng.normal(size=out.shape)
    fast, plain = max_pool2d_backward(grad_out, x, *window), max_pool2d_backward_plain(grad_out, x, *window)
    np.testing.assert_allclose(fast, plain, rtol=1e-12, atol=1e-12)


def test_several_pieces_agree_with_one_image_at_a_time(rng: np.random.Generator, threads: int) -> None:
    x = rng.normal(size=(21, 3, 7, 9)).astype(np.float32)
    grad_out = rng.normal(size=(21, 3, 3, 4)).astype(np.float32)
    out, grad_x = max_pool2d_forward(x, 3, 2), max_pool2d_backward(grad_out, x, 3, 2)
    for n in range(21):
        np.testing.assert_array_equal(out[n : n + 1], max_pool2d_forward_plain(x[n : n + 1], 3, 2))
        np.testing.assert_array_equal(grad_x[n : n + 1], max_pool2d_backward(grad_out[n : n + 1], x[n : n + 1], 3, 2))


@pytest.mark.parametrize("place", [(0, 0), (1, 1), (2, 3)])
def test_a_nan_wins_every_window_it_is_in(place: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    x = np.arange(20.0).reshape(1, 1, 4, 5)
    x[0, 0][place] = np.nan
    theirs, places = torch.nn.functional.max_pool2d(torch.tensor(x), 3, 1, 1, return_indices=True)
    out, index = max_pool2d_with_indices(x, 3, 1, 1)
    assert np.isnan(out).sum() > 1
    np.testing.assert_array_equal(out, theirs.numpy())
    np.testing.assert_array_equal(index, places.numpy())
    np.testing.assert_array_equal(max_pool2d_forward_plain(x, 3, 1, 1), theirs.numpy())


def test_the_first_of_equal_numbers_gets_the_gradient() -> None:
    grad_x = max_pool2d_backward(np.full((1, 1, 1, 1), 7.0), np.zeros((1, 1, 2, 2)), 2)
    np.testing.assert_array_equal(grad_x[0, 0], [[7, 0], [0, 0]])


def test_padding_never_wins_over_negative_numbers() -> None:
    np.testing.assert_array_equal(max_pool2d_forward(np.full((1, 1, 2, 2), -5.0), 2, 1, 1), np.full((1, 1, 3, 3), -5.0))
