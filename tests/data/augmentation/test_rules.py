"""What all augmentations promise: kinds of numbers, untouched inputs, chance from the generator alone, a sentence for a mistake."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from course.data import augmentation
from course.data.augmentation import (
    compose,
    cutout,
    pca_colour,
    principal_colours,
    random_brightness,
    random_contrast,
    random_crop,
    random_flip,
    random_rotation,
    random_scale,
    random_shift,
)

COLOURS = np.diag([0.5, 0.4, 0.3])
ALL: dict[str, Callable[..., Any]] = {
    "random_flip": random_flip,
    "random_shift": random_shift,
    "random_crop": partial(random_crop, size=(6, 5), padding=1),
    "random_rotation": partial(random_rotation, degrees=40),
    "random_scale": partial(random_scale, factors=(0.5, 2)),
    "random_brightness": random_brightness,
    "random_contrast": random_contrast,
    "pca_colour": partial(pca_colour, directions=COLOURS, std=1),
    "cutout": partial(cutout, size=3),
    "compose": compose(random_flip, random_shift, partial(random_rotation, degrees=20), random_brightness, cutout),
}
every = pytest.mark.parametrize("name", ALL)


def batch(dtype: Any = np.uint8, n: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    levels = rng.integers(0, 256, (n, 3, 7, 9), np.uint8)
    images = levels if dtype == np.uint8 else (levels / 255).astype(dtype)
    return images, rng.integers(0, 5, (n, 7, 9))


def test_none_is_forgotten() -> None:
    assert {*ALL, "principal_colours"} == set(augmentation.__all__)


@every
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_kinds_and_inputs_stay(name: str, dtype: Any) -> None:
    images, masks = batch(dtype)
    before = images.copy(), masks.copy()
    for array in (images, masks):
        array.setflags(write=False)
    out, moved = ALL[name]((images, masks), np.random.default_rng(0))
    assert (out.dtype, moved.dtype) == (dtype, masks.dtype)
    assert len(out) == len(images)
    assert moved.shape == (len(out), *out.shape[2:])
    assert not np.shares_memory(out, images)
    assert not np.shares_memory(moved, masks)
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(masks, before[1])
    out[...], moved[...] = 0, 0  # what comes out may be written to
    if name != "random_crop":
        assert not np.array_equal(ALL[name](images, np.random.default_rng(0)), images)


@every
def test_memory_order_does_not_matter(name: str) -> None:
    images, masks = batch()
    expected = ALL[name]((images, masks), np.random.default_rng(3))
    for other in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=-1)[..., ::2]):
        found = ALL[name]((other(images), other(masks)), np.random.default_rng(3))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)


@every
def test_chance_comes_from_the_generator(name: str) -> None:
    images, _ = batch()
    one, same, other = (ALL[name](images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(ALL[name](images, rng), one)
    assert not np.array_equal(ALL[name](images, rng), one)


@every
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_an_empty_batch_stays_empty(name: str, dtype: Any) -> None:
    out, masks = ALL[name](batch(dtype, 0), np.random.default_rng(0))
    assert (len(out), len(masks), out.shape[1], out.dtype, masks.dtype) == (0, 0, 3, dtype, np.int64)
    assert masks.shape[1:] == out.shape[2:]


@every
def test_a_single_pixel(name: str) -> None:
    if name != "random_crop":
        assert ALL[name](np.ones((1, 3, 1, 1)), np.random.default_rng(0)).shape == (1, 3, 1, 1)


def test_steps_are_taken_in_order_with_one_generator() -> None:
    images, _ = batch()
    rng = np.random.default_rng(5)
    expected = cutout(random_shift(images, rng, 3), rng, 4)
    both = compose(partial(random_shift, pixels=3), partial(cutout, size=4))
    np.testing.assert_array_equal(both(images, np.random.default_rng(5)), expected)


IMAGES, MASKS = batch()
RNG = np.random.default_rng(0)
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "rank": (
        lambda: random_flip(IMAGES[0], RNG),
        "random_flip: images has shape (3, 7, 9), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "dtype": (
        lambda: random_shift(IMAGES.astype(int), RNG),
        "random_shift: images have dtype int64; use uint8 (0 to 255), float32 or float64.",
    ),
    "shape of maps": (
        lambda: cutout((IMAGES, MASKS[:, :-1]), RNG),
        "cutout: the label maps are int64 (12, 6, 9); images of shape (12, 3, 7, 9) need integers (12, 7, 9).",
    ),
    "kind of maps": (
        lambda: cutout((IMAGES, MASKS / 2), RNG),
        "cutout: the label maps are float64 (12, 7, 9); images of shape (12, 3, 7, 9) need integers (12, 7, 9).",
    ),
    "no generator": (
        lambda: random_scale(IMAGES, 3),  # type: ignore[arg-type]
        "random_scale: rng is 3; it must be a generator such as np.random.default_rng(0).",
    ),
    "p": (lambda: random_flip(IMAGES, RNG, 1.5), "random_flip: p is 1.5; it must be a number from 0 to 1."),
    "p is none": (lambda: random_flip(IMAGES, RNG, np.nan), "random_flip: p is nan; it must be a number from 0 to 1."),
    "axis": (
        lambda: random_flip(IMAGES, RNG, axis=1),
        "random_flip: axis is 1; it must be -1 (left and right) or -2 (top and bottom).",
    ),
    "pixels": (
        lambda: random_shift(IMAGES, RNG, -1),
        "random_shift: pixels is -1; it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "fill of a shift": (
        lambda: random_shift(IMAGES, RNG, fill=300),
        "random_shift: fill is 300; for uint8 images it must be a whole number from 0 to 255.",
    ),
    "fill of a crop": (
        lambda: random_crop(IMAGES, RNG, 3, fill=-1),
        "random_crop: fill is -1; for uint8 images it must be a whole number from 0 to 255.",
    ),
    "fill of a rotation": (
        lambda: random_rotation(IMAGES, RNG, fill=0.5),
        "random_rotation: fill is 0.5; for uint8 images it must be a whole number from 0 to 255.",
    ),
    "fill of a scaling": (
        lambda: random_scale(IMAGES, RNG, fill=np.nan),
        "random_scale: fill is nan; for uint8 images it must be a whole number from 0 to 255.",
    ),
    "fill of cutout": (
        lambda: cutout(IMAGES, RNG, fill=256),
        "cutout: fill is 256; for uint8 images it must be a whole number from 0 to 255.",
    ),
    "a crop that does not fit": (
        lambda: random_crop(IMAGES, RNG, (10, 9), padding=1),
        "random_crop: a piece of 10x9 does not fit into 9x11 (the image with its padding); use a smaller size or more padding.",
    ),
    "an empty crop": (
        lambda: random_crop(IMAGES, RNG, 0),
        "random_crop: size is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "padding": (
        lambda: random_crop(IMAGES, RNG, 3, padding=(1, -1)),
        "random_crop: padding is (1, -1); it must be a whole number of at least 0, or a pair (h, w) of them.",
    ),
    "degrees": (
        lambda: random_rotation(IMAGES, RNG, -5),
        "random_rotation: degrees is -5; it must be a number of at least 0.",
    ),
    "infinite degrees": (
        lambda: random_rotation(IMAGES, RNG, np.inf),
        "random_rotation: degrees is inf; it must be a number of at least 0.",
    ),
    "factors": (
        lambda: random_scale(IMAGES, RNG, (1.2, 0.8)),
        "random_scale: factors are (1.2, 0.8); they must be two numbers above 0, the smaller one first.",
    ),
    "one factor": (
        lambda: random_scale(IMAGES, RNG, 2),  # type: ignore[arg-type]
        "random_scale: factors are 2; they must be two numbers above 0, the smaller one first.",
    ),
    "amount": (
        lambda: random_brightness(IMAGES, RNG, 40),
        "random_brightness: amount is 40; it must be a number from 0 to 1.",
    ),
    "amount of contrast": (
        lambda: random_contrast(IMAGES, RNG, "much"),  # type: ignore[arg-type]
        "random_contrast: amount is 'much'; it must be a number from 0 to 1.",
    ),
    "directions": (
        lambda: pca_colour(IMAGES, RNG, np.eye(2)),
        "pca_colour: directions have shape (2, 2), but images with 3 channels need (3, 3), from principal_colours.",
    ),
    "std": (lambda: pca_colour(IMAGES, RNG, COLOURS, -1), "pca_colour: std is -1; it must be a number of at least 0."),
    "no colours": (
        lambda: principal_colours(IMAGES[:0]),
        "principal_colours: images have shape (0, 3, 7, 9); it needs (N, C, H, W) with at least one pixel.",
    ),
    "size of cutout": (
        lambda: cutout(IMAGES, RNG, 0),
        "cutout: size is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_gets_a_sentence(name: str) -> None:
    call, sentence = BAD[name]
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()
