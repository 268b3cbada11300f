"""Wrong ways to hand on a gradient, to be tried in the figure: each is a backward pass with the usual arguments."""

from collections.abc import Callable
from typing import Any

import numpy as np

RIGHT = "the rule of the layer"


def _walk(share: Callable[[Any, Any], Any], add: bool = True, border: float = -np.inf) -> Callable[..., Any]:
    """A backward pass of what a window (kH, kW) does with a number, as shares (kH, kW)."""

    def backward(grad_out: Any, x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Any:
        (kh, kw), (ph, pw) = (np.broadcast_to(value, 2) for value in (kernel_size, padding))
        sh, sw = np.broadcast_to(kernel_size if stride is None else stride, 2)
        padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=border)
        grad = np.zeros_like(padded)
        for n, c, i, j in np.ndindex(grad_out.shape):
            place = n, c, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            shares = share(padded[place], grad_out[n, c, i, j])
            grad[place] = grad[place] + shares if add else np.where(shares, shares, grad[place])
        return grad[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]

    return backward


def _first(window: Any, gradient: Any) -> Any:
    return gradient * (np.arange(window.size) == window.argmax()).reshape(window.shape)


def _all(window: Any, gradient: Any) -> Any:
    return gradient * (window == window.max())


def _named(name: str, backward: Callable[..., Any]) -> Callable[..., Any]:
    backward.__name__ = name
    return backward


MAX_RULES = {
    "ties: each winner gets all": _named("each_winner_gets_all", _walk(_all)),
    "ties: the last one wins": _named("last_winner", _walk(lambda w, g: _first(w[::-1, ::-1], g)[::-1, ::-1])),
    "overlap: the last window overwrites": _named("last_window_overwrites", _walk(_first, add=False)),
    "everyone in the window gets it": _named("everyone_gets_it", _walk(lambda w, g: np.full(w.shape, g))),
    "a border of zeros": _named("border_of_zeros", _walk(_first, border=0.0)),
}
AVERAGE_RULES = {
    "everyone gets all of it": _named("not_divided", _walk(lambda w, g: np.full(w.shape, g), border=0.0)),
    "overlap: the last window overwrites": _named(
        "last_window_overwrites", _walk(lambda w, g: np.full(w.shape, g / w.size), add=False, border=0.0)
    ),
}
RULES = {"max": MAX_RULES, "average": AVERAGE_RULES}
