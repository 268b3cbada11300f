"""Each layer is the function of its name with the arguments it was built with, and starts from PyTorch's first weights."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F
from course.nn import AvgPool2d, Conv2d, CrossEntropyLoss, Flatten, Linear, MaxPool2d, Module

X = np.random.default_rng(5).normal(size=(3, 2, 7, 9))


def grads(layer: Module) -> list[np.ndarray | None]:
    return [p.grad for p in layer.parameters()]


@pytest.mark.parametrize("bias", [True, False])
def test_conv2d(bias: bool, rng: np.random.Generator) -> None:
    how = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}
    layer = Conv2d(2, 4, (3, 2), bias=bias, rng=rng, **how)
    out = layer(X)
    b = layer.bias.data if bias else None
    np.testing.assert_array_equal(out, F.conv2d_forward(X, layer.weight.data, b, **how))
    grad_out = rng.normal(size=out.shape)
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_out, X, layer.weight.data, **how)
    np.testing.assert_array_equal(layer.backward(grad_out), grad_x)
    for mine, theirs in zip(grads(layer), [grad_weight, grad_bias] if bias else [grad_weight], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    layer.backward(grad_out)
    np.testing.assert_array_equal(layer.weight.grad, 2 * grad_weight)  # gradients add up until zero_grad


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


@pytest.mark.parametrize(
    "kind, forward, backward",
    [
        (MaxPool2d, F.max_pool2d_forward, F.max_pool2d_backward),
        (AvgPool2d, F.avg_pool2d_forward, F.avg_pool2d_backward),
    ],
)
@pytest.mark.parametrize("window", [(2,), ((3, 2), (2, 1), (1, 0))])
def test_pooling(
    kind: type[Module], forward: Callable, backward: Callable, window: tuple, rng: np.random.Generator
) -> None:
    layer = kind(*window)
    out = layer(X)
    np.testing.assert_array_equal(out, forward(X, *window))
    grad_out = rng.normal(size=out.shape)
    np.testing.assert_array_equal(layer.backward(grad_out), backward(grad_out, X, *window))


def test_flatten_and_back() -> None:
    layer = Flatten()
    flat = layer(X)
    np.testing.assert_array_equal(flat[1], X[1].ravel())
    np.testing.assert_array_equal(layer.backward(flat), X)


def test_the_loss_and_its_gradient(rng: np.random.Generator) -> None:
    loss, logits, labels = CrossEntropyLoss(), rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    assert loss(logits, labels) == F.cross_entropy_forward(logits, labels)
    np.testing.assert_array_equal(loss.backward(), F.cross_entropy_backward(logits, labels))


@pytest.mark.parametrize("layer, fan_in", [(Conv2d(16, 64, (3, 5)), 240), (Linear(400, 200), 400)])
def test_first_weights_fill_pytorchs_range(layer: Conv2d | Linear, fan_in: int) -> None:
    bound = 1 / np.sqrt(fan_in)
    for numbers in (layer.weight.data, layer.bias.data):  # type: ignore[union-attr]
        assert numbers.dtype == np.float32
        assert 0.9 * bound < abs(numbers).max() <= bound * (1 + 1e-6)
        assert abs(numbers.mean()) < 0.2 * bound


def test_without_a_generator_every_layer_starts_elsewhere() -> None:
    assert not np.array_equal(Linear(3, 3).weight.data, Linear(3, 3).weight.data)
