"""Wrong ways to measure a slope, with a name."""

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array
from autograder.oracles.backward import numerical_gradient

SLOPES: list[Mistake] = []
wrong = collect(SLOPES)


@wrong("Your slope is one-sided: f(x + step) - f(x), divided by step. Central differences are far more precise.")
def one_sided(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    x = x.astype(float)
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] += step
        slopes[index] = np.sum(grad_out * (f(moved) - f(x))) / step
    return slopes


@wrong("Your slopes are twice too large: from x - step to x + step it is two steps.")
def divided_by_one_step(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return 2 * numerical_gradient(f, x, grad_out, step)


@wrong("Your slopes have the wrong sign: f(x + step) comes first.")
def down_minus_up(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return -numerical_gradient(f, x, grad_out, step)


@wrong(
    "Your slopes do not use grad_out: they are those of the plain sum of f(x), as if every gradient from above were 1."
)
def upstream_ignored(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return numerical_gradient(f, x, np.ones_like(grad_out), step)


@wrong("Your slopes are those of a mean; the loss is a sum: sum(grad_out * f(x)).")
def mean_instead_of_sum(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return numerical_gradient(f, x, grad_out / grad_out.size, step)


@wrong("Your function moves all numbers of x at once; move one, measure, put it back, take the next.")
def all_moved_at_once(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    up, down = x.astype(float) + step, x.astype(float) - step
    return np.full(x.shape, np.sum(grad_out * (f(up) - f(down))) / (2 * step))


@wrong("Your function does not put a number back before it moves the next one.")
def not_put_back(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    moved, slopes = x.astype(float), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved[index] += step
        up = f(moved)
        moved[index] -= 2 * step
        slopes[index] = np.sum(grad_out * (up - f(moved))) / (2 * step)
    return slopes


@wrong("Your slopes ignore the argument step: they are measured with 1e-6 always.")
def step_ignored(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return numerical_gradient(f, x, grad_out)


@wrong(
    "Your function moves x in its own dtype: whole numbers swallow the step, and float32 rounds it. Start with float64."
)
def in_the_dtype_of_x(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index], down[index] = up[index] + step, down[index] - step
        slopes[index] = np.sum(grad_out * (f(up) - f(down))) / (2 * step)
    return slopes


@wrong("Your slopes come as one long row; they have the shape of x.")
def flat(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return numerical_gradient(f, x, grad_out, step).ravel()


@wrong("Your slopes come back as float32; their last digits are what a check looks at.")
def single_precision_out(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return numerical_gradient(f, x, grad_out, step).astype(np.float32)


@wrong("Your function leaves x changed; work on a copy, or put every number back exactly.")
def changes_x(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    slopes = numerical_gradient(f, x, grad_out, step)
    if x.dtype.kind == "f":
        x += step
    return slopes


@wrong("Your slopes are all 0: the difference is still missing.")
def zeros(f: Function, x: Array, grad_out: Array, step: float = 1e-6) -> Array:
    return np.zeros(x.shape)
