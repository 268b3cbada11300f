"""What every function of this room asks of an image."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats


def pixels(operation: str, image: np.ndarray) -> np.ndarray:
    """The image in its float dtype, shape (..., H, W); integers and booleans count as float64.

    Raises
    ------
    ValueError : another dtype, fewer than two axes, no pixel, or colours that stand last
    """
    (x,) = floats(operation, image=image)
    if x.ndim < 2:
        raise ValueError(
            f"{operation}: image has shape {x.shape}; it needs the axes (H, W), or (C, H, W) for one with C channels."
        )
    if 0 in x.shape[-2:]:
        raise ValueError(f"{operation}: image has shape {x.shape}, which leaves no pixel.")
    if x.ndim == 3 and x.shape[2] in (3, 4) and min(x.shape[:2]) >= 16:
        raise ValueError(
            f"{operation}: image has shape {x.shape}, so its colours seem to stand last; "
            "channels come first here, (C, H, W): use image.transpose(2, 0, 1)."
        )
    return x
