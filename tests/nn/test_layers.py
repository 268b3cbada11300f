"""The fully connected layer and the flattening before it: the functions of their names, and PyTorch's layers."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F
from course.nn import Flatten, Linear, Module

X = np.random.default_rng(5).normal(size=(3, 2, 7, 9))


def grads(layer: Module) -> list[np.ndarray | None]:
    return [p.grad for p in layer.parameters()]


@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias: bool, rng: np.random.Generator) -> None:
    layer = Linear(9, 4, bias=bias, rng=rng)
    x, grad_out = X[:, 0, 0], rng.normal(size=(3, 4))
    b = layer.bias.data if bias else None
    np.testing.assert_array_equal(layer(x), F.linear_forward(x, layer.weight.data, b))
    grad_x, *rest = F.linear_backward(grad_out, x, layer.weight.data)
    np.testing.assert_array_equal(layer.backward(grad_out), grad_x)
    for mine, theirs in zip(grads(layer), rest if bias else rest[:1], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    layer.backward(grad_out)
    np.testing.assert_array_equal(layer.weight.grad, 2 * rest[0])  # gradients add up until zero_grad


@pytest.mark.parametrize("layer, fan_in", [(Linear(400, 200), 400)])
def test_first_weights_fill_pytorchs_range(layer: Linear, fan_in: int) -> None:
    bound = 1 / np.sqrt(fan_in)
    for numbers in (layer.weight.data, layer.bias.data):  # type: ignore[union-attr]
        assert numbers.dtype == np.float32
        assert 0.9 * bound < abs(numbers).max() <= bound * (1 + 1e-6)
        assert abs(numbers.mean()) < 0.2 * bound


def test_without_a_generator_every_layer_starts_elsewhere() -> None:
    assert not np.array_equal(Linear(3, 3).weight.data, Linear(3, 3).weight.data)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.data())
def test_flatten_and_back_as_torch(shape: list[int], data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    start = data.draw(st.integers(0, len(shape) - 1))
    end = data.draw(st.integers(start, len(shape) - 1))
    start, end = (n - len(shape) if data.draw(st.booleans()) else n for n in (start, end))
    x = np.random.default_rng(0).normal(size=shape)
    layer = Flatten(start, end)
    flat = layer(x)
    np.testing.assert_array_equal(flat, torch.flatten(torch.tensor(x), start, end).numpy())
    np.testing.assert_array_equal(layer.backward(flat), x)


def test_flatten_leaves_the_batch_as_it_is() -> None:
    layer = Flatten()
    flat = layer(X)
    np.testing.assert_array_equal(flat[1], X[1].ravel())
    np.testing.assert_array_equal(layer.backward(flat), X)
    assert layer(X[:0]).shape == (0, 126)
    assert layer.backward(np.zeros((0, 126))).shape == (0, 2, 7, 9)


@pytest.mark.parametrize("x", [X, X[:, :, ::-1], np.asfortranarray(X), X.astype(np.float32)])
def test_flatten_shares_no_memory_with_what_came_in(x: np.ndarray) -> None:
    layer = Flatten()
    flat = layer(x)
    assert flat.dtype == x.dtype
    assert not np.may_share_memory(flat, x)
    assert not np.may_share_memory(layer.backward(flat), flat)


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "no inputs": (lambda: Linear(0, 3), "Linear: in_features is 0; it must be a whole number of at least 1."),
    "half an output": (lambda: Linear(3, 2.5), "Linear: out_features is 2.5; it must be a whole number of at least 1."),
    "axis": (lambda: Flatten(None), "Flatten: start_dim is None; it must be a whole number, the place of an axis."),
    "last axis": (lambda: Flatten(1, 2.0), "Flatten: end_dim is 2.0; it must be a whole number, the place of an axis."),
    "no such axis": (
        lambda: Flatten(1, 4)(X),
        "Flatten: x has shape (3, 2, 7, 9), without axes 1 to 4 in this order.",
    ),
    "the wrong way round": (
        lambda: Flatten(2, 1)(X),
        "Flatten: x has shape (3, 2, 7, 9), without axes 2 to 1 in this order.",
    ),
    "no batch axis": (lambda: Flatten()(X[0, 0, 0]), "Flatten: x has shape (9,), without axes 1 to -1 in this order."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_argument_is_refused_in_a_sentence(name: str) -> None:
    call, sentence = BAD[name]
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == sentence


def test_how_they_print() -> None:
    assert repr(Linear(3, 2, bias=False)) == "Linear(3, 2, bias=False)"
    assert repr(Flatten()) == "Flatten()"
    assert repr(Flatten(2)) == "Flatten(start_dim=2, end_dim=-1)"
