"""Transposed convolution: the backward pass of a convolution, used forwards, from few pixels to many."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank, same_shape, whole
from course.functional.window import Window, forward_product, grad_weight_product, grad_x_product


def conv_transpose2d_forward_plain(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> np.ndarray:
    """`conv_transpose2d_forward` as the formula says it: every pixel stamps its multiple of the kernel onto the output."""
    x, weight, b = _transpose_arguments("conv_transpose2d", x, weight, bias, groups)
    window = transposed_window("conv_transpose2d", x, weight, stride, padding, output_padding, dilation)
    (kH, kW), (sH, sW), (dH, dW), (H_out, W_out) = window.kernel, window.stride, window.dilation, window.size
    top, bottom, left, right = window.border
    C_in, C_out = weight.shape[:2]  # C_out of a group
    padded = np.zeros((len(x), C_out * groups, top + H_out + bottom, left + W_out + right), x.dtype)
    for n, c, h, w in np.ndindex(x.shape):
        first = c // (C_in // groups) * C_out  # of the C_out maps that the group of channel c writes to
        rows, columns = slice(h * sH, h * sH + dH * kH, dH), slice(w * sW, w * sW + dW * kW, dW)
        padded[n, first : first + C_out, rows, columns] += x[n, c, h, w] * weight[c]
    return padded[:, :, top : top + H_out, left : left + W_out] + b[:, None, None]


def conv_transpose2d_forward(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> np.ndarray:
    """Stamp the kernel onto a larger image, once for each pixel and multiplied by it, `stride` apart; overlaps add up.

    It is the gradient of `conv2d_forward` with respect to its input, with the same `weight`: not its inverse, but its transpose.

    Parameters
    ----------
    x : (N, C_in, H, W); a NaN comes out wherever its stamp lies
    weight : (C_in, C_out/groups, kH, kW)
    bias : (C_out,), or None
    stride, dilation : int or pair (h, w), in pixels of the output
    padding : int or pair; so many pixels are cut off each side of the output
    output_padding : int or pair, less than stride or dilation; so many rows and columns more at the bottom and the right, since
        a convolution with a stride makes the same size out of several
    groups : as in `conv2d_forward`

    Returns
    -------
    (N, C_out, H_out, W_out) with H_out = (H - 1)*sH - 2*pH + dH*(kH - 1) + output_padding + 1

    Raises
    ------
    ValueError : wrong rank or dtype, channels that do not agree, groups that do not divide them, or an output without a pixel

    References
    ----------
    V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (2016), chapter 4.

    Examples
    --------
    >>> conv_transpose2d_forward([[[[1, 2], [3, 4]]]], [[[[1, 1], [1, 10]]]], stride=2)[0, 0]
    array([[ 1.,  1.,  2.,  2.],
           [ 1., 10.,  2., 20.],
           [ 3.,  3.,  4.,  4.],
           [ 3., 30.,  4., 40.]])
    """
    x, weight, b = _transpose_arguments("conv_transpose2d", x, weight, bias, groups)
    window = transposed_window("conv_transpose2d", x, weight, stride, padding, output_padding, dilation)
    out = grad_x_product(x, weight, window, groups)
    out += b[:, None, None]
    return out


def conv_transpose2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    groups: int = 1,
    dilation: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `conv_transpose2d_forward`; that of x is an ordinary convolution.

    Parameters
    ----------
    grad_out : (N, C_out, H_out, W_out), the gradient of the loss with respect to the output
    x, weight, stride, padding, output_padding, groups, dilation : as they went in

    Returns
    -------
    grad_x (N, C_in, H, W), grad_weight (C_in, C_out/groups, kH, kW), grad_bias (C_out,)

    Raises
    ------
    ValueError : as `conv_transpose2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> grad_out = np.arange(16).reshape(1, 1, 4, 4)
    >>> grad_x, _, _ = conv_transpose2d_backward(grad_out, np.ones((1, 1, 2, 2)), [[[[1, 1], [1, 10]]]], stride=2)
    >>> grad_x[0, 0]  # top left 0 + 1 + 4 + 10*5
    array([[ 55.,  81.],
           [159., 185.]])
    """
    name = "conv_transpose2d_backward"
    grad_out, x, weight = floats(name, grad_out=grad_out, x=x, weight=weight)
    _check_channels(name, x, weight, groups)
    window = transposed_window(name, x, weight, stride, padding, output_padding, dilation)
    same_shape(name, "grad_out", grad_out, (len(x), weight.shape[1] * groups, *window.size), "the output")
    # the convolution that takes the output back to x: grad_out is its image, x its map
    grad_x = forward_product(grad_out, weight, np.zeros(len(weight), x.dtype), window, groups)
    return grad_x, grad_weight_product(x, grad_out, window, groups), grad_out.sum(axis=(0, 2, 3))


def transposed_window(
    operation: str,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair,
    padding: Pair,
    output_padding: Pair,
    dilation: Pair,
) -> Window:
    """The window of the convolution that would make `x`'s height and width out of the output's."""
    (kH, kW), (H, W) = weight.shape[2:], x.shape[2:]
    (sH, sW), (pH, pW), (oH, oW), (dH, dW) = read_geometry_transposed(
        operation, stride, padding, output_padding, dilation
    )
    if 0 in (H, W):
        raise ValueError(f"{operation}: the images are {H}x{W}, without a pixel.")
    H_out = (H - 1) * sH - 2 * pH + dH * (kH - 1) + oH + 1
    W_out = (W - 1) * sW - 2 * pW + dW * (kW - 1) + oW + 1
    if min(H_out, W_out) < 1:
        letter, n, s, p, d, k, o = ("H", H, sH, pH, dH, kH, oH) if H_out < 1 else ("W", W, sW, pW, dW, kW, oW)
        raise ValueError(
            f"{operation}: padding {p} leaves nothing of the output ({letter}_out = ({letter} - 1)*stride - 2*padding + "
            f"dilation*(k{letter} - 1) + output_padding + 1 = {n - 1}*{s} - 2*{p} + {d}*{k - 1} + {o} + 1 < 1); use less padding."
        )
    return Window((H_out, W_out), (kH, kW), (sH, sW), (dH, dW), (pH, pH, pW, pW), "zeros", (H, W))


def read_geometry_transposed(
    operation: str, stride: Pair, padding: Pair, output_padding: Pair, dilation: Pair
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The four arguments as pairs; `output_padding` has to be less than the stride or the dilation along its axis."""
    steps = pair(f"{operation}: stride", stride, least=1)
    border = pair(f"{operation}: padding", padding, least=0)
    more = pair(f"{operation}: output_padding", output_padding, least=0)
    spread = pair(f"{operation}: dilation", dilation, least=1)
    for o, s, d in zip(more, steps, spread, strict=True):
        if o >= max(s, d):
            raise ValueError(
                f"{operation}: output_padding is {output_padding!r}; it must be less than the stride or the dilation, "
                f"but {o} >= max({s}, {d})."
            )
    return steps, border, more, spread


def _transpose_arguments(
    operation: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The checked arguments, a missing bias as zeros."""
    if bias is None:
        x, weight = floats(operation, x=x, weight=weight)
        _check_channels(operation, x, weight, groups)
        return x, weight, np.zeros(weight.shape[1] * groups, x.dtype)
    x, weight, bias = floats(operation, x=x, weight=weight, bias=bias)
    _check_channels(operation, x, weight, groups)
    C_out = weight.shape[1] * groups
    if bias.shape != (C_out,):
        raise ValueError(
            f"{operation}: bias has shape {bias.shape}, but weight makes {C_out} maps; it needs shape ({C_out},)."
        )
    return x, weight, bias


def _check_channels(operation: str, x: np.ndarray, weight: np.ndarray, groups: int) -> None:
    groups = whole(f"{operation}: groups", groups, least=1)
    axes = "C_in, C_out, kH, kW" if groups == 1 else "C_in, C_out/groups, kH, kW"
    rank(operation, "x", x, "N, C_in, H, W")
    rank(operation, "weight", weight, axes)
    if 0 in weight.shape:
        raise ValueError(
            f"{operation}: weight has shape {weight.shape}; there must be at least one channel, map and tap."
        )
    if x.shape[1] != len(weight):
        raise ValueError(
            f"{operation}: x has {x.shape[1]} channels but weight is made for {len(weight)}; "
            f"x is (N, C_in, H, W) = {x.shape}, weight is ({axes}) = {weight.shape}."
        )
    if len(weight) % groups:
        raise ValueError(f"{operation}: groups is {groups}, which does not divide the {len(weight)} channels of x.")
