"""One kernel over one image: correlation, and convolution, which turns the kernel round first."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank
from course.functional.shapes import window_positions


def correlate2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Lay the kernel over every place of the image where it fits, multiply number by number, and add up.

    ``out[h, w] = sum over i, j of image[h + i, w + j] * kernel[i, j]``

    Parameters
    ----------
    image : (H, W); a NaN comes out of every window that sees it
    kernel : (kH, kW)

    Returns
    -------
    (H - kH + 1, W - kW + 1), as SciPy's ``scipy.signal.correlate2d(image, kernel, mode="valid")``

    Raises
    ------
    ValueError : wrong rank or dtype, or a kernel that is larger than the image

    Examples
    --------
    >>> image = np.array([[1, 2, 4], [8, 16, 32], [64, 128, 256]])
    >>> correlate2d(image, [[0, 1], [-1, 0]])  # right of the corner minus below it: 2 - 8 at the top left
    array([[ -6., -12.],
           [-48., -96.]])
    """
    image, kernel = floats("correlate2d", image=image, kernel=kernel)
    return _slide("correlate2d", image, kernel)


def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolution as mathematics defines it: `correlate2d` with the kernel turned by 180 degrees.

    ``out[h, w] = sum over i, j of image[h + kH - 1 - i, w + kW - 1 - j] * kernel[i, j]``

    Parameters, returns and errors as `correlate2d`; SciPy's is ``scipy.signal.convolve2d(image, kernel, mode="valid")``.

    Examples
    --------
    >>> one = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    >>> convolve2d(one, [[1, 2], [3, 4]]), correlate2d(one, [[1, 2], [3, 4]])
    (array([[1., 2.], [3., 4.]]), array([[4., 3.], [2., 1.]]))
    """
    image, kernel = floats("convolve2d", image=image, kernel=kernel)
    return _slide("convolve2d", image, kernel[::-1, ::-1] if kernel.ndim == 2 else kernel)


def _slide(operation: str, image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    rank(operation, "image", image, "H, W")
    rank(operation, "kernel", kernel, "kH, kW")
    if kernel.size == 0:
        raise ValueError(f"{operation}: kernel has shape {kernel.shape}; there must be at least one number in it.")
    H_out, W_out = window_positions(operation, image.shape, kernel.shape, (1, 1), (0, 0))
    out = np.zeros((H_out, W_out), image.dtype)
    for (i, j), number in np.ndenumerate(kernel):
        out += image[i : i + H_out, j : j + W_out] * number  # the image, moved up by i and left by j
    return out
