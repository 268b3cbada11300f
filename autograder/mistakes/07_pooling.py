"""Unit 07: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.mixing import CONV1X1
from autograder.mistakes.pooling import (
    AVG,
    AVG_BACKWARD,
    MAX,
    MAX_BACKWARD,
    backward,
    backward_settings,
    both,
    forward,
    forward_settings,
    in_shares,
    integer_output,
    largest,
    manners,
    mean,
    planes,
    size_rounded_up,
    taps,
    to_winner,
)
from autograder.mistakes.reach import RECEPTIVE_FIELD
from autograder.oracles import Array, Pair, float_dtype

# Max pooling, forward.

MAX_FORWARD: list[Mistake] = []
wrong = collect(MAX_FORWARD)

wrong("Your output has the smallest number of each window; max pooling keeps the largest.")(
    forward("smallest", lambda windows: windows.min(axis=-1), np.inf)
)
wrong("Your output has the mean of each window; max pooling keeps its largest number.")(forward("averages", mean))
wrong("Your output has the first number of each window, as a stride alone would; look at all of them.")(
    forward("first_of_each_window", lambda windows: windows[..., 0], -np.inf)
)
wrong("Your output has the number that is furthest from zero; but -5 is smaller than 1.")(
    forward("largest_absolute_value", lambda w: np.take_along_axis(w, abs(w).argmax(axis=-1)[..., None], -1)[..., 0])
)
wrong("Your output is never below 0: a running maximum that starts at 0 beats every negative number.")(
    forward("starts_at_zero", lambda windows: largest(windows).clip(0), -np.inf)
)
wrong("Your border is made of zeros, and a zero beats a negative number; the border must never win: use -np.inf.")(
    forward("zero_padding", largest)
)


@wrong("Your output is the largest number over all channels; every channel is pooled on its own.")
def over_channels(x: Array, *rest: Any, **kwargs: Any) -> Array:
    return MAX(np.repeat(x.max(axis=1, keepdims=True), x.shape[1], axis=1), *rest, **kwargs)


@wrong("Your output uses the first of the two window sizes both ways; the second is the width.")
def square_window(x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
    (kh, kw), step, (ph, pw) = both(kernel_size, stride, padding)
    more = ((0, 0), (0, 0), (ph, ph), (pw, pw + max(kh - kw, 0)))
    padded = np.pad(x.astype(float_dtype(x)), more, constant_values=-np.inf)
    out = MAX(padded, kh, step)
    return out[..., : (x.shape[3] + 2 * pw - kw) // step[1] + 1]


MAX_FORWARD += forward_settings(MAX) + planes(MAX) + manners(MAX, "Your output")
MAX_FORWARD += [integer_output(MAX), size_rounded_up(MAX, -np.inf)]

# Max pooling, backward.

MAX_BACK: list[Mistake] = []
wrong = collect(MAX_BACK)


def won(windows: Array) -> Array:
    """Mark every number of a window that equals its largest."""
    return windows == windows.max(axis=-1, keepdims=True)


wrong("Where several numbers tie, each of yours gets the whole gradient; it goes to the first of them only.")(
    backward("to_every_winner", lambda w, g: g[..., None] * won(w), -np.inf)
)
wrong("Where several numbers tie, yours share the gradient; all of it goes to the first.")(
    backward("tie_is_shared", lambda w, g: g[..., None] * won(w) / won(w).sum(axis=-1, keepdims=True), -np.inf)
)
wrong("Where several numbers tie, yours gives the gradient to the last; it goes to the first, row by row.")(
    backward("last_winner", lambda w, g: to_winner(w[..., ::-1], g)[..., ::-1], -np.inf)
)
wrong("Where windows overlap, the last one overwrites what a winner got before; gradients add up (+=).")(
    backward("overwrites", to_winner, -np.inf, add=False)
)
wrong("Every number of a window gets the gradient; only the winner does, since only it reached the output.")(
    backward("to_everyone", lambda w, g: np.repeat(g[..., None], w.shape[-1], axis=-1))
)
wrong("Your gradient is shared out as average pooling does; in max pooling the winner gets all.")(
    backward("shared_as_averages", in_shares)
)
wrong("Your gradient is multiplied by the number that won; the winner passes through unchanged, so its factor is 1.")(
    backward("times_the_value", lambda w, g: to_winner(w, g * w.max(axis=-1)), -np.inf)
)
wrong("Your result counts how often a number won; what arrives from above, grad_out, is missing.")(
    backward("counts_wins", lambda w, g: to_winner(w, np.ones_like(g)), -np.inf)
)
wrong("Your gradient goes to the smallest number of each window; it belongs to the largest.")(
    backward("to_the_smallest", lambda w, g: to_winner(-w, g), np.inf)
)
wrong("Your gradient goes to the first number of each window; it belongs to the largest.")(
    backward("to_the_corner", lambda w, g: to_winner(np.zeros_like(w), g))
)
wrong("Your border is made of zeros, which beat negative numbers and swallow their gradient; use -np.inf.")(
    backward("zero_padding", to_winner)
)
wrong("Your grad_x still has the border; it must have the shape of x: cut the padding off.")(
    backward("padding_not_cut", to_winner, -np.inf, cut=False)
)


@wrong("Your winners are those of channel 0 for all channels; every channel has winners of its own.")
def winners_of_channel_0(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return MAX_BACKWARD(grad_out, np.repeat(x[:, :1], x.shape[1], axis=1), *rest, **kwargs)


@wrong("Your winners are those of image 0 for all images; every image has winners of its own.")
def winners_of_image_0(grad_out: Array, x: Array, *rest: Any, **kwargs: Any) -> Array:
    return MAX_BACKWARD(grad_out, np.repeat(x[:1], len(x), axis=0), *rest, **kwargs)


MAX_BACK += backward_settings(MAX_BACKWARD) + manners(MAX_BACKWARD, "Your grad_x")

# Average pooling, forward.

AVG_FORWARD: list[Mistake] = []
wrong = collect(AVG_FORWARD)

wrong("Your output has the sum of each window; average pooling divides it by kH * kW.")(
    forward("sums", lambda windows: windows.sum(axis=-1))
)
wrong("Your output has the largest number of each window; average pooling takes the mean.")(
    forward("maxima", largest, -np.inf)
)
wrong("Your output has the middle number of each window, the median; average pooling takes the mean.")(
    forward("median", lambda windows: np.median(windows, axis=-1))
)
wrong(
    "Your windows at the border are divided by the pixels they see; the border counts as zeros, so divide by kH * kW."
)(forward("divides_by_what_it_sees", lambda windows: np.nanmean(windows, axis=-1), np.nan))


@wrong("Your output is divided by the square of the first window size; a window has kH * kW numbers.")
def divides_by_kH_squared(x: Array, kernel_size: Pair, *rest: Any, **kwargs: Any) -> Array:
    kh, kw = both(kernel_size, None, 0)[0]
    return (AVG(x, kernel_size, *rest, **kwargs) * (kw / kh)).astype(float_dtype(x))


@wrong("Your output is the mean over all channels as well; every channel is pooled on its own.")
def over_all_channels(x: Array, *rest: Any, **kwargs: Any) -> Array:
    averaged = np.repeat(x.mean(axis=1, keepdims=True), x.shape[1], axis=1).astype(float_dtype(x))
    return AVG(averaged, *rest, **kwargs)


AVG_FORWARD += forward_settings(AVG) + planes(AVG) + manners(AVG, "Your output")
AVG_FORWARD += [integer_output(AVG), size_rounded_up(AVG, 0.0)]

# Average pooling, backward.

AVG_BACK: list[Mistake] = []
wrong = collect(AVG_BACK)

wrong("Every number of a window gets the whole gradient; it gets a share of 1 / (kH * kW).")(
    backward("not_divided", lambda w, g: np.repeat(g[..., None], w.shape[-1], axis=-1))
)
wrong("Your gradient is divided by kH * kW twice.")(
    backward("divided_twice", lambda w, g: in_shares(w, g) / w.shape[-1])
)
wrong("Where windows overlap, the last one overwrites what a pixel got before; shares add up (+=).")(
    backward("overwrites", in_shares, add=False)
)
wrong("Your gradient goes to the largest number of each window; in average pooling all get an equal share.")(
    backward("to_the_winner", to_winner, -np.inf)
)
wrong("Your gradient is shared in proportion to the size of the numbers; in average pooling all get an equal share.")(
    backward("in_proportion", lambda w, g: g[..., None] * abs(w) / abs(w).sum(axis=-1, keepdims=True))
)
wrong("Your grad_x still has the border; it must have the shape of x: cut the padding off.")(
    backward("padding_not_cut", in_shares, cut=False)
)


@wrong("At the border you divide by the pixels that a window sees; the border counts as zeros and keeps its share.")
def divides_by_what_it_sees(
    grad_out: Array, x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0
) -> Array:
    seen = taps(np.ones(x.shape), 0.0, *both(kernel_size, stride, padding)).mean(axis=-1)
    return AVG_BACKWARD((grad_out / seen).astype(grad_out.dtype), x, kernel_size, stride, padding)


AVG_BACK += backward_settings(AVG_BACKWARD) + manners(AVG_BACKWARD, "Your grad_x")

MISTAKES: dict[str, list[Mistake]] = {
    "max_pool2d_forward": MAX_FORWARD,
    "max_pool2d_backward": MAX_BACK,
    "avg_pool2d_forward": AVG_FORWARD,
    "avg_pool2d_backward": AVG_BACK,
    "conv1x1_forward": CONV1X1,
    "receptive_field": RECEPTIVE_FIELD,
}
