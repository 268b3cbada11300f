"""Wrong poolings with a name: what happened, in a sentence for the student, and proof that a check sees it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Function, Mistake
from autograder.oracles import Array, Pair, float_dtype, pair

Reduce = Callable[[Array], Array]  # (..., taps) -> (...)
Share = Callable[[Array, Array], Array]  # taps (..., taps) and gradient (...) -> shares (..., taps)


def both(kernel_size: Pair, stride: Pair | None, padding: Pair) -> tuple[tuple[int, int], ...]:
    """Read the arguments as pairs."""
    return pair(kernel_size), pair(kernel_size if stride is None else stride), pair(padding)


def taps(x: Array, fill: float, kernel: Pair, stride: Pair, padding: Pair) -> Array:
    """Lay out the windows, (N, C, H_out, W_out, kH*kW), with `fill` in the border."""
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = np.pad(x.astype(float_dtype(x)), ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=fill)
    views = sliding_window_view(padded, (kh, kw), (2, 3))[:, :, ::sh, ::sw]
    return views.reshape(*views.shape[:4], kh * kw)


def named(name: str, function: Function) -> Function:
    """Give a function its name, under which it is filed."""
    function.__name__ = name
    return function


def forward(name: str, reduce: Reduce, fill: float = 0.0) -> Function:
    """Make a pooling, with a name, of what is done with a window."""

    def run(x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
        windows = taps(x, fill, *both(kernel_size, stride, padding))
        return np.ascontiguousarray(reduce(windows)).astype(windows.dtype)

    return named(name, run)


def backward(name: str, share: Share, fill: float = 0.0, *, add: bool = True, cut: bool = True) -> Function:
    """Make a backward pass, with a name, of how a window shares out its gradient."""

    def run(grad_out: Array, x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
        kernel, step, (ph, pw) = both(kernel_size, stride, padding)
        shares = share(taps(x, fill, kernel, step, (ph, pw)), grad_out)
        _, _, rows, columns, _ = shares.shape
        height, width = x.shape[2:]
        padded = np.zeros((*x.shape[:2], height + 2 * ph, width + 2 * pw), np.result_type(float_dtype(x), grad_out))
        for i, j, t in np.ndindex(rows, columns, kernel[0] * kernel[1]):
            r, c = i * step[0] + t // kernel[1], j * step[1] + t % kernel[1]
            part = shares[:, :, i, j, t]
            padded[:, :, r, c] = padded[:, :, r, c] + part if add else np.where(part, part, padded[:, :, r, c])
        return np.ascontiguousarray(padded[:, :, ph : ph + height, pw : pw + width] if cut else padded)

    return named(name, run)


def largest(windows: Array) -> Array:
    """Reduce a window to its largest number."""
    return windows.max(axis=-1)


def mean(windows: Array) -> Array:
    """Reduce a window to its mean."""
    return windows.mean(axis=-1)


def to_winner(windows: Array, gradient: Array) -> Array:
    """Hand the gradient to the first of the largest numbers."""
    return gradient[..., None] * (np.arange(windows.shape[-1]) == windows.argmax(axis=-1)[..., None])


def in_shares(windows: Array, gradient: Array) -> Array:
    """Hand the gradient to all pixels in equal shares."""
    return np.repeat(gradient[..., None] / windows.shape[-1], windows.shape[-1], axis=-1)


MAX = forward("max_pool", largest, -np.inf)
AVG = forward("avg_pool", mean)
MAX_BACKWARD = backward("max_pool_backward", to_winner, -np.inf)
AVG_BACKWARD = backward("avg_pool_backward", in_shares)

# What both poolings can get wrong, forward and backward.


def swapped(value: Pair) -> Pair:
    """Exchange height and width."""
    return value if isinstance(value, int) else (value[1], value[0])


def first(value: Pair) -> Pair:
    """Take the height for both."""
    return pair(value)[0]


def arguments(right: Function, change: Callable[..., tuple[Any, ...]], lead: int) -> Function:
    """Call a right function with other settings; `lead` arrays stand before them."""

    def run(*args: Any, **kwargs: Any) -> Array:
        settings = dict(zip(("kernel_size", "stride", "padding"), args[lead:], strict=False)) | kwargs
        changed = change(settings["kernel_size"], settings.get("stride"), settings.get("padding", 0))
        return right(*args[:lead], *changed)

    return run


Settings = Callable[[Pair, Pair | None, Pair], tuple[Any, ...]]  # kernel, stride, padding -> others

SETTINGS: list[tuple[str, str, Settings]] = [
    ("kernel_pair_swapped", "has the pair of window sizes exchanged: the first is the height.",
     lambda k, s, p: (swapped(k), k if s is None else s, p)),
    ("stride_pair_swapped", "has the pair of strides exchanged: the first is for the height.",
     lambda k, s, p: (k, s if s is None else swapped(s), p)),
    ("first_stride_for_both", "uses the first of the two strides both ways; the second is for the width.",
     lambda k, s, p: (k, first(k if s is None else s), p)),
    ("padding_pair_swapped", "has the pair of paddings exchanged: the first is for the height.",
     lambda k, s, p: (k, s, swapped(p))),
    ("padding_ignored", "equals the one with padding 0: the padding is not used.", lambda k, s, p: (k, s, 0)),
    ("stride_ignored", "has the windows side by side: the stride is not used.", lambda k, s, p: (k, k, p)),
    ("default_stride_1", "has windows that move by 1 where no stride is given; stride=None means as far as a window is wide.",
     lambda k, s, p: (k, 1 if s is None else s, p)),
]  # fmt: skip


def forward_settings(right: Function) -> list[Mistake]:
    """List what goes wrong with kernel, stride and padding on the way forward."""
    return [Mistake(name, f"Your output {text}", arguments(right, change, 1)) for name, text, change in SETTINGS]


def backward_settings(right: Function) -> list[Mistake]:
    """List what goes wrong with stride and padding on the way back: windows in other places than where the outputs came from."""

    def change(place: Settings) -> Function:
        def run(grad_out: Array, x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
            kernel, step, border = both(*place(kernel_size, stride, padding))
            rows, columns = grad_out.shape[2:]
            needed = [(n - 1) * s + k for n, s, k in zip((rows, columns), step, kernel, strict=True)]
            more = [max(need - n - p, 0) for need, n, p in zip(needed, x.shape[2:], border, strict=True)]
            fill = x.min() - 1 if right is MAX_BACKWARD else 0
            grown = np.pad(x, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), constant_values=fill)
            positions = [
                (n + m + 2 * p - k) // s + 1
                for n, m, p, k, s in zip(x.shape[2:], more, border, kernel, step, strict=True)
            ]
            spread = np.zeros((*grad_out.shape[:2], *positions), grad_out.dtype)
            spread[:, :, :rows, :columns] = grad_out
            return right(spread, grown, kernel, step, border)[:, :, : x.shape[2], : x.shape[3]].copy()

        return run

    chosen = {"stride_pair_swapped", "first_stride_for_both", "padding_ignored", "stride_ignored", "default_stride_1"}
    return [Mistake(name, f"Your grad_x {text}", change(place)) for name, text, place in SETTINGS if name in chosen]


def size_rounded_up(right: Function, fill: float) -> Mistake:
    """Add a last window that reaches beyond the end."""

    def run(x: Array, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> Array:
        kernel, (sh, sw), (ph, pw) = both(kernel_size, stride, padding)
        more = ((0, 0), (0, 0), (ph, ph + sh - 1), (pw, pw + sw - 1))
        padded = np.pad(x.astype(float_dtype(x)), more, constant_values=fill)
        return right(padded, kernel, (sh, sw))

    text = "Your output size is rounded up; it is rounded down (//): a window that does not fit is left out."
    return Mistake("size_rounded_up", text, run)


def manners(right: Function, what: str) -> list[Mistake]:
    """List what goes wrong with zeros, types and inputs, in any pass."""

    def always_float64(*args: Any, **kwargs: Any) -> Array:
        return right(*args, **kwargs).astype(np.float64)

    def zeros(*args: Any, **kwargs: Any) -> Array:
        return np.zeros_like(right(*args, **kwargs))

    def modifies_its_input(*args: Any, **kwargs: Any) -> Array:
        out = right(*args, **kwargs)
        args[0][...] = 0
        return out

    return [
        Mistake("always_float64", f"{what} is always float64; float32 inputs give a float32 result.", always_float64),
        Mistake("zeros", f"{what} has the right shape and holds nothing but zeros.", zeros),
        Mistake(
            "modifies_its_input",
            f"{what} is right, but your function writes into its input; work on a copy.",
            modifies_its_input,
        ),
    ]


def integer_output(right: Function) -> Mistake:
    """Take over the dtype of whole numbers."""
    text = "Your output takes over an integer dtype; integers count as float64."
    return Mistake("integer_output", text, lambda x, *rest, **kwargs: right(x, *rest, **kwargs).astype(x.dtype))


def planes(right: Function) -> list[Mistake]:
    """List what goes wrong with images and channels on the way forward."""

    def run(spoil: Callable[[Array], Array]) -> Function:
        return lambda x, *rest, **kwargs: right(spoil(x), *rest, **kwargs)

    return [
        Mistake(
            "first_channel_for_all",
            "Every channel of your output equals channel 0: the channel's index is missing on the input.",
            run(lambda x: np.repeat(x[:, :1], x.shape[1], axis=1)),
        ),
        Mistake(
            "first_image_for_all",
            "Every image of your output equals image 0: the batch index is missing on the input.",
            run(lambda x: np.repeat(x[:1], len(x), axis=0)),
        ),
    ]
