"""The shipped sample is what it says it is, and all of Fashion-MNIST is read as it is served."""

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course.data import Normalization, fashion_mnist, fashion_sample
from course.data import fashion as module

from .conftest import Site


@pytest.mark.parametrize("train, n", [(True, 10_000), (False, 2_000)])
def test_as_many_images_of_each_class(train: bool, n: int) -> None:
    data = fashion_sample(train)
    assert (data.images.shape, data.images.dtype) == ((n, 1, 28, 28), np.uint8)
    assert data.labels.dtype == np.int64
    assert np.bincount(data.labels).tolist() == [n // 10] * 10
    assert len(data.classes) == 10


def test_the_names_fit_the_pictures() -> None:
    """Trousers are a narrow upright figure; ankle boots and sneakers lie in the lower half; bags are broad."""
    data = fashion_sample()
    mean = {name: data.images[data.labels == i, 0].mean(axis=0) for i, name in enumerate(data.classes)}
    widths = {name: (image.max(axis=0) > 60).sum() for name, image in mean.items()}
    assert min(widths, key=lambda name: widths[name]) == "Trouser"
    lower = {name: image[14:].sum() / image.sum() for name, image in mean.items()}
    assert sorted(lower, key=lambda name: lower[name])[-3:] == sorted(
        ["Sandal", "Sneaker", "Ankle boot"], key=lambda name: lower[name]
    )
    assert mean["Pullover"][5:25, :8].mean() > 2 * mean["Trouser"][5:25, :8].mean()  # it has sleeves


def test_the_normalization_is_that_of_the_training_part() -> None:
    data = fashion_sample()
    measured = Normalization.of(data.images)
    np.testing.assert_allclose((data.normalize.mean, data.normalize.std), np.ravel(measured), atol=5e-5)
    assert fashion_sample(train=False).normalize == data.normalize


def test_it_is_read_once_and_cannot_be_changed() -> None:
    assert fashion_sample(train=True).images is fashion_sample().images
    for array in (fashion_sample().images, fashion_sample().labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_split_of_its_own_is_said_and_the_one_picture_on_both_sides_is_known() -> None:
    assert "not the official" in " ".join(str(fashion_sample.__doc__).split())
    train = {image.tobytes() for image in fashion_sample().images}
    assert sum(image.tobytes() in train for image in fashion_sample(train=False).images) == 1


def test_the_notice_holds_the_licence() -> None:
    root = Path(module.__file__).parents[2]
    notice = " ".join((root / "NOTICE").read_text().split())
    assert "Copyright (c) 2017 Zalando SE" in notice
    assert "The above copyright notice and this permission notice shall be included in all copies" in notice


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


@pytest.fixture
def served(
    serve: Callable[[dict[str, bytes]], Site], store: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """A small Fashion-MNIST on loopback: file name -> array."""
    arrays = {
        "train-images-idx3-ubyte.gz": rng.integers(0, 256, (12, 28, 28), np.uint8),
        "train-labels-idx1-ubyte.gz": rng.integers(0, 10, 12).astype(np.uint8),
        "t10k-images-idx3-ubyte.gz": rng.integers(0, 256, (5, 28, 28), np.uint8),
        "t10k-labels-idx1-ubyte.gz": rng.integers(0, 10, 5).astype(np.uint8),
    }
    packed = {name: idx(array) for name, array in arrays.items()}
    site = serve({f"data/{name}": raw for name, raw in packed.items()})
    monkeypatch.setattr(module, "MIRRORS", (site.address + "nowhere/", site.address + "data/"))
    monkeypatch.setattr(module, "SHA256", {name: hashlib.sha256(raw).hexdigest() for name, raw in packed.items()})
    return arrays


def test_all_of_it_by_download(served: dict[str, np.ndarray], store: Path) -> None:
    for name, train in (("train", True), ("t10k", False)):
        data = fashion_mnist(train)
        np.testing.assert_array_equal(data.images[:, 0], served[f"{name}-images-idx3-ubyte.gz"])
        np.testing.assert_array_equal(data.labels, served[f"{name}-labels-idx1-ubyte.gz"])
        assert data.classes == fashion_sample().classes
        assert not data.images.flags.writeable
    assert sorted(path.name for path in store.iterdir()) == sorted(f"fashion-{name}" for name in served)


def test_offline_one_sentence(store: Path, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIRRORS", (nobody,))
    with pytest.raises(
        OSError, match=r"^fashion-train-images-idx3-ubyte\.gz could not be downloaded \(.*: no connection\); [^\n]*$"
    ):
        fashion_mnist()


def test_four_files_with_checksums() -> None:
    assert len(module.SHA256) == len(set(module.SHA256.values())) == 4
    for name, checksum in module.SHA256.items():
        assert len(checksum) == 64 and int(checksum, 16)
        assert name.endswith("ubyte.gz")
    assert all(mirror.endswith("/") for mirror in module.MIRRORS)
