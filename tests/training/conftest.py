"""Data small enough to train on in a blink."""

import pytest

from course.data import Dataset, mnist


@pytest.fixture(scope="session")
def few() -> Dataset:
    """600 digits."""
    return mnist()[:600]
