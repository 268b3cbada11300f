"""HOG, LBP and SIFT: our shapes, scikit-image's numbers, and what they are known to be blind to."""

import warnings

import numpy as np
import pytest

from course import vision
from course.data.photo import photo

feature = pytest.importorskip("skimage.feature")


def test_hog_shapes() -> None:
    colour = photo()
    grid = vision.hog(colour, cell=(8, 16), block=2)
    assert grid.shape == (15, 7, 2, 2, 9)
    expected = feature.hog(colour.transpose(1, 2, 0), 9, (8, 16), (2, 2), feature_vector=False, channel_axis=-1)
    np.testing.assert_allclose(grid, expected, atol=1e-9)
    assert vision.hog(colour[0]).shape == (14, 14, 3, 3, 9)


def test_hog_sees_where_an_edge_points() -> None:
    y, x = np.mgrid[:24, :24] - 12
    for degrees, bin_of in ((10, 0), (50, 2), (90, 4), (130, 6)):
        angle = np.deg2rad(degrees)
        half_plane = 1 / (1 + np.exp(-(np.cos(angle) * x + np.sin(angle) * y)))
        assert vision.hog(half_plane, cell=24, block=1).reshape(9).argmax() in (bin_of, 8 - bin_of)


def test_lbp_of_brighter_light_is_the_same() -> None:
    grey = photo()[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        codes = vision.lbp(grey)
    assert codes.shape == grey.shape
    np.testing.assert_array_equal(codes, feature.local_binary_pattern(grey, 8, 1))
    np.testing.assert_array_equal(codes, vision.lbp(2 * grey.astype(int)))
    brighter = vision.lbp(grey.astype(int) + 64)[1:-1, 1:-1]  # beyond the frame all is black, whatever the light
    assert (brighter == codes[1:-1, 1:-1]).mean() > 0.999
    assert vision.lbp(grey, points=16, radius=2, method="uniform").max() <= 17


def test_sift_finds_the_same_places_in_a_turned_image() -> None:
    grey = photo().mean(axis=0)
    found, turned = vision.sift(grey), vision.sift(np.rot90(grey))
    n = len(found.positions)
    assert n > 20
    assert found.descriptors.shape == (n, 128)
    assert (found.scales.shape, found.orientations.shape) == ((n,), (n,))
    moved_back = np.stack([turned.positions[:, 1], grey.shape[1] - 1 - turned.positions[:, 0]], axis=1)
    distance = np.linalg.norm(found.positions[:, None] - moved_back[None], axis=-1).min(axis=1)
    assert (distance < 1.5).mean() > 0.8


@pytest.mark.parametrize("sigma", [4, 8])
def test_the_scale_of_a_place_is_its_size_in_pixels(sigma) -> None:
    y, x = np.mgrid[:96, :96]
    found = vision.sift(np.exp(-((y - 40) ** 2 + (x - 48) ** 2) / (2 * sigma**2)))
    assert found.scales.size
    np.testing.assert_allclose(found.scales, sigma, rtol=0.25)


def test_sift_of_an_empty_scene_finds_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = vision.sift(np.full((64, 64), 3.0))
    assert [len(a) for a in found] == [0, 0, 0, 0]
    assert found.descriptors.shape == (0, 128)


def test_sift_does_not_mind_the_range_of_the_image() -> None:
    grey = photo()[0]
    np.testing.assert_allclose(vision.sift(grey).positions, vision.sift(grey / 255.0).positions, atol=1e-6)
