"""Unit 06: wrong backward passes and gradient checkers with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.mistakes import backward_input, backward_weight
from autograder.mistakes.backward_flipped import FLIPPED, turned
from autograder.mistakes.backward_input import INPUT, grad_input
from autograder.mistakes.backward_weight import BIAS, WEIGHT, grad_bias, grad_weight
from autograder.mistakes.columns import into_shared
from autograder.mistakes.convolution import layer
from autograder.mistakes.slopes import SLOPES
from autograder.oracles import Array, Pair, float_dtype, pair

# The whole backward pass: one gradient wrong, or all of them.

WHOLE: list[Mistake] = []
wrong = collect(WHOLE)


def gradients(grad_out: Array, *args: Any, **kwargs: Any) -> tuple[Array, Array, Array]:
    """Compute the three right gradients."""
    return grad_input(grad_out, *args, **kwargs), grad_weight(grad_out, *args, **kwargs), grad_bias(grad_out)


def with_wrong(place: int, part: Function) -> Function:
    """Put a wrong part into an otherwise right backward pass."""

    def spoilt(grad_out: Array, *args: Any, **kwargs: Any) -> tuple[Array, ...]:
        found = list(gradients(grad_out, *args, **kwargs))
        found[place] = part(grad_out) if place == 2 else part(grad_out, *args, **kwargs)
        return tuple(found)

    return spoilt


FROM_PARTS = {
    0: "flipped_kernel overlaps_overwritten only_filter_0 first_image_for_all leftover_rows_lost padding_not_cut_off "
    "cut_by_minus_zero cut_at_one_side zeros",
    1: "flipped_gradient only_the_last_window only_image_0 divided_by_the_batch leftover_rows_counted padding_at_one_side",
    2: "mean_instead_of_sum one_row_per_image one_sum_for_all counts_only",
}
for place, (gradient, mistakes) in enumerate((("grad_x", INPUT), ("grad_weight", WEIGHT), ("grad_bias", BIAS))):
    WHOLE += [
        Mistake(f"{gradient}_{m.name}", f"{gradient}: {m.diagnosis}", with_wrong(place, m.function))
        for m in mistakes
        if m.name in FROM_PARTS[place].split()
    ]


@wrong(
    "Your gradients do not use grad_out: they are those of a loss which just sums the outputs, where every gradient is 1."
)
def upstream_ignored(grad_out: Array, *args: Any, **kwargs: Any) -> tuple[Array, ...]:
    return gradients(np.ones_like(grad_out), *args, **kwargs)


@wrong(
    "Your gradients are divided by the number of images. If the loss is a mean, grad_out brings that division along."
)
def all_divided_by_the_batch(grad_out: Array, *args: Any, **kwargs: Any) -> tuple[Array, ...]:
    return gradients(grad_out / len(grad_out), *args, **kwargs)


@wrong("Your gradients come in another order; return grad_x, grad_weight, grad_bias.")
def weight_before_x(*args: Any, **kwargs: Any) -> tuple[Array, ...]:
    grad_x, grad_w, grad_b = gradients(*args, **kwargs)
    return grad_w, grad_x, grad_b


@wrong("Your grad_x and grad_weight treat every stride as 1: grad_out (h, w) belongs to the window at (h*sH, w*sW).")
def stride_ignored(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> tuple[Array, ...]:
    return gradients(grad_out, x, weight, 1, padding)


@wrong("Your grad_x and grad_weight use the first of the two strides both ways; the second is for the width.")
def first_stride_for_both(*args: Any, **kwargs: Any) -> tuple[Array, ...]:
    found = (module.first_stride_for_both(*args, **kwargs) for module in (backward_input, backward_weight))
    return (*found, grad_bias(args[0]))


@wrong("Your grad_x and grad_weight leave out columns, as if the output were as wide as it is high.")
def square_output(*args: Any, **kwargs: Any) -> tuple[Array, ...]:
    found = (module.square_output(*args, **kwargs) for module in (backward_input, backward_weight))
    return (*found, grad_bias(args[0]))


@wrong(
    "Your grad_x is a convolution padded by as much as the forward pass; the two paddings add to kH - 1 and kW - 1. With a 3x3 "
    "kernel and padding 1 they happen to be equal."
)
def grad_x_padding_of_the_forward_pass(
    grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0
) -> tuple[Array, ...]:
    (ph, pw), spread = pair(padding), spread_out(grad_out, x, weight, stride, padding)
    if spread.shape[2] + 2 * ph < weight.shape[2] or spread.shape[3] + 2 * pw < weight.shape[3]:
        raise ValueError("the kernel does not fit into grad_out")
    found = layer(spread, turned(weight), None, 1, padding).astype(float_dtype(x))
    return found, grad_weight(grad_out, x, weight, stride, padding), grad_bias(grad_out)


@wrong("Your gradients are always float64; float32 inputs give float32 gradients.")
def always_float64(*args: Any, **kwargs: Any) -> tuple[Array, ...]:
    return tuple(part.astype(np.float64) for part in gradients(*args, **kwargs))


@wrong("Your gradients take over the integer dtype of x; integers count as float64.")
def integer_output(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> tuple[Array, ...]:
    return tuple(part.astype(x.dtype) for part in gradients(grad_out, x, *rest, **kwargs))


@wrong("Your gradients are right, but your function writes into x; work on a copy.")
def modifies_its_input(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> tuple[Array, ...]:
    found = gradients(grad_out, x, *rest, **kwargs)
    x += 1
    return found


@wrong("Your gradients are arrays that every call writes into again, so batches add up; make new ones in every call.")
def reuses_its_output(*args: Any, **kwargs: Any) -> tuple[Array, ...]:
    return tuple(into_shared(part) for part in gradients(*args, **kwargs))


def spread_out(grad_out: Array, x: Array, weight: Array, stride: Pair, padding: Pair) -> Array:
    """Put zeros between the gradients as the stride left pixels between windows, and below for rows left over."""
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    spread = np.zeros((*grad_out.shape[:2], x.shape[2] + 2 * ph - kh + 1, x.shape[3] + 2 * pw - kw + 1))
    spread[:, :, ::sh, ::sw] = grad_out
    return spread


MISTAKES: dict[str, list[Mistake]] = {
    "numerical_gradient": SLOPES,
    "conv2d_grad_bias": BIAS,
    "conv2d_grad_weight": WEIGHT,
    "conv2d_grad_input": INPUT,
    "conv2d_grad_input_flipped": FLIPPED,
    "conv2d_backward": WHOLE,
}
