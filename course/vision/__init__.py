"""Seeing without learning: filters whose numbers are chosen, edges, frequencies, and the features of the years before networks.

Images are (H, W) when grey and (C, H, W) when coloured, as everywhere in this package; filters take any axes before (H, W).
"""

from course.vision.edges import PREWITT_X, PREWITT_Y, SOBEL_X, SOBEL_Y, Gradient, prewitt, sobel
from course.vision.features import Keypoints, hog, lbp, sift
from course.vision.filters import (
    HIGH_PASS,
    LAPLACIAN,
    SHARPEN,
    box,
    correlate,
    gaussian,
    gaussian_kernel,
    high_pass,
    laplacian,
    sharpen,
)
from course.vision.frequency import (
    frequencies,
    from_spectrum,
    high_frequencies,
    log_magnitude,
    low_frequencies,
    spectrum,
)
from course.vision.histogram import equalize

__all__ = [
    "HIGH_PASS",
    "LAPLACIAN",
    "PREWITT_X",
    "PREWITT_Y",
    "SHARPEN",
    "SOBEL_X",
    "SOBEL_Y",
    "Gradient",
    "Keypoints",
    "box",
    "correlate",
    "equalize",
    "frequencies",
    "from_spectrum",
    "gaussian",
    "gaussian_kernel",
    "high_frequencies",
    "high_pass",
    "hog",
    "laplacian",
    "lbp",
    "log_magnitude",
    "low_frequencies",
    "prewitt",
    "sharpen",
    "sift",
    "sobel",
    "spectrum",
]
