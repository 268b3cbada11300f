"""Number by number, in one pass where NumPy would make three.

What is large is written past the caches, which would read every line before they let a part of it be written.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course.kernels.jit import jit
from course.kernels.vector import Writer, intrinsic

stream_positive: Any = None  # instructions; they are made when a loop is compiled
stream_where_positive: Any = None
in_order: Any = None

LARGE = 1 << 21  # bytes: what is smaller the next loop finds in the cache


def streamed(out):  # type: ignore[no-untyped-def]
    """From where to where `out` is written 32 bytes at a time, from an address that 32 divides on: nowhere unless it is large."""
    if out.nbytes < LARGE:
        return 0, 0
    first = (-out.ctypes.data) % 32 // out.itemsize
    return first, out.size - (out.size - first) % (32 // out.itemsize)


def _in_order() -> Any:
    """in_order(): for other threads too, what was written before is there before what is written after."""
    return intrinsic((), lambda w: w.b.fence("seq_cst"))


def _stream_positive() -> Any:
    """stream_positive(x, out, i): what `positive_part` does, for the numbers of 32 bytes from i on."""

    def emit(w: Writer) -> None:
        x, zeros = w.load("x", w["i"], w.length("x")), w.zeros("x", w.length("x"))
        w.stream("out", w["i"], w.b.select(w.b.fcmp_ordered("<=", x, zeros), zeros, x))

    return intrinsic(("x", "out", "i"), emit)


def _stream_where_positive() -> Any:
    """stream_where_positive(grad_out, x, grad_x, i): what `pass_where_positive` does, for the numbers of 32 bytes from i on."""

    def emit(w: Writer) -> None:
        x, zeros = w.load("x", w["i"], w.length("x")), w.zeros("x", w.length("x"))
        passed = w.load("grad_out", w["i"], w.length("x"))
        w.stream("grad_x", w["i"], w.b.select(w.b.fcmp_ordered(">", x, zeros), passed, zeros))

    return intrinsic(("grad_out", "x", "grad_x", "i"), emit)


def plain_positive(x, out):  # type: ignore[no-untyped-def]
    zero = out.dtype.type(0)
    for i in range(x.size):
        out[i] = zero if x[i] <= zero else x[i]  # so that a NaN stays


def _positive_part(x, out):  # type: ignore[no-untyped-def]
    first, last = streamed(out)
    for i in range(first, last, 32 // out.itemsize):
        stream_positive(x, out, i)
    in_order()
    plain_positive(x[:first], out[:first])
    plain_positive(x[last:], out[last:])


def _positive_part_numpy(x: np.ndarray, out: np.ndarray) -> None:
    np.maximum(x, 0, out=out)
    out += 0  # of -0 and 0, NumPy's maximum takes either


positive_part = jit(
    _positive_part,
    fallback=_positive_part_numpy,
    uses=(streamed, plain_positive),
    intrinsics={"stream_positive": _stream_positive, "in_order": _in_order},
)
"""Fill `out` (n,) with max(x, 0)."""


def plain_where_positive(grad_out, x, grad_x):  # type: ignore[no-untyped-def]
    zero = grad_x.dtype.type(0)
    for i in range(x.size):
        grad_x[i] = grad_out[i] if x[i] > 0 else zero


def _pass_where_positive(grad_out, x, grad_x):  # type: ignore[no-untyped-def]
    first, last = streamed(grad_x)
    for i in range(first, last, 32 // grad_x.itemsize):
        stream_where_positive(grad_out, x, grad_x, i)
    in_order()
    plain_where_positive(grad_out[:first], x[:first], grad_x[:first])
    plain_where_positive(grad_out[last:], x[last:], grad_x[last:])


def _pass_where_positive_numpy(grad_out: np.ndarray, x: np.ndarray, grad_x: np.ndarray) -> None:
    grad_x[:] = 0
    np.copyto(grad_x, grad_out, where=x > 0)


pass_where_positive = jit(
    _pass_where_positive,
    fallback=_pass_where_positive_numpy,
    uses=(streamed, plain_where_positive),
    intrinsics={"stream_where_positive": _stream_where_positive, "in_order": _in_order},
)
"""Fill `grad_x` with `grad_out` where `x` is above 0, with 0 elsewhere; all (n,)."""
