"""Histogram equalisation: use all grey levels equally often."""

from __future__ import annotations

import numpy as np

from course.vision._image import pixels


def equalize(image: np.ndarray) -> np.ndarray:
    """Replace each brightness by the share of pixels that are as dark or darker, so that every range of grey is used equally.

    The order of the brightnesses stays, their distances change. All channels of a colour image share one histogram, so equal
    numbers stay equal and grey stays grey. There are no bins: each brightness that occurs counts by itself, as scikit-image's
    ``exposure.equalize_hist`` does for images of integers.

    Parameters
    ----------
    image : (H, W) or (C, H, W)

    Returns
    -------
    the same shape, in (0, 1]; the brightest pixel becomes 1

    Raises
    ------
    ValueError : wrong rank or dtype, or NaN, which is neither darker nor brighter than anything

    References
    ----------
    R. C. Gonzalez, R. E. Woods, *Digital Image Processing*, the chapter on intensity transformations.

    Examples
    --------
    >>> equalize(np.array([[100, 100], [101, 255]]))  # half of the pixels are at most 100
    array([[0.5 , 0.5 ],
           [0.75, 1.  ]])
    """
    x = pixels("equalize", image)
    if np.isnan(x).any():
        raise ValueError(
            f"equalize: image has {np.isnan(x).sum()} pixels that are NaN; use np.nan_to_num(image) first."
        )
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    share = np.cumsum(counts) / x.size
    return share.astype(x.dtype)[place].reshape(x.shape)
