"""Three ways to compute a convolution, and the rule that picks one from the shapes alone."""

from __future__ import annotations

import numpy as np

from course.functional.direct import direct_backward, direct_forward, direct_grad_weight, direct_grad_x
from course.functional.window import Window, forward_product, grad_weight_product, grad_x_product
from course.functional.winograd import winograd_forward, winograd_grad_weight, winograd_grad_x
from course.kernels.tile import LANES

ALGORITHMS = ("auto", "direct", "im2col", "winograd")

# Below so many multiply-adds nothing is won that a student would notice, and nothing has to be compiled.
WORTH_IT = 4_000_000
NEAR = 1 << 20  # bytes of sixteen images and their gradients


def choose(operation: str, algorithm: str, N: int, weight: np.ndarray, window: Window, groups: int, way: str) -> str:
    """The name of the algorithm to use.

    Parameters
    ----------
    operation : for the error message
    algorithm : "direct", "im2col", "winograd", or "auto" for the rule
    N : images
    weight : (C_out, C/groups, kH, kW)
    window : where the kernel stands
    groups : of channels
    way : "forward", "grad_x" or "grad_weight"

    Raises
    ------
    ValueError : an unknown name, or one that cannot compute this convolution
    """
    C_out, C, kH, kW = weight.shape
    steps_of_one = window.stride == window.dilation == (1, 1)
    tiles = (
        steps_of_one and (kH, kW) == (3, 3) and groups == 1 and window.mode == "zeros" and weight.dtype == np.float32
    )
    if algorithm != "auto":
        if algorithm not in ALGORITHMS:
            raise ValueError(f"{operation}: algorithm is {algorithm!r}; it must be one of {', '.join(ALGORITHMS)}.")
        if algorithm == "winograd" and not tiles:
            needs = "stride and dilation 1, 3x3 filters, groups=1, a border of zeros and float32"
            raise ValueError(f'{operation}: algorithm="winograd" needs {needs}; use "auto" or "im2col".')
        return algorithm
    if N * C_out * C * kH * kW * window.L < WORTH_IT:
        return "im2col"
    if tiles and _pays(N, C, C_out, window):
        return "winograd"
    if kH * kW > 1 and weight.dtype == np.float32 and _stays_near(C, C_out // groups, groups, window, way):
        return "direct"
    return "im2col"


def _stays_near(C: int, each: int, groups: int, window: Window, way: str) -> bool:
    """Whether what a tile reads again and again stays in the cache; `each` filters to a group see C channels."""
    if way == "grad_weight":
        H, W = window.size
        if C * each > 512 or window.L < 64:  # for so many sums of so few numbers, one matrix product is better
            return False
        return 4 * LANES * groups * (C * H * W + each * window.L) <= NEAR
    return (C if way == "forward" else each) <= 16


def _pays(N: int, C: int, C_out: int, window: Window) -> bool:
    """Whether Winograd's products are fat enough, and its tiles not mostly beyond the edge."""
    H_out, W_out = window.positions
    tiles = -(-H_out // 4) * -(-W_out // 4)
    return min(C, C_out) >= 16 and 16 * tiles <= 2 * window.L and N * tiles >= max(C, C_out) // 16


def forward(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray, window: Window, groups: int, algorithm: str
) -> np.ndarray:
    """(N, C, H, W) -> (N, C_out, H_out, W_out)."""
    match choose("conv2d", algorithm, len(x), weight, window, groups, "forward"):
        case "direct":
            return direct_forward(x, weight, bias, window, groups)
        case "winograd":
            return winograd_forward(x, weight, bias, window.border)
    return forward_product(x, weight, bias, window, groups)


def backward(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, window: Window, groups: int, algorithm: str
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of the images and of the filters."""
    ways = (
        choose("conv2d_backward", algorithm, len(x), weight, window, groups, way) for way in ("grad_x", "grad_weight")
    )
    if all(way == "direct" for way in ways):
        return direct_backward(grad_out, x, weight, window, groups)
    return (
        grad_x(grad_out, weight, window, groups, algorithm),
        grad_weight(grad_out, x, weight, window, groups, algorithm),
    )


def grad_x(grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int, algorithm: str) -> np.ndarray:
    """(N, C_out, H_out, W_out) -> (N, C, H, W)."""
    match choose("conv2d_backward", algorithm, len(grad_out), weight, window, groups, "grad_x"):
        case "direct":
            return direct_grad_x(grad_out, weight, window, groups)
        case "winograd":
            return winograd_grad_x(grad_out, weight, window.border)
    return grad_x_product(grad_out, weight, window, groups)


def grad_weight(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, window: Window, groups: int, algorithm: str
) -> np.ndarray:
    """The gradient of the filters, of the shape of `weight`."""
    match choose("conv2d_backward", algorithm, len(x), weight, window, groups, "grad_weight"):
        case "direct":
            return direct_grad_weight(grad_out, x, weight.shape, window, groups)
        case "winograd":
            return winograd_grad_weight(grad_out, x, window.border)
    return grad_weight_product(grad_out, x, window, groups)
