"""An image as a sum of waves: its spectrum, and what is left of it without the fine or without the coarse waves."""

from __future__ import annotations

import numpy as np

from course.vision._image import pixels


def spectrum(image: np.ndarray) -> np.ndarray:
    """The discrete Fourier transform of an image, with frequency 0 in the middle.

    Entry [H//2 + u, W//2 + v] belongs to the wave that oscillates u times from top to bottom and v times from left to right.

    Parameters
    ----------
    image : (H, W), (C, H, W), or any axes before (H, W)

    Returns
    -------
    (..., H, W), complex64 for float32, else complex128; the middle holds the sum of all pixels

    Raises
    ------
    ValueError : wrong rank or dtype

    Examples
    --------
    >>> stripes = np.tile([1.0, 0.0, -1.0, 0.0], (4, 2))  # a cosine with 2 periods over 8 pixels
    >>> abs(spectrum(stripes))[2].round(9)
    array([ 0.,  0., 16.,  0.,  0.,  0., 16.,  0.])
    """
    return np.fft.fftshift(np.fft.fft2(pixels("spectrum", image)), axes=(-2, -1))


def from_spectrum(spectrum: np.ndarray) -> np.ndarray:
    """The real image whose centred spectrum this is: the way back from `spectrum`.

    Parameters
    ----------
    spectrum : complex (..., H, W), frequency 0 in the middle

    Returns
    -------
    (..., H, W), float32 for complex64, else float64; what is imaginary after the way back is dropped

    Examples
    --------
    >>> image = np.array([[1.0, 2.0, 5.0], [0.0, 4.0, 3.0]])
    >>> bool(np.allclose(from_spectrum(spectrum(image)), image))
    True
    """
    return np.fft.ifft2(np.fft.ifftshift(spectrum, axes=(-2, -1))).real.copy()


def log_magnitude(image: np.ndarray) -> np.ndarray:
    """The picture of a spectrum that is usually shown: log(1 + |spectrum|), frequency 0 in the middle.

    The logarithm is needed because the middle holds thousands of times more than the rest.

    Parameters, returns and errors as `spectrum`, but real.

    Examples
    --------
    >>> log_magnitude(np.ones((2, 4))).round(4)  # a flat image is all frequency 0: log(1 + 8)
    array([[0.    , 0.    , 0.    , 0.    ],
           [0.    , 0.    , 2.1972, 0.    ]])
    """
    return np.log1p(abs(spectrum(image)))


def frequencies(shape: tuple[int, int]) -> np.ndarray:
    """How fast the wave of each entry of a centred spectrum oscillates, in cycles per pixel, in whatever direction.

    Parameters
    ----------
    shape : (H, W) of the image

    Returns
    -------
    (H, W), sqrt(fy^2 + fx^2); 0 in the middle, 0.5 (a period of 2 pixels, the finest there is) along the axes' ends

    Examples
    --------
    >>> frequencies((1, 4))
    array([[0.5 , 0.25, 0.  , 0.25]])
    """
    fy, fx = (np.fft.fftshift(np.fft.fftfreq(n)) for n in shape)
    return np.hypot(fy[:, None], fx[None, :])


def low_frequencies(image: np.ndarray, radius: float) -> np.ndarray:
    """The image without its fine waves: those faster than `radius` are taken out.

    The cut is sharp, so edges ring: fainter copies run along them. A Gaussian blur takes the fine waves out little by little
    and does not ring.

    Parameters
    ----------
    image : (..., H, W)
    radius : the fastest wave that stays, in cycles per pixel; 0.1 keeps periods of 10 pixels and more

    Returns
    -------
    (..., H, W)

    Raises
    ------
    ValueError : wrong rank or dtype, or a radius below 0

    Examples
    --------
    >>> image = np.tile([3.0, 1.0], (2, 2))  # 2 everywhere, and the finest stripes of height 1
    >>> low_frequencies(image, radius=0.4)[0], high_frequencies(image, radius=0.4)[0]
    (array([2., 2., 2., 2.]), array([ 1., -1.,  1., -1.]))
    """
    x = pixels("low_frequencies", image)
    return from_spectrum(spectrum(x) * _inside("low_frequencies", x, radius))


def high_frequencies(image: np.ndarray, radius: float) -> np.ndarray:
    """What `low_frequencies` takes out: the waves faster than `radius`; the two add up to the image.

    Parameters, returns and errors as `low_frequencies`.
    """
    x = pixels("high_frequencies", image)
    return from_spectrum(spectrum(x) * ~_inside("high_frequencies", x, radius))


def _inside(operation: str, image: np.ndarray, radius: float) -> np.ndarray:
    if not (isinstance(radius, int | float | np.number) and radius >= 0):
        raise ValueError(f"{operation}: radius is {radius!r}; it must be a number of at least 0, in cycles per pixel.")
    return frequencies(image.shape[-2:]) <= radius
