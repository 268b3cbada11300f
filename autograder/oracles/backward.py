"""Slow, obvious gradients: the chain rule, one product at a time, and slopes measured one number at a time."""

from typing import Any

import numpy as np

from autograder.exercise import Function
from autograder.oracles import Array, Pair, float_dtype, pair


def conv2d_backward(
    grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0
) -> tuple[Array, Array, Array]:
    """Go once through every product of the forward pass, and hand its share of the gradient to both factors.

    Parameters
    ----------
    grad_out
        Gradient of the loss with respect to the output, (N, C_out, H_out, W_out).
    x, weight
        As they went into the layer, (N, C, H, W) and (C_out, C, kH, kW).
    stride, padding
        An int or a pair (height, width).

    Returns
    -------
    tuple of numpy.ndarray
        grad_x, grad_weight and grad_bias, shaped as x, weight and the bias.
    """
    _, channels, height, width = x.shape
    kh, kw = weight.shape[2:]
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, f, i, j in np.ndindex(grad_out.shape):
        g = float(grad_out[n, f, i, j])
        grad_bias[f] += g
        for c in range(channels):
            for u in range(kh):
                for v in range(kw):
                    row, column = i * sh + u - ph, j * sw + v - pw
                    if 0 <= row < height and 0 <= column < width:
                        grad_x[n, c, row, column] += g * weight[f, c, u, v]
                        grad_weight[f, c, u, v] += g * x[n, c, row, column]
    dtype = float_dtype(x)
    return grad_x.astype(dtype), grad_weight.astype(dtype), grad_bias.astype(dtype)


def conv2d_grad_input(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Return the first of the three gradients, (N, C, H, W)."""
    return conv2d_backward(grad_out, x, weight, stride, padding)[0]


def conv2d_grad_weight(grad_out: Array, x: Array, weight: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Return the second of the three gradients, (C_out, C, kH, kW)."""
    return conv2d_backward(grad_out, x, weight, stride, padding)[1]


def conv2d_grad_bias(grad_out: Array) -> Array:
    """Add up each filter's gradients over images, rows and columns, (C_out,)."""
    total = np.zeros(grad_out.shape[1])
    for n, f, i, j in np.ndindex(grad_out.shape):
        total[f] += grad_out[n, f, i, j]
    return total.astype(float_dtype(grad_out))


def conv2d_grad_input_flipped(grad_out: Array, weight: Array, padding: Pair = 0) -> Array:
    """Return the gradient with respect to an input whose size follows from the output's at stride 1, (N, C, H, W)."""
    (n, _, h_out, w_out), (_, channels, kh, kw), (ph, pw) = grad_out.shape, weight.shape, pair(padding)
    x = np.zeros((n, channels, h_out + kh - 1 - 2 * ph, w_out + kw - 1 - 2 * pw))
    return conv2d_backward(grad_out, x, weight, 1, padding)[0].astype(float_dtype(grad_out))


def numerical_gradient(f: Function, x: Array, grad_out: Any, step: float = 1e-6) -> Array:
    """Measure the slope of sum(grad_out * f(x)) along every number of x by central differences in float64.

    Parameters
    ----------
    f
        A function of one array.
    x
        Where to measure; any shape and dtype.
    grad_out
        Numbers of the shape of f(x).
    step
        How far a number is moved, up and down.

    Returns
    -------
    numpy.ndarray
        float64, shaped as x.
    """
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.astype(np.float64), x.astype(np.float64)
        up[index] += step
        down[index] -= step
        slopes[index] = np.sum(grad_out * (f(up) - f(down))) / (2 * step)
    return slopes
