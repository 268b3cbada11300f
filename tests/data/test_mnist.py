"""The shipped MNIST is MNIST, and nobody can change it for the others."""

import gzip
import hashlib

import numpy as np
import pytest

from course.data import mnist, photo
from course.data.mnist import FILES

MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


@pytest.mark.parametrize("name", MD5)
def test_the_files_hold_the_original_bytes(name: str) -> None:
    raw = gzip.decompress((FILES / f"{name}.gz").read_bytes())
    assert hashlib.md5(raw, usedforsecurity=False).hexdigest() == MD5[name]


@pytest.mark.parametrize("train, n", [(True, 60_000), (False, 10_000)])
def test_shapes_and_types(train: bool, n: int) -> None:
    data = mnist(train)
    assert (data.images.shape, data.images.dtype) == ((n, 1, 28, 28), np.uint8)
    assert (data.labels.shape, data.labels.dtype) == ((n,), np.int64)
    assert data.classes == tuple("0123456789")
    assert set(np.unique(data.labels)) == set(range(10))


def test_the_first_image_is_the_five() -> None:
    data = mnist()
    assert list(data.labels[:6]) == [5, 0, 4, 1, 9, 2]
    assert list(data.images[0, 0, 5, 12:24]) == [3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127]


def test_the_arrays_are_read_only() -> None:
    for array in (mnist().images, mnist().labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("again", [lambda: mnist(True), lambda: mnist(train=True)])
def test_it_is_read_once_however_it_is_asked_for(again) -> None:  # type: ignore[no-untyped-def]
    assert again().images is mnist().images


def test_the_normalization_is_that_of_the_training_images() -> None:
    images, normalize = mnist().images, mnist().normalize
    mean = images.mean() / 255
    parts = [part.ravel() / 255 for part in np.split(images, 30)]  # float64 of them all would take 376 MB
    square = np.mean([part @ part / part.size for part in parts])
    assert normalize.mean == round(mean, 4)
    assert normalize.std == round(np.sqrt(square - mean**2), 4)
    assert mnist(train=False).normalize == normalize


def test_normalized_pixels() -> None:
    data = mnist(train=False)
    images = data.normalize(data.images[:50])
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, (data.images[:50] / 255 - 0.1307) / 0.3081, rtol=1e-5, atol=1e-6)


def test_the_photo() -> None:
    picture = photo()
    assert (picture.shape, picture.dtype) == ((3, 128, 128), np.uint8)
    assert picture.std(axis=(1, 2)).min() > 30  # a real picture in every channel
    picture[:] = 0
    assert photo().any()
