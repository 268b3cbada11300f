"""Data sets in two .npy files: what is opened, what is none, and how little of it is ever in memory."""

import json
import math
import mmap
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course.data import DataLoader, Dataset, Normalization, open_npy
from course.data.rows import Rows, take

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("train_on_disk.py")


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 3, 9, 7), np.uint8)


@pytest.fixture
def files(tmp_path: Path, images: np.ndarray) -> tuple[Path, Path]:
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", np.arange(40, dtype=np.uint8) % 2)
    return tmp_path / "images.npy", tmp_path / "labels.npy"


def test_what_was_saved_is_opened_and_stays_on_disk(files: tuple[Path, Path], images: np.ndarray) -> None:
    data = open_npy(*files, ["cat", "dog"], Normalization(0.5, 0.25))
    assert (data.classes, data.normalize) == (("cat", "dog"), Normalization(0.5, 0.25))
    assert isinstance(data.images, np.memmap)
    assert not data.images.flags.writeable
    in_memory = Dataset(images, np.arange(40) % 2, ("cat", "dog"), data.normalize)
    mine, theirs = (DataLoader(d.split(7)[0], 8, shuffle=True) for d in (data, in_memory))
    for (x, labels), (expected, expected_labels) in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(x, expected)
        np.testing.assert_array_equal(labels, expected_labels)


def test_it_is_normalised_by_what_is_measured(files: tuple[Path, Path], images: np.ndarray) -> None:
    assert open_npy(*files, "01").normalize == Normalization.of(images)


def test_many_images_are_measured_on_some(
    files: tuple[Path, Path], images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.data.npy.MEASURED", 30)
    some = open_npy(*files, "01").normalize
    assert some == open_npy(*files, "01").normalize != Normalization.of(images)
    np.testing.assert_allclose(some.mean, Normalization.of(images).mean, atol=0.03)


def test_label_maps_stay_on_disk_as_well(files: tuple[Path, Path], images: np.ndarray) -> None:
    maps = images[:, 0] % 2
    np.save(files[1], maps)
    data = open_npy(*files, "01")
    rest, held = data.split(10, seed=1)
    assert isinstance(rest.labels, Rows)
    assert rest.has_label_maps
    for part in (rest, held, rest[3:8], rest[[4, 2]], data[5:]):
        for x, labels in DataLoader(part, 4, augment=lambda both, _: (both[0], both[1])):
            assert type(labels) is np.ndarray
            assert x.shape[0] == labels.shape[0]
        np.testing.assert_array_equal(np.asarray(part.labels), np.asarray(part.images)[:, 0] % 2)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


WHOLE = "{}: not a .npy file of numbers, or cut short; write it again."
MISTAKES = {
    "no images": (0, Path.unlink, "{}: there is no such file."),
    "no labels": (1, Path.unlink, "{}: there is no such file."),
    "cut short": (0, cut, WHOLE),
    "empty": (1, lambda path: path.write_bytes(b""), WHOLE),
    "a text": (0, lambda path: path.write_text("cat,dog\n" * 40), WHOLE),
    "objects": (1, lambda path: np.save(path, np.array([{}] * 40), allow_pickle=True), WHOLE),
    "floats": (
        0,
        lambda path: np.save(path, np.zeros((40, 3, 9, 7))),
        "{}: holds float64 (40, 3, 9, 7), but images must be uint8 (N, C, H, W).",
    ),
    "no channels": (
        0,
        lambda path: np.save(path, np.zeros((40, 9, 7), np.uint8)),
        "{}: holds uint8 (40, 9, 7), but images must be uint8 (N, C, H, W).",
    ),
    "labels of another length": (
        1,
        lambda path: np.save(path, np.zeros(39, int)),
        "{}: has shape (39,), but {images} holds 40 images; one label each.",
    ),
    "a label without a class": (
        1,
        lambda path: np.save(path, np.arange(40) % 3),
        "Dataset: label 2 names none of 2 classes, 0 to 1.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_get_a_sentence(name: str, files: tuple[Path, Path]) -> None:
    which, spoil, sentence = MISTAKES[name]
    spoil(files[which])
    expected = re.escape(sentence.format(files[which], images=files[0]))
    with pytest.raises((FileNotFoundError, ValueError), match=f"^{expected}$"):
        open_npy(*files, ("cat", "dog"))


class Asked(mmap.mmap):
    """A map that notes which of its bytes it was told are needed."""

    needed: list[tuple[int, int]]

    def madvise(self, option: int, start: int = 0, length: int = 0) -> None:
        assert option == mmap.MADV_WILLNEED
        assert start % mmap.PAGESIZE == 0
        super().madvise(option, start, length)  # raises where it lies outside of the file
        self.needed.append((start, start + length))


def asked(path: Path, shape: tuple[int, ...]) -> tuple[np.memmap, Asked, int]:
    """The images of a .npy file in a map that takes notes, the map, and where the first image begins."""
    header = path.stat().st_size - math.prod(shape)
    with path.open("rb") as file:
        pages = Asked(file.fileno(), 0, access=mmap.ACCESS_READ)
    pages.needed = []
    images = np.ndarray.__new__(np.memmap, shape, np.uint8, buffer=pages, offset=header)
    images._mmap = pages  # by which np.memmap knows its own parts
    return images, pages, header


hints = pytest.mark.skipif(not hasattr(mmap, "MADV_WILLNEED"), reason="the system takes no hints")


@hints
@pytest.mark.parametrize("part", [slice(None), slice(5, None), slice(None, None, 3), slice(None, None, -1)])
def test_the_disk_is_asked_for_all_rows_of_a_batch(part: slice, tmp_path: Path) -> None:
    whole = np.random.default_rng(0).integers(0, 256, (30, 3, 50, 41), np.uint8)
    np.save(tmp_path / "images.npy", whole)
    on_disk, pages, header = asked(tmp_path / "images.npy", whole.shape)
    for rows in (np.array([7, 2, 2, 9]), np.array([1], np.uint32)):
        pages.needed.clear()
        np.testing.assert_array_equal(take(on_disk[part], rows), whole[part][rows])
        first = header + np.arange(30)[part][rows] * whole[0].nbytes
        assert pages.needed == [(at // mmap.PAGESIZE * mmap.PAGESIZE, at + whole[0].nbytes) for at in first.tolist()]
    pages.needed.clear()
    take(on_disk[part][..., ::-1], rows)  # no whole rows
    assert pages.needed == []


@hints
def test_images_beyond_four_gigabytes(tmp_path: Path) -> None:
    shape = (3000, 1, 1024, 2048)  # 6.3 GB, of which the file holds one image
    np.lib.format.open_memmap(tmp_path / "images.npy", "w+", np.uint8, shape=shape)[2900] = 7
    on_disk, pages, header = asked(tmp_path / "images.npy", shape)
    part = Rows(on_disk, slice(1, None))
    assert (part[np.array([2899])] == 7).all()
    assert pages.needed == [(2900 * 2**21, header + 2901 * 2**21)]


def test_memory_for_an_image(tmp_path: Path) -> None:
    """Splitting, shuffling and going through a set takes 11 bytes an image at most."""
    n = 500_000
    np.save(tmp_path / "labels.npy", np.zeros(n, np.uint8))
    np.lib.format.open_memmap(tmp_path / "images.npy", "w+", np.uint8, shape=(n, 1, 8, 8))
    tracemalloc.start()
    try:
        data = open_npy(tmp_path / "images.npy", tmp_path / "labels.npy", "0", Normalization(0, 1))
        rest, held = data.split(1000)
        batches = iter(DataLoader(rest, 64, shuffle=True))
        for _ in range(20):
            next(batches)
        for part in (rest, held):
            next(iter(DataLoader(part, 500)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 11 * n + 3e5


def test_measuring_large_images_takes_little_memory() -> None:
    images = np.zeros((40, 3, 512, 512), np.uint8)
    tracemalloc.start()
    try:
        Normalization.of(images)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40e6  # all of them in float64 are 252 MB


@pytest.mark.slow
def test_the_example_of_the_documentation(tmp_path: Path, run_python: Callable[..., str]) -> None:
    section = (ROOT / "docs" / "scale.md").read_text().split("\n## Data sets larger than memory\n")[1].split("\n## ")[0]
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    said = run_python(f"import os\nos.chdir({str(tmp_path)!r})\n{example}")
    assert re.fullmatch(r"(9\d|100)% of the held-out images\n", said)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and elsewhere a limit on memory is none")
def test_training_takes_the_same_memory_for_ten_times_as_many_images(tmp_path: Path) -> None:
    peaks = {}
    for gigabytes in (0.2, 2):
        folder = tmp_path / str(gigabytes)
        folder.mkdir()
        size = ["--gigabytes", str(gigabytes), "--limit", "400", "--steps", "200", "--batches", "100"]
        done = subprocess.run(
            [sys.executable, SCRIPT, folder, *size, "--sparse"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["steps"] == 200
        assert found["images"] == int(gigabytes * 1e9 / 3072)
        peaks[gigabytes] = found["peak_anonymous_MB"]
    assert peaks[0.2] > 50  # it was measured at all
    # images read into memory would be 1,800 more; what a first run needs to compile the loops differs by a few tens
    assert abs(peaks[2] - peaks[0.2]) < 100
