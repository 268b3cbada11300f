"""Pooling over 2x2 windows side by side, what nearly every network does: without an index, four windows at a time.

`x` is a batch of planes as rows, (2R, W); `out` and `grad_out` are (R, W/2 rounded down).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course.kernels.jit import jit
from course.kernels.vector import Writer, intrinsic

_FOUR = 4  # windows at a time

four_largest: Any = None  # instructions; they are made when a loop is compiled
four_winners: Any = None


def _window(w: Writer) -> tuple[list[Any], list[Any]]:
    """The taps a, b, c, d of four windows, and for b, c, d whether each beats all before it."""
    taps = []
    for row in ("top", "low"):
        first, second = (w.load("x", w.after(w[row], half * _FOUR), _FOUR) for half in range(2))
        taps += [w.pick(first, second, range(0, 2 * _FOUR, 2)), w.pick(first, second, range(1, 2 * _FOUR, 2))]
    best, beats = taps[0], []
    for tap in taps[1:]:  # strictly, so that of equal numbers the first stays; a NaN beats everything, as in PyTorch
        wins = w.b.or_(w.b.fcmp_ordered(">", tap, best), w.b.fcmp_unordered("uno", tap, tap))
        best = w.b.select(wins, tap, best)
        beats.append(wins)
    return [*taps, best], beats


def _four_largest() -> Any:
    """four_largest(x, top, low, out, to): the largest numbers of four windows in the rows at `top` and `low`."""

    def emit(w: Writer) -> None:
        w.store("out", w["to"], _window(w)[0][-1])

    return intrinsic(("x", "top", "low", "out", "to"), emit)


def _four_winners() -> Any:
    """four_winners(x, top, low, grad_out, of, grad_x): each of four gradients to the largest number of its window, zeros beside."""

    def emit(w: Writer) -> None:
        beats, zeros = _window(w)[1], w.zeros("x", _FOUR)
        rest, shares = w.load("grad_out", w["of"], _FOUR), []
        for wins in reversed(beats):  # of the last tap that beats all before it is everything
            shares.append(w.b.select(wins, rest, zeros))
            rest = w.b.select(wins, zeros, rest)
        a, (d, c, b) = rest, shares
        for row, even, odd in (("top", a, b), ("low", c, d)):
            for half in range(2):
                places = [n + half * _FOUR // 2 + _FOUR * side for n in range(_FOUR // 2) for side in range(2)]
                w.store("grad_x", w.after(w[row], half * _FOUR), w.pick(even, odd, places))

    return intrinsic(("x", "top", "low", "grad_out", "of", "grad_x"), emit)


def _max_pool(x, out):  # type: ignore[no-untyped-def]
    (R, M), W = out.shape, x.shape[1]
    for r in range(R):
        if M >= 4:
            for m in range(0, M, 4):
                at = min(m, M - 4)  # the last four may be some of those before once more
                four_largest(x, 2 * r * W + 2 * at, (2 * r + 1) * W + 2 * at, out, r * M + at)
        else:
            for m in range(M):
                best = x[2 * r, 2 * m]
                for i in range(2):
                    for j in range(2):
                        value = x[2 * r + i, 2 * m + j]
                        if value > best or value != value:
                            best = value
                out[r, m] = best


def _taps(x: np.ndarray, columns: int) -> list[np.ndarray]:
    return [x[i::2, j : 2 * columns : 2] for i in range(2) for j in range(2)]


def _max_pool_numpy(x: np.ndarray, out: np.ndarray) -> None:
    a, *others = _taps(x, out.shape[1])
    out[:] = a
    for tap in others:
        np.copyto(out, tap, where=(tap > out) | np.isnan(tap))


max_pool = jit(_max_pool, fallback=_max_pool_numpy, intrinsics={"four_largest": _four_largest})
"""Fill `out` (R, W//2) with the largest numbers of `x` (2R, W)."""


def _max_pool_gradient(grad_out, x, grad_x):  # type: ignore[no-untyped-def]
    (R, M), W = grad_out.shape, x.shape[1]
    zero = x.dtype.type(0)
    for r in range(R):
        if M >= 4:
            for m in range(0, M, 4):
                at = min(m, M - 4)
                top, low = 2 * r * W + 2 * at, (2 * r + 1) * W + 2 * at
                four_winners(x, top, low, grad_out, r * M + at, grad_x)
        else:
            for m in range(M):
                best, p, q = x[2 * r, 2 * m], 0, 0
                for i in range(2):
                    for j in range(2):
                        value = x[2 * r + i, 2 * m + j]
                        grad_x[2 * r + i, 2 * m + j] = zero
                        if value > best or value != value:
                            best, p, q = value, i, j
                grad_x[2 * r + p, 2 * m + q] = grad_out[r, m]
        if W % 2:
            grad_x[2 * r, W - 1] = grad_x[2 * r + 1, W - 1] = zero


def _max_pool_gradient_numpy(grad_out: np.ndarray, x: np.ndarray, grad_x: np.ndarray) -> None:
    best, *others = (tap.copy() for tap in _taps(x, grad_out.shape[1]))
    winner = np.zeros(best.shape, np.int8)
    for i, tap in enumerate(others, start=1):
        wins = (tap > best) | np.isnan(tap)
        best[wins], winner[wins] = tap[wins], i
    grad_x[:] = 0
    for i, tap in enumerate(_taps(grad_x, grad_out.shape[1])):
        np.copyto(tap, grad_out, where=winner == i)


max_pool_gradient = jit(
    _max_pool_gradient, fallback=_max_pool_gradient_numpy, intrinsics={"four_winners": _four_winners}
)
"""Fill `grad_x` (2R, W) with `grad_out` (R, W//2) where the largest numbers of `x` (2R, W) stand, with 0 elsewhere."""


def _avg_pool(x, out):  # type: ignore[no-untyped-def]
    quarter = x.dtype.type(0.25)
    for r in range(out.shape[0]):
        top, low, to = x[2 * r], x[2 * r + 1], out[r]
        for m in range(np.uint64(out.shape[1])):
            n = np.uint64(2) * m
            to[m] = ((top[n] + top[n + np.uint64(1)]) + (low[n] + low[n + np.uint64(1)])) * quarter


def _avg_pool_numpy(x: np.ndarray, out: np.ndarray) -> None:
    a, b, c, d = _taps(x, out.shape[1])
    out[:] = ((a + b) + (c + d)) * x.dtype.type(0.25)


avg_pool = jit(_avg_pool, fallback=_avg_pool_numpy)
"""Fill `out` (R, W//2) with the means of `x` (2R, W)."""


def _avg_pool_gradient(grad_out, grad_x):  # type: ignore[no-untyped-def]
    quarter, zero, W = grad_x.dtype.type(0.25), grad_x.dtype.type(0), grad_x.shape[1]
    for r in range(grad_out.shape[0]):
        gradient, top, low = grad_out[r], grad_x[2 * r], grad_x[2 * r + 1]
        for m in range(np.uint64(gradient.size)):
            n, share = np.uint64(2) * m, gradient[m] * quarter
            top[n] = share
            top[n + np.uint64(1)] = share
            low[n] = share
            low[n + np.uint64(1)] = share
        if W % 2:
            top[W - 1] = low[W - 1] = zero


def _avg_pool_gradient_numpy(grad_out: np.ndarray, grad_x: np.ndarray) -> None:
    grad_x[:] = 0
    for tap in _taps(grad_x, grad_out.shape[1]):
        tap[:] = grad_out * grad_x.dtype.type(0.25)


avg_pool_gradient = jit(_avg_pool_gradient, fallback=_avg_pool_gradient_numpy)
"""Fill `grad_x` (2R, W) with a quarter of `grad_out` (R, W//2) for each pixel of a window, 0 for one without."""
