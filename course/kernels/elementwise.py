"""Number by number, in one pass where NumPy would make three."""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _positive_part(x, out):  # type: ignore[no-untyped-def]
    zero = out.dtype.type(0)
    for i in range(x.size):
        out[i] = zero if x[i] <= zero else x[i]  # so that a NaN stays


def _positive_part_numpy(x: np.ndarray, out: np.ndarray) -> None:
    np.maximum(x, 0, out=out)
    out += 0  # of -0 and 0, NumPy's maximum takes either


positive_part = jit(_positive_part, fallback=_positive_part_numpy)
"""Fill `out` (n,) with max(x, 0)."""


def _pass_where_positive(grad_out, x, grad_x):  # type: ignore[no-untyped-def]
    zero = grad_x.dtype.type(0)
    for i in range(x.size):
        grad_x[i] = grad_out[i] if x[i] > 0 else zero


def _pass_where_positive_numpy(grad_out: np.ndarray, x: np.ndarray, grad_x: np.ndarray) -> None:
    grad_x[:] = 0
    np.copyto(grad_x, grad_out, where=x > 0)


pass_where_positive = jit(_pass_where_positive, fallback=_pass_where_positive_numpy)
"""Fill `grad_x` with `grad_out` where `x` is above 0, with 0 elsewhere; all (n,)."""
