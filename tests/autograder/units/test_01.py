"""Unit 01: right answers of other styles get all points, and what partial credit is for."""

import warnings
from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import exercises, mistakes

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

UNIT = "01_images_and_filters"
EXERCISES = {exercise.name: exercise for exercise in exercises(UNIT)}
MODES = {"visible": {"seed": 0, "hidden": False}, "grading": {"seed": 123_456, "hidden": True}}


def grade(name, function, mode="grading"):
    return run(EXERCISES[name], mistakes(UNIT)[name], partial(call_here, function), **MODES[mode])


def lost(report):
    return [line.title for line in report.lines if line.score < line.max_score]


# correlate2d


def by_four_loops_with_noise(image, kernel):
    print(image.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    (H, W), (kH, kW) = image.shape, kernel.shape
    out = np.empty((H - kH + 1, W - kW + 1))
    for h, w in np.ndindex(out.shape):
        out[h, w] = sum(float(image[h + i, w + j]) * float(kernel[i, j]) for i in range(kH) for j in range(kW))
    return out


def by_einsum_in_fortran_order(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.asfortranarray(np.einsum("hwij,ij->hw", windows, kernel))


def by_taps_in_float32(image, kernel):
    (H, W), (kH, kW) = image.shape, kernel.shape
    out = np.zeros((H - kH + 1, W - kW + 1), np.float32)
    for i, j in np.ndindex(kH, kW):
        out += (image[i : i + len(out), j : j + out.shape[1]] * np.float32(kernel[i, j])).astype(np.float32)
    return out


def by_fft(image, kernel):
    spectrum = np.fft.fft2(image) * np.conj(np.fft.fft2(kernel, s=image.shape))
    (H, W), (kH, kW) = image.shape, kernel.shape
    return np.fft.ifft2(spectrum).real[: H - kH + 1, : W - kW + 1]


WINDOWS = [by_four_loops_with_noise, by_einsum_in_fortran_order, by_taps_in_float32, by_fft]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", WINDOWS)
@pytest.mark.filterwarnings("ignore")
def test_right_windows_of_any_style_get_all_points(function, mode):
    report = grade("correlate2d", function, mode)
    assert report.status == "right", report.text


def test_a_window_of_3x3_alone_gets_what_it_does():
    def three_by_three(image, kernel):
        image, out = image.astype(float), np.zeros((image.shape[0] - 2, image.shape[1] - 2))
        for h, w in np.ndindex(out.shape):
            out[h, w] = (image[h : h + 3, w : w + 3] * kernel).sum()
        return out

    report = grade("correlate2d", three_by_three)
    assert report.score == 2.5  # symmetric kernels, and any of 3x3
    assert "kernels of other sizes" in lost(report)


# pad2d


def by_index_arithmetic(image, padding, mode="zeros"):
    h, w = (padding, padding) if np.isscalar(padding) else padding
    (H, W), out = image.shape, np.zeros((image.shape[0] + 2 * h, image.shape[1] + 2 * w))
    if mode == "zeros":
        out[h : h + H, w : w + W] = image
        return out
    rows, columns = np.arange(-h, H + h), np.arange(-w, W + w)
    if mode == "reflect":
        rows, columns = (np.abs((i + n - 1) % (2 * n - 2) - (n - 1)) for i, n in ((rows, H), (columns, W)))
    return image[np.clip(rows, 0, H - 1)][:, np.clip(columns, 0, W - 1)].astype(float)


def by_stacking(image, padding, mode="zeros"):
    h, w = padding if isinstance(padding, tuple) else (padding, padding)
    for n in (h, w):
        image = image.astype(float)
        if n:
            above = {"zeros": 0 * image[[0] * n], "replicate": image[[0] * n], "reflect": image[n:0:-1]}[mode]
            below = {"zeros": 0 * image[[0] * n], "replicate": image[[-1] * n], "reflect": image[-2 : -n - 2 : -1]}[
                mode
            ]
            image = np.vstack([above, image, below])
        image = image.T
    return image


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [by_index_arithmetic, by_stacking])
def test_right_borders_of_any_style_get_all_points(function, mode):
    report = grade("pad2d", function, mode)
    assert report.status == "right", report.text


def test_zeros_alone_get_what_they_do():
    def only_zeros(image, padding, mode="zeros"):
        if mode != "zeros":
            raise ValueError("not yet")
        return np.pad(image.astype(float), padding)

    report = grade("pad2d", only_zeros)
    assert report.score == 1
    assert lost(report)[:2] == ["replicate", "reflect"]


# sobel


def by_separated_passes(image):
    padded = np.pad(image.astype(np.float32), 1, mode="edge")
    smooth_down = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    smooth_across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    gx = (smooth_down[:, 2:] - smooth_down[:, :-2]) / 4
    gy = (smooth_across[2:] - smooth_across[:-2]) / 4
    return [gx, gy, np.hypot(gx, gy)]


def by_the_library(image):
    from course.vision import sobel

    return sobel(image)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [by_separated_passes, by_the_library])
def test_right_edges_of_any_style_get_all_points(function, mode):
    report = grade("sobel", function, mode)
    assert report.status == "right", report.text


def test_a_wrong_magnitude_does_not_cost_the_gradients():
    def none_yet(image):
        gx, gy, _ = EXERCISES["sobel"].oracle(image)
        return gx, gy, np.zeros_like(gx)

    report = grade("sobel", none_yet)
    earned = [line.title for line in report.lines if line.score]
    assert earned == ["three arrays as large as the image", "gx, inside", "gy, inside"]


# sobel_by_hand, design_kernel


def test_answers_on_paper_may_be_numpys_and_some_may_be_left_out():
    right = EXERCISES["sobel_by_hand"].oracle()
    assert grade("sobel_by_hand", lambda: {key: np.float64(value) for key, value in right.items()}).status == "right"
    half = grade("sobel_by_hand", lambda: right | {"magnitude": None, "direction": None})
    assert (half.score, lost(half)) == (1.5, ["magnitude", "direction"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernels_may_be_single_or_double_and_one_is_worth_its_point(dtype):
    oracle = EXERCISES["design_kernel"].oracle
    assert grade("design_kernel", lambda wish: oracle(wish).astype(dtype)).status == "right"
    assert grade("design_kernel", lambda wish: oracle("spot")).score == 1


def test_two_wrong_kernels_are_both_named():
    wrong = {mistake.name: mistake.function for mistake in mistakes(UNIT)["design_kernel"]}

    def two(wish):
        return wrong["to_the_right"](wish) if wish == "left" else wrong["mean_of_nine"](wish)

    assert set(grade("design_kernel", two).mistakes) == {"to_the_right", "mean_of_nine"}
