"""One backward pass: a convolution, the gradient from above, and the slopes that moving one number at a time gives."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course.explore.convolution.numbers import Convolution, Floats, Pair, make_convolution

STEP = 1e-4  # a convolution is linear in x and in the weight: any step is exact up to rounding, so a large one is best
LONGEST, MOST_NUMBERS, MOST_CHANNELS = 28, 1600, 24


@dataclass(frozen=True, eq=False)
class Backward:
    """A convolution and the gradient of a loss with respect to its output.

    Parameters
    ----------
    convolution : Convolution
        The layer and its input.
    grad_out : float64 array, (C_out, H_out, W_out)
        The gradient from above; empty where there is no output.
    """

    convolution: Convolution
    grad_out: Floats

    @property
    def kernel_size(self) -> Pair:
        """kH and kW."""
        kH, kW = self.convolution.weight.shape[2:]
        return kH, kW

    @property
    def own_padding(self) -> Pair:
        """Rows and columns of zeros round the spread-out gradient: kH - 1 - p and kW - 1 - p."""
        down, across = (k - 1 - p for k, p in zip(self.kernel_size, self.convolution.padding, strict=True))
        return down, across

    @property
    def left_over(self) -> Pair:
        """Rows and columns of the padded input that come after the last window."""
        down, across = (
            (n - k) % s
            for n, k, s in zip(
                self.convolution.padded.shape[1:], self.kernel_size, self.convolution.stride, strict=True
            )
        )
        return down, across

    @cached_property
    def spread(self) -> Floats:
        """The gradient with zeros between (stride), round it (padding) and after it (rows left over), (C_out, ., .)."""
        C_out, H_out, W_out = self.grad_out.shape
        sizes = [
            (n - 1) * s + 1 + 2 * p + rest
            for n, s, p, rest in zip(
                (H_out, W_out), self.convolution.stride, self.own_padding, self.left_over, strict=True
            )
        ]
        out = np.zeros((C_out, *sizes))
        (sH, sW), (top, left) = self.convolution.stride, self.own_padding
        out[:, top : top + (H_out - 1) * sH + 1 : sH, left : left + (W_out - 1) * sW + 1 : sW] = self.grad_out
        return out

    def handed_back(self, count: int) -> Floats:
        """What has arrived at the input after the first outputs have handed back their gradients.

        Parameters
        ----------
        count : int
            How many outputs, filter by filter and row by row.

        Returns
        -------
        float64 array, (C, H, W)
            With all of them, the gradient with respect to the input.
        """
        padded = np.zeros_like(self.convolution.padded)
        _, H_out, W_out = self.grad_out.shape
        for n in range(count):
            f, rest = divmod(n, H_out * W_out)
            rows, columns = (self.convolution.taps(axis, i) for axis, i in enumerate(divmod(rest, W_out)))
            g = self.grad_out.flat[n]
            padded[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += g * self.convolution.weight[f]
        (top, left), (_, H, W) = self.convolution.padding, self.convolution.x.shape
        return padded[:, top : top + H, left : left + W]

    def convolved(self, flipped: bool) -> Floats:
        """The spread-out gradient under the kernels, flipped or not, one channel after the other.

        Parameters
        ----------
        flipped : bool
            Whether every kernel is turned by 180 degrees; only then it is the gradient.

        Returns
        -------
        float64 array, (C, H, W)
        """
        weight = self.convolution.weight[:, :, ::-1, ::-1] if flipped else self.convolution.weight
        return _correlate(self.spread[None], weight.swapaxes(0, 1))[0]

    @cached_property
    def grad_weight(self) -> Floats:
        """Every weight's gradients from all windows, added up, (C_out, C, kH, kW)."""
        weight = self.convolution.weight
        total = np.zeros_like(weight)
        for f, i, j in np.ndindex(self.grad_out.shape):
            rows, columns = self.convolution.taps(0, i), self.convolution.taps(1, j)
            total[f] += self.grad_out[f, i, j] * self.convolution.padded[:, rows[:, None], columns]
        return total

    @cached_property
    def slope_x(self) -> Floats:
        """The slope of the loss along every pixel, measured with two forward passes for each, (C, H, W)."""
        x = self.convolution.x
        slopes = np.zeros(x.shape)
        for c in range(len(x)):  # a channel at a time: all its moved images are one batch
            moves = np.zeros((x[c].size, *x.shape))
            moves[:, c].reshape(x[c].size, -1)[np.diag_indices(x[c].size)] = STEP
            up, down = (self._layer(x + sign * moves, self.convolution.weight) for sign in (1, -1))
            slopes[c] = ((up - down) * self.grad_out).sum(axis=(1, 2, 3)).reshape(x[c].shape) / (2 * STEP)
        return slopes

    @cached_property
    def slope_weight(self) -> Floats:
        """The slope of the loss along every weight, measured, (C_out, C, kH, kW)."""
        weight, x = self.convolution.weight, self.convolution.x[None]
        moves = STEP * np.eye(weight[0].size).reshape(-1, *weight.shape[1:])
        slopes = np.zeros(weight.shape)
        for f in range(len(weight)):  # all moved versions of a filter are one bank
            up, down = (self._layer(x, weight[f] + sign * moves)[0] for sign in (1, -1))
            slopes[f] = ((up - down) * self.grad_out[f]).sum(axis=(1, 2)).reshape(weight[f].shape) / (2 * STEP)
        return slopes

    def _layer(self, x: Floats, weight: Floats) -> Floats:
        """The layer itself, for other images or other filters."""
        return _correlate(x, weight, stride=self.convolution.stride, padding=self.convolution.padding)


def make_backward(
    x: ArrayLike, weight: Any, grad_out: ArrayLike | None = None, stride: int | Pair = 1, padding: int | Pair = 0
) -> Backward:
    """Take what a user has at hand and make a `Backward` of copies.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters; a layer such as ``course.nn.Conv2d`` brings stride and padding along.
    grad_out : array, (H_out, W_out) or (C_out, H_out, W_out) or (1, C_out, H_out, W_out), or None
        The gradient from above; None draws small whole numbers.
    stride, padding : int or pair of int
        The layer's; at most a padding of kH - 1 and kW - 1.

    Returns
    -------
    Backward

    Raises
    ------
    ValueError
        If shapes do not match, a number is out of range, or the arrays are too large to look at.
    """
    try:
        convolution = make_convolution(x, weight, None, stride, padding)
    except (TypeError, ValueError) as error:
        if "convolution:" in str(error):
            raise ValueError(str(error).replace("convolution:", "backward figure:")) from None
        raise ValueError("backward figure: x and weight must be arrays of numbers.") from None
    convolution = replace(convolution, bias=None)  # a layer may bring one; no gradient but its own depends on it
    C, H, W = convolution.x.shape
    kernel = convolution.weight.shape[2:]
    if max(H, W) > LONGEST or convolution.x.size > MOST_NUMBERS or max(C, len(convolution.weight)) > MOST_CHANNELS:
        raise ValueError(
            f"backward figure: x has shape {convolution.x.shape}, with {len(convolution.weight)} filters; every slope is measured, "
            f"so give sides of at most {LONGEST}, {MOST_NUMBERS:,} numbers, and {MOST_CHANNELS} channels and filters."
        )
    if convolution.dilation != (1, 1):
        raise ValueError(
            f"backward figure: the layer has dilation {convolution.dilation}; the figure is for dilation 1."
        )
    if any(p > k - 1 for p, k in zip(convolution.padding, kernel, strict=True)):
        raise ValueError(
            f"backward figure: padding {convolution.padding} is more than the kernel of {kernel[0]}x{kernel[1]} reaches; "
            f"give at most ({kernel[0] - 1}, {kernel[1] - 1})."
        )
    if not convolution.fits:
        raise ValueError(
            f"backward figure: a kernel of {kernel[0]}x{kernel[1]} does not fit into the padded input of "
            f"{'x'.join(map(str, convolution.padded.shape[1:]))}; without output there is no gradient."
        )
    size = (len(convolution.weight), *convolution.out_size)
    if grad_out is None:
        return Backward(convolution, np.random.default_rng(6).integers(-2, 4, size).astype(float))
    try:
        given = np.array(grad_out, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("backward figure: grad_out must be an array of numbers.") from None
    if given.shape not in (size, (1, *size)) and (1, *given.shape) != size:
        raise ValueError(f"backward figure: grad_out has shape {given.shape}; the output has shape {size}.")
    return Backward(convolution, given.reshape(size))


def _correlate(x: Floats, weight: Floats, **settings: Any) -> Floats:
    # Imported late: where a unit asks for functions of this room, it may be closed to the notebook.
    from course.functional import conv2d_forward

    return conv2d_forward(x, weight, **settings)
