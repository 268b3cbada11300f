"""3x3 convolutions with a quarter of the multiplications: Winograd's F(4x4, 3x3).

Four outputs of a three-tap filter in one dimension need twelve multiplications as the formula stands, and six when inputs and
taps are first added up in the right combinations; in two dimensions that makes 36 in place of 144 for each 4x4 tile of the output:
``Y = A^T [(G g G^T) * (B^T d B)] A`` for kernel g and input tile d. Summed over channels, each of the 36 numbers of a tile is a
matrix product of its own. The additions cost accuracy: float32 results differ from the plain formula's by about 1e-5 of the
largest, so gradients are checked in float64, which always goes the other way.
"""

from __future__ import annotations

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
    N, C, H, W = x.shape
    C_out = len(weight)
    top, bottom, left, right = padding
    grid = _Grid(H + top + bottom - 2, W + left + right - 2)
    filters = _to_tiles(weight)  # (36, C, C_out)
    out = np.empty((N, C_out, grid.H, grid.W), x.dtype)

    def piece(images: slice) -> None:
        products = np.matmul(grid.inputs(x[images], top, left), filters)  # (36, n*T, C_out)
        winograd.outputs(products.reshape(-1), out[images], bias, *grid.scratch(C_out), grid.across)

    threads.run(piece, grid.pieces(N, C + C_out))
    return out


def winograd_grad_x(grad_out: np.ndarray, weight: np.ndarray, padding: tuple[int, int, int, int]) -> np.ndarray:
    """The gradient (N, C, H, W) with respect to x: a convolution of grad_out with the filters turned by half a circle."""
    turned = np.ascontiguousarray(weight[:, :, ::-1, ::-1].swapaxes(0, 1))  # (C, C_out, 3, 3)
    # what lies further out than the kernel reaches was never seen by x
    top, bottom, left, right = (max(0, p - 2) for p in padding)
    seen = grad_out[:, :, top : grad_out.shape[2] - bottom, left : grad_out.shape[3] - right]
    border = tuple(max(0, 2 - p) for p in padding)
    no_bias = np.zeros(len(turned), grad_out.dtype)
    return winograd_forward(np.ascontiguousarray(seen), turned, no_bias, (border[0], border[1], border[2], border[3]))


def winograd_grad_weight(grad_out: np.ndarray, x: np.ndarray, padding: tuple[int, int, int, int]) -> np.ndarray:
    """The gradient (C_out, C, 3, 3): the three steps backwards, ``G^T [(A grad_out A^T) * (B^T d B)] G``, summed over all tiles."""
    (N, C), (C_out, H_out, W_out) = x.shape[:2], grad_out.shape[1:]
    grid = _Grid(H_out, W_out)
    grad = np.zeros((36, C_out, C), x.dtype)
    pieces = grid.pieces(N, C + C_out, max(_WORKING_SET, grad.nbytes // 2))
    parts = np.zeros((threads.shares(pieces, grad.nbytes), *grad.shape), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i :: len(parts)]:
            outer = grid.gradients(grad_out[images])  # (36, n*T, C_out)
            parts[i] += np.matmul(outer.transpose(0, 2, 1), grid.inputs(x[images], padding[0], padding[2]))

    threads.run(share, range(len(parts)))
    taps = (_TAPS.T @ parts.sum(axis=0, out=grad).reshape(36, -1)).reshape(9, C_out, C)
    return np.ascontiguousarray(taps.transpose(1, 2, 0)).reshape(C_out, C, 3, 3)


def _to_tiles(weight: np.ndarray) -> np.ndarray:
    """G g G^T of every kernel: (C_out, C, 3, 3) -> (36, C, C_out)."""
    C_out, C = weight.shape[:2]
    taps = np.ascontiguousarray(weight.reshape(C_out, C, 9).transpose(2, 1, 0)).reshape(9, -1)
    return (_TAPS @ taps).reshape(36, C, C_out)


class _Grid:
    """The 4x4 tiles that cover an output of H x W, the last ones reaching over its edge."""

    def __init__(self, H: int, W: int) -> None:
        self.H, self.W = H, W
        self.down, self.across = -(-H // 4), -(-W // 4)
        self.T = self.down * self.across

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
