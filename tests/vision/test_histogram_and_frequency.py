"""Equalisation beside scikit-image, spectra beside the sum that defines them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import vision
from course.data.photo import photo


def test_scikit_image_equalises_whole_numbers_alike() -> None:
    exposure = pytest.importorskip("skimage.exposure")
    image = photo()[1]
    np.testing.assert_allclose(vision.equalize(image), exposure.equalize_hist(image), atol=1e-12)
    # where every number is another, its bins smooth a little
    image = np.random.default_rng(0).random((50, 40))
    np.testing.assert_allclose(vision.equalize(image), exposure.equalize_hist(image, nbins=20_000), atol=0.01)


def test_equalising_uses_every_grey_equally(rng: np.random.Generator) -> None:
    image = rng.exponential(size=(30, 40))
    shares = np.histogram(vision.equalize(image), bins=10, range=(0, 1))[0] / image.size
    np.testing.assert_allclose(shares, 0.1, atol=2 / image.size)
    np.testing.assert_array_equal(np.argsort(vision.equalize(image), axis=None), np.argsort(image, axis=None))


def test_channels_share_one_histogram() -> None:
    grey = np.stack([photo()[0]] * 3)
    out = vision.equalize(grey)
    np.testing.assert_array_equal(out[0], out[2])
    assert vision.equalize(np.array([[[1, 2]], [[2, 3]]])).tolist() == [[[0.25, 0.75]], [[0.75, 1.0]]]


@given(st.integers(1, 7), st.integers(1, 8), st.integers(0, 99))
def test_a_spectrum_is_a_sum_of_waves(H: int, W: int, seed: int) -> None:
    image = np.random.default_rng(seed).normal(size=(2, H, W))
    found = vision.spectrum(image)
    y, x = np.mgrid[:H, :W]
    for i, j in np.ndindex(H, W):
        u, v = i - H // 2, j - W // 2
        wave = np.exp(-2j * np.pi * (u * y / H + v * x / W))
        np.testing.assert_allclose(found[:, i, j], (image * wave).sum(axis=(1, 2)), atol=1e-10)
        assert vision.frequencies((H, W))[i, j] == pytest.approx(np.hypot(u / H, v / W))
    np.testing.assert_allclose(vision.from_spectrum(found), image, atol=1e-12)


@given(st.integers(1, 9), st.integers(1, 8), st.floats(0, 1))
def test_low_and_high_frequencies_add_up(H: int, W: int, radius: float) -> None:
    image = np.random.default_rng(H).normal(size=(H, W))
    low, high = vision.low_frequencies(image, radius), vision.high_frequencies(image, radius)
    np.testing.assert_allclose(low + high, image, atol=1e-12)
    assert low.sum() == pytest.approx(image.sum())  # frequency 0 always stays


def test_radius_counts_cycles_per_pixel_in_every_direction() -> None:
    """A wave of period 8 stays or goes as a whole, across or down, in an image that is not square."""
    y, x = np.mgrid[:16, :40]
    for wave in (np.cos(2 * np.pi * x / 8), np.cos(2 * np.pi * y / 8)):
        np.testing.assert_allclose(vision.low_frequencies(wave, 1 / 8), wave, atol=1e-12)
        np.testing.assert_allclose(vision.low_frequencies(wave, 0.12), 0, atol=1e-12)


def test_radius_zero_keeps_the_mean() -> None:
    np.testing.assert_allclose(vision.low_frequencies(np.array([[1.0, 2.0], [3.0, 6.0]]), 0), 3)


def test_float32_stays_single() -> None:
    image = photo()[0].astype(np.float32)
    assert vision.spectrum(image).dtype == np.complex64
    assert vision.from_spectrum(vision.spectrum(image)).dtype == np.float32
