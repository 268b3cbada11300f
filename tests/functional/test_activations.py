"""Activations against PyTorch: any number, the kinks, and far beyond where exp overflows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SLOPES = st.floats(-2, 2)
NAMES = {  # ours, PyTorch's, and what numbers it takes
    "relu": ("relu", None),
    "leaky_relu": ("leaky_relu", SLOPES),
    "elu": ("elu", SLOPES),
    "sigmoid": ("sigmoid", None),
    "tanh": ("tanh", None),
}


def torchs(name: str) -> Callable[..., Any]:
    torch = pytest.importorskip("torch")
    return getattr(torch.nn.functional, name, None) or getattr(torch, name)


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@pytest.mark.filterwarnings("error")
def test_same_as_torch(name: str, data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    array = (rng.normal(size=shape) * data.draw(st.sampled_from([1e-6, 1.0, 20.0, 1e4]))).astype(dtype)
    array[rng.random(shape) < 0.2] = 0
    array[rng.random(shape) < 0.1] = -0.0
    rest = [] if NAMES[name][1] is None else [data.draw(NAMES[name][1])]
    x = torch.tensor(array, requires_grad=True)
    theirs = torchs(name)(x, *rest)
    grad_out = rng.normal(size=shape).astype(dtype)
    theirs.backward(torch.tensor(grad_out))
    ours = getattr(F, f"{name}_forward")(array, *rest)
    grad_x = getattr(F, f"{name}_backward")(grad_out, array, *rest)
    assert ours.dtype == grad_x.dtype == dtype
    close = {"rtol": 1e-11, "atol": 1e-14} if dtype == np.float64 else {"rtol": 2e-5, "atol": 1e-6}
    np.testing.assert_allclose(ours, theirs.detach().numpy(), **close)
    np.testing.assert_allclose(grad_x, x.grad.numpy(), **close)


@pytest.mark.parametrize("name", NAMES)
def test_defaults_and_edges_as_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    array = np.array([-1e4, -2.0, -1e-300, -0.0, 0.0, 1e-300, 3.0, 1e4, np.inf])
    grad_out = np.arange(1.0, 10)
    x = torch.tensor(array, requires_grad=True)
    theirs = torchs(name)(x)
    theirs.backward(torch.tensor(grad_out))
    np.testing.assert_allclose(getattr(F, f"{name}_forward")(array), theirs.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(getattr(F, f"{name}_backward")(grad_out, array), x.grad.numpy(), rtol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_a_nan_is_handed_on(name: str) -> None:
    out = getattr(F, f"{name}_forward")(np.array([np.nan, 1.0]))
    assert np.isnan(out[0])
    assert not np.isnan(out[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_a_sigmoid_of_ten_thousand_is_1(dtype: type) -> None:
    x = np.array([1e4, -1e4], dtype)
    np.testing.assert_array_equal(F.sigmoid_forward(x), [1, 0])
    np.testing.assert_array_equal(F.sigmoid_backward(np.ones(2, dtype), x), [0, 0])
    np.testing.assert_array_equal(F.tanh_forward(x), [1, -1])
    np.testing.assert_array_equal(F.elu_forward(x), [1e4, -1])


def test_the_slope_of_a_sigmoid_keeps_its_digits() -> None:
    """1 - sigmoid(40) is 0 in float64; the slope there is exp(-40), on either side."""
    slopes = F.sigmoid_backward(np.ones(2), np.array([40.0, -40.0]))
    np.testing.assert_allclose(slopes, np.exp(-40), rtol=1e-14)
