"""Softmax and cross-entropy against PyTorch in float64, also where exp alone would overflow."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import cross_entropy_backward, cross_entropy_forward, softmax


@given(st.integers(1, 6), st.integers(1, 12), st.sampled_from([1e-3, 1.0, 50.0, 1e4]), st.integers(0, 2**32 - 1))
def test_same_as_torch(N: int, classes: int, size: float, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(N, classes)) * size, rng.integers(classes, size=N)
    z = torch.tensor(logits, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(labels))
    loss.backward()
    np.testing.assert_allclose(cross_entropy_forward(logits, labels), loss.item(), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(cross_entropy_backward(logits, labels), z.grad.numpy(), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(softmax(logits), torch.softmax(z, 1).detach().numpy(), rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_ten_thousand_does_not_overflow(dtype: type) -> None:
    logits = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], dtype)
    np.testing.assert_array_equal(softmax(logits), [[1, 0, 0], [0, 1, 0]])
    assert cross_entropy_forward(logits, np.array([0, 1])) == 0
    assert cross_entropy_forward(logits, np.array([1, 2])) == 15_000  # the mean of 20,000 and 10,000
    np.testing.assert_allclose(cross_entropy_backward(logits, np.array([1, 1])), [[0.5, -0.5, 0], [0, 0, 0]])


def test_adding_a_number_to_a_row_changes_nothing(rng: np.random.Generator) -> None:
    logits = rng.normal(size=(3, 5))
    np.testing.assert_allclose(softmax(logits + np.array([[5e3], [-5e3], [1]])), softmax(logits), rtol=1e-9)


def test_softmax_goes_along_the_last_axis(rng: np.random.Generator) -> None:
    p = softmax(rng.normal(size=(2, 3, 4)))
    np.testing.assert_allclose(p.sum(axis=-1), np.ones((2, 3)))
    assert (p > 0).all()


def test_a_guess_that_knows_nothing_costs_log_of_the_classes() -> None:
    loss = cross_entropy_forward(np.zeros((4, 7), np.float32), np.array([0, 2, 4, 6], np.uint8))
    assert isinstance(loss, float)
    assert loss == pytest.approx(math.log(7), rel=1e-6)
