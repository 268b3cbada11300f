"""Receptive fields measured: which pixels a number does depend on, and how much."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.insight._passes import find, gradient_at
from course.nn import Module


class MeasuredField(NamedTuple):
    """Which pixels of the image matter to one pixel of a map.

    Attributes
    ----------
    weights : (H, W), the mean absolute gradient at each pixel of the image; 0 where it cannot matter
    size : (rows, columns) of the smallest box that holds all pixels that matter; (0, 0) if none does
    first : its first row and column
    """

    weights: np.ndarray
    size: tuple[int, int]
    first: tuple[int, int]


def measured_receptive_field(
    model: Module,
    input_shape: tuple[int, int, int],
    layer: str = "",
    position: tuple[int, int] | None = None,
    samples: int = 16,
    seed: int = 0,
) -> MeasuredField:
    """Send a gradient from one pixel of a map back to random images, and see where it arrives.

    This works for networks of any form, and shows more than the size: weights are largest in the middle, because more paths lead
    there, so the field that counts (the effective one) is smaller than the possible one. A ReLU that is off and a place that
    loses in a max pooling let nothing through; several images together show nearly all that can matter.

    Parameters
    ----------
    model : any network, used in evaluation mode with the weights it has
    input_shape : (C, H, W) of one image
    layer : the dotted name of the layer to start from; the whole network unless given
    position : row and column in the layer's map; its middle unless given; a vector is taken as a whole
    samples : images, of random numbers
    seed : of the images, and of how the channels are weighted

    Returns
    -------
    MeasuredField : weights (H, W), size, first

    Raises
    ------
    ValueError : no such layer, no such position, or an image that does not fit

    References
    ----------
    W. Luo, Y. Li, R. Urtasun, R. Zemel, *Understanding the effective receptive field in deep convolutional neural networks*,
    NeurIPS 2016.

    Examples
    --------
    >>> from course.nn import Conv2d, Sequential
    >>> field = measured_receptive_field(Sequential(Conv2d(1, 4, 3), Conv2d(4, 1, 3, dilation=2)), (1, 12, 12), position=(1, 0))
    >>> field.size, field.first
    ((7, 7), (1, 0))
    """
    rng = np.random.default_rng(seed)

    def one_pixel(out: np.ndarray) -> np.ndarray:
        if out.ndim != 4:
            return rng.normal(size=out.shape)
        row, column = position or (out.shape[2] // 2, out.shape[3] // 2)
        if not (0 <= row < out.shape[2] and 0 <= column < out.shape[3]):
            raise ValueError(
                f"measured_receptive_field: position is {(row, column)}, but the map has {out.shape[2]}x{out.shape[3]} pixels."
            )
        gradient = np.zeros(out.shape)
        gradient[:, :, row, column] = rng.normal(size=out.shape[:2])
        return gradient

    target = find("measured_receptive_field", model, layer)
    _, grad_x = gradient_at(model, rng.normal(size=(samples, *input_shape)), target, one_pixel)
    weights = abs(grad_x).mean(axis=(0, 1))  # (N, C, H, W) -> (H, W)
    rows, columns = (np.flatnonzero(weights.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return MeasuredField(weights, (0, 0), (0, 0))
    size = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    return MeasuredField(weights, size, (int(rows[0]), int(columns[0])))
