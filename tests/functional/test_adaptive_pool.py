"""Adaptive and global pooling: as PyTorch, whether sizes divide or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SIZES = st.integers(1, 9) | st.none()


@given(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(1, 9), st.integers(1, 9)),
    st.integers(1, 9) | st.tuples(SIZES, SIZES),
    st.sampled_from([np.float32, np.float64]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_same_as_torch(shape: tuple, size: int | tuple, dtype: type, whole: bool, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    array = rng.normal(size=shape).astype(dtype)
    if whole:  # ties, and a NaN now and then
        array = array.round()
        array[rng.random(shape) < 0.1] = np.nan
    close = {"rtol": 1e-11, "atol": 1e-13} if dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-6}
    for kind in ("avg", "max"):
        x = torch.tensor(array, requires_grad=True)
        theirs = getattr(torch.nn.functional, f"adaptive_{kind}_pool2d")(x, size)
        out = getattr(F, f"adaptive_{kind}_pool2d_forward")(array, size)
        assert out.dtype == dtype
        np.testing.assert_allclose(out, theirs.detach().numpy(), **close)
        grad_out = rng.normal(size=out.shape).astype(dtype)
        theirs.backward(torch.tensor(grad_out))
        grad_x = getattr(F, f"adaptive_{kind}_pool2d_backward")(grad_out, array, size)
        assert grad_x.dtype == dtype
        np.testing.assert_allclose(grad_x, x.grad.numpy(), **close)
    _, places = torch.nn.functional.adaptive_max_pool2d(x, size, return_indices=True)
    np.testing.assert_array_equal(F.adaptive_max_pool2d_with_indices(array, size)[1], places.numpy())


def test_where_the_size_divides_it_is_plain_pooling(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 6, 8))
    np.testing.assert_allclose(F.adaptive_avg_pool2d_forward(x, (3, 2)), F.avg_pool2d_forward(x, (2, 4)), rtol=1e-12)
    ours, theirs = F.adaptive_max_pool2d_with_indices(x, (3, 2)), F.max_pool2d_with_indices(x, (2, 4))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_global_pooling_leaves_one_number_a_channel(rng: np.random.Generator) -> None:
    x, grad_out = rng.normal(size=(3, 2, 4, 5)), rng.normal(size=(3, 2, 1, 1))
    np.testing.assert_allclose(F.global_avg_pool2d_forward(x)[:, :, 0, 0], x.mean(axis=(2, 3)), rtol=1e-12)
    np.testing.assert_array_equal(F.global_max_pool2d_forward(x)[:, :, 0, 0], x.max(axis=(2, 3)))
    shares = np.broadcast_to(grad_out / 20, x.shape)
    np.testing.assert_allclose(F.global_avg_pool2d_backward(grad_out, x), shares, rtol=1e-12)
    winners = x == x.max(axis=(2, 3), keepdims=True)
    np.testing.assert_array_equal(F.global_max_pool2d_backward(grad_out, x), winners * grad_out)


def test_an_infinite_pixel_reaches_only_its_windows() -> None:
    x = np.zeros((1, 1, 1, 5))
    x[..., 0] = np.inf
    np.testing.assert_array_equal(F.adaptive_avg_pool2d_forward(x, (1, 2)), [[[[np.inf, 0]]]])
