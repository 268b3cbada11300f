"""Features that people designed before networks learned them: HOG, LBP and SIFT, computed by scikit-image.

SURF (H. Bay, T. Tuytelaars, L. Van Gool, *SURF: speeded up robust features*, ECCV 2006) is a faster relative of SIFT that
builds on sums over boxes; scikit-image does not have it, so it is only named here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.functional._arguments import Pair, pair
from course.vision._image import pixels


def hog(image: np.ndarray, orientations: int = 9, cell: Pair = 8, block: Pair = 3) -> np.ndarray:
    """Histograms of oriented gradients: in each cell, how much edge there is in each direction.

    The gradients of a cell vote, weighted by their magnitude, for one of `orientations` directions between 0 and 180 degrees;
    the histograms of a block of cells are normalised together, so that light and contrast matter less. Blocks overlap.

    Parameters
    ----------
    image : (H, W), or (C, H, W): at each pixel the channel with the strongest gradient votes
    orientations : directions in a histogram
    cell : int or pair (h, w), in pixels
    block : int or pair (h, w), in cells

    Returns
    -------
    (block rows, block columns, block h, block w, orientations), with rows = H // cell h - block h + 1; flatten it for a
    classifier

    Raises
    ------
    ValueError : wrong rank or dtype, or an image smaller than a block

    References
    ----------
    N. Dalal, B. Triggs, *Histograms of oriented gradients for human detection*, CVPR 2005.

    Examples
    --------
    >>> stripes = np.tile([0.0, 0, 1, 1], (16, 4))  # upright edges: all gradients are horizontal
    >>> hog(stripes, cell=8, block=1)[0, 0, 0, 0].round(2)
    array([1., 0., 0., 0., 0., 0., 0., 0., 0.])
    """
    from skimage.feature import hog as skimage_hog

    x = pixels("hog", image)
    if x.ndim > 3:
        raise ValueError(f"hog: image has shape {x.shape}; it needs (H, W) or (C, H, W): one image at a time.")
    cell, block = pair("hog: cell", cell, least=1), pair("hog: block", block, least=1)
    if any(n < c * b for n, c, b in zip(x.shape[-2:], cell, block, strict=True)):
        raise ValueError(
            f"hog: an image of {x.shape[-2]}x{x.shape[-1]} is smaller than a block of {block[0]}x{block[1]} cells of "
            f"{cell[0]}x{cell[1]} pixels; use smaller cells or blocks."
        )
    return skimage_hog(x, orientations, cell, block, feature_vector=False, channel_axis=None if x.ndim == 2 else 0)


def lbp(image: np.ndarray, points: int = 8, radius: float = 1.0, method: str = "default") -> np.ndarray:
    """Local binary patterns: which of the neighbours on a circle are at least as bright as the pixel, as a binary number.

    Parameters
    ----------
    image : (H, W)
    points, radius : how many neighbours, and how far away, in pixels; values between pixels are interpolated
    method : "default" tells all 2^points patterns apart; "ror" counts those that are turns of each other as one; "uniform"
        keeps the points + 1 of these with at most two changes around the circle and counts all others as one

    Returns
    -------
    (H, W), whole numbers as float64; their histogram describes a texture

    Raises
    ------
    ValueError : wrong rank or dtype, or an unknown method

    References
    ----------
    T. Ojala, M. Pietikainen, T. Maenpaa, *Multiresolution gray-scale and rotation invariant texture classification with local
    binary patterns*, IEEE TPAMI 24 (2002).

    Examples
    --------
    >>> spot = np.zeros((3, 3), int)
    >>> spot[1, 1] = 9
    >>> int(lbp(spot)[1, 1]), int(lbp(9 - spot)[1, 1])  # no neighbour is as bright; all are
    (0, 255)
    """
    from skimage.feature import local_binary_pattern

    x = pixels("lbp", image)
    if x.ndim != 2:
        raise ValueError(f"lbp: image has shape {x.shape}; it needs (H, W): use one channel, or image.mean(axis=0).")
    if method not in ("default", "ror", "uniform"):
        raise ValueError(f'lbp: method is {method!r}; it must be "default", "ror" or "uniform".')
    if np.asarray(image).dtype.kind in "iub":
        x = np.asarray(image).astype(np.int64)  # scikit-image warns of floats, whose ties depend on rounding
    return local_binary_pattern(x, points, radius, method)


class Keypoints(NamedTuple):
    """Places that SIFT would find again in another picture of the same thing.

    Attributes
    ----------
    positions : (n, 2), row and column in pixels
    scales : (n,), the size of each place: sigma of the blur at which it stands out, in pixels
    orientations : (n,), the main direction of its gradients, in radians
    descriptors : uint8 (n, 128), histograms of 8 directions in 4x4 cells around it, turned and scaled with it
    """

    positions: np.ndarray
    scales: np.ndarray
    orientations: np.ndarray
    descriptors: np.ndarray


def sift(image: np.ndarray) -> Keypoints:
    """Scale-invariant feature transform: find blobs at all sizes, and describe what each looks like around.

    Parameters
    ----------
    image : (H, W), at least 32x32 or so to find anything

    Returns
    -------
    Keypoints : possibly none (n = 0)

    Raises
    ------
    ValueError : wrong rank or dtype

    References
    ----------
    D. G. Lowe, *Distinctive image features from scale-invariant keypoints*, International Journal of Computer Vision 60 (2004).

    Examples
    --------
    >>> y, x = np.mgrid[:64, :64]
    >>> blob = np.exp(-((y - 20) ** 2 + (x - 40) ** 2) / (2 * 5.0**2))
    >>> found = sift(blob)
    >>> found.positions[0].round(), found.descriptors.shape[1]
    (array([20., 40.]), 128)
    """
    from skimage.feature import SIFT

    x = pixels("sift", image)
    if x.ndim != 2:
        raise ValueError(f"sift: image has shape {x.shape}; it needs (H, W): use one channel, or image.mean(axis=0).")
    detector = SIFT()
    try:
        detector.detect_and_extract(x / (np.ptp(x) or 1))  # its contrast threshold is made for a range of 1
    except RuntimeError:  # how scikit-image says that there is nothing to find
        return Keypoints(np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros((0, 128), np.uint8))
    return Keypoints(detector.positions, detector.sigmas, detector.orientations, detector.descriptors)
