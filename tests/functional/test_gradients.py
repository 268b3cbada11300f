"""Every backward against central differences of its own forward, in float64, with a random upstream gradient."""

from collections.abc import Callable

import numpy as np

from course import functional as F

STEP = 1e-6
Gradient = tuple[dict[str, np.ndarray], Callable[..., np.ndarray], Callable[..., object]]


def differences(f: Callable[[np.ndarray], np.ndarray], at: np.ndarray, grad_out: np.ndarray) -> np.ndarray:
    """The gradient of sum(grad_out * f(at)), one number of `at` at a time."""
    grad = np.empty_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += STEP
        down[place] -= STEP
        grad[place] = (grad_out * (f(up) - f(down))).sum() / (2 * STEP)
    return grad


def test_backward_is_the_slope_of_forward(gradient: Gradient, rng: np.random.Generator) -> None:
    arrays, forward, backward = gradient
    grad_out = rng.normal(size=np.shape(forward(**arrays)))
    found = backward(grad_out, **arrays)
    for (name, at), mine in zip(arrays.items(), found if isinstance(found, tuple) else (found,), strict=True):

        def moved(a: np.ndarray, name: str = name) -> np.ndarray:
            return forward(**{**arrays, name: a})

        np.testing.assert_allclose(mine, differences(moved, at, grad_out), rtol=1e-6, atol=1e-7, err_msg=name)


def test_no_backward_is_left_out(names: dict[str, set[str]]) -> None:
    assert {name for name in F.__all__ if name.endswith("_backward")} == names["GRADIENTS"]
