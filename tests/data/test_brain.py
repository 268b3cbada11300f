"""The brain's slices: labels from the maps, nothing cut off, and neighbours never on both sides."""

from pathlib import Path

import numpy as np
import pytest

from course.data import Normalization, brain, brain_slice
from course.data.brain import FILE, PLACES, Part, slice_numbers

PARTS = list(PLACES)


@pytest.fixture(scope="module")
def volumes() -> dict[str, np.ndarray]:
    with np.load(FILE) as file:
        return {name: file[name].astype(int) for name in file.files}


@pytest.mark.parametrize("part", PARTS)
def test_slices_and_label_maps(part: Part, volumes: dict[str, np.ndarray]) -> None:
    data = brain(part)
    n = len(slice_numbers(part))
    assert (data.images.shape, data.images.dtype) == ((n, 1, 96, 80), np.uint8)
    assert (data.labels.shape, data.labels.dtype) == ((n, 96, 80), np.int64)
    assert data.has_label_maps
    assert len(data.classes) == 3
    grey, white = volumes["grey_matter"], volumes["white_matter"]
    for image, labels, k in zip(data.images[:, 0], data.labels, slice_numbers(part), strict=True):
        for row in range(0, 96, 5):
            for column in range(0, 80, 3):
                place = column + 9, 115 - (row + 10), k  # left-right, back-front, bottom-top
                assert image[row, column] == volumes["t1"][place]
                g, w = grey[place] / 255, white[place] / 255
                assert labels[row, column] == (0 if g + w <= 0.5 else 2 if w > g else 1)


def test_every_tissue_in_every_part() -> None:
    for part in PARTS:
        shares = np.bincount(brain(part).labels.ravel(), minlength=3) / brain(part).labels.size
        assert shares.min() > 0.1, part
        assert (np.bincount(brain(part).labels[0].ravel(), minlength=3) > 0).all()


def test_nothing_of_the_brain_is_cut_off(volumes: dict[str, np.ndarray]) -> None:
    for name in ("t1", "grey_matter", "white_matter"):
        beside = volumes[name][:, ::-1].copy()  # front first, as rows are counted
        beside[9:89, 10:106] = 0
        assert beside.max() == 0


def test_front_is_at_the_top_and_white_matter_is_brighter() -> None:
    """At the height of the eyes the head is narrower in front; the cerebellum lies at the back."""
    data = brain()
    low = data.labels[:4] > 0  # the lowest slices: cerebellum and temporal lobes
    assert low[:, 48:].sum() > 2 * low[:, :48].sum()
    pixels = data.images[:, 0]
    assert (
        pixels[data.labels == 2].mean() > pixels[data.labels == 1].mean() + 40 > pixels[data.labels == 0].mean() + 100
    )


def test_neighbours_are_never_on_both_sides() -> None:
    for part in PARTS:
        for other in PARTS:
            if part != other:
                distances = np.abs(np.subtract.outer(slice_numbers(part), slice_numbers(other)))
                assert distances.min() >= 3  # 6 mm
    everything = [k for part in PARTS for k in slice_numbers(part)]
    assert len(everything) == len(set(everything)) == 51
    assert min(everything) == 6
    assert max(everything) == 72


def test_slices_of_other_parts_are_less_alike_than_neighbours() -> None:
    """Why there is a gap: what a network would gain by remembering the nearest training slice."""
    with np.load(FILE) as file:
        t1 = file["t1"].astype(float)

    def unlike(distance: int) -> float:
        return float(np.mean([np.abs(t1[:, :, k] - t1[:, :, k - distance]).mean() for k in slice_numbers("test")]))

    assert unlike(3) > 1.5 * unlike(1)


def test_the_normalization_is_that_of_the_training_slices() -> None:
    np.testing.assert_allclose(np.ravel(Normalization.of(brain().images)), brain().normalize, atol=5e-5)
    assert brain("test").normalize == brain().normalize


def test_arrays_are_read_once_and_cannot_be_changed() -> None:
    assert brain("test").images is brain("test").images
    for array in (brain().images, brain().labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_another_part() -> None:
    with pytest.raises(ValueError, match=r"^brain: part is 'all'; it must be one of 'train', 'validation', 'test'\.$"):
        brain("all")  # type: ignore[arg-type]


def test_one_slice_at_a_millimetre() -> None:
    image = brain_slice()
    assert (image.shape, image.dtype) == ((233, 197), np.uint8)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert len(rows) > len(columns) + 20  # a head is longer than broad
    image[...] = 0
    assert brain_slice().any()


def test_the_notice_is_kept_and_the_limits_are_said() -> None:
    notice = " ".join((Path(FILE).parents[4] / "NOTICE").read_text().split())
    assert (
        "Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre, Montreal Neurological Institute"
        in notice
    )
    assert "provided that the above copyright notice appear in all copies" in notice
    assert "ONE template" in str(brain.__doc__)
