"""Sobel and Prewitt: their signs, their scale, and scikit-image's numbers."""

import numpy as np
import pytest

from course import vision

STEP = np.array([[10, 10, 10, 100, 100, 100]] * 5)


@pytest.mark.parametrize("edges", [vision.sobel, vision.prewitt])
def test_a_step_gives_its_height(edges) -> None:  # type: ignore[no-untyped-def]
    upright = edges(STEP)
    np.testing.assert_allclose(upright.gx, [[0, 0, 90, 90, 0, 0]] * 5, atol=1e-12)
    np.testing.assert_allclose(upright.gy, 0, atol=1e-12)
    lying = edges(STEP.T)
    np.testing.assert_allclose(lying.gy, upright.gx.T, atol=1e-12)
    np.testing.assert_allclose(lying.gx, 0, atol=1e-12)
    falling = edges(STEP[:, ::-1])
    np.testing.assert_allclose(falling.gx, -upright.gx, atol=1e-12)
    np.testing.assert_allclose(falling.magnitude, upright.magnitude, atol=1e-12)


def test_undivided_kernels_give_270_and_360() -> None:
    assert vision.correlate(STEP, 3 * vision.PREWITT_X)[2, 2] == pytest.approx(270)
    assert vision.correlate(STEP.T, 3 * vision.PREWITT_Y)[2, 2] == pytest.approx(270)
    assert vision.correlate(STEP, 4 * vision.SOBEL_X)[2, 2] == 360
    np.testing.assert_array_equal(4 * vision.SOBEL_X, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def test_direction_points_to_the_bright_side() -> None:
    y, x = np.mgrid[:9, :9] - 4.0
    for degrees in (0, 30, 90, 135, -60):
        angle = np.deg2rad(degrees)
        ramp = np.cos(angle) * x + np.sin(angle) * y
        gradient = vision.sobel(ramp, border="crop")
        np.testing.assert_allclose(gradient.direction, angle, atol=1e-12)
        np.testing.assert_allclose(gradient.magnitude, 2)


@pytest.mark.parametrize("name", ["sobel", "prewitt"])
def test_scikit_image_has_the_same_numbers(name: str, rng: np.random.Generator) -> None:
    """It reflects at the border, and divides the magnitude by sqrt(2), so that it is at most 1."""
    filters = pytest.importorskip("skimage.filters")
    image = rng.random((8, 11))
    ours = getattr(vision, name)(image, border="crop")
    inside = (slice(1, -1), slice(1, -1))
    # skimage's kernels are [1, 0, -1] and are flipped, which gives our signs
    np.testing.assert_allclose(ours.gx, getattr(filters, f"{name}_v")(image)[inside], atol=1e-12)
    np.testing.assert_allclose(ours.gy, getattr(filters, f"{name}_h")(image)[inside], atol=1e-12)
    np.testing.assert_allclose(ours.magnitude, np.sqrt(2) * getattr(filters, name)(image)[inside], atol=1e-12)


def test_a_black_border_is_an_edge() -> None:
    flat = np.full((4, 5), 8.0)
    assert not vision.sobel(flat).magnitude.any()
    framed = vision.sobel(flat, border="zeros").magnitude
    assert framed[0].all()
    assert not framed[1:-1, 1:-1].any()


def test_the_kernels_cannot_be_changed() -> None:
    for kernel in (vision.SOBEL_X, vision.PREWITT_Y, vision.SHARPEN, vision.HIGH_PASS, vision.LAPLACIAN):
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 1
