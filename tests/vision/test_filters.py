"""Filters beside the sum over a window written out, SciPy, and numbers worked out by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import vision
from course.functional import correlate2d

# five by five pixels from a smooth part of a photograph
PATCH = np.array(
    [
        [105, 102, 100, 97, 96],
        [103, 99, 103, 101, 102],
        [101, 98, 104, 102, 100],
        [99, 101, 106, 104, 99],
        [104, 104, 104, 100, 98],
    ]
)
BORDERS = {"zeros": "constant", "replicate": "nearest", "reflect": "mirror"}  # SciPy's names


def window_sums(image: np.ndarray, kernel: np.ndarray, border: str) -> np.ndarray:
    """One window at a time, as the docstring says; one channel."""
    (H, W), (kH, kW) = image.shape, kernel.shape
    top, left = (kH - 1) // 2, (kW - 1) // 2
    out = np.zeros((H, W))
    for h, w, i, j in np.ndindex(H, W, kH, kW):
        y, x = h + i - top, w + j - left
        if border == "zeros" and not (0 <= y < H and 0 <= x < W):
            continue
        if border == "reflect":
            y, x = H - 1 - abs(H - 1 - abs(y)), W - 1 - abs(W - 1 - abs(x))
        out[h, w] += image[min(max(y, 0), H - 1), min(max(x, 0), W - 1)] * kernel[i, j]
    return out if border != "crop" else out[top : H - kH + 1 + top, left : W - kW + 1 + left]


@given(st.data())
def test_correlate_is_a_sum_over_windows(data: st.DataObject) -> None:
    H, W, kH, kW = (data.draw(st.integers(1, n), label=label) for n, label in zip((7, 6, 5, 4), "HWhw", strict=True))
    possible = ["zeros", "replicate"] + ["reflect"] * (kH // 2 < H and kW // 2 < W) + ["crop"] * (kH <= H and kW <= W)
    border = data.draw(st.sampled_from(possible))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    image, kernel = rng.normal(size=(2, 3, H, W)), rng.normal(size=(kH, kW))
    out = vision.correlate(image, kernel, border)
    for n, c in np.ndindex(2, 3):
        np.testing.assert_allclose(out[n, c], window_sums(image[n, c], kernel, border), atol=1e-12)


@pytest.mark.parametrize("border", BORDERS)
def test_scipy_has_the_same_numbers(border: str, rng: np.random.Generator) -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    image, kernel, mode = rng.normal(size=(14, 12)), rng.normal(size=(3, 5)), BORDERS[border]
    np.testing.assert_allclose(
        vision.correlate(image, kernel, border), ndimage.correlate(image, kernel, mode=mode), atol=1e-12
    )
    np.testing.assert_allclose(vision.laplacian(image, border), ndimage.laplace(image, mode=mode), atol=1e-12)
    np.testing.assert_allclose(
        vision.box(image, (5, 3), border), ndimage.uniform_filter(image, (5, 3), mode=mode), atol=1e-12
    )
    for sigma in (0.3, 1, 2.7):
        np.testing.assert_allclose(
            vision.gaussian(image, sigma, border), ndimage.gaussian_filter(image, sigma, mode=mode), atol=1e-12
        )


def test_crop_is_the_function_of_the_exercises(rng: np.random.Generator) -> None:
    image, kernel = rng.normal(size=(6, 7)), rng.normal(size=(2, 4))
    np.testing.assert_allclose(vision.correlate(image, kernel, "crop"), correlate2d(image, kernel), atol=1e-12)


def test_sharpening_a_patch() -> None:
    out = vision.sharpen(PATCH, border="zeros")
    assert out[1, 1:3].tolist() == [89, 111]
    assert (out[0, 0], out[1, 0], out[4, 2]) == (320, 210, 210)
    np.testing.assert_array_equal(vision.sharpen(PATCH, border="crop"), out[1:-1, 1:-1])
    assert vision.sharpen(PATCH)[0, 0] == 5 * 105 - 105 - 105 - 102 - 103  # the border's own pixels stand in


def test_what_a_filter_leaves_of_a_flat_image() -> None:
    flat = np.full((5, 6), 7.0)
    for smooth in (vision.box, vision.sharpen, lambda a: vision.gaussian(a, 1.3)):
        np.testing.assert_allclose(smooth(flat), flat)
    for difference in (vision.high_pass, vision.laplacian):
        np.testing.assert_allclose(difference(flat), 0, atol=1e-14)


def test_filters_in_terms_of_each_other(rng: np.random.Generator) -> None:
    image = rng.normal(size=(3, 8, 5))
    np.testing.assert_allclose(vision.high_pass(image), image - vision.box(image), atol=1e-12)
    np.testing.assert_allclose(vision.sharpen(image), image - vision.laplacian(image), atol=1e-12)
    square = np.outer(vision.gaussian_kernel(1.1), vision.gaussian_kernel(1.1))
    np.testing.assert_allclose(vision.gaussian(image, 1.1), vision.correlate(image, square), atol=1e-12)


FILTERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "correlate": lambda a: vision.correlate(a, np.ones((2, 3)), "zeros"),
    "crop": lambda a: vision.correlate(a, np.ones((1, 1)), "crop"),  # nothing to pad, so nothing is copied on the way
    "box": vision.box,
    "gaussian": lambda a: vision.gaussian(a, 0.8),
    "high_pass": vision.high_pass,
    "sharpen": vision.sharpen,
    "laplacian": vision.laplacian,
    "sobel": lambda a: np.stack([*vision.sobel(a), vision.sobel(a).direction]),
    "prewitt": lambda a: vision.prewitt(a).magnitude,
    "equalize": vision.equalize,
    "log_magnitude": vision.log_magnitude,
    "low_frequencies": lambda a: vision.low_frequencies(a, 1),
    "high_frequencies": lambda a: vision.high_frequencies(a, 0.2),
}


@pytest.mark.parametrize("name", FILTERS)
def test_the_rules_of_the_library(name: str, rng: np.random.Generator) -> None:
    """dtype in = dtype out, untouched inputs, fresh outputs, any memory order."""
    function = FILTERS[name]
    whole = rng.integers(0, 256, (3, 6, 9)).astype(np.uint8)
    expected = function(whole.astype(np.float64))
    assert expected.dtype == np.float64
    for dtype in (np.uint8, np.int64, np.float32):
        image = whole.astype(dtype)
        image.setflags(write=False)
        out = function(image)
        assert out.dtype == (np.float32 if dtype is np.float32 else np.float64)
        np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-3)
        assert not np.shares_memory(out, image)
    np.testing.assert_array_equal(function(np.asfortranarray(whole)), function(whole))
    assert function(np.zeros((1, 1))).shape[-2:] == (1, 1)
    assert function(np.zeros((0, 3, 5, 4))).shape[-4:] == (0, 3, 5, 4)


IMAGE = np.zeros((4, 5))
SENTENCES = {
    "a row": (
        lambda: vision.sobel(np.zeros(5)),
        "correlate: image has shape (5,); it needs the axes (H, W), or (C, H, W) for one with C channels.",
    ),
    "no pixel": (
        lambda: vision.equalize(np.zeros((3, 0, 4))),
        "equalize: image has shape (3, 0, 4), which leaves no pixel.",
    ),
    "dtype": (
        lambda: vision.spectrum(IMAGE.astype(complex)),
        "spectrum: image has dtype complex128; use float32 (to train) or float64.",
    ),
    "colours last": (
        lambda: vision.sharpen(np.zeros((64, 48, 3))),
        "correlate: image has shape (64, 48, 3), so its colours seem to stand last; "
        "channels come first here, (C, H, W): use image.transpose(2, 0, 1).",
    ),
    "border": (
        lambda: vision.correlate(IMAGE, np.ones((3, 3)), "wrap"),
        'correlate: border is \'wrap\'; it must be "zeros", "replicate", "reflect" or "crop".',
    ),
    "kernel rank": (
        lambda: vision.correlate(IMAGE, np.ones(3)),
        "correlate: kernel has shape (3,), 1 axes; it needs 2, (kH, kW).",
    ),
    "reflect": (
        lambda: vision.box(np.zeros((2, 9)), 5, "reflect"),
        "correlate: border='reflect' cannot make a border of 2 from an input that is 2 high (at most 1); "
        "use less padding or another border.",
    ),
    "no kernel": (
        lambda: vision.correlate(IMAGE, np.ones((0, 3))),
        "correlate: kernel has shape (0, 3), which leaves no number.",
    ),
    "crop": (
        lambda: vision.correlate(IMAGE, np.ones((5, 3)), "crop"),
        'correlate: kernel 5x3 fits nowhere into an image of 4x5; use border="replicate", or a smaller kernel.',
    ),
    "sigma": (
        lambda: vision.gaussian(IMAGE, 0),
        "gaussian: sigma is 0; it must be a positive number of pixels.",
    ),
    "sigma nan": (
        lambda: vision.gaussian_kernel(float("nan")),
        "gaussian: sigma is nan; it must be a positive number of pixels.",
    ),
    "box": (
        lambda: vision.box(IMAGE, 0),
        "box: size is 0; it must be a whole number of at least 1, or a pair (h, w) of them.",
    ),
    "nan": (
        lambda: vision.equalize(np.array([[1.0, np.nan]])),
        "equalize: image has 1 pixels that are NaN; use np.nan_to_num(image) first.",
    ),
    "radius": (
        lambda: vision.high_frequencies(IMAGE, -0.1),
        "high_frequencies: radius is -0.1; it must be a number of at least 0, in cycles per pixel.",
    ),
    "hog": (
        lambda: vision.hog(np.zeros((3, 20, 30))),
        "hog: an image of 20x30 is smaller than a block of 3x3 cells of 8x8 pixels; use smaller cells or blocks.",
    ),
    "hog batch": (
        lambda: vision.hog(np.zeros((2, 3, 30, 30))),
        "hog: image has shape (2, 3, 30, 30); it needs (H, W) or (C, H, W): one image at a time.",
    ),
    "lbp": (
        lambda: vision.lbp(np.zeros((3, 5, 5))),
        "lbp: image has shape (3, 5, 5); it needs (H, W): use one channel, or image.mean(axis=0).",
    ),
    "lbp method": (
        lambda: vision.lbp(IMAGE, method="var"),
        'lbp: method is \'var\'; it must be "default", "ror" or "uniform".',
    ),
    "sift": (
        lambda: vision.sift(np.zeros((1, 50, 50))),
        "sift: image has shape (1, 50, 50); it needs (H, W): use one channel, or image.mean(axis=0).",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_bad_input_gets_one_sentence(name: str) -> None:
    call, sentence = SENTENCES[name]
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == sentence


def test_importing_the_room_is_cheap(run_python: Callable[..., str]) -> None:
    code = "import sys, course.vision; print([m for m in ('scipy', 'skimage', 'numba', 'PIL') if m in sys.modules])"
    assert run_python(code) == "[]\n"
