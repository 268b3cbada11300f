"""Unit 02: right answers of any style get all points, and partly right ones get their part."""

import math
import warnings
from functools import partial

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find
from autograder.report import Report
from course import functional as F

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

MODES = {"visible": {"seed": 0, "hidden": False}, "grading": {"seed": 123_456, "hidden": True}}


def grade(name: str, function, mode: str = "grading") -> Report:
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), **MODES[mode])


def lost(report: Report) -> list[str]:
    return [line.title for line in report.lines if line.score < line.max_score]


def both(value):
    return (value, value) if np.isscalar(value) else tuple(value)


def floats(x):
    return x if x.dtype.kind == "f" else x.astype(float)


def convolved_by_loops_with_noise(image, kernel):
    print("image", image.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    (rows, columns), (kh, kw) = image.shape, kernel.shape
    out = []
    for h in range(rows - kh + 1):
        out.append([])
        for w in range(columns - kw + 1):
            products = [
                float(image[h + kh - 1 - i, w + kw - 1 - j]) * float(kernel[i, j]) for i in range(kh) for j in range(kw)
            ]
            out[h].append(sum(products))
    return np.array(out, dtype=floats(image).dtype)


def convolved_by_fft(image, kernel):
    """The whole convolution in float32, and the part of it where the kernel fits."""
    size = [n + k - 1 for n, k in zip(image.shape, kernel.shape, strict=True)]
    spectra = [np.fft.rfft2(a.astype(np.float32), s=size) for a in (image, kernel)]
    full = np.fft.irfft2(spectra[0] * spectra[1], s=size)
    return full[kernel.shape[0] - 1 : image.shape[0], kernel.shape[1] - 1 : image.shape[1]].astype(floats(image).dtype)


def convolved_by_rot90(image, kernel):
    windows = sliding_window_view(floats(image), kernel.shape)
    return np.asfortranarray(np.einsum("hwij,ij->hw", windows, np.rot90(kernel, 2)), dtype=floats(image).dtype)


def convolved_by_splashes(image, kernel):
    """Each pixel throws its multiple of the kernel onto the output; what falls outside is cut off."""
    (kh, kw), out = kernel.shape, np.zeros(np.add(image.shape, kernel.shape) - 1, floats(image).dtype)
    for h, w in np.ndindex(image.shape):
        out[h : h + kh, w : w + kw] += (floats(image)[h, w] * kernel).astype(out.dtype)
    return out[kh - 1 : image.shape[0], kw - 1 : image.shape[1]].copy()


def strided_by_loops_with_noise(image, kernel, stride=1, padding=0):
    np.log(np.array([-1.0, 0.0]))
    (sh, sw), (ph, pw), (kh, kw) = both(stride), both(padding), kernel.shape
    out, h = [], -ph
    while h + kh <= image.shape[0] + ph:
        row, w = [], -pw
        while w + kw <= image.shape[1] + pw:
            row.append(0.0)
            for i, j in np.ndindex(kh, kw):
                if 0 <= h + i < image.shape[0] and 0 <= w + j < image.shape[1]:
                    row[-1] += float(image[h + i, w + j]) * float(kernel[i, j])
            w += sw
        out.append(row)
        h += sh
    return np.array(out, floats(image).dtype)


def strided_by_leaving_out(image, kernel, stride=1, padding=0):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    padded = np.pad(floats(image), ((ph, ph), (pw, pw)))
    out = np.einsum("hwij,ij->hw", sliding_window_view(padded, kernel.shape), kernel)[::sh, ::sw]
    return out.astype(padded.dtype)


def strided_by_as_strided(image, kernel, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = both(stride), both(padding), kernel.shape
    x = np.pad(floats(image), ((ph, ph), (pw, pw)))
    shape = ((x.shape[0] - kh) // sh + 1, (x.shape[1] - kw) // sw + 1, kh, kw)
    windows = as_strided(x, shape, (x.strides[0] * sh, x.strides[1] * sw, *x.strides), writeable=False)
    return np.asfortranarray(np.tensordot(windows, kernel), dtype=x.dtype)


def strided_by_taps(image, kernel, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = both(stride), both(padding), kernel.shape
    x = np.pad(floats(image), ((ph, ph), (pw, pw)))
    rows, columns = (x.shape[0] - kh) // sh + 1, (x.shape[1] - kw) // sw + 1
    out = np.zeros((rows, columns), x.dtype)
    for i, j in np.ndindex(kh, kw):
        out += (x[i : i + rows * sh : sh, j : j + columns * sw : sw][:rows, :columns] * kernel[i, j]).astype(x.dtype)
    return out


def strided_by_torch(image, kernel, stride=1, padding=0):
    torch = pytest.importorskip("torch")
    x, w = (torch.from_numpy(np.array(a, floats(image).dtype, order="C"))[None, None] for a in (image, kernel))
    return torch.nn.functional.conv2d(x, w, None, stride, padding)[0, 0].numpy()


def strided_by_the_layer(image, kernel, stride=1, padding=0):
    return F.conv2d_forward(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


def size_by_range(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


def size_by_floor(n, k, stride=1, padding=0, dilation=1):
    return math.floor((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


def size_in_numpy(n, k, stride=1, padding=0, dilation=1):
    return np.int64((n + 2 * padding - dilation * (k - 1) - 1) // stride) + 1


def padding_by_list(k, wish, dilation=1):
    total = dilation * (k - 1)
    return {"valid": [0, 0], "same": [total // 2, math.ceil(total / 2)], "full": [total] * 2}[wish]


RIGHT = [
    ("convolve2d", convolved_by_loops_with_noise),
    ("convolve2d", convolved_by_fft),
    ("convolve2d", convolved_by_rot90),
    ("convolve2d", convolved_by_splashes),
    ("convolve2d", F.convolve2d),
    ("strided_correlate2d", strided_by_loops_with_noise),
    ("strided_correlate2d", strided_by_leaving_out),
    ("strided_correlate2d", strided_by_as_strided),
    ("strided_correlate2d", strided_by_taps),
    ("strided_correlate2d", strided_by_torch),
    ("strided_correlate2d", strided_by_the_layer),
    ("output_size", size_by_range),
    ("output_size", size_by_floor),
    ("output_size", size_in_numpy),
    ("output_size", F.output_size),
    ("padding_for", padding_by_list),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "fn"), RIGHT)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_of_any_style_get_all_points(name, fn, mode):
    report = grade(name, fn, mode)
    assert report.status == "right", report.text


def test_a_correlation_keeps_what_half_a_turn_does_not_change():
    report = grade("convolve2d", F.correlate2d)
    assert report.mistakes == ("not_turned",)
    assert "a kernel that half a turn does not change" not in lost(report)


def test_a_window_without_padding_loses_the_padding_alone():
    def no_padding(image, kernel, stride=1, padding=0):
        return strided_by_leaving_out(image, kernel, stride)

    report = grade("strided_correlate2d", no_padding)
    assert lost(report) == ["the shape of the output", "padding", "stride and padding together"]


def test_a_size_without_dilation_loses_the_dilation_alone():
    def no_dilation(n, k, stride=1, padding=0):
        return F.output_size(n, k, stride, padding)

    assert lost(grade("output_size", no_dilation)) == ["dilation", "all of it together"]


def test_one_number_where_two_are_asked_for_is_told_so():
    report = grade("padding_for", lambda k, wish, dilation=1: 0)
    assert report.score == 0
    assert "where 2 values are asked for" in report.text


def test_no_wrong_dict_gives_an_answer_of_the_paper_away():
    exercise, mistakes = find("windows_on_paper")
    for mistake in mistakes:
        key = next(k for k, v in mistake.function().items() if v != exercise.oracle()[k])
        value = exercise.oracle()[key]
        assert f" {value}" not in mistake.diagnosis, "the sentence holds the right number"
