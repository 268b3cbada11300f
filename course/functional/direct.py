"""Convolution without a matrix of columns: sixteen images side by side, or one at a time; the loops are `course.kernels.direct`."""

from __future__ import annotations

import numpy as np

from course.functional.padding import pad, unpad
from course.functional.window import Window
from course.kernels import direct, lanes, threads
from course.kernels.tile import LANES, SIX

FEW = 2  # filters to a group: so few would leave most of a tile for six filters idle


def direct_forward(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """Images (N, C, H, W), filters (C_out, C/groups, kH, kW) -> maps (N, C_out, H_out, W_out)."""
    C_out, weight = len(weight), np.ascontiguousarray(weight)
    out = np.empty((len(x), C_out, *window.positions), x.dtype)
    loop = direct.correlate_few if C_out <= FEW * groups else direct.correlate
    lie = _layout(len(x), window)

    def piece(images: slice) -> None:
        maps = np.empty((direct.slots(C_out, groups) * lie.rows * lie.columns + SIX) * LANES, x.dtype)
        loop(lie.pixels(x[images]), lie.steps, groups, weight, bias, _scratch(weight), maps, lie.rows, lie.columns)
        lie.read(maps, out[images])

    threads.run(piece, threads.slices(len(x), lie.images))
    return out


def direct_grad_x(grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int) -> np.ndarray:
    """The gradient (N, C, H, W): every number of grad_out goes back to its window through the filter that looked at it."""
    if _turns(len(grad_out), weight, window):
        return _by_turned_filters(grad_out, weight, window, groups)
    back, lie = _Back(grad_out, weight, window, groups), _SideBySide(window)
    threads.run(lambda images: back.put(lie.gradient(grad_out[images]), images), threads.slices(len(grad_out), LANES))
    return back.grad_x


def _turns(N: int, weight: np.ndarray, window: Window) -> bool:
    """Whether the gradient is made by turned filters: where images are taken one by one, or a tile would be mostly idle."""
    return window.stride == (1, 1) and (N < LANES or weight.shape[1] <= FEW)


class _Back:
    """The gradient of the images, sixteen at a time."""

    def __init__(self, grad_out: np.ndarray, weight: np.ndarray, window: Window, groups: int) -> None:
        (top, bottom, left, right), (H, W) = window.border, window.size
        self._size, origin = (H, W), (top, left)
        if window.mode != "zeros":  # a pixel of the border has a gradient too, which goes to where it was copied from
            self._size, origin = (top + H + bottom, left + W + right), (0, 0)
        self._window, self._weight, self._groups = window, np.ascontiguousarray(weight), groups
        self._channels = weight.shape[1] * groups
        self._geometry = (
            self._size,
            origin,
            window.stride,
            window.dilation,
            direct.jumps(window.stride, window.dilation),
        )
        self._padded = np.empty((len(grad_out), self._channels, *self._size), grad_out.dtype)

    def put(self, maps: np.ndarray, images: slice) -> None:
        """`maps` are the gradients of the output, side by side, of these images."""
        planes = direct.slots(self._channels, self._groups)
        pixels = np.empty(planes * self._size[0] * self._size[1] * LANES, maps.dtype)
        scratch = _scratch(self._weight, len(self._weight) // self._groups)
        direct.transposed(maps, self._window.positions, self._groups, self._weight, scratch, pixels, *self._geometry)
        lanes.apart(pixels, self._padded[images])

    @property
    def grad_x(self) -> np.ndarray:
        window = self._window
        if window.mode == "zeros":
            return self._padded
        return np.ascontiguousarray(unpad(self._padded, window.border, window.mode))


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


def direct_grad_weight(
    grad_out: np.ndarray, x: np.ndarray, weight_shape: tuple[int, ...], window: Window, groups: int
) -> np.ndarray:
    """The gradient (C_out, C/groups, kH, kW), summed over images."""
    return _grad_weight(grad_out, x, weight_shape, window, groups, None)


def direct_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, window: Window, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """`direct_grad_x` and `direct_grad_weight`, from gradients that are laid side by side once."""
    if _turns(len(x), weight, window):
        return direct_grad_x(grad_out, weight, window, groups), direct_grad_weight(
            grad_out, x, weight.shape, window, groups
        )
    back = _Back(grad_out, weight, window, groups)
    grad_weight = _grad_weight(grad_out, x, weight.shape, window, groups, back)
    return back.grad_x, grad_weight


def _grad_weight(
    grad_out: np.ndarray,
    x: np.ndarray,
    weight_shape: tuple[int, ...],
    window: Window,
    groups: int,
    back: _Back | None,
) -> np.ndarray:
    lie = _layout(len(x), window)
    pieces = threads.slices(len(x), lie.images)
    # a few sums over fixed shares of the pieces, added in order at the end: the same bits on any number of threads
    parts = np.zeros((min(len(pieces), 8), *weight_shape), x.dtype)

    def share(i: int) -> None:
        for images in pieces[i :: len(parts)]:
            maps = lie.gradient(grad_out[images])
            if back:
                back.put(maps, images)
            pixels, taps, sums = lie.pixels(x[images]), np.empty(SIX, np.int64), np.empty(SIX, x.dtype)
            direct.weight_gradient(pixels, lie.steps, groups, maps, taps, sums, parts[i], lie.rows, lie.columns)

    threads.run(share, range(len(parts)))
    return parts.sum(axis=0)


def _scratch(weight: np.ndarray, channels: int | None = None) -> np.ndarray:
    """Room for the weights of six filters that see so many channels, those of `weight` unless said, and for their biases."""
    _, C, kH, kW = weight.shape
    return np.empty(SIX + (channels or C) * kH * kW * SIX, weight.dtype)


class _SideBySide:
    """Sixteen images (C, Hp, Wp, 16) with their borders, fewer beside zeros; a position of the window is a place of the output."""

    images = LANES

    def __init__(self, window: Window) -> None:
        (top, bottom, left, right), (H, W) = window.border, window.size
        self._window, self._Hp, self._Wp = window, top + H + bottom, left + W + right
        self.rows, self.columns = window.positions
        (sH, sW), (dH, dW), row = window.stride, window.dilation, self._Wp * LANES
        self.steps = self._Hp * row, dH * row, dW * LANES, sH * row, sW * LANES

    def pixels(self, x: np.ndarray) -> np.ndarray:
        (top, _, left, _), zeros = self._window.border, self._window.mode == "zeros"
        if not zeros:
            x, top, left = pad(x, self._window.border, self._window.mode), 0, 0
        # a loop that makes six positions at a time reads up to five positions more
        size = x.shape[1] * self.steps[0] + SIX * self.steps[4]
        pixels = (np.zeros if any(self._window.border) or len(x) < LANES else np.empty)(size, x.dtype)
        lanes.side_by_side(x, pixels, self._Hp, self._Wp, top, left)
        return pixels

    def gradient(self, grad_out: np.ndarray) -> np.ndarray:
        n, C_out, H, W = grad_out.shape
        maps = (np.zeros if n < LANES else np.empty)(C_out * H * W * LANES, grad_out.dtype)
        lanes.side_by_side(grad_out, maps, H, W, 0, 0)
        return maps

    def read(self, maps: np.ndarray, out: np.ndarray) -> None:
        lanes.apart(maps, out)


class _OneByOne:
    """One image as it is, at stride 1: each plane is one long row, and a position is sixteen neighbours in it.

    The last positions of a row reach over its end; what they see is not kept.
    """

    images = 1

    def __init__(self, window: Window) -> None:
        (top, bottom, left, right), (H, W), (dH, dW) = window.border, window.size, window.dilation
        self._window, self._Wp = window, left + W + right
        self.rows, self.columns = 1, -(-window.positions[0] * self._Wp // LANES)
        self.steps = (top + H + bottom) * self._Wp, dH * self._Wp, dW, 0, LANES

    def pixels(self, x: np.ndarray) -> np.ndarray:
        padded = pad(x, self._window.border, self._window.mode).ravel()
        reach = SIX * LANES + (self._window.kernel[1] - 1) * self.steps[2]
        return np.concatenate([padded, np.zeros(reach, x.dtype)])

    def gradient(self, grad_out: np.ndarray) -> np.ndarray:
        (_, C_out, H, W), size = grad_out.shape, self.columns * LANES
        planes = np.zeros((C_out, size), grad_out.dtype)
        planes[:, : H * self._Wp].reshape(C_out, H, self._Wp)[..., :W] = grad_out[0]
        return planes.ravel()

    def read(self, maps: np.ndarray, out: np.ndarray) -> None:
        (_, C_out, H, W), size = out.shape, self.columns * LANES
        planes = maps[: C_out * size].reshape(C_out, size)[:, : H * self._Wp]
        out[0] = planes.reshape(C_out, H, self._Wp)[..., :W]


def _layout(N: int, window: Window) -> _SideBySide | _OneByOne:
    return _OneByOne(window) if N < LANES and window.stride == (1, 1) else _SideBySide(window)
