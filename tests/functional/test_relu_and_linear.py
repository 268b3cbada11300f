"""ReLU and the fully connected layer against PyTorch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import linear_backward, linear_forward, relu_backward, relu_forward


def test_relu_as_torch_at_zero_and_beyond_all_numbers() -> None:
    torch = pytest.importorskip("torch")
    array = np.array([-2.0, -0.0, 0.0, 1e-300, 3.0, np.inf, -np.inf])
    grad_out = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    x = torch.tensor(array, requires_grad=True)
    out = torch.relu(x)
    out.backward(torch.tensor(grad_out))
    np.testing.assert_array_equal(relu_forward(array), out.detach().numpy())
    np.testing.assert_array_equal(relu_backward(grad_out, array), x.grad.numpy())


def test_relu_hands_a_nan_on() -> None:
    np.testing.assert_array_equal(relu_forward(np.array([np.nan, 1.0])), [np.nan, 1.0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_relu_stops_an_infinite_gradient_where_it_is_off() -> None:
    np.testing.assert_array_equal(
        relu_backward(np.array([np.inf, np.nan, np.inf]), np.array([-1.0, -1.0, 1.0])), [0, 0, np.inf]
    )


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_linear_as_torch(N: int, n_in: int, n_out: int, seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in ((N, n_in), (n_out, n_in), (n_out,))]
    grad_out = rng.normal(size=(N, n_out))
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    out = torch.nn.functional.linear(*tensors)
    out.backward(torch.tensor(grad_out))
    np.testing.assert_allclose(linear_forward(*arrays), out.detach().numpy(), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(linear_forward(*arrays[:2]), (out - tensors[2]).detach().numpy(), rtol=1e-9, atol=1e-11)
    for mine, tensor in zip(linear_backward(grad_out, *arrays[:2]), tensors, strict=True):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-11, atol=1e-12)
