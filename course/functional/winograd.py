"""3x3 convolutions with a quarter of the multiplications: Winograd's F(4x4, 3x3).

Four outputs of a three-tap filter in one dimension need twelve multiplications as the formula stands, and six when inputs and
taps are first added up in the right combinations; in two dimensions that makes 36 in place of 144 for each 4x4 tile of the output:
``Y = A^T [(G g G^T) * (B^T d B)] A`` for kernel g and input tile d. Summed over channels, each of the 36 numbers of a tile is a
matrix product of its own. The additions cost accuracy: float32 results differ from the plain formula's by about 1e-5 of the
largest, so gradients are checked in float64, which always goes the other way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.kernels import threads, winograd

# G, section 4.2 of Lavin and Gray (arXiv:1509.09308); its Kronecker square takes the 9 taps of a kernel to the 36 of a tile
_G = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_TAPS = np.kron(_G, _G).astype(np.float32)  # (36, 9)
_FEW = (
    1 << 9
)  # tiles, of all images together; then it is the filters that are cut, and their transforms stay in the cache
_FILTERS = 64
_WORKING_SET = 1 << 21  # bytes of transformed tiles for each thread: they stay in its cache


def winograd_forward(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, padding: tuple[int, int, int, int]
) -> np.ndarray:
    """`conv2d_forward` of float32 images with 3x3 filters at stride 1.

    Parameters
    ----------
    x : (N, C, H, W) float32, in memory order
    weight : (C_out, C, 3, 3) float32
    bias : (C_out,)
    padding : pixels of zeros (top, bottom, left, right)

    Returns
    -------
    (N, C_out, H_out, W_out)
    """

    def filters(some: slice) -> np.ndarray:
        return _to_tiles(weight[some], _TAPS).transpose(0, 2, 1)

    return _convolve(x, filters, bias, padding)


def winograd_grad_x(grad_out: np.ndarray, weight: np.ndarray, padding: tuple[int, int, int, int]) -> np.ndarray:
    """The gradient (N, C, H, W) with respect to x: a convolution of grad_out with the filters turned by half a circle."""
    # what lies further out than the kernel reaches was never seen by x
    top, bottom, left, right = (max(0, p - 2) for p in padding)
    seen = grad_out[:, :, top : grad_out.shape[2] - bottom, left : grad_out.shape[3] - right]
    border = tuple(max(0, 2 - p) for p in padding)
    no_bias = np.zeros(weight.shape[1], grad_out.dtype)

    def filters(some: slice) -> np.ndarray:
        return _to_tiles(
            np.ascontiguousarray(weight[:, some]), _TAPS[:, ::-1]
        )  # the nine taps from the last to the first

    return _convolve(np.ascontiguousarray(seen), filters, no_bias, (border[0], border[1], border[2], border[3]))


def _convolve(
    x: np.ndarray, filters: Callable[[slice], np.ndarray], bias: np.ndarray, padding: tuple[int, int, int, int]
) -> np.ndarray:
    """(N, C, H, W) with filters that come transformed, as many as are asked for: (36, C, some)."""
    (N, C, H, W), C_out = x.shape, len(bias)
    top, bottom, left, right = padding
    grid = _Grid(H + top + bottom - 2, W + left + right - 2)
    out = np.empty((N, C_out, grid.H, grid.W), x.dtype)

    def maps(products: np.ndarray, to: np.ndarray, shift: np.ndarray) -> None:
        winograd.outputs(products.reshape(-1), to, shift, *grid.scratch(len(shift)), grid.across)

    if grid.few(N, C, C_out):
        tiles = grid.inputs(x, top, left)  # (36, N*T, C)

        def some_filters(some: slice) -> None:
            part = np.empty((N, some.stop - some.start, grid.H, grid.W), x.dtype)
            maps(np.matmul(tiles, filters(some)), part, bias[some])
            out[:, some] = part

        threads.run(some_filters, threads.slices(C_out, _FILTERS))
        return out
    every = filters(slice(0, C_out))

    def some_images(images: slice) -> None:
        maps(np.matmul(grid.inputs(x[images], top, left), every), out[images], bias)

    threads.run(some_images, grid.pieces(N, C + C_out))
    return out


def winograd_grad_weight(grad_out: np.ndarray, x: np.ndarray, padding: tuple[int, int, int, int]) -> np.ndarray:
    """The gradient (C_out, C, 3, 3): the three steps backwards, ``G^T [(A grad_out A^T) * (B^T d B)] G``, summed over all tiles."""
    (N, C), (C_out, H_out, W_out) = x.shape[:2], grad_out.shape[1:]
    grid = _Grid(H_out, W_out)
    grad_weight = np.empty((C_out, C, 3, 3), x.dtype)

    def both(images: slice) -> tuple[np.ndarray, np.ndarray]:
        """(36, C_out, n*T) and (36, n*T, C)."""
        return grid.gradients(grad_out[images]).transpose(0, 2, 1), grid.inputs(x[images], padding[0], padding[2])

    if grid.few(N, C, C_out):
        outer, inputs = both(slice(0, N))

        def some_filters(some: slice) -> None:
            grad_weight[some] = _from_tiles(np.matmul(outer[:, some], inputs))

        threads.run(some_filters, threads.slices(C_out, _FILTERS))
        return grad_weight
    grad = np.zeros((36, C_out, C), x.dtype)
    pieces = grid.pieces(N, C + C_out, max(_WORKING_SET, grad.nbytes // 2))
    parts = np.zeros((threads.shares(pieces, grad.nbytes), *grad.shape), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i :: len(parts)]:
            parts[i] += np.matmul(*both(images))

    threads.run(share, range(len(parts)))
    grad_weight[...] = _from_tiles(parts.sum(axis=0, out=grad))
    return grad_weight


def _to_tiles(weight: np.ndarray, taps: np.ndarray) -> np.ndarray:
    """G g G^T of every kernel, `taps` (36, 9) for short: (C_out, C, 3, 3) -> (36, C_out, C)."""
    C_out, C = weight.shape[:2]
    kernels, tiles = weight.reshape(-1, 9), np.empty((36, C_out * C), weight.dtype)

    def piece(some: slice) -> None:
        np.matmul(taps, kernels[some].T, out=tiles[:, some])

    threads.run(piece, threads.slices(len(kernels), 1 << 15))
    return tiles.reshape(36, C_out, C)


def _from_tiles(grad: np.ndarray) -> np.ndarray:
    """The transpose of `_to_tiles`: (36, C_out, C) -> a view (C_out, C, 3, 3)."""
    _, C_out, C = grad.shape
    return (_TAPS.T @ grad.reshape(36, -1)).reshape(3, 3, C_out, C).transpose(2, 3, 0, 1)


class _Grid:
    """The 4x4 tiles that cover an output of H x W, the last ones reaching over its edge."""

    def __init__(self, H: int, W: int) -> None:
        self.H, self.W = H, W
        self.down, self.across = -(-H // 4), -(-W // 4)
        self.T = self.down * self.across

    def few(self, N: int, C: int, C_out: int) -> bool:
        """Whether the tiles of N images are few beside the filters: then it is these that are cut into pieces."""
        return N * self.T * (C + C_out) <= 2 * C * C_out

    def pieces(self, N: int, channels: int, working_set: int = _WORKING_SET) -> list[slice]:
        return threads.pieces(N, 36 * self.T * channels * 4, working_set)

    def scratch(self, C: int, more: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """An image of zeros, channels last, and the six rows between the two directions of a transform."""
        width = (4 * self.across + more) * C
        return np.zeros((4 * self.down + more) * width, np.float32), np.empty(6 * width, np.float32)

    def inputs(self, x: np.ndarray, top: int, left: int) -> np.ndarray:
        """(n, C, H, W) -> B^T d B (36, n*T, C)."""
        tiles = np.empty((36, len(x) * self.T, x.shape[1]), x.dtype)
        winograd.input_tiles(x, tiles.reshape(-1), *self.scratch(x.shape[1], more=2), self.across, top, left)
        return tiles

    def gradients(self, grad_out: np.ndarray) -> np.ndarray:
        """(n, C_out, H_out, W_out) -> A g A^T (36, n*T, C_out)."""
        tiles = np.empty((36, len(grad_out) * self.T, grad_out.shape[1]), grad_out.dtype)
        winograd.output_tiles(grad_out, tiles.reshape(-1), *self.scratch(grad_out.shape[1]), self.across)
        return tiles
