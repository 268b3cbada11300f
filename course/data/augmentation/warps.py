"""Rotation and scaling: pixels come to lie between pixels, and levels are interpolated."""

from __future__ import annotations

import numpy as np

from course.data.augmentation.batch import B, as_dtype, changed, check_fill, images_of, number


def random_rotation(batch: B, rng: np.random.Generator, degrees: float = 10, fill: float = 0) -> B:
    """Turn each image about its middle by an angle of its own, either way.

    Levels are interpolated bilinearly; a pixel of a label map takes the label nearest to where it comes from.

    Labels: 10 or 15 degrees are safe for nearly everything. Far more is not for digits and letters: by 180 degrees a 6 is a 9,
    an M a W, a u an n; a 7 at 45 degrees may be a 1. Any angle where up has no meaning (cells, galaxies, satellite pictures).

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    degrees : the largest angle; all angles from -degrees (clockwise) to degrees (anticlockwise) are equally likely
    fill : level of what comes in at the corners; in label maps it is 0

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : degrees negative or no number; a fill that bytes cannot hold

    Examples
    --------
    >>> images = np.full((3, 1, 5, 5), 7, np.uint8)
    >>> turned = random_rotation(images, np.random.default_rng(0), degrees=40)
    >>> turned[:, 0, 2, 2], turned[0, 0, 0, 0] < 7
    (array([7, 7, 7], dtype=uint8), np.True_)
    """
    images = images_of("random_rotation", batch, rng)
    degrees = number("random_rotation: degrees", degrees, 0)
    angles = np.deg2rad(rng.uniform(-degrees, degrees, len(images)))
    cos, sin = np.cos(angles), np.sin(angles)
    # rows count downwards, so what turns anticlockwise for the eye has its plus sign here; (N, 2, 2)
    sources = np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1)
    return _warp("random_rotation", batch, images, sources, fill)


def random_scale(batch: B, rng: np.random.Generator, factors: tuple[float, float] = (0.9, 1.1), fill: float = 0) -> B:
    """Enlarge or shrink each image about its middle; its number of pixels stays, the rest is cut off or filled.

    Levels are interpolated bilinearly; a pixel of a label map takes the label nearest to where it comes from. Below a half, fine
    detail is skipped over, not averaged.

    Labels: safe as long as nothing that counts is pushed out of the picture, and where size is not the answer: a coin's value, a
    nodule's stage, a person's age by height all go by size.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    factors : the smallest and the largest; all between are equally likely, and 2 is twice as large
    fill : level of what comes in at the border; in label maps it is 0

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : factors that are not two numbers above 0, the smaller one first; a fill that bytes cannot hold

    Examples
    --------
    >>> image = np.array([[0, 0, 0, 0, 0], [0, 0, 8, 0, 0], [0, 8, 8, 8, 0], [0, 0, 8, 0, 0], [0, 0, 0, 0, 0]], np.uint8)
    >>> random_scale(image[None, None], np.random.default_rng(0), factors=(2, 2))[0, 0]
    array([[0, 4, 8, 4, 0],
           [4, 6, 8, 6, 4],
           [8, 8, 8, 8, 8],
           [4, 6, 8, 6, 4],
           [0, 4, 8, 4, 0]], dtype=uint8)
    """
    images = images_of("random_scale", batch, rng)
    try:
        least, most = (float(f) for f in factors)
    except (TypeError, ValueError):
        least, most = 0.0, 0.0
    if not 0 < least <= most < np.inf:
        raise ValueError(
            f"random_scale: factors are {factors!r}; they must be two numbers above 0, the smaller one first."
        )
    sizes = rng.uniform(least, most, len(images))
    return _warp("random_scale", batch, images, np.eye(2) / sizes[:, None, None], fill)


def _warp(operation: str, batch: B, images: np.ndarray, sources: np.ndarray, fill: float) -> B:
    """Give each pixel what lies at ``source @ place``, both counted (row, column) from the middle; sources (N, 2, 2)."""
    check_fill(operation, fill, images.dtype)

    def interpolate(array: np.ndarray, order: int, level: float) -> np.ndarray:
        from scipy.ndimage import affine_transform

        out = np.empty(array.shape, np.float32 if array.dtype == np.float32 else np.float64)
        middle = (np.array(array.shape[2:]) - 1) / 2
        for i, source in enumerate(sources):
            for plane, target in zip(array[i], out[i], strict=True):
                # grid-constant: the picture goes on beyond its border as `level`, so borders are interpolated as well
                affine_transform(
                    plane,
                    source,
                    middle - source @ middle,
                    output=target,
                    order=order,
                    mode="grid-constant",
                    cval=level,
                )
        return out

    def nearest(masks: np.ndarray) -> np.ndarray:
        return interpolate(masks, 0, 0).astype(masks.dtype)  # labels are small, so float64 holds them exactly

    return changed(batch, as_dtype(interpolate(images, 1, fill), images.dtype), nearest)
