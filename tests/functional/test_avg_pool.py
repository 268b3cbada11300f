"""Average pooling as PyTorch has it, whatever counts in the mean."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.functional import (
    avg_pool2d_backward,
    avg_pool2d_backward_plain,
    avg_pool2d_forward,
    avg_pool2d_forward_plain,
)


@st.composite
def pools(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], tuple, type, int]:
    """The shape of some images, a pooling that mostly fits, a dtype and a seed."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = [max(1, draw(st.integers(-1, 5)) + k - 2 * p) for k, p in zip(kernel, padding, strict=True)]
    shape = (draw(st.integers(1, 10)), 2, *size)  # more than 8 images make a second piece
    window = (kernel, stride, padding, draw(st.booleans()), draw(st.booleans()))
    return shape, window, draw(st.sampled_from([np.float32, np.float64])), draw(st.integers(0, 2**32 - 1))


@given(pools())
@example(
    ((1, 1, 4, 6), (3, (2, 4), 1, True, True), np.float64, 0)
)  # a last window that counts pixels, border and less than 9
@example(((1, 1, 4, 6), (3, (2, 4), 1, True, False), np.float64, 0))
def test_same_as_torch(drawn: tuple) -> None:
    torch = pytest.importorskip("torch")
    shape, window, dtype, seed = drawn
    rng = np.random.default_rng(seed)
    array = rng.normal(size=shape).astype(dtype)
    x = torch.tensor(array, requires_grad=True)
    try:
        theirs = torch.nn.functional.avg_pool2d(x, *window)
    except RuntimeError:
        for forward in (avg_pool2d_forward, avg_pool2d_forward_plain):
            with pytest.raises(ValueError, match=r"^avg_pool2d: kernel"):
                forward(array, *window)
        return
    close = {"rtol": 1e-12, "atol": 1e-14} if dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-6}
    out = avg_pool2d_forward(array, *window)
    assert out.dtype == dtype
    np.testing.assert_allclose(out, theirs.detach().numpy(), **close)
    np.testing.assert_allclose(avg_pool2d_forward_plain(array, *window), out, **close)
    grad_out = rng.normal(size=out.shape).astype(dtype)
    theirs.backward(torch.tensor(grad_out))
    grad_x = avg_pool2d_backward(grad_out, array, *window)
    assert grad_x.dtype == dtype
    np.testing.assert_allclose(grad_x, x.grad.numpy(), **close)
    np.testing.assert_allclose(avg_pool2d_backward_plain(grad_out, array, *window), grad_x, **close)


def test_padding_counts_as_zeros_unless_told() -> None:
    x = np.full((1, 1, 2, 2), 8.0)
    np.testing.assert_array_equal(avg_pool2d_forward(x, 2, 1, 1)[0, 0], [[2, 4, 2], [4, 8, 4], [2, 4, 2]])
    assert (avg_pool2d_forward(x, 2, 1, 1, count_include_pad=False) == 8).all()


def test_beyond_the_border_nothing_counts() -> None:
    """A row of 4 between borders of 1, windows of 3 every 3: the second begins at pixel 2, ends with the border, and is whole;
    with a row of 3 it holds one pixel and one of the border, and is divided by 2."""
    whole = avg_pool2d_forward(np.full((1, 1, 1, 4), 6.0), (1, 3), 3, (0, 1), ceil_mode=True)
    np.testing.assert_array_equal(whole, [[[[4, 4]]]])
    cut = avg_pool2d_forward(np.full((1, 1, 1, 3), 6.0), (1, 3), 3, (0, 1), ceil_mode=True)
    np.testing.assert_array_equal(cut, [[[[4, 3]]]])
