"""Data small enough to train on in a blink."""

import numpy as np
import pytest

from course.data import Dataset, Normalization, mnist


@pytest.fixture(scope="session")
def few() -> Dataset:
    """600 digits."""
    return mnist()[:600]


@pytest.fixture(scope="session")
def stripes() -> Dataset:
    """90 noisy images of 6x7, of three classes: the middle of the image is dark, grey or bright."""
    rng = np.random.default_rng(8)
    labels = rng.integers(0, 3, 90)
    images = rng.integers(0, 120, (90, 1, 6, 7))
    images[:, :, 2:4] += 60 * labels[:, None, None, None]
    return Dataset(images.astype(np.uint8), labels, ("dark", "grey", "bright"), Normalization(0.4, 0.2))


@pytest.fixture(scope="session")
def masks(stripes: Dataset) -> Dataset:
    """The same images with a class for each pixel: 1 where it is brighter than 128."""
    return Dataset(stripes.images, (stripes.images[:, 0] > 128).astype(np.int64), ("dark", "bright"), stripes.normalize)
