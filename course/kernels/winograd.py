"""The transforms of Winograd's F(4x4, 3x3), with channels innermost, so that every loop is a straight line.

A convolution with 3x3 kernels computes 4x4 outputs from a 6x6 tile of the input. In the transformed space the 144
multiplications for each pair of channels become 36, one for each number of a transformed tile, and those for all tiles and
channels together are 36 matrix products (`course.functional.winograd`). The matrices B, A (and G, for the kernels) are those of
A. Lavin, S. Gray, *Fast algorithms for convolutional neural networks*, CVPR (2016), section 4.2; float32 only.
"""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit

# float32 beside float32: a plain 4 would widen every product to float64
TWO, FOUR, FIVE, EIGHT = np.float32(2), np.float32(4), np.float32(5), np.float32(8)


def _six_to_six(x, at, step, out, to, jump, n):  # type: ignore[no-untyped-def]
    """B^T d for n neighbouring columns d at once; number i of a column lies at ``at + i * step``, and goes to ``to + i * jump``."""
    s1, s2, s3, s4, s5 = (
        np.uint64(step),
        np.uint64(2 * step),
        np.uint64(3 * step),
        np.uint64(4 * step),
        np.uint64(5 * step),
    )
    j1, j2, j3, j4, j5 = (
        np.uint64(jump),
        np.uint64(2 * jump),
        np.uint64(3 * jump),
        np.uint64(4 * jump),
        np.uint64(5 * jump),
    )
    for c in range(n):
        i, o = np.uint64(at + c), np.uint64(to + c)
        d1, d2, d3, d4 = x[i + s1], x[i + s2], x[i + s3], x[i + s4]
        a, b = d4 - FOUR * d2, d3 - FOUR * d1
        e, f = d4 - d2, TWO * (d3 - d1)
        out[o] = FOUR * x[i] - FIVE * d2 + d4
        out[o + j1] = a + b
        out[o + j2] = a - b
        out[o + j3] = e + f
        out[o + j4] = e - f
        out[o + j5] = FOUR * d1 - FIVE * d3 + x[i + s5]


def _six_to_four(x, at, step, out, to, jump, n):  # type: ignore[no-untyped-def]
    """A^T m, likewise."""
    s1, s2, s3, s4, s5 = (
        np.uint64(step),
        np.uint64(2 * step),
        np.uint64(3 * step),
        np.uint64(4 * step),
        np.uint64(5 * step),
    )
    j1, j2, j3 = np.uint64(jump), np.uint64(2 * jump), np.uint64(3 * jump)
    for c in range(n):
        i, o = np.uint64(at + c), np.uint64(to + c)
        m1, m2, m3, m4 = x[i + s1], x[i + s2], x[i + s3], x[i + s4]
        a, b, e, f = m1 + m2, m1 - m2, m3 + m4, m3 - m4
        out[o] = x[i] + a + e
        out[o + j1] = b + TWO * f
        out[o + j2] = a + FOUR * e
        out[o + j3] = b + EIGHT * f + x[i + s5]


def _four_to_six(x, at, step, out, to, jump, n):  # type: ignore[no-untyped-def]
    """A g, likewise."""
    s1, s2, s3 = np.uint64(step), np.uint64(2 * step), np.uint64(3 * step)
    j1, j2, j3, j4, j5 = (
        np.uint64(jump),
        np.uint64(2 * jump),
        np.uint64(3 * jump),
        np.uint64(4 * jump),
        np.uint64(5 * jump),
    )
    for c in range(n):
        i, o = np.uint64(at + c), np.uint64(to + c)
        g0, g1, g2, g3 = x[i], x[i + s1], x[i + s2], x[i + s3]
        a, b = g0 + g2, g1 + g3
        e, f = g0 + FOUR * g2, TWO * g1 + EIGHT * g3
        out[o] = g0
        out[o + j1] = a + b
        out[o + j2] = a - b
        out[o + j3] = e + f
        out[o + j4] = e - f
        out[o + j5] = g3


def _channels_last(x, n, image, width, top, left):  # type: ignore[no-untyped-def]
    """Image n of x into `image`, from (top, left) on; a few channels at a time, so that what is read and written stays cached."""
    _, C, H, W = x.shape
    for h in range(H):
        for first in range(0, C, 8):
            for w in range(W):
                at = (h + top) * width + (w + left) * C
                for c in range(first, min(C, first + 8)):
                    image[np.uint64(at + c)] = x[n, np.uint64(c), h, w]


def _input_tiles(x, tiles, image, rows, across, top, left):  # type: ignore[no-untyped-def]
    N, C = x.shape[:2]
    width, number = rows.size // 6, tiles.size // 36  # of an image's row, of one of the 36 numbers of all tiles
    down = (image.size // width - 2) // 4
    to = 0
    for n in range(N):
        _channels_last(x, n, image, width, top, left)
        for y in range(down):
            _six_to_six(image, 4 * y * width, width, rows, 0, width, width)
            for z in range(across):
                for i in range(6):
                    _six_to_six(rows, i * width + 4 * z * C, C, tiles, 6 * i * number + to, number, C)
                to += C


def _output_tiles(grad_out, tiles, image, rows, across):  # type: ignore[no-untyped-def]
    N, C = grad_out.shape[:2]
    width, number = rows.size // 6, tiles.size // 36
    down = image.size // width // 4
    to = 0
    for n in range(N):
        _channels_last(grad_out, n, image, width, 0, 0)
        for y in range(down):
            _four_to_six(image, 4 * y * width, width, rows, 0, width, width)
            for z in range(across):
                for i in range(6):
                    _four_to_six(rows, i * width + 4 * z * C, C, tiles, 6 * i * number + to, number, C)
                to += C


def _outputs(tiles, out, bias, image, rows, across):  # type: ignore[no-untyped-def]
    N, C, H, W = out.shape
    width, number = rows.size // 6, tiles.size // 36
    down = image.size // width // 4
    at = 0
    for n in range(N):
        for y in range(down):
            for z in range(across):
                for i in range(6):
                    _six_to_four(tiles, 6 * i * number + at, number, rows, i * width + 4 * z * C, C, C)
                at += C
            _six_to_four(rows, 0, width, image, 4 * y * width, width, width)
        for h in range(H):
            for first in range(0, C, 8):
                for w in range(W):
                    pixel = h * width + w * C
                    for c in range(first, min(C, first + 8)):
                        out[n, np.uint64(c), h, w] = image[np.uint64(pixel + c)] + bias[np.uint64(c)]


class _Columns:
    """Arrays that answer number `i` with array i, so that a transform's own lines compute on whole arrays."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.arrays = arrays

    def __getitem__(self, i: int) -> np.ndarray:
        return self.arrays[int(i)]

    def __setitem__(self, i: int, value: np.ndarray) -> None:
        self.arrays[int(i)][...] = value


def _apply(transform, inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:  # type: ignore[no-untyped-def]
    transform(_Columns(inputs), 0, 1, _Columns(outputs), 0, 1, 1)


def _field(x: np.ndarray, rows: int, columns: int, top: int, left: int) -> np.ndarray:
    """Images (N, C, H, W) on a field of zeros, channels last: (N, rows, columns, C)."""
    N, C, H, W = x.shape
    field = np.zeros((N, rows, columns, C), x.dtype)
    field[:, top : top + H, left : left + W] = x.transpose(0, 2, 3, 1)
    return field


def _into_tiles(transform, field: np.ndarray, numbers: int, tiles: np.ndarray, down: int, across: int) -> None:  # type: ignore[no-untyped-def]
    """Both directions of a transform that takes `numbers` rows or columns to six."""
    N, C = len(field), field.shape[3]
    rows = np.empty((6, N, down, *field.shape[2:]), field.dtype)
    _apply(transform, [field[:, i : i + 4 * down : 4][:, :down] for i in range(numbers)], list(rows))
    parts = tiles.reshape(6, 6, N, down, across, C)
    for i in range(6):
        _apply(transform, [rows[i][:, :, j::4][:, :, :across] for j in range(numbers)], list(parts[i]))


def _input_tiles_numpy(
    x: np.ndarray, tiles: np.ndarray, image: np.ndarray, rows: np.ndarray, across: int, top: int, left: int
) -> None:
    width = 4 * across + 2
    height = image.size // (width * x.shape[1])
    _into_tiles(_six_to_six, _field(x, height, width, top, left), 6, tiles, (height - 2) // 4, across)


def _output_tiles_numpy(
    grad_out: np.ndarray, tiles: np.ndarray, image: np.ndarray, rows: np.ndarray, across: int
) -> None:
    height = image.size // (4 * across * grad_out.shape[1])
    _into_tiles(_four_to_six, _field(grad_out, height, 4 * across, 0, 0), 4, tiles, height // 4, across)


def _outputs_numpy(
    tiles: np.ndarray, out: np.ndarray, bias: np.ndarray, image: np.ndarray, rows: np.ndarray, across: int
) -> None:
    N, C, H, W = out.shape
    down = image.size // (16 * across * C)
    parts = tiles.reshape(6, 6, N, down, across, C)
    first = np.empty((6, N, down, 4 * across, C), out.dtype)
    for i in range(6):
        _apply(_six_to_four, list(parts[i]), [first[i][:, :, j::4] for j in range(4)])
    field = np.empty((N, 4 * down, 4 * across, C), out.dtype)
    _apply(_six_to_four, list(first), [field[:, i::4] for i in range(4)])
    out[:] = (field[:, :H, :W] + bias).transpose(0, 3, 1, 2)


input_tiles = jit(_input_tiles, fallback=_input_tiles_numpy, uses=(_six_to_six, _channels_last))
"""Fill `tiles`, 36 x N*T x C numbers, with B^T d B of the 6x6 tiles d of `x` (N, C, H, W), whose first pixel lies at (top, left).

T = down * across tiles cover an image; `image`, zeros, (4*down + 2) x (4*across + 2) x C, and `rows`, 6 of its rows, are scratch.
"""

output_tiles = jit(_output_tiles, fallback=_output_tiles_numpy, uses=(_four_to_six, _channels_last))
"""Fill `tiles`, 36 x N*T x C numbers, with A g A^T of the 4x4 tiles g of `grad_out` (N, C, H_out, W_out).

`image`, zeros, 4*down x 4*across x C, and `rows`, 6 of its rows, are scratch.
"""

outputs = jit(_outputs, fallback=_outputs_numpy, uses=(_six_to_four,))
"""Fill `out` (N, C, H_out, W_out) with A^T m A of the tiles m, 36 x N*T x C numbers, plus `bias` (C,).

Scratch as in `output_tiles`.
"""
