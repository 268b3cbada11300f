"""Convolution without a matrix of columns: sixteen images side by side, or one at a time; the loops are `course.kernels.direct`."""

from __future__ import annotations

import numpy as np

from course.functional.padding import pad, unpad
from course.functional.window import Window
from course.kernels import direct, threads
from course.kernels.direct_loops import Layout, transpose
from course.kernels.tile import LANES

FEW = 2  # filters to a group: so few would leave most of a tile for six filters idle


def direct_forward(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """Images (N, C, H, W), filters (C_out, C/groups, kH, kW) -> maps (N, C_out, H_out, W_out)."""
    C_out, weight = len(weight), np.ascontiguousarray(weight)
    out = np.empty((len(x), C_out, *window.positions), x.dtype)
    x, lie = _lie(x, window)
    few = C_out <= FEW * groups

    def piece(images: slice) -> None:
        direct.forward(x[images], lie, groups, few, weight, bias, out[images])

    batches = -(-len(x) // lie.lanes)
    threads.run(piece, [slice(s.start * lie.lanes, s.stop * lie.lanes) for s in threads.spans(batches)])
    return out


def direct_grad_x(grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """The gradient (N, C, H, W): every number of grad_out goes back to its window through the filter that looked at it."""
    if _turns(len(grad_out), weight, window):
        return _by_turned_filters(grad_out, weight, window, groups)
    return _Back(grad_out, None, weight, window, groups, pixels=True).run()[0]


def direct_grad_weight(
    grad_out: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], window: Window, groups: int
) -> np.ndarray:
    """The gradient (C_out, C/groups, kH, kW), summed over images."""
    return _Back(grad_out, x, np.empty(weight_shape, x.dtype), window, groups, pixels=False).run()[1]


def direct_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, window: Window, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """`direct_grad_x` and `direct_grad_weight`, from gradients that are laid side by side once."""
    if _turns(len(x), weight, window):
        return (
            direct_grad_x(grad_out, weight, window, groups),
            direct_grad_weight(grad_out, x, weight.shape, window, groups),
        )
    return _Back(grad_out, x, weight, window, groups, pixels=True).run()


def _turns(N: int, weight: np.ndarray, window: Window) -> bool:
    """Whether the gradient is made by turned filters: where images are taken one by one, or a tile would be mostly idle."""
    return window.stride == (1, 1) and (N < LANES or weight.shape[1] <= FEW)


def _by_turned_filters(grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """At stride 1: grad_out, in a border as wide as the filters reach, convolved with the filters turned by half a circle."""
    (C_out, C, kH, kW), (top, bottom, left, right) = weight.shape, window.border
    by_group = weight[:, :, ::-1, ::-1].reshape(groups, C_out // groups, C, kH, kW).swapaxes(1, 2)
    filters = np.ascontiguousarray(by_group).reshape(groups * C, C_out // groups, kH, kW)
    down, across = ((k - 1) * d for k, d in zip(window.kernel, window.dilation, strict=True))
    border, padded_size = (down, down, across, across), (window.size[0] + top + bottom, window.size[1] + left + right)
    full = Window(window.positions, window.kernel, (1, 1), window.dilation, border, "zeros", padded_size)
    padded = direct_forward(grad_out, filters, np.zeros(groups * C, weight.dtype), full, groups)
    return np.ascontiguousarray(unpad(padded, window.border, window.mode))


class _Back:
    """The way back over all images: gradients of the filters where there is an `x`, and of the pixels where these are asked for."""

    def __init__(
        self,
        grad_out: np.ndarray,
        x: np.ndarray | None,
        weight: np.ndarray,
        window: Window,
        groups: int,
        pixels: bool,
    ) -> None:
        N, (top, bottom, left, right), (H, W) = len(grad_out), window.border, window.size
        size, origin = (H, W), (top, left)
        if window.mode != "zeros":  # a pixel of the border has a gradient too, which goes to where it was copied from
            size, origin = (top + H + bottom, left + W + right), (0, 0)
        self._grad_out, self._weight, self._window, self._groups = (
            grad_out,
            np.ascontiguousarray(weight),
            window,
            groups,
        )
        self._way = transpose(window.positions, size, origin, window.stride, window.dilation)
        self._x, self._lie = _lie(np.empty((N, 0, H, W), grad_out.dtype) if x is None else x, window)
        self._grad_x = np.empty((N if pixels else 0, weight.shape[1] * groups, *size), grad_out.dtype)
        batches = -(-N // self._lie.lanes)
        # a few sums over fixed shares of the batches, added in order at the end: the same bits on any number of threads
        self._shares = batches if x is None else min(batches, 8)
        self._parts = np.zeros((0 if x is None else self._shares, *weight.shape), grad_out.dtype)

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        threads.run(self._some, threads.spans(self._shares))
        grad_x, window = self._grad_x, self._window
        if window.mode != "zeros":
            grad_x = np.ascontiguousarray(unpad(grad_x, window.border, window.mode))
        return grad_x, self._parts.sum(axis=0)

    def _some(self, shares: slice) -> None:
        what = self._grad_out, self._x, self._lie, self._way, self._groups, self._weight
        direct.backward(*what, self._grad_x, self._parts, shares.start, shares.stop, self._shares)


def _lie(x: np.ndarray, window: Window) -> tuple[np.ndarray, Layout]:
    """How images (N, C, H, W) are laid out; with their border where that is not made of zeros.

    Sixteen side by side, each with its border. Fewer, at stride 1, are taken one by one: then each plane is one long row, and a
    position is sixteen neighbours in it; the last positions of a row reach over its end, and what they see is not kept.
    """
    (top, bottom, left, right), (H, W) = window.border, window.size
    (H_out, W_out), (sH, sW), (dH, dW) = window.positions, window.stride, window.dilation
    Hp, Wp = top + H + bottom, left + W + right
    if window.mode != "zeros":
        x, top, left = pad(x, window.border, window.mode), 0, 0
    if len(x) < LANES and window.stride == (1, 1):
        columns = -(-H_out * Wp // LANES)
        return x, Layout(1, Wp, top * Wp + left, Hp * Wp, dH * Wp, dW, 0, LANES, 1, columns, Wp)
    row, taps = Wp * LANES, (Hp * Wp * LANES, dH * Wp * LANES, dW * LANES)
    return x, Layout(LANES, row, top * row + left * LANES, *taps, sH * row, sW * LANES, H_out, W_out, W_out * LANES)
