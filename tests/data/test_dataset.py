"""Parting a data set, bringing its pixels to a common scale, and what cannot be one."""

import re
from pathlib import Path

import numpy as np
import pytest

from course.data import DataLoader, Dataset, Normalization, mnist
from course.data.rows import Rows


def numbered(n: int) -> Dataset:
    """Images that carry their own number, so that an image and its label can be told apart from their neighbours."""
    images = np.zeros((n, 1, 2, 2), np.uint8)
    images[:, 0, 0, 0] = np.arange(n)
    return Dataset(images, np.arange(n), tuple(map(str, range(n))), Normalization(0.0, 1 / 255))


@pytest.mark.parametrize("held_out", [1, 7, 29])
def test_the_parts_of_a_split_are_disjoint_and_complete(held_out: int) -> None:
    rest, held = numbered(30).split(held_out, seed=4)
    assert (len(rest), len(held)) == (30 - held_out, held_out)
    assert sorted([*rest.labels, *held.labels]) == list(range(30))
    np.testing.assert_array_equal(held.images[:, 0, 0, 0], held.labels)
    assert rest.classes == held.classes == numbered(30).classes


def test_a_split_depends_on_its_seed() -> None:
    held = [tuple(numbered(30).split(8, seed)[1].labels) for seed in (0, 0, 1)]
    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("held_out", [0, 30, -1, 2.5])
def test_a_split_leaves_something_on_both_sides(held_out: int) -> None:
    sentence = f"^split: held_out is {held_out}, but it must leave something of 30 images on both sides\\.$"
    with pytest.raises(ValueError, match=sentence):
        numbered(30).split(held_out)


@pytest.mark.parametrize(
    "which",
    [slice(3, 9, 2), [7, 7, 1], np.array([4, 0]), np.arange(30) % 4 == 1, np.zeros(0, int)],
    ids=["slice", "list", "indices", "mask", "none"],
)
def test_subsets(which: slice | list[int] | np.ndarray) -> None:
    part = numbered(30)[which]
    expected = np.arange(30)[which]
    np.testing.assert_array_equal(part.labels, expected)
    np.testing.assert_array_equal(part.images[:, 0, 0, 0], expected)
    assert part.images.shape[1:] == (1, 2, 2)


MAPS = np.zeros((2, 4, 5), np.int64)
BAD = {
    "number of labels": (
        (np.zeros((2, 1, 2, 2), np.uint8), np.zeros(3, int), ("0",)),
        "Dataset: 2 images but 3 labels.",
    ),
    "size of label maps": (
        (np.zeros((2, 3, 5, 4), np.uint8), MAPS, ("0",)),
        "Dataset: the label maps have shape (2, 4, 5), but images of shape (2, 3, 5, 4) need one label a pixel, (2, 5, 4).",
    ),
    "label too large": (
        (np.zeros((3, 1, 2, 2), np.uint8), np.array([0, 2, 1]), ("cat", "dog")),
        "Dataset: label 2 names none of 2 classes, 0 to 1.",
    ),
    "label negative": (
        (np.zeros((1, 1, 2, 2), np.uint8), np.array([-1]), ("cat", "dog")),
        "Dataset: label -1 names none of 2 classes, 0 to 1.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_data_set(name: str) -> None:
    arguments, sentence = BAD[name]
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        Dataset(*arguments, Normalization(0, 1))


@pytest.mark.parametrize("which", [3, np.int64(3), np.array(3), np.zeros((1, 2), int)])
def test_one_image_is_no_data_set(which: int) -> None:
    with pytest.raises(
        ValueError, match=r"^Dataset: .+ picks no list of images; take data\[3:4\] for a set of one, or "
    ):
        numbered(5)[which]


@pytest.mark.parametrize(
    "labels", [np.zeros((2, 4), np.float32), np.zeros((2, 3, 4, 5), np.float32), np.zeros((2, 4, 5), np.float32)]
)
def test_boxes_and_pictures_can_be_labels(labels: np.ndarray) -> None:
    data = Dataset(np.zeros((2, 3, 4, 5), np.uint8), labels, (), Normalization(0, 1))
    assert not data.has_label_maps
    assert data[:1].labels.shape == (1, *labels.shape[1:])


def test_label_maps() -> None:
    maps = np.arange(24).reshape(2, 3, 4) % 3
    data = Dataset(np.zeros((2, 1, 3, 4), np.uint8), maps, ("a", "b", "c"), Normalization(0, 1))
    assert data.has_label_maps
    assert not numbered(3).has_label_maps
    _, labels = next(iter(DataLoader(data[1:])))
    np.testing.assert_array_equal(labels, maps[1:])


def test_each_channel_has_its_own_scale(rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (5, 3, 4, 2), np.uint8)
    before = images.copy()
    mean, std = (0.1, 0.5, 0.9), (0.2, 0.3, 0.4)
    normalised = Normalization(mean, std)(images)
    assert (normalised.dtype, normalised.shape) == (np.float32, images.shape)
    for c in range(3):
        np.testing.assert_allclose(normalised[:, c], (images[:, c] / 255 - mean[c]) / std[c], rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(normalised[:, c], Normalization(mean[c], std[c])(images[:, c]))
    np.testing.assert_array_equal(Normalization(mean, std)(images[0]), normalised[0])  # one image, (C, H, W)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize(
    "mean, std, shape",
    [((0.1, 0.2), (0.3, 0.4), (2, 3, 4, 5)), (0.5, (0.1, 0.2), (1, 2, 3, 3)), ((0.1,) * 3, (0.1,) * 3, (3, 3))],
)
def test_as_many_channels_as_numbers(mean: object, std: object, shape: tuple[int, ...]) -> None:
    sentence = re.escape(
        f"Normalization: mean {mean} and std {std} must have one number for each channel, "
        f"but the images have shape {shape}, (N, C, H, W)."
    )
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Normalization(mean, std)(np.zeros(shape, np.uint8))  # type: ignore[arg-type]


@pytest.mark.parametrize("std", [0, (0.5, 0.0)])
def test_no_contrast_is_no_scale(std: object) -> None:
    with pytest.raises(
        ValueError, match=r"^Normalization: std is .*; a channel without any contrast cannot be divided by"
    ):
        Normalization(0.5, std)(np.zeros((1, 2, 3, 3), np.uint8))  # type: ignore[arg-type]


def test_a_normalization_is_measured(rng: np.random.Generator) -> None:
    images = rng.integers(0, [[[100]], [[256]], [[30]]], (600, 3, 4, 5)).astype(np.uint8)
    mean, std = Normalization.of(images)
    np.testing.assert_allclose(mean, (images / 255).mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(std, (images / 255).std(axis=(0, 2, 3)))
    normalised = Normalization.of(images)(images)
    np.testing.assert_allclose(normalised.mean(axis=(0, 2, 3)), 0, atol=1e-4)
    np.testing.assert_allclose(normalised.std(axis=(0, 2, 3)), 1, rtol=1e-4)


def test_an_even_channel_keeps_its_scale() -> None:
    images = np.full((2, 1, 3, 3), 51, np.uint8)
    np.testing.assert_allclose(Normalization.of(images)(images), 0, atol=1e-6)


@pytest.mark.parametrize("shape", [(0, 3, 2, 2), (3, 2, 2)])
def test_nothing_to_measure(shape: tuple[int, ...]) -> None:
    sentence = re.escape(f"Normalization.of: images have shape {shape}; it needs (N, C, H, W) with N of at least 1.")
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Normalization.of(np.zeros(shape, np.uint8))


class Counting(np.memmap):
    """Notes how many images are read at a time."""

    read: list[int]

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        found = super().__getitem__(index)
        if not isinstance(index, slice):  # a slice of a map is a map
            Counting.read.append(len(np.atleast_1d(index)))
        return found

    def __array__(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        Counting.read.append(len(self))
        return super().__array__(*args, **kwargs)


@pytest.fixture
def on_disk(tmp_path: Path) -> Dataset:
    data = numbered(200)
    data.images.tofile(tmp_path / "images.bin")
    images = Counting(tmp_path / "images.bin", np.uint8, "r", shape=data.images.shape)
    Counting.read = []
    return Dataset(images, data.labels, data.classes, data.normalize)


def test_images_on_disk_are_read_batch_by_batch(on_disk: Dataset) -> None:
    rest, held = on_disk.split(50, seed=3)
    some = rest[rest.labels % 2 == 0][5:45][np.array([3, 30, 2])]
    assert Counting.read == []  # nothing yet
    in_memory = numbered(200).split(50, seed=3)[0]
    for mine, theirs in zip(DataLoader(rest, 16, shuffle=True), DataLoader(in_memory, 16, shuffle=True), strict=True):
        for a, b in zip(mine, theirs, strict=True):
            assert type(a) is np.ndarray
            np.testing.assert_array_equal(a, b)
    assert max(Counting.read) == 16
    expected = in_memory[in_memory.labels % 2 == 0][5:45][np.array([3, 30, 2])]
    np.testing.assert_array_equal(np.asarray(some.images), expected.images)
    np.testing.assert_array_equal(some.normalize(some.images), expected.normalize(expected.images))
    assert held.images.shape == (50, 1, 2, 2)
    assert isinstance(on_disk[3:7].images, np.memmap)


def test_rows_are_indexed_as_an_array_is(rng: np.random.Generator) -> None:
    array, which = rng.normal(size=(9, 2, 3)), [4, 8, 1, 1]
    rows = Rows(array, which)
    assert (rows.shape, rows.ndim, rows.dtype, len(rows)) == ((4, 2, 3), 3, array.dtype, 4)
    for index in (
        2,
        -1,
        slice(1, 3),
        [0, 2],
        np.array([True, False, True, True]),
        (slice(None), 1),
        (2, 0, 1),
        (-1, ...),
    ):
        np.testing.assert_array_equal(rows[index], array[which][index])
    np.testing.assert_array_equal(np.asarray(rows, np.float32), array[which].astype(np.float32))
    with pytest.raises(ValueError, match=r"^Rows: these images lie on disk and cannot be had without reading them\.$"):
        np.array(rows, copy=False)


def test_mnist_is_normalised_to_the_same_bits_as_ever() -> None:
    images = mnist(train=False).images[:100]
    expected = images.astype(np.float32) * np.float32(1 / (255 * 0.3081)) - np.float32(0.1307 / 0.3081)
    np.testing.assert_array_equal(Normalization(0.1307, 0.3081)(images), expected)
