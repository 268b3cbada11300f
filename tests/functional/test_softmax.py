"""Softmax and log-softmax along any axis, against PyTorch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import log_softmax, log_softmax_backward, softmax, softmax_backward


@given(st.data())
@pytest.mark.filterwarnings("error")
def test_same_as_torch(data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    array = (rng.normal(size=shape) * data.draw(st.sampled_from([1e-3, 1.0, 50.0, 1e4]))).astype(dtype)
    grad_out = rng.normal(size=shape).astype(dtype)
    close = {"rtol": 1e-10, "atol": 1e-14} if dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-6}
    for forward, backward in ((softmax, softmax_backward), (log_softmax, log_softmax_backward)):
        z = torch.tensor(array, requires_grad=True)
        theirs = getattr(torch, forward.__name__)(z, dim)
        theirs.backward(torch.tensor(grad_out))
        ours, grad = forward(array, dim), backward(grad_out, array, dim)
        assert ours.dtype == grad.dtype == dtype
        np.testing.assert_allclose(ours, theirs.detach().numpy(), **close)
        np.testing.assert_allclose(grad, z.grad.numpy(), **close)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_ten_thousand_does_not_overflow(dtype: type) -> None:
    logits = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], dtype)
    np.testing.assert_array_equal(softmax(logits), [[1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(log_softmax(logits), [[0, -2e4, -1e4], [-2e4, 0, -1e4]])
    np.testing.assert_array_equal(log_softmax_backward(np.ones((2, 3), dtype), logits), [[-2, 1, 1], [1, -2, 1]])


@pytest.mark.filterwarnings("error")
def test_minus_infinity_is_a_class_that_cannot_be() -> None:
    np.testing.assert_array_equal(softmax(np.array([0.0, -np.inf, 0.0])), [0.5, 0, 0.5])


def test_adding_a_number_to_a_row_changes_nothing(rng: np.random.Generator) -> None:
    logits = rng.normal(size=(3, 5))
    np.testing.assert_allclose(softmax(logits + np.array([[5e3], [-5e3], [1]])), softmax(logits), rtol=1e-9)


def test_softmax_goes_along_the_last_axis_unless_told(rng: np.random.Generator) -> None:
    p = softmax(rng.normal(size=(2, 3, 4)))
    np.testing.assert_allclose(p.sum(axis=-1), np.ones((2, 3)))
    assert (p > 0).all()
