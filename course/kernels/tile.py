"""What a core does best: a tile of twelve vectors of sums that stays in its registers while everything it needs streams by.

A vector instruction multiplies and adds eight numbers, and a core can begin two of them in each cycle, but it loads no more than
two vectors in that time. So a number that is loaded has to serve several times, and the sums have to stay where they are. A tile is
six sums of sixteen neighbours. For six filters, each tap loads two vectors of pixels and six weights, and makes twelve
multiply-adds. Compilers do not find this arrangement in plain loops, so it is written out here.
"""

from __future__ import annotations

from typing import Any

from course.kernels.vector import Sums, Writer, intrinsic

LANES = 16  # numbers side by side in a tile: of as many images, or of one row of a plane
SIX = 6  # sums in a tile
_WIDTH = 8  # numbers in a vector, two to a sum


def six_filters() -> Any:
    """tile(x, at, sk, sa, sb, weight, first, wk, wa, wb, K, A, B, bias, out, to, jump).

    For each filter f of six and each lane l, ``out[to + f*jump + l] = bias[f] + sum over k < K, a < A, b < B of
    x[at + k*sk + a*sa + b*sb + l] * weight[first + k*wk + a*wa + b*wb + f]``.
    """

    def tap(w: Writer, sums: Sums, x_at: Any, weight_at: Any) -> None:
        pixels = [w.load("x", w.after(x_at, half * _WIDTH), _WIDTH) for half in range(2)]
        for f in range(SIX):
            weight = w.spread(w.number("weight", w.after(weight_at, f)), _WIDTH)
            for half in range(2):
                sums.add_product(2 * f + half, weight, pixels[half])

    return _convolution(("x", "at", "sk", "sa", "sb"), tap, one_bias=False)


def six_positions() -> Any:
    """tile(x, at, sk, sa, sb, sp, weight, first, wk, wa, wb, K, A, B, bias, out, to, jump): one filter at six positions.

    As `six_filters`, but ``out[to + f*jump + l]`` is a sum over ``x[... + f*sp + l]`` and one ``weight[...]``, plus one bias.
    """

    def tap(w: Writer, sums: Sums, x_at: Any, weight_at: Any) -> None:
        weight = w.spread(w.number("weight", weight_at), _WIDTH)
        for f in range(SIX):
            place = w.place(x_at, (w.whole(f), w["sp"]))
            for half in range(2):
                sums.add_product(2 * f + half, weight, w.load("x", w.after(place, half * _WIDTH), _WIDTH))

    return _convolution(("x", "at", "sk", "sa", "sb", "sp"), tap, one_bias=True)


def _convolution(first_names: tuple[str, ...], tap: Any, one_bias: bool) -> Any:
    def emit(w: Writer) -> None:
        sums = Sums(w, "x", 2 * SIX, _WIDTH)
        for f in range(SIX):
            bias = w.spread(w.number("bias", w.whole(0 if one_bias else f)), _WIDTH)
            for half in range(2):
                sums.start(2 * f + half, bias)
        with w.loop(w["K"]) as k, w.loop(w["A"]) as a, w.loop(w["B"]) as b:
            x_at = w.place(w["at"], (k, w["sk"]), (a, w["sa"]), (b, w["sb"]))
            tap(w, sums, x_at, w.place(w["first"], (k, w["wk"]), (a, w["wa"]), (b, w["wb"])))
        for f in range(SIX):
            place = w.place(w["to"], (w.whole(f), w["jump"]))
            for half in range(2):
                w.store("out", w.after(place, half * _WIDTH), sums[2 * f + half])

    rest = ("weight", "first", "wk", "wa", "wb", "K", "A", "B", "bias", "out", "to", "jump")
    return intrinsic(first_names + rest, emit)


def six_taps() -> Any:
    """tile(x, at, taps, sh, sw, g, first, H, W, out): what six taps of one filter get from H x W positions.

    ``out[f] = sum over h < H, w < W, l < 16 of x[at + taps[f] + h*sh + w*sw + l] * g[first + (h*W + w)*16 + l]``.
    """

    def emit(w: Writer) -> None:
        sums = Sums(w, "x", 2 * SIX, _WIDTH)
        starts = [w.b.add(w["at"], w.number("taps", w.whole(f))) for f in range(SIX)]
        with w.loop(w["H"]) as row, w.loop(w["W"]) as column:
            place = w.place(w.whole(0), (row, w["sh"]), (column, w["sw"]))
            position = w.b.add(w.b.mul(row, w["W"]), column)
            at = w.place(w["first"], (position, w.whole(LANES)))
            gradient = [w.load("g", w.after(at, half * _WIDTH), _WIDTH) for half in range(2)]
            for f in range(SIX):
                for half in range(2):
                    x_at = w.after(w.b.add(starts[f], place), half * _WIDTH)
                    sums.add_product(2 * f + half, gradient[half], w.load("x", x_at, _WIDTH))
        for f in range(SIX):
            w.put("out", w.whole(f), w.total(w.b.fadd(sums[2 * f], sums[2 * f + 1])))

    return intrinsic(("x", "at", "taps", "sh", "sw", "g", "first", "H", "W", "out"), emit)
