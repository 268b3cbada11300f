"""Average pooling as PyTorch has it, padding counted as zeros."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import (
    avg_pool2d_backward,
    avg_pool2d_backward_plain,
    avg_pool2d_forward,
    avg_pool2d_forward_plain,
)


@given(st.data())
def test_same_as_torch(data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    kernel = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = data.draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    size = [data.draw(st.integers(0, 5)) + max(1, k - 2 * p) for k, p in zip(kernel, padding, strict=True)]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    array = rng.normal(size=(data.draw(st.integers(1, 10)), 2, *size))  # more than 8 images make a second piece
    x = torch.tensor(array, requires_grad=True)
    theirs = torch.nn.functional.avg_pool2d(x, kernel, stride, padding)
    out = avg_pool2d_forward(array, kernel, stride, padding)
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-12, atol=1e-14)
    grad_out = rng.normal(size=out.shape)
    theirs.backward(torch.tensor(grad_out))
    grad_x = avg_pool2d_backward(grad_out, array, kernel, stride, padding)
    np.testing.assert_allclose(grad_x, x.grad.numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(avg_pool2d_forward_plain(array, kernel, stride, padding), out, rtol=1e-12, atol=1e-14)
    plain = avg_pool2d_backward_plain(grad_out, array, kernel, stride, padding)
    np.testing.assert_allclose(plain, grad_x, rtol=1e-12, atol=1e-14)


def test_padding_counts_as_zeros() -> None:
    out = avg_pool2d_forward(np.full((1, 1, 2, 2), 8.0), 2, 1, 1)
    np.testing.assert_array_equal(out[0, 0], [[2, 4, 2], [4, 8, 4], [2, 4, 2]])
