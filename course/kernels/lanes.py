"""Images side by side, ``(C, H, W, 16)``, and apart again: turned in squares of four by four numbers.

These are parts of the loops of `course.kernels.direct`. A place is counted in numbers: from an image's channel to the next it is
`plane`, from a row to the next `row`, and from a pixel to the next `lanes`, 16; images that stay as they are have one lane.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from course.kernels.tile import LANES
from course.kernels.vector import Writer, intrinsic

turn_4x4: Any = None  # an instruction; it is made when a loop is compiled


def make_turn_4x4() -> Any:
    """turn_4x4(x, at, sx, out, to, so): a square of four rows of four, turned: ``out[to + j*so + i] = x[at + i*sx + j]``."""

    def emit(w: Writer) -> None:
        rows = [w.load("x", w.place(w["at"], (w.whole(i), w["sx"])), 4) for i in range(4)]
        for _ in range(2):  # rows i and i + 2 like the teeth of two zips; twice, and they are columns
            pairs = [(rows[i], rows[i + 2]) for i in range(2)]
            rows = [w.pick(*pair, places) for pair in pairs for places in ((0, 4, 1, 5), (2, 6, 3, 7))]
        for j in range(4):
            w.store("out", w.place(w["to"], (w.whole(j), w["so"])), rows[j])

    return intrinsic(("x", "at", "sx", "out", "to", "so"), emit)


def lay(x, out, lanes, plane, row, origin):  # type: ignore[no-untyped-def]
    """Copy images `x` (n, C, H, W), n of at most `lanes`, into `out` from `origin` on; around them nothing changes.

    Lanes without an image become zeros.
    """
    N, C, H, W = x.shape
    if lanes > N:
        out[: C * plane] = 0
    for k in range(C):
        for h in range(H):
            to = origin + k * plane + h * row
            if N == LANES and W >= 4:
                for w in range(0, W, 4):
                    q = w if w < W - 4 else W - 4  # the last four may be some of those before once more
                    for n in range(0, LANES, 4):
                        turn_4x4(x, ((n * C + k) * H + h) * W + q, C * H * W, out, to + q * LANES + n, LANES)
            else:
                for w in range(W):
                    for n in range(N):
                        out[np.uint64(to + w * lanes + n)] = x[n, k, h, w]


def lay_numpy(x: np.ndarray, out: np.ndarray, lanes: int, plane: int, row: int, origin: int) -> None:
    N, C, H, W = x.shape
    if lanes > N:
        out[: C * plane] = 0
    _view(out[origin:], N, C, H, W, lanes, plane, row)[:] = x


def apart(field, out, lanes, plane, row):  # type: ignore[no-untyped-def]
    """The way back, from `field` into `out` (n, C, H, W); with 16 lanes a row is W of them."""
    N, C, H, W = out.shape
    L = H * W
    for c in range(C):
        at = c * plane
        if N == LANES and L >= 4:
            for p in range(0, L, 4):
                q = p if p < L - 4 else L - 4
                for n in range(0, LANES, 4):
                    turn_4x4(field, at + q * LANES + n, LANES, out, (n * C + c) * L + q, C * L)
        else:
            for n in range(N):
                for h in range(H):
                    for w in range(W):
                        out[n, c, h, w] = field[np.uint64(at + h * row + w * lanes + n)]


def apart_numpy(field: np.ndarray, out: np.ndarray, lanes: int, plane: int, row: int) -> None:
    N, C, H, W = out.shape
    out[:] = _view(field, N, C, H, W, lanes, plane, row)


def _view(field: np.ndarray, N: int, C: int, H: int, W: int, lanes: int, plane: int, row: int) -> np.ndarray:
    """The images (N, C, H, W) that lie in `field`, as a view."""
    strides = [field.itemsize * s for s in (1, plane, row, lanes)]
    return np.lib.stride_tricks.as_strided(field, (N, C, H, W), strides)
