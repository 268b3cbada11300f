"""Unit 03: right answers of other styles get all points, and what partial credit is for."""

import warnings
from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import exercises, mistakes

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

UNIT = "03_why_convolution"
EXERCISES = {exercise.name: exercise for exercise in exercises(UNIT)}
MODES = {"visible": {"seed": 0, "hidden": False}, "grading": {"seed": 123_456, "hidden": True}}


def grade(name, function, mode="grading"):
    return run(EXERCISES[name], mistakes(UNIT)[name], partial(call_here, function), **MODES[mode])


def floats(x):
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def both(value):
    return (value, value) if np.isscalar(value) else tuple(value)


# locally_connected2d


def by_windows(image, weight, bias=None, stride=1):
    sH, sW = both(stride)
    windows = np.lib.stride_tricks.sliding_window_view(floats(image), weight.shape[2:])[::sH, ::sW]
    out = (windows * weight).sum(axis=(2, 3))
    return np.asfortranarray(out if bias is None else out + bias, dtype=floats(image).dtype)


def by_taps_with_noise(image, weight, bias=None, stride=1):
    print(image.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    (sH, sW), (H, W, kH, kW) = both(stride), weight.shape
    out = np.zeros((H, W)) if bias is None else np.array(bias, float)
    for i in range(kH):
        for j in range(kW):
            out += floats(image)[i : i + sH * H : sH, j : j + sW * W : sW][:H, :W] * weight[:, :, i, j]
    return out.astype(floats(image).dtype)


def by_the_library(image, weight, bias=None, stride=1):
    from course.functional import locally_connected2d_forward

    bias = None if bias is None else bias[..., None]
    return locally_connected2d_forward(image[None, None], weight[:, :, None, None], bias, stride)[0, 0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layer", [by_windows, by_taps_with_noise, by_the_library])
@pytest.mark.filterwarnings("ignore")
def test_right_layers_of_any_style_get_all_points(layer, mode):
    report = grade("locally_connected2d", layer, mode)
    assert report.status == "right", report.text


@pytest.mark.filterwarnings("ignore")
def test_a_layer_without_stride_and_bias_keeps_the_rest():
    report = grade("locally_connected2d", lambda image, weight, *rest, **options: by_taps_with_noise(image, weight))
    lost = [line.title for line in report.lines if line.score < line.max_score]
    assert "stride" in lost and "bias" in lost and "a kernel of its own at every place" not in lost
    assert report.mistakes == ("bias_missing", "stride_ignored")


# parameter_counts


@pytest.mark.parametrize("mode", MODES)
def test_counts_may_be_numpy_integers_and_the_dict_may_hold_more(mode):
    def by_shapes(image_shape, kernel_size):
        out = [n - k + 1 for n, k in zip(image_shape, kernel_size, strict=True)]
        dense, local = np.empty((*out, *image_shape)), np.empty((*out, *kernel_size))
        n = np.prod(out)
        return {"note": "ok", "shared": np.prod(kernel_size) + 1, "dense": dense.size + n, "local": local.size + n}

    assert grade("parameter_counts", by_shapes, mode).status == "right"


def test_one_right_count_of_three_gets_its_points():
    report = grade("parameter_counts", lambda image, kernel: {"shared": kernel[0] * kernel[1] + 1, "local": 7.5})
    assert [line.score for line in report.lines] == [0, 0, 1]


# equivariance_error


def by_taking(fn, image, shift, margin=0, stride=1):
    def move(a, down, across):
        rows, columns = np.arange(a.shape[0]) - down, np.arange(a.shape[1]) - across
        return np.take(np.take(a, rows % a.shape[0], axis=0), columns % a.shape[1], axis=1)

    one, other = fn(move(image, *shift)), move(fn(image), shift[0] // stride, shift[1] // stride)
    keep = [slice(margin, n - margin) for n in one.shape]
    return np.max(np.abs(np.subtract(one, other, dtype=float))[tuple(keep)])


def by_loops_in_single(fn, image, shift, margin=0, stride=1):
    before = fn(np.roll(np.roll(image, shift[0], 0), shift[1], 1)).astype(np.float32)
    after = fn(image).astype(np.float32)
    H, W = after.shape
    worst = 0.0
    for i in range(margin, H - margin):
        for j in range(margin, W - margin):
            gap = before[i, j] - after[(i - shift[0] // stride) % H, (j - shift[1] // stride) % W]
            worst = max(worst, abs(float(gap)))
    return worst


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("test", [by_taking, by_loops_in_single])
def test_right_shift_tests_of_any_style_get_all_points(test, mode):
    report = grade("equivariance_error", test, mode)
    assert report.status == "right", report.text


def test_a_shift_test_that_always_says_0_gets_nothing():
    assert grade("equivariance_error", lambda *args, **kwargs: 0.0).score == 0


# find_template


def by_the_windows_mean(image, template):
    """Subtract the mean from the windows in place of the template: the same number."""
    windows = np.lib.stride_tricks.sliding_window_view(floats(image), template.shape)
    scores = ((windows - windows.mean(axis=(2, 3), keepdims=True)) * template).sum(axis=(2, 3))
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return {"score": scores.max(), "row": row, "column": column}


def by_fft(image, template):
    kernel = np.zeros(image.shape)
    kernel[: template.shape[0], : template.shape[1]] = template - template.mean()
    full = np.fft.ifft2(np.fft.fft2(image) * np.conj(np.fft.fft2(kernel))).real
    scores = full[: image.shape[0] - template.shape[0] + 1, : image.shape[1] - template.shape[1] + 1]
    row, column = divmod(int(scores.argmax()), scores.shape[1])
    return {"score": float(scores.max()), "row": row, "column": column}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("search", [by_the_windows_mean, by_fft])
def test_right_searches_of_any_style_get_all_points(search, mode):
    report = grade("find_template", search, mode)
    assert report.status == "right", report.text
