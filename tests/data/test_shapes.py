"""Generated shapes: what is said of them is what is to be seen."""

import re
from typing import Any

import numpy as np
import pytest

from course.data import Shapes, shapes

SOME = shapes(300, seed=5, size=40)


def test_kinds_of_arrays() -> None:
    assert isinstance(SOME, Shapes)
    assert (SOME.images.shape, SOME.images.dtype) == ((300, 1, 40, 40), np.uint8)
    assert (SOME.labels.shape, SOME.labels.dtype) == ((300,), np.int64)
    assert (SOME.masks.shape, SOME.masks.dtype) == ((300, 40, 40), np.int64)
    assert (SOME.boxes.shape, SOME.boxes.dtype) == ((300, 4), np.int64)
    assert np.bincount(SOME.labels).min() > 70


def test_masks_hold_the_label_and_boxes_fit_tightly() -> None:
    for label, mask, (x0, y0, x1, y1) in zip(SOME.labels, SOME.masks, SOME.boxes, strict=True):
        assert set(np.unique(mask)) == {0, label + 1}
        inside = mask[y0:y1, x0:x1] > 0
        assert inside.sum() == (mask > 0).sum()
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_shapes_lie_wholly_inside_and_are_large_enough_to_see() -> None:
    """A border pixel may belong to a shape, but no shape is cut off: its area is what its outline says."""
    for label, mask, (x0, y0, x1, y1) in zip(SOME.labels, SOME.masks > 0, SOME.boxes, strict=True):
        width, height, area = x1 - x0, y1 - y0, mask.sum()
        if label == 0:
            assert abs(width - height) <= 1
            assert area == pytest.approx(np.pi * (width / 2) ** 2, rel=0.15)
        assert area >= 12


def test_three_kinds_of_outline() -> None:
    """Turned by half a turn, discs and rectangles are themselves; triangles are not. Discs are as wide across as along."""
    for label, mask, (x0, y0, x1, y1) in zip(SOME.labels, SOME.masks > 0, SOME.boxes, strict=True):
        cut = mask[y0:y1, x0:x1]
        kept = (cut & cut[::-1, ::-1]).sum() / cut.sum()
        assert (kept > 0.85) == (label != 2), (label, kept)
    corners = [cut_corner(mask, box) for mask, box in zip(SOME.masks > 0, SOME.boxes, strict=True)]
    assert np.mean(np.array(corners)[SOME.labels == 0]) == pytest.approx(np.pi / 4, abs=0.06)


def cut_corner(mask: np.ndarray, box: np.ndarray) -> float:
    """The share of its box that a shape fills."""
    x0, y0, x1, y1 = box
    return float(mask[y0:y1, x0:x1].mean())


def test_shape_and_background_can_be_told_apart() -> None:
    for image, mask in zip(SOME.images[:, 0].astype(float), SOME.masks > 0, strict=True):
        assert abs(image[mask].mean() - image[~mask].mean()) > 50
        assert image[~mask].std() < 10
    brighter = [
        image[mask].mean() > image[~mask].mean() for image, mask in zip(SOME.images[:, 0], SOME.masks > 0, strict=True)
    ]
    assert 0.3 < np.mean(brighter) < 0.7


def test_they_depend_on_seed_size_and_number_alone() -> None:
    again = shapes(20, seed=5, size=40)
    for a, b in zip(again, SOME, strict=True):
        np.testing.assert_array_equal(a, b[:20])
    for other in (shapes(20, seed=6, size=40), shapes(20, seed=5, size=41)):
        assert not np.array_equal(other.boxes, again.boxes)
    assert len({image.tobytes() for image in SOME.images}) == 300


def test_as_data_sets() -> None:
    classes, pixels = SOME.classification(), SOME.segmentation()
    assert classes.classes == ("disc", "rectangle", "triangle")
    assert pixels.classes == ("background", "disc", "rectangle", "triangle")
    assert pixels.has_label_maps
    assert abs(classes.normalize(classes.images).mean()) < 0.3
    assert len(shapes(0).classification()) == 0


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ((-1,), "shapes: n is -1; it must be a whole number of at least 0."),
        ((2, -1), "shapes: seed is -1; it must be a whole number of at least 0."),
        ((2, 0, 15), "shapes: size is 15; it must be a whole number of at least 16."),
    ],
)
def test_bad_arguments_get_a_sentence(arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        shapes(*arguments)


@pytest.mark.parametrize("size", [16, 33, 64])
def test_sizes(size: int) -> None:
    few = shapes(40, size=size)
    assert few.images.shape == (40, 1, size, size)
    assert ((few.boxes[:, 2:] - few.boxes[:, :2]) >= size // 8).all()
    assert (few.boxes >= 0).all()
    assert (few.boxes <= size).all()
