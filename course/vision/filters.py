"""Filters whose numbers are chosen, not learned: smoothing, sharpening, and the sliding window that all of them share."""

from __future__ import annotations

import math

import numpy as np

from course.functional._arguments import Pair, floats, pair, rank
from course.functional.padding import MODES, check_border, pad
from course.vision._image import pixels


def _fixed(numbers: list[list[float]], divisor: float = 1) -> np.ndarray:
    kernel = np.array(numbers) / divisor
    kernel.setflags(write=False)
    return kernel


HIGH_PASS = _fixed([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], 9)
"""A pixel minus the mean of its 3x3 window. The numbers add up to 0, so a flat region gives 0."""

SHARPEN = _fixed([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
"""A pixel plus its differences to the four neighbours. The numbers add up to 1, so a flat region stays as it is."""

LAPLACIAN = _fixed([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
"""The four neighbours minus four times the pixel: second derivative down plus second derivative across."""


def correlate(image: np.ndarray, kernel: np.ndarray, border: str = "replicate") -> np.ndarray:
    """Slide a kernel over an image, multiply and add; the kernel is not flipped, as in a CNN layer.

    ``out[h, w] = sum over i, j of image[h + i - (kH - 1)//2, w + j - (kW - 1)//2] * kernel[i, j]``, so an odd kernel is
    centred on its pixel, and each channel is filtered on its own. For one channel and border "crop" this is
    `course.functional.correlate2d`.

    Parameters
    ----------
    image : (H, W), (C, H, W), or any axes before (H, W)
    kernel : (kH, kW), used in the image's dtype
    border : what the kernel sees beyond the frame: "zeros" (black), "replicate" (the outermost pixels again), "reflect" (the image
        mirrored); or "crop", nothing, so that only the places where it fits come out

    Returns
    -------
    (..., H, W), with "crop" (..., H - kH + 1, W - kW + 1)

    Raises
    ------
    ValueError : wrong rank or dtype, an unknown border, an empty kernel, or "crop" with a kernel larger than the image

    Examples
    --------
    >>> steps = np.array([[10, 10, 100, 100]] * 3)
    >>> correlate(steps, [[-1, 0, 1]])[1]
    array([ 0., 90., 90.,  0.])
    >>> correlate(steps, [[-1, 0, 1]], border="zeros")[1]  # black outside looks like two more edges
    array([  10.,   90.,   90., -100.])
    """
    x = pixels("correlate", image)
    (kernel,) = floats("correlate", kernel=kernel)
    rank("correlate", "kernel", kernel, "kH, kW")
    (H, W), (kH, kW) = x.shape[-2:], kernel.shape
    if not kernel.size:
        raise ValueError(f"correlate: kernel has shape {kernel.shape}, which leaves no number.")
    if border in MODES:
        top, left = (kH - 1) // 2, (kW - 1) // 2
        around = (top, kH - 1 - top, left, kW - 1 - left)
        check_border("correlate", "border", (H, W), around, border)
        x = pad(x, around, border)
    elif border != "crop":
        raise ValueError(f'correlate: border is {border!r}; it must be "zeros", "replicate", "reflect" or "crop".')
    elif kH > H or kW > W:
        raise ValueError(
            f"correlate: kernel {kH}x{kW} fits nowhere into an image of {H}x{W}; "
            'use border="replicate", or a smaller kernel.'
        )
    H_out, W_out = x.shape[-2] - kH + 1, x.shape[-1] - kW + 1
    kernel = kernel.astype(x.dtype)
    out = np.zeros((*x.shape[:-2], H_out, W_out), x.dtype)
    for i, j in np.ndindex(kH, kW):  # one number of the kernel at a time, for all pixels at once
        out += kernel[i, j] * x[..., i : i + H_out, j : j + W_out]
    return out


def box(image: np.ndarray, size: Pair = 3, border: str = "replicate") -> np.ndarray:
    """Replace each pixel by the mean of its window.

    Parameters
    ----------
    image : (..., H, W)
    size : int or pair (h, w) of the window, in pixels
    border : as in `correlate`

    Returns
    -------
    as `correlate`

    Examples
    --------
    >>> box(np.array([[0, 0, 9, 0, 0]]), size=(1, 3))
    array([[0., 3., 3., 3., 0.]])
    """
    h, w = pair("box: size", size, least=1)
    return correlate(image, np.full((h, w), 1 / (h * w)), border)


def gaussian_kernel(sigma: float) -> np.ndarray:
    """The numbers exp(-x^2 / (2 sigma^2)) for whole x within 4 sigma, divided by their sum.

    Parameters
    ----------
    sigma : standard deviation, in pixels

    Returns
    -------
    float64 (2*r + 1,) with r = floor(4*sigma + 0.5)

    Raises
    ------
    ValueError : sigma is not a positive number

    Examples
    --------
    >>> gaussian_kernel(0.5).round(3)  # neighbours: exp(-2) = 0.135 of the middle
    array([0.   , 0.106, 0.787, 0.106, 0.   ])
    """
    if not (isinstance(sigma, int | float | np.number) and 0 < sigma < math.inf):
        raise ValueError(f"gaussian: sigma is {sigma!r}; it must be a positive number of pixels.")
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return weights / weights.sum()


def gaussian(image: np.ndarray, sigma: float, border: str = "replicate") -> np.ndarray:
    """Smooth with a Gaussian, first down the columns, then along the rows.

    The two-dimensional Gaussian is the product of two one-dimensional ones, so with k numbers each, 2k products a pixel do the
    work of k*k: 34 in place of 289 for sigma = 2.

    Parameters
    ----------
    image : (..., H, W)
    sigma : standard deviation, in pixels; the kernel reaches to 4 sigma
    border : as in `correlate`

    Returns
    -------
    as `correlate`

    Raises
    ------
    ValueError : as `correlate` and `gaussian_kernel`

    Examples
    --------
    >>> dot = np.zeros((5, 5))
    >>> dot[2, 2] = 100
    >>> gaussian(dot, 0.5).round(1)[1:4, 1:4]
    array([[ 1.1,  8.4,  1.1],
           [ 8.4, 61.9,  8.4],
           [ 1.1,  8.4,  1.1]])
    """
    weights = gaussian_kernel(sigma)
    return correlate(correlate(image, weights[:, None], border), weights[None, :], border)


def high_pass(image: np.ndarray, border: str = "replicate") -> np.ndarray:
    """What smoothing takes away: the image minus its 3x3 means (`HIGH_PASS`).

    Parameters, returns and errors as `correlate`.

    Examples
    --------
    >>> high_pass(np.array([[1, 1, 1], [1, 10, 1], [1, 1, 1]]))[1]
    array([-1.,  8., -1.])
    """
    return correlate(image, HIGH_PASS, border)


def sharpen(image: np.ndarray, border: str = "replicate") -> np.ndarray:
    """Add to each pixel its differences to the four neighbours (`SHARPEN`): the image minus its Laplacian.

    The result may leave the range of the image; clip it before showing it.

    Parameters, returns and errors as `correlate`.

    Examples
    --------
    >>> sharpen(np.array([[10, 10, 100, 100]]))  # the edge is drawn higher on one side, deeper on the other
    array([[ 10., -80., 190., 100.]])
    """
    return correlate(image, SHARPEN, border)


def laplacian(image: np.ndarray, border: str = "replicate") -> np.ndarray:
    """The sum of the second differences down and across (`LAPLACIAN`): positive in a dark dip, negative on a bright spot.

    scikit-image's ``filters.laplace`` has the opposite sign, ``scipy.ndimage.laplace`` this one.

    Parameters, returns and errors as `correlate`.

    Examples
    --------
    >>> laplacian(np.array([[0, 1, 4, 9, 16]]))  # squares: the second difference is 2
    array([[ 1.,  2.,  2.,  2., -7.]])
    """
    return correlate(image, LAPLACIAN, border)
