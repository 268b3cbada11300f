"""Convolutions whose filters see few channels, a plane at a time: the loops of `course.kernels.direct`, over the batch."""

from __future__ import annotations

import numpy as np

from course.functional.padding import pad, unpad
from course.functional.window import Window
from course.kernels import direct, threads

PIECE = 8  # images a thread takes at a time


def direct_forward(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, window: Window) -> np.ndarray:
    """Images (N, C, H, W), filters (C_out, C/groups, kH, kW) -> maps (N, C_out, H_out, W_out), at stride and dilation 1."""
    loop = direct.correlate(weight.shape[3])
    out = np.empty((len(x), len(weight), *window.positions), x.dtype)

    def piece(images: slice) -> None:
        padded = pad(x[images], window.border, window.mode)  # (n, C, Hp, Wp)
        planes = np.empty((2, window.positions[0], padded.shape[3]), x.dtype)
        loop(padded.reshape(*padded.shape[:2], -1), weight, bias, planes, out[images])

    threads.run(piece, threads.slices(len(x), PIECE))
    return out


def direct_grad_x(grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """The gradient (N, C, H, W): grad_out, in a border of kernel - 1, convolved with the filters turned by half a circle."""
    (C_out, C, kH, kW), (top, bottom, left, right) = weight.shape, window.border
    turned = weight[:, :, ::-1, ::-1].reshape(groups, C_out // groups, C, kH, kW).swapaxes(1, 2)
    filters = np.ascontiguousarray(turned).reshape(groups * C, C_out // groups, kH, kW)
    H, W = window.size
    padded_size = H + top + bottom, W + left + right
    full = Window(
        grad_out.shape[2:], window.kernel, (1, 1), (1, 1), (kH - 1, kH - 1, kW - 1, kW - 1), "zeros", padded_size
    )
    padded = direct_forward(grad_out, filters, np.zeros(groups * C, weight.dtype), full)
    return np.ascontiguousarray(unpad(padded, window.border, window.mode))


def direct_grad_weight(
    grad_out: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], window: Window
) -> np.ndarray:
    """The gradient (C_out, C/groups, kH, kW), summed over images."""
    pieces = threads.slices(len(x), PIECE)
    parts = np.zeros((min(len(pieces), 8), *weight_shape), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i :: len(parts)]:
            padded = pad(x[images], window.border, window.mode)
            plane = np.zeros((window.positions[0], padded.shape[3]), x.dtype)
            direct.weight_gradient(padded.reshape(*padded.shape[:2], -1), grad_out[images], plane, parts[i])

    threads.run(share, range(len(parts)))
    return parts.sum(axis=0)
