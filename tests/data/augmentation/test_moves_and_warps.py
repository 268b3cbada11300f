"""What moves pixels: against slow loops, SciPy and scikit-image, and with label maps in step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.data.augmentation import random_crop, random_flip, random_rotation, random_scale, random_shift

BITS = st.sampled_from([np.uint8, np.float32, np.float64])
SIDE = st.integers(1, 9)


def some(n: int, c: int, h: int, w: int, dtype: Any = np.uint8, seed: int = 0) -> np.ndarray:
    """Images of all levels, none of them 0, so that filled pixels can be told."""
    levels = np.random.default_rng(seed).integers(1, 256, (n, c, h, w), np.uint8)
    return levels if dtype == np.uint8 else levels.astype(dtype) / dtype(255)


@given(SIDE, SIDE, st.sampled_from([-1, -2]), BITS)
def test_a_flip_is_a_flip_or_nothing(h: int, w: int, axis: int, dtype: Any) -> None:
    images = some(20, 2, h, w, dtype)
    out = random_flip(images, np.random.default_rng(h), 0.5, axis)
    mirrored = images[:, :, :, ::-1] if axis == -1 else images[:, :, ::-1]
    same = [np.array_equal(a, b) for a, b in zip(out, images, strict=True)]
    flipped = [np.array_equal(a, b) for a, b in zip(out, mirrored, strict=True)]
    assert all(a or b for a, b in zip(same, flipped, strict=True))
    if (w if axis == -1 else h) > 3:
        assert 3 < sum(flipped) < 17
    np.testing.assert_array_equal(random_flip(images, np.random.default_rng(0), p=0, axis=axis), images)
    np.testing.assert_array_equal(random_flip(images, np.random.default_rng(0), p=1, axis=axis), mirrored)


def moved(image: np.ndarray, down: int, right: int, fill: float) -> np.ndarray:
    """One image (C, H, W) shifted, pixel by pixel."""
    out = np.full_like(image, fill)
    _, height, width = image.shape
    for y in range(height):
        for x in range(width):
            if 0 <= y - down < height and 0 <= x - right < width:
                out[:, y, x] = image[:, y - down, x - right]
    return out


@given(SIDE, SIDE, st.integers(0, 3), st.integers(0, 3), BITS)
def test_a_shift_is_one_of_all_shifts(h: int, w: int, down: int, right: int, dtype: Any) -> None:
    images = some(8, 2, h, w, dtype)
    out = random_shift(images, np.random.default_rng(down), (down, right), fill=0)
    for before, after in zip(images, out, strict=True):
        possible = [moved(before, dy, dx, 0) for dy in range(-down, down + 1) for dx in range(-right, right + 1)]
        assert any(np.array_equal(after, p) for p in possible)


def test_all_shifts_are_drawn_equally_often_and_seen_by_scipy() -> None:
    shift = pytest.importorskip("scipy.ndimage").shift
    images = np.repeat(some(1, 1, 5, 7), 4500, axis=0)
    out = random_shift(images, np.random.default_rng(3), pixels=1, fill=9)
    counts = [
        (out == shift(images[0], (0, dy, dx), order=0, cval=9)).all(axis=(1, 2, 3)).sum()
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
    ]
    assert sum(counts) == 4500
    assert min(counts) > 400  # 500 each; the standard deviation is 21
    assert max(counts) < 600


@given(SIDE, SIDE, st.data())
def test_a_crop_is_a_piece_of_the_padded_image(h: int, w: int, data: st.DataObject) -> None:
    py, px = data.draw(st.tuples(st.integers(0, 2), st.integers(0, 3)))
    height, width = data.draw(st.tuples(st.integers(1, h + 2 * py), st.integers(1, w + 2 * px)))
    images = some(6, 2, h, w)
    out = random_crop(images, np.random.default_rng(h), (height, width), (py, px), fill=7)
    assert out.shape == (6, 2, height, width)
    for before, after in zip(images, out, strict=True):
        padded = np.pad(before, ((0, 0), (py, py), (px, px)), constant_values=7)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2, height, width))[
            0
        ]  # (tops, lefts, C, height, width)
        assert (windows == after).all(axis=(2, 3, 4)).any()


def test_a_crop_can_be_taken_from_every_corner() -> None:
    image = np.arange(16, dtype=np.uint8).reshape(1, 1, 4, 4).repeat(400, axis=0)
    firsts = random_crop(image, np.random.default_rng(0), size=3)[:, 0, 0, 0]
    assert set(firsts.tolist()) == {0, 1, 4, 5}
    np.testing.assert_array_equal(random_crop(image, np.random.default_rng(0), size=4), image)


def bilinear(plane: np.ndarray, y: float, x: float, fill: float) -> float:
    """The level between four pixels, those outside being `fill`: as the formula says."""
    top, left = int(np.floor(y)), int(np.floor(x))
    total = 0.0
    for row, row_weight in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, column_weight in ((left, 1 - (x - left)), (left + 1, x - left)):
            inside = 0 <= row < plane.shape[0] and 0 <= column < plane.shape[1]
            total += row_weight * column_weight * (plane[row, column] if inside else fill)
    return total


def turned(image: np.ndarray, angle: float, fill: float) -> np.ndarray:
    """One image (C, H, W) turned anticlockwise by an angle in radians: where does each pixel come from?"""
    out = np.empty(image.shape)
    middle_y, middle_x = (image.shape[1] - 1) / 2, (image.shape[2] - 1) / 2
    for y in range(image.shape[1]):
        for x in range(image.shape[2]):
            right, up = x - middle_x, middle_y - y
            # the place that an anticlockwise turn brings here lies clockwise from here
            from_right, from_up = right * np.cos(angle) + up * np.sin(angle), up * np.cos(angle) - right * np.sin(angle)
            for c, plane in enumerate(image):
                out[c, y, x] = bilinear(plane, middle_y - from_up, middle_x + from_right, fill)
    return out


def enlarged(image: np.ndarray, factor: float, fill: float) -> np.ndarray:
    out = np.empty(image.shape)
    middle_y, middle_x = (image.shape[1] - 1) / 2, (image.shape[2] - 1) / 2
    for y in range(image.shape[1]):
        for x in range(image.shape[2]):
            for c, plane in enumerate(image):
                place = middle_y + (y - middle_y) / factor, middle_x + (x - middle_x) / factor
                out[c, y, x] = bilinear(plane, *place, fill)
    return out


@given(SIDE, SIDE, st.floats(0, 400), st.sampled_from([0, 0.5]))
def test_rotation_is_bilinear(h: int, w: int, degrees: float, fill: float) -> None:
    images = some(3, 2, h, w, np.float64)
    out = random_rotation(images, np.random.default_rng(5), degrees, fill)
    angles = np.deg2rad(np.random.default_rng(5).uniform(-degrees, degrees, 3))
    for before, after, angle in zip(images, out, angles, strict=True):
        np.testing.assert_allclose(after, turned(before, angle, fill), atol=1e-9)


@given(SIDE, SIDE, st.floats(0.3, 3), st.floats(0, 2), st.sampled_from([0, 0.5]))
def test_scaling_is_bilinear(h: int, w: int, least: float, more: float, fill: float) -> None:
    images = some(3, 2, h, w, np.float64)
    out = random_scale(images, np.random.default_rng(5), (least, least + more), fill)
    factors = np.random.default_rng(5).uniform(least, least + more, 3)
    for before, after, factor in zip(images, out, factors, strict=True):
        np.testing.assert_allclose(after, enlarged(before, factor, fill), atol=1e-9)


class Fixed(np.random.Generator):
    """A generator whose `uniform` gives the upper bound."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def uniform(self, low=0.0, high=1.0, size=None):  # type: ignore[no-untyped-def]
        return np.full(size, high)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4])
def test_quarter_turns_are_those_of_numpy(quarters: int) -> None:
    images = some(2, 3, 6, 6)
    out = random_rotation(images, Fixed(), 90 * quarters)
    np.testing.assert_array_equal(out, np.rot90(images, quarters, axes=(2, 3)))
    masks = images[:, 0].astype(np.int64)
    np.testing.assert_array_equal(
        random_rotation((images, masks), Fixed(), 90 * quarters)[1], np.rot90(masks, quarters, axes=(1, 2))
    )


@pytest.mark.parametrize("angle", [7, 31, 120])
def test_rotation_as_scikit_image_does_it(angle: float) -> None:
    transform = pytest.importorskip("skimage.transform")
    images = some(1, 1, 12, 12, np.float64)
    images = np.pad(images, ((0, 0), (0, 0), (6, 6), (6, 6)))  # black borders, where the two have other ideas
    ours = random_rotation(images, Fixed(), angle)
    np.testing.assert_allclose(ours[0, 0], transform.rotate(images[0, 0], angle, order=1), atol=1e-9)


@pytest.mark.parametrize("factor", [0.6, 1.7])
def test_scaling_as_scikit_image_does_it(factor: float) -> None:
    transform = pytest.importorskip("skimage.transform")
    images = np.pad(some(1, 1, 8, 6, np.float64), ((0, 0), (0, 0), (9, 9), (9, 9)))
    h, w = images.shape[2:]
    middle = np.array([(w - 1) / 2, (h - 1) / 2])
    there = transform.AffineTransform(scale=factor, translation=middle - factor * middle)
    theirs = transform.warp(images[0, 0], there.inverse, order=1)
    np.testing.assert_allclose(random_scale(images, Fixed(), (factor, factor))[0, 0], theirs, atol=1e-9)


def test_angles_and_factors_of_a_batch_differ_and_stay_within_their_bounds() -> None:
    """The tip of a line from the middle to the right tells the angle and the length."""
    images = np.zeros((300, 1, 101, 101))
    images[:, 0, 50, 50:90] = 1
    y, x = np.mgrid[50:-51:-1, -50:51]
    tops, rights = (random_rotation(images, np.random.default_rng(1), 30)[:, 0] * [[y], [x]]).sum(axis=(2, 3))
    angles = np.rad2deg(np.arctan2(tops, rights))
    assert angles.min() > -31
    assert angles.max() < 31
    assert (angles < -25).any() and (angles > 25).any()
    assert abs(angles.mean()) < 3
    lengths = random_scale(images, np.random.default_rng(1), (0.5, 1.2))[:, 0, 50].sum(axis=1)
    assert 19 < lengths.min() < 22
    assert 46 < lengths.max() < 49


GEOMETRIC: dict[str, Callable[..., Any]] = {
    "flip": random_flip,
    "shift": lambda batch, rng: random_shift(batch, rng, 3),
    "crop": lambda batch, rng: random_crop(batch, rng, (9, 6), 2),
    "rotation": lambda batch, rng: random_rotation(batch, rng, 60),
    "scale": lambda batch, rng: random_scale(batch, rng, (0.5, 2)),
}


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int32])
@pytest.mark.parametrize("name", GEOMETRIC)
def test_label_maps_stay_in_step(name: str, kind: Any) -> None:
    """Large even patches: away from their borders, the image says what the map must say."""
    masks = np.kron(np.random.default_rng(0).integers(0, 4, (30, 3, 2)), np.ones((1, 5, 5), int)).astype(kind)
    images = (60 * masks[:, None]).astype(np.uint8)
    out, moved_masks = GEOMETRIC[name]((images, masks), np.random.default_rng(1))
    assert moved_masks.dtype == kind
    assert moved_masks.shape == (len(out), *out.shape[2:])
    assert set(np.unique(moved_masks)) <= {0, 1, 2, 3}
    same = out[:, 0] == 60 * moved_masks.astype(int)
    if name in ("flip", "shift", "crop"):
        assert same.all()
    else:
        blurred = out[:, 0] % 60 > 0
        assert (same | blurred).mean() > 0.995  # of a level by chance between two others
        near = np.abs(out[:, 0] / 60 - moved_masks) <= 1.5  # nearest and bilinear never lie far apart
        assert near[blurred].mean() > 0.97
        assert same.mean() > 0.5
    np.testing.assert_array_equal(out, GEOMETRIC[name](images, np.random.default_rng(1)))


def test_a_map_takes_the_nearest_label() -> None:
    masks = np.arange(1, 36).reshape(1, 5, 7)
    images = np.zeros((1, 1, 5, 7))
    _, found = random_rotation((images, masks), Fixed(), 25)
    cos, sin = np.cos(np.deg2rad(25)), np.sin(np.deg2rad(25))
    for y in range(5):
        for x in range(7):
            right, up = x - 3, 2 - y
            row = round(2 - (up * cos - right * sin))
            column = round(3 + (right * cos + up * sin))
            assert found[0, y, x] == (masks[0, row, column] if 0 <= row < 5 and 0 <= column < 7 else 0)
