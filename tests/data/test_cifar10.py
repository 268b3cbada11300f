"""CIFAR-10's binary format, read from a small archive served on loopback."""

import gzip
import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course.data import cifar10
from course.data import cifar10 as function
from course.data.cifar10 import CLASSES

from .conftest import Site

Serve = Callable[[dict[str, bytes]], Site]


def module():  # type: ignore[no-untyped-def]
    """The module; its name in the package is the function's."""
    import sys

    return sys.modules[function.__module__]


def archive(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return packed.getvalue()


def records(images: np.ndarray, labels: np.ndarray) -> bytes:
    """Label, red plane, green plane, blue plane, image by image."""
    return b"".join(bytes([label]) + image.tobytes() for image, label in zip(images, labels, strict=True))


IMAGES = np.random.default_rng(0).integers(0, 256, (18, 3, 32, 32), np.uint8)
LABELS = np.random.default_rng(1).integers(0, 10, 18)
FOLDER = "cifar-10-batches-bin/"
MEMBERS = {
    FOLDER + "readme.html": b"<p>",
    FOLDER + "test_batch.bin": records(IMAGES[15:], LABELS[15:]),
    **{
        FOLDER + f"data_batch_{i}.bin": records(IMAGES[3 * i - 3 : 3 * i], LABELS[3 * i - 3 : 3 * i])
        for i in (3, 1, 2, 5, 4)
    },
}


@pytest.fixture
def served(serve: Serve, store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Site]:
    def start(raw: bytes) -> Site:
        site = serve({"cifar.tar.gz": raw})
        monkeypatch.setattr(module(), "MIRRORS", (site.address + "cifar.tar.gz",))
        monkeypatch.setattr(module(), "SHA256", hashlib.sha256(raw).hexdigest())
        return site

    return start


def test_both_sets(served: Callable[[bytes], Site], store: Path) -> None:
    site = served(archive(MEMBERS))
    train, test = cifar10(), cifar10(train=False)
    for data, part in ((train, slice(0, 15)), (test, slice(15, 18))):
        np.testing.assert_array_equal(
            data.images, IMAGES[part]
        )  # the five files in their order, whatever the archive's
        np.testing.assert_array_equal(data.labels, LABELS[part])
        assert (data.images.dtype, data.labels.dtype) == (np.uint8, np.int64)
        assert not data.images.flags.writeable
        assert data.classes == CLASSES
        assert data.normalize(data.images).shape == data.images.shape
    assert len(site.asked) == 1
    assert [path.name for path in store.iterdir()] == ["cifar-10-binary.tar.gz"]  # nothing unpacked
    assert cifar10().images is train.images


def test_what_else_an_archive_holds_is_left_in_it(served: Callable[[bytes], Site], store: Path, tmp_path: Path) -> None:
    served(archive({"../evil": b"!", "/tmp/evil": b"!", **MEMBERS}))
    assert len(cifar10(train=False)) == 3
    assert not (tmp_path / "evil").exists()


WHOLE = archive(MEMBERS)
BROKEN = {
    "no archive": (b"hello", "not a whole tar.gz archive"),
    "cut short": (WHOLE[: len(WHOLE) // 2], "not a whole tar.gz archive"),
    "a tar cut short": (gzip.compress(gzip.decompress(WHOLE)[:3000]), "not a whole tar.gz archive|cut short"),
    "a file missing": (
        archive({name: raw for name, raw in MEMBERS.items() if "batch_4" not in name}),
        "data_batch_4.bin is missing or cut short",
    ),
    "a file cut short": (
        archive({**MEMBERS, FOLDER + "data_batch_2.bin": b"12345"}),
        "data_batch_2.bin is missing or cut",
    ),
    "an empty file": (
        archive({**MEMBERS, FOLDER + "data_batch_1.bin": b""}),
        "data_batch_1.bin is missing or cut short",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_gets_a_sentence(name: str, served: Callable[[bytes], Site], store: Path) -> None:
    raw, what = BROKEN[name]
    served(raw)
    path = re.escape(str(store / "cifar-10-binary.tar.gz"))
    with pytest.raises(ValueError, match=f"^{path}: .*({what})[^\n]*; fetch the file again\\.$"):
        cifar10()


def test_offline_one_sentence(store: Path, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module(), "MIRRORS", (nobody, nobody))
    expected = (
        f"connect to the internet and try again, or fetch {nobody} on another machine "
        f"and put it into {store} as cifar-10-binary.tar.gz."
    )
    with pytest.raises(
        OSError, match=rf"^cifar-10-binary\.tar\.gz could not be downloaded \(.*\); {re.escape(expected)}$"
    ):
        cifar10()
