"""Convolution over images, forward and backward: first as plain loops, then as a matrix product."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.functional import algorithm as algorithms
from course.functional._arguments import Pair, floats, rank, same_shape, whole
from course.functional.padding import Padding
from course.functional.window import Window, place_window


def conv2d_forward_plain(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> np.ndarray:
    """`conv2d_forward` as the formula says it: one window, one filter, one number at a time."""
    x, weight, b = conv_arguments("conv2d", x, weight, bias, groups)
    window = place_window("conv2d", x.shape[2:], weight.shape[2:], stride, padding, dilation, padding_mode)
    (H_out, W_out), (sH, sW), (dH, dW), (kH, kW) = window.positions, window.stride, window.dilation, window.kernel
    N, (C_out, C, _, _) = len(x), weight.shape
    padded = _padded(x, window)
    out = np.empty((N, C_out, H_out, W_out), x.dtype)
    for n in range(N):
        for c in range(C_out):
            first = c // (C_out // groups) * C  # of the C channels that the group of filter c sees
            for h in range(H_out):
                for w in range(W_out):
                    rows, columns = slice(h * sH, h * sH + dH * kH, dH), slice(w * sW, w * sW + dW * kW, dW)
                    out[n, c, h, w] = (padded[n, first : first + C, rows, columns] * weight[c]).sum() + b[c]
    return out


def conv2d_forward(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    algorithm: str = "auto",
) -> np.ndarray:
    """Cross-correlate a batch of images with a bank of filters, as a CNN layer does: the kernels are not flipped.

    ``out[n, c, h, w] = bias[c] + sum over k, i, j of x[n, k, h*sH - top + i*dH, w*sW - left + j*dW] * weight[c, k, i, j]``,
    where x is 0 outside the image, or what `padding_mode` says. A NaN in `x` comes out of every window that sees it.

    Parameters
    ----------
    x : (N, C, H, W) images
    weight : (C_out, C/groups, kH, kW) filters
    bias : (C_out,), or None
    stride, dilation : int or pair (h, w), in pixels
    padding : int, pair (h, w) or four (top, bottom, left, right), in pixels; "valid" for none; or "same", which keeps the size
        (stride 1 only; where the border cannot be halved, the odd pixel goes to the bottom and the right)
    groups : the channels and the filters are cut into so many groups, and a filter sees the channels of its own group only;
        ``groups=C`` is a depthwise convolution
    padding_mode : "zeros", "replicate" or "reflect", as in `pad2d`
    algorithm : "direct", "im2col" or "winograd", or "auto", which picks from the shapes; see `course.functional.algorithm`. Results
        agree to about 1e-5 of the largest in float32; under "winograd" a NaN also fills the rest of its 4x4 tile

    Returns
    -------
    (N, C_out, H_out, W_out) in the dtype of the arguments, with H_out = floor((H + top + bottom - dH*(kH - 1) - 1) / sH) + 1

    Raises
    ------
    ValueError : wrong rank or dtype, channels that do not agree, groups that do not divide them, or a kernel that does not fit

    References
    ----------
    K. Chellapilla, S. Puri, P. Simard, *High performance convolutional neural networks for document processing* (2006).

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> conv2d_forward(x, np.ones((1, 1, 3, 3)))[0, 0]
    array([[45., 54.],
           [81., 90.]])
    """
    x, weight, b = conv_arguments("conv2d", x, weight, bias, groups)
    window = place_window("conv2d", x.shape[2:], weight.shape[2:], stride, padding, dilation, padding_mode)
    return algorithms.forward(x, weight, b, window, groups, algorithm)


def conv2d_backward_plain(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`conv2d_backward` as the chain rule says it: each output hands its gradient to the window and the filter that made it."""
    geometry = stride, padding, dilation, padding_mode
    grad_out, x, weight, window = _way_back(grad_out, x, weight, groups, geometry)
    (sH, sW), (dH, dW), (kH, kW) = window.stride, window.dilation, window.kernel
    C_out, C, _, _ = weight.shape
    padded = _padded(x, window)
    grad_padded, grad_weight, grad_bias = np.zeros_like(padded), np.zeros_like(weight), np.zeros(C_out, x.dtype)
    for n, c, h, w in np.ndindex(grad_out.shape):
        g = grad_out[n, c, h, w]
        first = c // (C_out // groups) * C
        place = n, slice(first, first + C), slice(h * sH, h * sH + dH * kH, dH), slice(w * sW, w * sW + dW * kW, dW)
        grad_padded[place] += g * weight[c]
        grad_weight[c] += g * padded[place]
        grad_bias[c] += g
    # a pixel of the border hands its gradient on to the pixel that it was copied from; a zero was copied from nowhere
    grad_x, source = np.zeros_like(x), _padded(np.arange(1, x.shape[2] * x.shape[3] + 1).reshape(x.shape[2:]), window)
    for i, j in zip(*source.nonzero(), strict=True):
        row, column = divmod(source[i, j] - 1, x.shape[3])
        grad_x[:, :, row, column] += grad_padded[:, :, i, j]
    return grad_x, grad_weight, grad_bias


def conv2d_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    algorithm: str = "auto",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `conv2d_forward`.

    Parameters
    ----------
    grad_out : (N, C_out, H_out, W_out), the gradient of the loss with respect to the output
    x, weight, stride, padding, dilation, groups, padding_mode, algorithm : as they went in

    Returns
    -------
    grad_x (N, C, H, W), grad_weight (C_out, C/groups, kH, kW), grad_bias (C_out,)

    Raises
    ------
    ValueError : as `conv2d_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> grad_x, grad_weight, grad_bias = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> grad_x[0, 0]
    array([[ 1.,  3.,  2.],
           [ 4., 10.,  6.],
           [ 3.,  7.,  4.]])
    >>> grad_weight[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    geometry = stride, padding, dilation, padding_mode
    grad_out, x, weight, window = _way_back(grad_out, x, weight, groups, geometry)
    grad_x, grad_weight = algorithms.backward(grad_out, x, weight, window, groups, algorithm)
    return grad_x, grad_weight, _grad_bias(grad_out)


def conv2d_backward_parameters(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> tuple[np.ndarray, np.ndarray]:
    """`conv2d_backward` without the gradient of the images, which a network's first layer hands to nobody."""
    geometry = stride, padding, dilation, padding_mode
    grad_out, x, weight, window = _way_back(grad_out, x, weight, groups, geometry)
    return algorithms.grad_weight(grad_out, x, weight, window, groups, "auto"), _grad_bias(grad_out)


def _way_back(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, groups: int, geometry: tuple[Pair, Padding, Pair, str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Window]:
    """The checked arguments of `conv2d_backward`, and where the window stood."""
    grad_out, x, weight = gradient_arguments("conv2d_backward", grad_out, x, weight, groups)
    window = place_window("conv2d_backward", x.shape[2:], weight.shape[2:], *geometry)
    same_shape("conv2d_backward", "grad_out", grad_out, (len(x), len(weight), *window.positions), "the output")
    return grad_out, x, weight, window


def _grad_bias(grad_out: np.ndarray) -> np.ndarray:
    """The sums (C_out,) over images and positions, as a product with ones: a third of the time of NumPy's sum over three axes."""
    N, C_out, H, W = grad_out.shape
    return (grad_out.reshape(N * C_out, H * W) @ np.ones(H * W, grad_out.dtype)).reshape(N, C_out).sum(axis=0)


def _padded(x: np.ndarray, window: Window) -> np.ndarray:
    """NumPy's own padding, so that the plain versions do not lean on the library's."""
    top, bottom, left, right = window.border
    modes: dict[str, Any] = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(top, bottom), (left, right)], modes[window.mode])


def conv_arguments(
    operation: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, groups: int, axes: str = "H, W"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The checked arguments of a convolution over `axes`, a missing bias as zeros."""
    if bias is None:
        x, weight = floats(operation, x=x, weight=weight)
        bias = np.zeros(weight.shape[:1], x.dtype)
    else:
        x, weight, bias = floats(operation, x=x, weight=weight, bias=bias)
    _check_channels(operation, x, weight, groups, axes)
    if bias.shape != weight.shape[:1]:
        raise ValueError(
            f"{operation}: bias has shape {bias.shape}, but weight has {len(weight)} filters; it needs shape ({len(weight)},)."
        )
    return x, weight, bias


def gradient_arguments(
    operation: str, grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, groups: int, axes: str = "H, W"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The checked arguments of a convolution's backward pass over `axes`; the shape of `grad_out` is still to be compared."""
    grad_out, x, weight = floats(operation, grad_out=grad_out, x=x, weight=weight)
    _check_channels(operation, x, weight, groups, axes)
    return grad_out, x, weight


def _check_channels(operation: str, x: np.ndarray, weight: np.ndarray, groups: int, axes: str) -> None:
    groups = whole(f"{operation}: groups", groups, least=1)
    ranks_agree = x.ndim == weight.ndim == axes.count(",") + 3
    if ranks_agree and x.shape[1] == weight.shape[1] * groups and 0 not in weight.shape and not len(weight) % groups:
        return  # all is well, and no sentence has to be made
    x_axes = f"N, C, {axes}"
    weight_axes = ", ".join(["C_out", "C" if groups == 1 else "C/groups", *(f"k{a}" for a in axes.split(", "))])
    rank(operation, "x", x, x_axes)
    rank(operation, "weight", weight, weight_axes)
    if 0 in weight.shape:
        raise ValueError(
            f"{operation}: weight has shape {weight.shape}; there must be at least one filter, channel and tap."
        )
    if len(weight) % groups:
        raise ValueError(f"{operation}: groups is {groups}, which does not divide the {len(weight)} filters of weight.")
    made_for = f"{weight.shape[1]}" if groups == 1 else f"{groups} groups of {weight.shape[1]}"
    raise ValueError(
        f"{operation}: x has {x.shape[1]} channels but weight is made for {made_for}; "
        f"x is ({x_axes}) = {x.shape}, weight is ({weight_axes}) = {weight.shape}."
    )
