"""Data small enough to train on in a blink."""

import numpy as np
import pytest

from course.data import Dataset, mnist


@pytest.fixture(scope="session")
def few() -> Dataset:
    """600 digits."""
    return mnist()[:600]


@pytest.fixture(scope="session")
def noise() -> Dataset:
    """300 digits with labels that say nothing, so that accuracy on held-out images wanders about."""
    digits = mnist()[:300]
    labels = np.random.default_rng(0).integers(10, size=300)
    return Dataset(digits.images, labels, digits.classes, digits.normalize)
