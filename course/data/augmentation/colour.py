"""Other light: brightness, contrast, and the colours that a data set varies in."""

from __future__ import annotations

import numpy as np

from course.data.augmentation.batch import B, as_dtype, changed, images_of, number


def random_brightness(batch: B, rng: np.random.Generator, amount: float = 0.2) -> B:
    """Make each image lighter or darker by an amount of its own, the same for all its pixels.

    Floats may leave the range from 0 to 1; bytes stay within 0-255.

    Labels: safe where light is chance, as in photographs. Not where the level is the answer: the grey level of a CT picture
    names the tissue, that of an infrared picture the temperature; and at an amount of 0.5 dark clothes on black are gone.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    amount : the largest change, as a part of the way from black to white (255 for bytes, 1 for floats), 0 to 1

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : amount is not a number from 0 to 1

    Examples
    --------
    >>> images = np.full((3, 1, 1, 2), 100, np.uint8)
    >>> random_brightness(images, np.random.default_rng(0), amount=0.2)[:, 0, 0]
    array([[114, 114],
           [ 77,  77],
           [ 53,  53]], dtype=uint8)
    """
    images = images_of("random_brightness", batch, rng)
    amount = number("random_brightness: amount", amount, 0, 1)
    steps = rng.uniform(-amount, amount, len(images)) * _white(images)
    return changed(batch, as_dtype(images + steps[:, None, None, None], images.dtype))


def random_contrast(batch: B, rng: np.random.Generator, amount: float = 0.2) -> B:
    """Bring the levels of each image closer to their mean or further from it, by a factor of its own.

    Labels: as `random_brightness`; an amount near 1 may leave nothing to be seen.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    amount : the factor lies between 1 - amount and 1 + amount, all equally likely; 0 to 1

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : amount is not a number from 0 to 1

    Examples
    --------
    >>> image = np.array([40, 60], np.uint8).reshape(1, 1, 1, 2)
    >>> random_contrast(image, np.random.default_rng(0), amount=0.9).ravel()  # factor 1.247
    array([38, 62], dtype=uint8)
    """
    images = images_of("random_contrast", batch, rng)
    amount = number("random_contrast: amount", amount, 0, 1)
    factors = rng.uniform(1 - amount, 1 + amount, len(images))[:, None, None, None]
    # per image by hand: the mean of no image at all would warn
    means = images.sum(axis=(1, 2, 3), keepdims=True, dtype=np.float64) / max(1, images[:1].size)
    return changed(batch, as_dtype(means + factors * (images - means), images.dtype))


def principal_colours(images: np.ndarray) -> np.ndarray:
    """The directions in which the colours of a data set's pixels vary most, each as long as its variance.

    Parameters
    ----------
    images : uint8 (N, C, H, W) or floats from 0 to 1, with at least one pixel; the training images

    Returns
    -------
    float64 (C, C) : column i is the i-th eigenvector of the covariance of the pixels (bytes are divided by 255) times its
        eigenvalue, the largest first, its largest entry positive

    Raises
    ------
    ValueError : images are none

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet Classification with Deep Convolutional Neural Networks* (2012), section 4.1.

    Examples
    --------
    >>> red_only = np.zeros((1, 3, 1, 2), np.uint8)
    >>> red_only[0, 0, 0] = 0, 255
    >>> principal_colours(red_only)[:, 0]
    array([0.25, 0.  , 0.  ])
    """
    if images.ndim != 4 or not np.prod(images.shape):
        raise ValueError(
            f"principal_colours: images have shape {images.shape}; it needs (N, C, H, W) with at least one pixel."
        )
    channels = images.shape[1]
    total, products, count = np.zeros(channels), np.zeros((channels, channels)), 0
    for start in range(0, len(images), 256):  # never all of them in float64
        part = np.asarray(images[start : start + 256])
        pixels = part.swapaxes(0, 1).reshape(channels, -1) / _white(part)  # (C, pixels)
        total, products, count = total + pixels.sum(axis=1), products + pixels @ pixels.T, count + pixels.shape[1]
    mean = total / count
    variances, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))  # the smallest first
    variances, vectors = np.maximum(variances[::-1], 0), vectors[:, ::-1]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(channels)])
    return vectors * signs * variances


def pca_colour(batch: B, rng: np.random.Generator, directions: np.ndarray, std: float = 0.1) -> B:
    """Shift the colour of each image along the directions in which the data set's colours vary.

    To every pixel of an image is added ``directions @ alpha``, with one alpha a direction drawn from a normal distribution of
    standard deviation `std`: the change that other light would make. The paper multiplies with the eigenvalue, a variance, and does
    not say in which unit pixels are; here they go from 0 to 1.

    Labels: safe where light is chance. Not where colour is the answer: ripe and unripe fruit, birds told apart by their plumage,
    stained tissue, traffic lights.

    Parameters
    ----------
    batch : images (N, C, H, W), or (images, label maps)
    rng : where chance comes from
    directions : (C, C) from `principal_colours` of the training images
    std : of alpha

    Returns
    -------
    as `batch`

    Raises
    ------
    ValueError : directions of another number of channels; std negative

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet Classification with Deep Convolutional Neural Networks* (2012), section 4.1.

    Examples
    --------
    >>> images = np.full((1, 3, 1, 1), 100, np.uint8)
    >>> only_red = np.diag([0.5, 0, 0])
    >>> pca_colour(images, np.random.default_rng(0), only_red).ravel()  # alpha 0.0126, times 0.5 * 255
    array([102, 100, 100], dtype=uint8)
    """
    images = images_of("pca_colour", batch, rng)
    std = number("pca_colour: std", std, 0)
    channels = images.shape[1]
    if np.shape(directions) != (channels, channels):
        raise ValueError(
            f"pca_colour: directions have shape {np.shape(directions)}, but images with {channels} channels need "
            f"({channels}, {channels}), from principal_colours."
        )
    shifts = rng.normal(0, std, (len(images), channels)) @ np.transpose(directions) * _white(images)  # (N, C)
    return changed(batch, as_dtype(images + shifts[:, :, None, None], images.dtype))


def _white(images: np.ndarray) -> float:
    return 255.0 if images.dtype == np.uint8 else 1.0
