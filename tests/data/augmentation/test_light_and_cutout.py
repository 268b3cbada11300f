"""What changes levels: against the formulas."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.data.augmentation import cutout, pca_colour, principal_colours, random_brightness, random_contrast

FLOATS = st.sampled_from([np.float32, np.float64])


@given(st.floats(0, 1), FLOATS)
def test_brightness_adds_one_level_to_all_pixels_of_an_image(amount: float, dtype: Any) -> None:
    images = np.random.default_rng(0).random((40, 3, 2, 5)).astype(dtype)
    added = random_brightness(images, np.random.default_rng(1), amount) - images
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-6
    steps = added[:, 0, 0, 0]
    assert np.abs(steps).max() <= amount + 1e-6
    assert steps.min() <= -0.8 * amount + 1e-6
    assert steps.max() >= 0.8 * amount - 1e-6


def test_bytes_are_brightened_by_255_and_stay_bytes() -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 4, 4), np.uint8)
    out = random_brightness(images, np.random.default_rng(1), 0.5)
    steps = 255 * np.random.default_rng(1).uniform(-0.5, 0.5, 40)
    for before, after, step in zip(images, out, steps, strict=True):
        np.testing.assert_array_equal(after, [[[min(255, max(0, round(v + step))) for v in row] for row in before[0]]])
    assert out.min() == 0
    assert out.max() == 255


@given(st.floats(0, 1), FLOATS)
def test_contrast_stretches_about_the_mean(amount: float, dtype: Any) -> None:
    images = np.random.default_rng(0).random((40, 3, 2, 5)).astype(dtype)
    out = random_contrast(images, np.random.default_rng(1), amount)
    np.testing.assert_allclose(out.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), atol=1e-5)
    factors = out.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert factors.min() >= 1 - amount - 1e-4
    assert factors.max() <= 1 + amount + 1e-4
    assert np.ptp(factors) >= 1.6 * amount - 1e-4
    for before, after, factor in zip(images, out, factors, strict=True):
        np.testing.assert_allclose(after, before.mean() + factor * (before - before.mean()), atol=1e-4)


def colourful(n: int = 300) -> np.ndarray:
    """Pixels that vary most along (1, 1, 0.5), somewhat along (1, -1, 0)."""
    rng = np.random.default_rng(4)
    light, tint = rng.normal(0, 0.12, (n, 1, 6, 7)), rng.normal(0, 0.04, (n, 1, 6, 7))
    levels = 0.5 + np.concatenate([light + tint, light - tint, 0.5 * light], axis=1)
    return np.clip(np.rint(255 * levels), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("as_floats", [False, True])
def test_principal_colours_are_the_eigenvectors_of_the_covariance(as_floats: bool) -> None:
    images = colourful() / 255 if as_floats else colourful()
    found = principal_colours(images)
    covariance = np.cov((colourful() / 255).transpose(1, 0, 2, 3).reshape(3, -1), bias=True)
    variances = np.linalg.norm(found, axis=0)
    assert (np.diff(variances) <= 0).all()
    for direction, variance in zip(found.T, variances, strict=True):
        np.testing.assert_allclose(covariance @ direction, variance * direction, atol=1e-12)
        assert direction[np.abs(direction).argmax()] > 0
    np.testing.assert_allclose(variances.sum(), np.trace(covariance))
    np.testing.assert_allclose(found[:, 0] / found[0, 0], [1, 1, 0.5], atol=0.05)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_pca_colour_is_section_4_1_of_the_paper(dtype: Any) -> None:
    images = colourful(200) if dtype == np.uint8 else (colourful(200) / 255).astype(dtype)
    directions = principal_colours(images) * 20  # plainly visible
    out = pca_colour(images, np.random.default_rng(2), directions, std=0.3)
    alphas = np.random.default_rng(2).normal(0, 0.3, (200, 3))
    for before, after, alpha in zip(images, out, alphas, strict=True):
        shift = sum(a * direction for a, direction in zip(alpha, directions.T, strict=True))
        expected = before + (255 if dtype == np.uint8 else 1) * shift[:, None, None]
        if dtype == np.uint8:
            np.testing.assert_array_equal(after, np.clip(np.rint(expected), 0, 255))
        else:
            np.testing.assert_allclose(after, expected, atol=1e-6)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 12), st.integers(1, 12))
def test_cutout_hides_one_rectangle(h: int, w: int, height: int, width: int) -> None:
    images = np.full((30, 2, h, w), 200, np.uint8)
    out = cutout(images, np.random.default_rng(h), (height, width), fill=3)
    rng = np.random.default_rng(h)
    rows, columns = rng.integers(0, h, 30), rng.integers(0, w, 30)
    for after, row, column in zip(out, rows, columns, strict=True):
        for y in range(h):
            for x in range(w):
                hidden = (
                    row - height // 2 <= y < row - height // 2 + height
                    and column - width // 2 <= x < column - width // 2 + width
                )
                assert (after[:, y, x] == (3 if hidden else 200)).all()
    assert (out == 3).any(axis=(1, 2, 3)).all()  # the middle is always inside


def test_labels_of_hidden_pixels_stay() -> None:
    images, masks = np.ones((4, 1, 6, 6)), np.arange(144).reshape(4, 6, 6)
    out, same = cutout((images, masks), np.random.default_rng(0), 4)
    assert (out == 0).any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(same, masks)
