"""One convolution with its input: its sizes, its windows, its right answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Convolution:
    """One convolution with its input: everything that does not depend on the cell we look at.

    Parameters
    ----------
    x : float64 array, (C, H, W)
        The input.
    weight : float64 array, (C_out, C, kH, kW)
        The filters.
    bias : float64 array, (C_out,), or None
        One number per filter.
    stride, padding, dilation : pair of int
        For rows and for columns.
    plane : bool
        True if a plain image (H, W) and kernel (kH, kW) were given: figures then say "image" and
        "kernel", and a student's function may take those two.
    """

    x: Floats
    weight: Floats
    bias: Floats | None = None
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    plane: bool = False

    @property
    def span(self) -> Pair:
        """Rows and columns from a window's first to its last tap, both counted."""
        kernel = self.weight.shape[2:]
        return (self.dilation[0] * (kernel[0] - 1) + 1, self.dilation[1] * (kernel[1] - 1) + 1)

    @property
    def out_size(self) -> Pair:
        """H_out and W_out; 0 where the window does not fit into the padded input."""
        room = [n - span for n, span in zip(self.padded.shape[1:], self.span, strict=True)]
        rows, columns = (max(free // step + 1, 0) for free, step in zip(room, self.stride, strict=True))
        return rows, columns

    @property
    def fits(self) -> bool:
        """Whether there is any output at all."""
        return min(self.out_size) > 0

    @cached_property
    def padded(self) -> Floats:
        """The input with its ring of zeros, (C, H + 2*padding, W + 2*padding)."""
        (top, side) = self.padding
        return np.pad(self.x, ((0, 0), (top, top), (side, side)))

    @cached_property
    def out(self) -> Floats:
        """The right answer of the library, (C_out, H_out, W_out)."""
        # Imported late: where a unit asks for this function, its room may be closed to the notebook.
        from course.functional import conv2d_forward

        return conv2d_forward(
            self.x[None], self.weight, self.bias, stride=self.stride, padding=self.padding, dilation=self.dilation
        )[0]

    def taps(self, axis: int, index: int) -> NDArray[np.intp]:
        """Padded rows (axis 0) or columns (axis 1) that the window of one output index reads.

        Parameters
        ----------
        axis : int
            0 for rows, 1 for columns.
        index : int
            Row or column of the output.

        Returns
        -------
        int array, (kH,) or (kW,)
            Indices into `padded`.
        """
        return index * self.stride[axis] + self.dilation[axis] * np.arange(self.weight.shape[2 + axis])

    def unseen(self, axis: int) -> list[int]:
        """Padded rows (axis 0) or columns (axis 1) that no window ever reads.

        Parameters
        ----------
        axis : int
            0 for rows, 1 for columns.

        Returns
        -------
        list of int
            Indices into `padded`, in rising order.
        """
        seen = {int(tap) for index in range(self.out_size[axis]) for tap in self.taps(axis, index)}
        return [n for n in range(self.padded.shape[1 + axis]) if n not in seen]


def make_convolution(
    x: ArrayLike,
    weight: Any,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> Convolution:
    """Take what a user has at hand and make a `Convolution` of copies.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters, or a layer such as ``course.nn.Conv2d``: then its own bias, stride, padding
        and dilation count, and the following arguments are not read.
    bias : array, (C_out,), or None
        One number per filter.
    stride, padding, dilation : int or pair of int
        For both directions, or for rows and columns.

    Returns
    -------
    Convolution
        With float64 copies of all arrays.

    Raises
    ------
    ValueError
        If shapes do not match or a number is out of range.
    """
    if hasattr(weight, "weight"):
        layer = weight
        weight, bias = _data(layer.weight), _data(layer.bias)
        stride, padding, dilation = layer.stride, layer.padding, getattr(layer, "dilation", 1)
    image, filters = np.array(x, dtype=float), np.array(weight, dtype=float)
    plane = image.ndim == 2 and filters.ndim == 2
    volume = image[0] if image.ndim == 4 and len(image) == 1 else image
    volume = volume[None] if volume.ndim == 2 else volume
    filters = filters[None, None] if filters.ndim == 2 else filters
    if volume.ndim != 3 or filters.ndim != 4 or 0 in (*volume.shape, *filters.shape):
        raise ValueError(
            f"convolution: x has shape {image.shape} and weight {np.shape(weight)}; expected "
            "(H, W) and (kH, kW), or (C, H, W) and (C_out, C, kH, kW), with no side of length 0"
        )
    if filters.shape[1] != len(volume):
        raise ValueError(
            f"convolution: x has {len(volume)} channels but weight of shape {filters.shape} expects {filters.shape[1]}"
        )
    offsets = None if bias is None else np.array(bias, dtype=float).reshape(-1)
    if offsets is not None and len(offsets) != len(filters):
        raise ValueError(f"convolution: {len(filters)} filters need as many biases, got {len(offsets)}")
    return Convolution(
        volume,
        filters,
        offsets,
        _pair("stride", stride, 1),
        _pair("padding", padding, 0),
        _pair("dilation", dilation, 1),
        plane,
    )


def _data(parameter: Any) -> Any:
    """The array of a parameter: our own and PyTorch's keep it in ``.data``."""
    return parameter if parameter is None or isinstance(parameter, np.ndarray) else parameter.data


def _pair(name: str, value: int | Pair, least: int) -> Pair:
    pair = np.broadcast_to(value, 2) if np.size(value) in (1, 2) else np.array([])
    if pair.size != 2 or not np.issubdtype(pair.dtype, np.integer) or pair.min() < least:
        raise ValueError(f"convolution: {name} must be an int of at least {least} or a pair of them, got {value!r}")
    return int(pair[0]), int(pair[1])
