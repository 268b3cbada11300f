"""The passes of batch norm over (N, C, L): two sums for each channel of each image, and straight lines through them.

Sums are float64. The compiled ones add in the order that suits vector instructions, so their last bits are not NumPy's; which of
the two is used depends on the size of the work alone.
"""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _deviations(x, centre, first, second):  # type: ignore[no-untyped-def]
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            row, level = x[n, c], centre[c]
            a = b = 0.0
            for p in range(row.size):
                d = np.float64(row[p] - level)
                a += d
                b += d * d
            first[n, c], second[n, c] = a, b


def _deviations_numpy(x: np.ndarray, centre: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    d = (x - centre[:, None]).astype(np.float64)
    first[:] = d.sum(axis=2)
    second[:] = (d * d).sum(axis=2)


deviations = jit(_deviations, fallback=_deviations_numpy, exact=False)
"""Fill `first` and `second` (N, C) float64 with the sums of x - centre and of its square; `x` (N, C, L), `centre` (C,)."""


def _products(grad_out, x, centre, first, second):  # type: ignore[no-untyped-def]
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            row, gradient, level = x[n, c], grad_out[n, c], centre[c]
            a = b = 0.0
            for p in range(row.size):
                g = np.float64(gradient[p])
                a += g
                b += g * np.float64(row[p] - level)
            first[n, c], second[n, c] = a, b


def _products_numpy(
    grad_out: np.ndarray, x: np.ndarray, centre: np.ndarray, first: np.ndarray, second: np.ndarray
) -> None:
    first[:] = grad_out.sum(axis=2, dtype=np.float64)
    second[:] = (grad_out.astype(np.float64) * (x - centre[:, None])).sum(axis=2)


products = jit(_products, fallback=_products_numpy, exact=False)
"""Fill `first` and `second` (N, C) float64 with the sums of grad_out and of grad_out * (x - centre)."""


def _line(x, centre, slope, level, out):  # type: ignore[no-untyped-def]
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            row, to, m, a, b = x[n, c], out[n, c], centre[c], slope[c], level[c]
            for p in range(row.size):
                to[p] = (row[p] - m) * a + b


def _line_numpy(x: np.ndarray, centre: np.ndarray, slope: np.ndarray, level: np.ndarray, out: np.ndarray) -> None:
    np.subtract(x, centre[:, None], out=out)
    out *= slope[:, None]
    out += level[:, None]


line = jit(_line, fallback=_line_numpy)
"""Fill `out` (N, C, L) with (x - centre) * slope + level, three numbers for each channel, in the dtype of `x`."""


def _plane(grad_out, x, centre, scale, slope, level, out):  # type: ignore[no-untyped-def]
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            gradient, row, to = grad_out[n, c], x[n, c], out[n, c]
            s, m, a, b = scale[c], centre[c], slope[c], level[c]
            for p in range(row.size):
                to[p] = gradient[p] * s + ((row[p] - m) * a + b)


def _plane_numpy(
    grad_out: np.ndarray,
    x: np.ndarray,
    centre: np.ndarray,
    scale: np.ndarray,
    slope: np.ndarray,
    level: np.ndarray,
    out: np.ndarray,
) -> None:
    _line_numpy(x, centre, slope, level, out)
    out += grad_out * scale[:, None]


plane = jit(_plane, fallback=_plane_numpy)
"""Fill `out` (N, C, L) with grad_out * scale + (x - centre) * slope + level."""
