"""Every backward against central differences of its own forward, in float64, with a random upstream gradient."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F

STEP = 1e-6


def differences(f: Callable[[np.ndarray], np.ndarray], at: np.ndarray, grad_out: np.ndarray) -> np.ndarray:
    """The gradient of sum(grad_out * f(at)), one number of `at` at a time."""
    grad = np.empty_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += STEP
        down[place] -= STEP
        grad[place] = (grad_out * (f(up) - f(down))).sum() / (2 * STEP)
    return grad


def agree(backward: np.ndarray, f: Callable[[np.ndarray], np.ndarray], at: np.ndarray, grad_out: np.ndarray) -> None:
    np.testing.assert_allclose(backward, differences(f, at, grad_out), rtol=1e-6, atol=1e-7)


def spaced(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers around 0 that are at least 0.01 from 0 and from one another, so that no kink lies within a step."""
    numbers = (np.arange(np.prod(shape)) - np.prod(shape) // 2 + 0.5) / 20
    return rng.permutation(numbers).reshape(shape)


@pytest.mark.parametrize(
    "size, kernel, how",
    [
        ((5, 7), (3, 2), {"stride": (2, 3), "padding": (1, 0)}),
        ((6, 4), (2, 3), {"stride": 1, "padding": 0}),
        ((5, 6), (2, 2), {"stride": (1, 2), "padding": (0, 2), "dilation": (3, 2)}),
    ],
)
def test_conv2d(rng: np.random.Generator, size: tuple[int, int], kernel: tuple[int, int], how: dict) -> None:
    x, weight, bias = rng.normal(size=(2, 2, *size)), rng.normal(size=(3, 2, *kernel)), rng.normal(size=3)
    grad_out = rng.normal(size=F.conv2d_forward(x, weight, bias, **how).shape)
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_out, x, weight, **how)
    agree(grad_x, lambda a: F.conv2d_forward(a, weight, bias, **how), x, grad_out)
    agree(grad_weight, lambda a: F.conv2d_forward(x, a, bias, **how), weight, grad_out)
    agree(grad_bias, lambda a: F.conv2d_forward(x, weight, a, **how), bias, grad_out)


@pytest.mark.parametrize("window", [(2,), ((2, 3), (1, 2)), (3, 2, 1), ((3, 2), (1, 1), (1, 0))])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pooling(rng: np.random.Generator, kind: str, window: tuple) -> None:
    forward, backward = getattr(F, f"{kind}_pool2d_forward"), getattr(F, f"{kind}_pool2d_backward")
    x = spaced(rng, (2, 2, 5, 6))
    grad_out = rng.normal(size=forward(x, *window).shape)
    agree(backward(grad_out, x, *window), lambda a: forward(a, *window), x, grad_out)


def test_relu(rng: np.random.Generator) -> None:
    x, grad_out = spaced(rng, (3, 4)), rng.normal(size=(3, 4))
    agree(F.relu_backward(grad_out, x), F.relu_forward, x, grad_out)


def test_linear(rng: np.random.Generator) -> None:
    x, weight, bias, grad_out = (rng.normal(size=shape) for shape in ((3, 5), (4, 5), (4,), (3, 4)))
    grad_x, grad_weight, grad_bias = F.linear_backward(grad_out, x, weight)
    agree(grad_x, lambda a: F.linear_forward(a, weight, bias), x, grad_out)
    agree(grad_weight, lambda a: F.linear_forward(x, a, bias), weight, grad_out)
    agree(grad_bias, lambda a: F.linear_forward(x, weight, a), bias, grad_out)


def test_cross_entropy(rng: np.random.Generator) -> None:
    logits, labels = rng.normal(size=(3, 4)), np.array([3, 0, 3])
    agree(
        F.cross_entropy_backward(logits, labels),
        lambda a: np.array(F.cross_entropy_forward(a, labels)),
        logits,
        np.array(1.0),
    )
