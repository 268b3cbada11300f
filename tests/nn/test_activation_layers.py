"""Each activation is the function of its name with the arguments it was built with; PyTorch's layer prints alike."""

import numpy as np
import pytest

from course import functional as F
from course.nn import ELU, LeakyReLU, LogSoftmax, Module, ReLU, Sigmoid, Softmax, Tanh

X = np.random.default_rng(5).normal(size=(3, 2, 4))

LAYERS = [
    (ReLU(), "relu_forward", "relu_backward", ()),
    (LeakyReLU(), "leaky_relu_forward", "leaky_relu_backward", ()),
    (LeakyReLU(0.2), "leaky_relu_forward", "leaky_relu_backward", (0.2,)),
    (ELU(), "elu_forward", "elu_backward", ()),
    (ELU(0.5), "elu_forward", "elu_backward", (0.5,)),
    (Sigmoid(), "sigmoid_forward", "sigmoid_backward", ()),
    (Tanh(), "tanh_forward", "tanh_backward", ()),
    (Softmax(), "softmax", "softmax_backward", ()),
    (Softmax(dim=1), "softmax", "softmax_backward", (1,)),
    (LogSoftmax(), "log_softmax", "log_softmax_backward", ()),
    (LogSoftmax(dim=-2), "log_softmax", "log_softmax_backward", (-2,)),
]
IDS = [repr(layer) for layer, *_ in LAYERS]


@pytest.mark.parametrize("layer, forward, backward, arguments", LAYERS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_layer_is_the_function(
    layer: Module, forward: str, backward: str, arguments: tuple, dtype: type, rng: np.random.Generator
) -> None:
    x, grad_out = X.astype(dtype), rng.normal(size=X.shape).astype(dtype)
    out = layer(x)
    np.testing.assert_array_equal(out, getattr(F, forward)(x, *arguments))
    grad_x = layer.backward(grad_out)
    assert out.dtype == grad_x.dtype == dtype
    np.testing.assert_array_equal(grad_x, getattr(F, backward)(grad_out, x, *arguments))
    assert layer(x[:0]).shape == layer.backward(grad_out[:0]).shape == (0, 2, 4)


@pytest.mark.parametrize("layer, forward, backward, arguments", LAYERS, ids=IDS)
def test_torch_prints_the_same(layer: Module, forward: str, backward: str, arguments: tuple) -> None:
    torch = pytest.importorskip("torch")
    softmax = isinstance(layer, Softmax | LogSoftmax)
    theirs = getattr(torch.nn, type(layer).__name__)(*(arguments or (-1,) if softmax else arguments))
    assert repr(layer) == repr(theirs)


@pytest.mark.parametrize("make, argument", [(LeakyReLU, "negative_slope"), (ELU, "alpha")])
@pytest.mark.parametrize("value", [None, "1", np.inf, np.nan, [1.0, 2.0]], ids=str)
def test_a_slope_that_is_no_number_is_refused_at_once(make: type[Module], argument: str, value: object) -> None:
    with pytest.raises(ValueError) as caught:
        make(value)
    assert str(caught.value) == f"{make.__name__}: {argument} is {value!r}; it must be a finite number."


@pytest.mark.parametrize("make", [Softmax, LogSoftmax])
def test_an_axis_that_is_no_whole_number_is_refused_at_once(make: type[Module]) -> None:
    with pytest.raises(ValueError) as caught:
        make(1.5)
    assert str(caught.value) == f"{make.__name__}: dim is 1.5; it must be a whole number, the place of an axis."
