"""Kernels with a name, for a single image."""

import numpy as np

from course.vision import HIGH_PASS, LAPLACIAN, PREWITT_X, PREWITT_Y, SHARPEN, SOBEL_X, SOBEL_Y

KERNELS = {
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "shift": np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]),
    "sum": np.ones((3, 3)),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": SHARPEN,
    "Sobel x": 4 * SOBEL_X,
    "Sobel y": 4 * SOBEL_Y,
    "Prewitt x": 3 * PREWITT_X,
    "Prewitt y": 3 * PREWITT_Y,
    "Laplacian": LAPLACIAN,
    "high-pass": HIGH_PASS,
}
"""3x3 kernels by name; Sobel and Prewitt are not divided by anything, so that their numbers stay whole."""

LARGE_KERNELS = {
    "blur 5x5": np.full((5, 5), 1 / 25),
    "Gaussian 5x5": np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256,
    "motion blur": np.eye(5) / 5,
}
"""5x5 kernels by name."""


def name_of(kernel: np.ndarray) -> str | None:
    """Find a kernel's name.

    Parameters
    ----------
    kernel : array, (kH, kW)
        Any kernel.

    Returns
    -------
    str or None
        Its key in `KERNELS` or `LARGE_KERNELS`, None for other kernels.
    """
    for name, numbers in (KERNELS | LARGE_KERNELS).items():
        if kernel.shape == numbers.shape and np.allclose(kernel, numbers):
            return name
    return None
