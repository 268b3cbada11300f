"""Turn what a user calls a picture or a kernel into arrays that can be shown."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGEST = 128  # longer side of a picture in the figure: two of them fit into one message to the browser
LARGEST_KERNEL = 7


def to_picture(image: Any, name: str) -> tuple[Floats, str]:
    """Turn what a user calls a picture into grey values of at most 128 pixels a side.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W)
        Any numbers.
    name : str
        Who asks, for messages.

    Returns
    -------
    float64 array, (H, W), and str
        A copy, and a sentence if the picture was reduced.
    """
    try:
        pixels = np.array(image, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: a picture is an array of numbers, got {type(image).__name__}.") from None
    whole = np.array_equal(pixels, np.rint(pixels))  # grey values stay whole numbers
    if pixels.ndim == 3 and pixels.shape[0] in (1, 3):
        pixels = _rounded(pixels.mean(axis=0), whole)
    if pixels.ndim != 2 or pixels.size == 0 or not np.isfinite(pixels).all():
        state = "it holds nan or inf" if pixels.ndim == 2 and pixels.size else f"its shape is {pixels.shape}"
        raise ValueError(f"{name}: a picture has shape (H, W) or (3, H, W) and finite numbers; {state}.")
    (H, W), by = pixels.shape, -(-max(pixels.shape) // LARGEST)
    if by == 1:
        return pixels, ""
    if min(H, W) < by:
        raise ValueError(f"{name}: a picture of {H}×{W} pixels is too narrow to be shown.")
    h, w = H // by, W // by
    small = pixels[: h * by, : w * by].reshape(h, by, w, by).mean(axis=(1, 3))
    return _rounded(small, whole), f"{H}×{W} pixels, shown as {h}×{w}: each is the mean of {by}×{by}."


def to_kernel(kernel: Any, name: str) -> Floats:
    """Check a kernel: two axes, at most 7x7, finite numbers.

    Parameters
    ----------
    kernel : array, (kH, kW)
        Any numbers.
    name : str
        Who asks, for messages.

    Returns
    -------
    float64 array, (kH, kW)
        A copy.
    """
    try:
        numbers = np.array(kernel, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: a kernel is a rectangle of numbers, got {kernel!r}.") from None
    if numbers.ndim != 2 or numbers.size == 0 or max(numbers.shape) > LARGEST_KERNEL:
        raise ValueError(f"{name}: a kernel has shape (kH, kW), at most 7×7; got shape {numbers.shape}.")
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name}: the kernel holds nan or inf.")
    return numbers


def _rounded(pixels: Floats, whole: bool) -> Floats:
    return np.rint(pixels) if whole else pixels
