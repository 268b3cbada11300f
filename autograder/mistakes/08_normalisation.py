"""Unit 08: wrong solutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, float_dtype
from autograder.registry import part

CHECKS = part("checks", "08_normalisation")
Three = tuple[Array, Array, Array]

# batch_norm2d_forward

FORWARD: list[Mistake] = []
wrong = collect(FORWARD)


def column(a: Array) -> Array:
    """Put one number for each channel where it meets (N, C, H, W)."""
    return a[:, None, None]


def norm(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *,
    axes: tuple[int, ...] = (0, 2, 3),
    ddof: int = 0,
    running_ddof: int = 1,
    old: bool = False,
    root: bool = True,
) -> Three:
    """Compute batch norm with parts that can be spoilt; the defaults are right."""
    dtype = float_dtype(x)
    mean, var = column(running_mean), column(running_var)
    new_mean, new_var = running_mean.copy(), running_var.copy()
    if training:
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True, ddof=ddof)
        m, v = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3), ddof=running_ddof)
        new = 1 - momentum if old else momentum
        new_mean = ((1 - new) * running_mean + new * m).astype(running_mean.dtype)
        new_var = ((1 - new) * running_var + new * v).astype(running_var.dtype)
    scale = np.sqrt(var + eps) if root else var + eps
    out = (x - mean) / scale * column(weight) + column(bias)
    return out.astype(dtype), new_mean, new_var


@wrong("Your output is normalised over each image alone; batch norm takes all images of the batch together.")
def over_each_image(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, axes=(2, 3))


@wrong("Your output is normalised over the batch for every pixel by itself; all pixels of a channel count together.")
def over_the_batch_alone(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, axes=(0,))


@wrong("Your output is normalised over all channels together; each channel has its own mean and variance.")
def over_all_channels(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, axes=(0, 1, 2, 3))


@wrong(
    "Your output is divided by the unbiased variance's root (n - 1); the batch is normalised with the biased one (n)."
)
def unbiased_in_the_output(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, ddof=1)


@wrong("Your running variance keeps the biased variance; it is the unbiased one (n - 1) that is stored.")
def biased_in_the_memory(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, running_ddof=0)


@wrong("Your momentum weighs the old value; here it weighs the new one: 0.9 old + 0.1 new.")
def momentum_of_the_old(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, old=True)


@wrong("Your output is divided by the variance; it is divided by its root.")
def root_missing(*args: Any, **kwargs: Any) -> Three:
    return norm(*args, **kwargs, root=False)


@wrong("Your function normalises with the batch's own statistics in use as well; there the running ones count.")
def always_training(
    x: Array, w: Array, b: Array, rm: Array, rv: Array, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> Three:
    out = norm(x, w, b, rm, rv, True, momentum, eps)[0]
    return (out, *norm(x, w, b, rm, rv, training, momentum, eps)[1:])


@wrong("Your function normalises with the running statistics in training as well; there the batch's own count.")
def never_training(
    x: Array, w: Array, b: Array, rm: Array, rv: Array, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> Three:
    out = norm(x, w, b, rm, rv, False, momentum, eps)[0]
    return (out, *norm(x, w, b, rm, rv, training, momentum, eps)[1:])


@wrong("Your running statistics go on moving in use; they are for training alone.")
def moves_in_use(
    x: Array, w: Array, b: Array, rm: Array, rv: Array, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> Three:
    out = norm(x, w, b, rm, rv, training, momentum, eps)[0]
    return (out, *norm(x, w, b, rm, rv, True, momentum, eps)[1:])


@wrong("Your running statistics never move: they are handed back as they came.")
def never_moves(
    x: Array, w: Array, b: Array, rm: Array, rv: Array, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> Three:
    return norm(x, w, b, rm, rv, training, momentum, eps)[0], rm.copy(), rv.copy()


@wrong("Your output lacks weight and bias: after normalising, each channel is scaled and moved again.")
def without_weight_and_bias(x: Array, w: Array, b: Array, *rest: Any, **kwargs: Any) -> Three:
    return norm(x, np.ones_like(w), np.zeros_like(b), *rest, **kwargs)


@wrong("Your output is right, but x is normalised in place; work on a copy.")
def forward_modifies_its_input(x: Array, *rest: Any, **kwargs: Any) -> Three:
    result = norm(x, *rest, **kwargs)
    x -= x.mean()
    return result


# batch_norm2d_backward

BACKWARD: list[Mistake] = []
wrong = collect(BACKWARD)


def backward(
    grad_out: Array, x: Array, weight: Array, eps: float = 1e-5, *, mean_term: bool = True, var_term: bool = True
) -> Three:
    """Compute the right three, with terms that can be left out."""
    axes = (0, 2, 3)
    hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    inner = grad_out.astype(x.dtype)
    if mean_term:
        inner = inner - grad_out.mean(axis=axes, keepdims=True)
    if var_term:
        inner = inner - hat * (grad_out * hat).mean(axis=axes, keepdims=True)
    grad_x = column(weight) / np.sqrt(x.var(axis=axes, keepdims=True) + eps) * inner
    return grad_x, (grad_out * hat).sum(axis=axes), grad_out.sum(axis=axes)


@wrong(
    "Your gradient of x takes mean and variance for constants: each number moves them too, so two terms are missing."
)
def statistics_held_constant(*args: Any, **kwargs: Any) -> Three:
    return backward(*args, **kwargs, mean_term=False, var_term=False)


@wrong("Your gradient of x lacks the way through the mean.")
def mean_held_constant(*args: Any, **kwargs: Any) -> Three:
    return backward(*args, **kwargs, mean_term=False)


@wrong("Your gradient of x lacks the way through the variance.")
def variance_held_constant(*args: Any, **kwargs: Any) -> Three:
    return backward(*args, **kwargs, var_term=False)


@wrong("Your gradient of x lacks the weight.")
def weight_missing(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    return (backward(grad_out, x, np.ones_like(weight), eps)[0], *backward(grad_out, x, weight, eps)[1:])


@wrong("Your gradient of the weight uses x itself; it is the normalised x that the weight multiplies.")
def x_not_normalised(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    gx, _, gb = backward(grad_out, x, weight, eps)
    return gx, (grad_out * x).sum(axis=(0, 2, 3)), gb


@wrong("Your gradients of weight and bias are means; a parameter that is used for many numbers sums their gradients.")
def parameter_means(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    gx, gw, gb = backward(grad_out, x, weight, eps)
    count = x.size // x.shape[1]
    return gx, gw / count, gb / count


@wrong("Your gradients are summed over the batch alone; height and width count as well.")
def summed_over_the_batch_alone(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    gx, gw, _ = backward(grad_out, x, weight, eps)
    return gx, gw, grad_out.sum(axis=0).mean(axis=(1, 2))


@wrong("Your gradients are right, but your function writes into its input; work on a copy.")
def backward_modifies_its_input(grad_out: Array, x: Array, weight: Array, eps: float = 1e-5) -> Three:
    result = backward(grad_out, x, weight, eps)
    grad_out *= 2
    return result


# local_response_norm_forward

LRN: list[Mistake] = []
wrong = collect(LRN)


@wrong("Your alpha is divided by the window's size, as PyTorch does; asked for is the paper's formula.")
def pytorchs_reading(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    return CHECKS.local_response_norm_forward(x, size, alpha / size, beta, k)


@wrong("Your window is over neighbouring pixels; it is over neighbouring channels at one pixel.")
def over_pixels(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    return CHECKS.local_response_norm_forward(x.swapaxes(1, 3), size, alpha, beta, k).swapaxes(1, 3)


@wrong("Your window leaves out the channel itself; it counts too.")
def without_itself(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    whole = (x / CHECKS.local_response_norm_forward(x, size, alpha, beta, k)) ** (1 / beta)
    return x / (whole - alpha * x**2) ** beta


@wrong("Your window reaches `size` channels to each side; it holds `size` channels in all.")
def window_twice_as_wide(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    return CHECKS.local_response_norm_forward(x, 2 * size + 1, alpha, beta, k)


@wrong("Your window wraps round from the last channel to the first; at the ends it is cut.")
def wraps_round(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    total = sum(np.roll(x, d, axis=1) ** 2 for d in range(-(size // 2), size // 2 + 1))
    return x / (k + alpha * total) ** beta


@wrong("Your sum is of the numbers, not of their squares.")
def sum_without_squares(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    total = np.zeros_like(x)
    for c in range(x.shape[1]):
        total[:, c] = np.abs(x[:, max(0, c - size // 2) : c + size // 2 + 1]).sum(axis=1)
    return x / (k + alpha * total) ** beta


@wrong("Your numbers are multiplied where they are divided: the power is minus beta.")
def multiplied(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    return x * (x / CHECKS.local_response_norm_forward(x, size, alpha, beta, k))


# dropout

DROP: list[Mistake] = []
wrong = collect(DROP)
Two = tuple[Array, Array]


def dropped(x: Array, mask: Array, scale: float) -> Two:
    """Zero what the mask drops and scale the rest."""
    return (np.where(mask, x, 0) * np.asarray(scale, x.dtype)).astype(x.dtype), mask


@wrong(
    "Your output is not scaled: divide what is kept by 1 - p, so that the mean stays and nothing has to be done in use."
)
def not_scaled(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, rng.random(x.shape) >= p, 1)


@wrong("Your p is the chance to be kept; here it is the chance to be dropped.")
def p_keeps(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, rng.random(x.shape) < p, 1 / p if p else 1)


@wrong("Your output is divided by p; it is divided by the chance to be kept, 1 - p.")
def divided_by_p(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, rng.random(x.shape) >= p, 1 / p if p else 1)


@wrong("Your output is multiplied by 1 - p; it is divided by it.")
def multiplied_by_the_chance(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, rng.random(x.shape) >= p, 1 - p)


@wrong("Your mask is the same for every row: one number is drawn for each number of x.")
def one_row_for_all(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, np.broadcast_to(rng.random(x.shape)[:1] >= p, x.shape).copy(), 1 / (1 - p))


@wrong("Your function draws from a generator of its own; all chance comes from the rng that it is given.")
def generator_of_its_own(x: Array, p: float, rng: np.random.Generator) -> Two:
    return dropped(x, np.random.default_rng(99).random(x.shape) >= p, 1 / (1 - p))


@wrong("Your output is always float64; float32 stays float32.")
def always_float64(x: Array, p: float, rng: np.random.Generator) -> Two:
    out, mask = dropped(x, rng.random(x.shape) >= p, 1 / (1 - p))
    return out.astype(np.float64), mask


@wrong("Your output is right, but x itself is zeroed; work on a copy.")
def zeroes_its_input(x: Array, p: float, rng: np.random.Generator) -> Two:
    out, mask = dropped(x, rng.random(x.shape) >= p, 1 / (1 - p))
    x[~mask] = 0
    return out, mask


BACK = [
    Mistake(
        "factor_missing",
        "The factor 1 / (1 - p) is missing: what was scaled up on the way there is on the way back, too.",
        lambda g, mask, p: g * mask,
    ),
    Mistake(
        "mask_missing",
        "What was dropped gets a gradient too; it had no part in the output.",
        lambda g, mask, p: g / (1 - p),
    ),
    Mistake(
        "mask_reversed",
        "The mask is reversed: what was dropped gets the gradient, what was kept none.",
        lambda g, mask, p: g * ~mask / (1 - p),
    ),
    Mistake(
        "divided_by_p_again", "The gradient is divided by p; it is divided by 1 - p.", lambda g, mask, p: g * mask / p
    ),
]


def _zeroing(grad_out: Array, mask: Array, p: float) -> Array:
    out = np.asarray(grad_out * mask / (1 - p))
    grad_out *= mask
    return out


BACK.append(
    Mistake(
        "zeroes_the_gradient",
        "Your output is right, but the gradient that came in is zeroed; work on a copy.",
        _zeroing,
    )
)

MISTAKES = {
    "batch_norm2d_forward": FORWARD,
    "batch_norm2d_backward": BACKWARD,
    "local_response_norm_forward": LRN,
    "dropout_forward": DROP,
    "dropout_backward": BACK,
    "order_puzzle": CHECKS.ORDER_MISTAKES,
}
