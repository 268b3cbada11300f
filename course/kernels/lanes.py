"""Sixteen images side by side, ``(C, H, W, 16)``, and apart again: turned in squares of four by four numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.kernels.jit import jit
from course.kernels.tile import LANES
from course.kernels.vector import Writer, intrinsic

turn_4x4: Any = None  # an instruction; it is made when a loop is compiled


def _turn() -> Any:
    """turn_4x4(x, at, sx, out, to, so): a square of four rows of four, turned: ``out[to + j*so + i] = x[at + i*sx + j]``."""

    def emit(w: Writer) -> None:
        rows = [w.load("x", w.place(w["at"], (w.whole(i), w["sx"])), 4) for i in range(4)]
        for _ in range(2):  # rows i and i + 2 like the teeth of two zips; twice, and they are columns
            pairs = [(rows[i], rows[i + 2]) for i in range(2)]
            rows = [w.pick(*pair, places) for pair in pairs for places in ((0, 4, 1, 5), (2, 6, 3, 7))]
        for j in range(4):
            w.store("out", w.place(w["to"], (w.whole(j), w["so"])), rows[j])

    return intrinsic(("x", "at", "sx", "out", "to", "so"), emit)


def _side_by_side(x, out, Hp, Wp, top, left):  # type: ignore[no-untyped-def]
    N, C, H, W = x.shape
    for k in range(C):
        for h in range(H):
            to = ((k * Hp + h + top) * Wp + left) * LANES
            if N == LANES and W >= 4:
                for w in range(0, W, 4):
                    q = w if w < W - 4 else W - 4  # the last four may be some of those before once more
                    for n in range(0, LANES, 4):
                        turn_4x4(x, ((n * C + k) * H + h) * W + q, C * H * W, out, to + q * LANES + n, LANES)
            else:
                for w in range(W):
                    for n in range(N):
                        out[np.uint64(to + w * LANES + n)] = x[n, k, h, w]


def _side_by_side_numpy(x: np.ndarray, out: np.ndarray, Hp: int, Wp: int, top: int, left: int) -> None:
    N, C, H, W = x.shape
    lanes = out[: C * Hp * Wp * LANES].reshape(C, Hp, Wp, LANES)
    lanes[:, top : top + H, left : left + W, :N] = x.transpose(1, 2, 3, 0)


side_by_side = jit(_side_by_side, fallback=_side_by_side_numpy, exact=False, intrinsics={"turn_4x4": _turn})
"""Copy images `x` (n, C, H, W), n of at most 16, into `out`, (C, Hp, Wp, 16) flat, from (top, left) on; the rest stays."""


def _apart(lanes, out):  # type: ignore[no-untyped-def]
    N, C, H, W = out.shape
    L = H * W
    for c in range(C):
        at = c * L * LANES
        if N == LANES and L >= 4:
            for p in range(0, L, 4):
                q = p if p < L - 4 else L - 4
                for n in range(0, LANES, 4):
                    turn_4x4(lanes, at + q * LANES + n, LANES, out, (n * C + c) * L + q, C * L)
        else:
            for n in range(N):
                for h in range(H):
                    for w in range(W):
                        out[n, c, h, w] = lanes[np.uint64(at + (h * W + w) * LANES + n)]


def _apart_numpy(lanes: np.ndarray, out: np.ndarray) -> None:
    N, C, H, W = out.shape
    out[:] = lanes[: C * H * W * LANES].reshape(C, H, W, LANES)[..., :N].transpose(3, 0, 1, 2)


apart = jit(_apart, fallback=_apart_numpy, exact=False, intrinsics={"turn_4x4": _turn})
"""The way back: `lanes`, (C, H, W, 16) flat and perhaps more, into `out` (n, C, H, W)."""
