"""Slow, obvious answers about one window that slides over one image: where it stands, and what it adds up."""

import numpy as np

from autograder.oracles import Array, Pair, conv2d, float_dtype


def convolve2d(image: Array, kernel: Array) -> Array:
    """Convolve one image with one kernel, wherever the kernel fits.

    Parameters
    ----------
    image
        (H, W).
    kernel
        (kH, kW); its last number meets the first pixel of a window.

    Returns
    -------
    numpy.ndarray
        (H - kH + 1, W - kW + 1).
    """
    (height, width), (kh, kw) = image.shape, kernel.shape
    out = np.zeros((height - kh + 1, width - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for u in range(kh):
                for v in range(kw):
                    out[i, j] += float(image[i + u, j + v]) * float(kernel[kh - 1 - u, kw - 1 - v])
    return out.astype(float_dtype(image))


def strided_correlate2d(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    """Cross-correlate one image with one kernel, in strides, with zeros around."""
    return conv2d(image[None, None], kernel[None, None], None, stride, padding)[0, 0]


def output_size(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the windows by sliding one along until it hangs over the end."""
    count, start = 0, 0
    while start + dilation * (k - 1) < n + 2 * padding:
        count, start = count + 1, start + stride
    return count


def padding_for(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    """Add zeros, after and before in turn, until the output is as large as wished."""
    n = dilation * (k - 1) + 1  # any size that the window fits into
    wanted = {"valid": 1, "same": n, "full": n + dilation * (k - 1)}[wish]
    before = after = 0
    while before + n + after - dilation * (k - 1) < wanted:
        if after > before:
            before += 1
        else:
            after += 1
    return before, after
