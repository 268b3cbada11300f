"""A convolution computed where it stands, for filters of so few channels that copying windows costs more than multiplying.

Planes are read as one long row: with W the padded width, output p = h * W + w needs the inputs p + i * W + j, so a whole plane is
one loop without an edge; the kW - 1 numbers at the end of each row are computed and dropped. The width of the kernel is frozen into
the loop, which lets the compiler write its taps out.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from course.kernels.jit import jit


@cache
def correlate(kW: int) -> jit:
    """A kernel (x, weight, bias, planes, out) for filters kW wide, at stride 1.

    It fills `out` (N, C_out, H_out, W_out) with the correlation of the padded images `x` (N, C, Hp * Wp) with `weight`
    (C_out, C/groups, kH, kW), plus `bias` (C_out,); `planes` (2, H_out, Wp) is scratch.
    """

    def loop(x, weight, bias, planes, out):  # type: ignore[no-untyped-def]
        N, C_out, H_out, W_out = out.shape
        C, kH = weight.shape[1:3]
        each = C_out * C // x.shape[1]  # filters to a group
        W = planes.shape[2]
        L = H_out * W - kW + 1
        first, second = planes[0].reshape(H_out * W), planes[1].reshape(H_out * W)
        for n in range(N):
            for c in range(0, C_out, 2):  # two filters at a time; an odd last one is computed twice
                d = min(c + 1, C_out - 1)
                for p in range(L):
                    first[p], second[p] = bias[c], bias[d]
                for k in range(C):
                    row, other = x[n, c // each * C + k], x[n, d // each * C + k]
                    for i in range(kH):
                        v, w, start = weight[c, k, i], weight[d, k, i], np.uint64(i * W)
                        for p in range(np.uint64(L)):
                            a, b = first[p], second[p]
                            for j in range(np.uint64(kW)):
                                a += v[j] * row[start + p + j]
                                b += w[j] * other[start + p + j]
                            first[p], second[p] = a, b
                for h in range(H_out):
                    for q in range(W_out):
                        out[n, c, h, q] = planes[0, h, q]
                        out[n, d, h, q] = planes[1, h, q]

    return jit(loop, fallback=_correlate_numpy, exact=False)


def _correlate_numpy(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, planes: np.ndarray, out: np.ndarray) -> None:
    groups = x.shape[1] // weight.shape[1]
    H_out, W_out = out.shape[2:]
    padded = x.reshape(len(x), groups, weight.shape[1], -1, planes.shape[2])
    filters = weight.reshape(groups, -1, *weight.shape[1:])
    out[:] = bias[:, None, None]
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            window = padded[..., i : i + H_out, j : j + W_out]
            out += np.einsum("ngkhw,gck->ngchw", window, filters[..., i, j]).reshape(out.shape)


def _weight_gradient(x, grad_out, plane, grad_weight):  # type: ignore[no-untyped-def]
    N, C_out, H_out, W_out = grad_out.shape
    C, kH, kW = grad_weight.shape[1:]
    each = C_out * C // x.shape[1]
    W = plane.shape[1]
    L = H_out * W - kW + 1
    g = plane.reshape(H_out * W)
    for n in range(N):
        for c in range(C_out):
            for h in range(H_out):
                for q in range(W_out):
                    plane[h, q] = grad_out[n, c, h, q]
            for k in range(C):
                row = x[n, c // each * C + k]
                for i in range(kH):
                    for j in range(kW):
                        start, total = np.uint64(i * W + j), g[0] * row[i * W + j]
                        for p in range(np.uint64(1), np.uint64(L)):
                            total += g[p] * row[start + p]
                        grad_weight[c, k, i, j] += total


def _weight_gradient_numpy(x: np.ndarray, grad_out: np.ndarray, plane: np.ndarray, grad_weight: np.ndarray) -> None:
    (N, _, H_out, W_out), (_, C, kH, kW) = grad_out.shape, grad_weight.shape
    groups = x.shape[1] // C
    padded = x.reshape(N, groups, C, -1, plane.shape[1])
    gradient = grad_out.reshape(N, groups, -1, H_out, W_out)
    for i in range(kH):
        for j in range(kW):
            window = padded[..., i : i + H_out, j : j + W_out]
            grad_weight[:, :, i, j] += np.einsum("ngchw,ngkhw->gck", gradient, window).reshape(-1, C)


weight_gradient = jit(_weight_gradient, fallback=_weight_gradient_numpy, exact=False)
"""Add to `grad_weight` (C_out, C/groups, kH, kW) the correlation of the padded images `x` (N, C, Hp * Wp) with `grad_out`
(N, C_out, H_out, W_out), at stride 1; `plane` (H_out, Wp), zeros, is scratch."""
