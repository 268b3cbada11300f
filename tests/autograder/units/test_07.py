"""Unit 07: right answers in other styles get all points; half right ones get their part."""

import warnings
from functools import cache, partial

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

MODES = {"visible": {"seed": 0, "hidden": False}, "grading": {"seed": 123_456, "hidden": True}}


@cache
def grade(name, function, mode="grading"):
    exercise, wrong = find(name)
    return run(exercise, wrong, partial(call_here, function), **MODES[mode])


def lost(report):
    return [line.title for line in report.lines if line.score < line.max_score]


def both(value):
    return (value, value) if np.isscalar(value) else tuple(value)


def floats(x):
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def settings(kernel_size, stride, padding):
    return both(kernel_size), both(kernel_size if stride is None else stride), both(padding)


def max_by_strides(x, kernel_size, stride=None, padding=0):
    kernel, (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    return sliding_window_view(padded, kernel, (2, 3))[:, :, ::sh, ::sw].max(axis=(4, 5))


def max_by_taps_with_noise(x, kernel_size, stride=None, padding=0):
    print("pooling")
    warnings.warn("a warning costs nothing", stacklevel=1)
    (kh, kw), (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=np.finfo(np.float32).min)
    rows, columns = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    out = np.full((*x.shape[:2], rows, columns), -np.inf, padded.dtype, order="F")
    for u, v in np.ndindex(kh, kw):
        seen = padded[:, :, u : u + sh * rows : sh, v : v + sw * columns : sw]
        np.maximum(out, seen[:, :, :rows, :columns], out=out)
    return out


def max_back_by_scatter(grad_out, x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    N, C, H, W = x.shape
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    windows = sliding_window_view(padded, (kh, kw), (2, 3))[:, :, ::sh, ::sw].reshape(*grad_out.shape, kh * kw)
    place = windows.argmax(axis=-1)
    n, c, i, j = np.indices(grad_out.shape)
    grad = np.zeros(padded.shape, np.result_type(padded, floats(grad_out)))
    np.add.at(grad, (n, c, i * sh + place // kw, j * sw + place % kw), grad_out)
    return np.asfortranarray(grad[:, :, ph : ph + H, pw : pw + W])


def max_back_by_memory_of_winners(grad_out, x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    grad = np.zeros(x.shape, floats(x).dtype)
    for n, c, i, j in np.ndindex(grad_out.shape):
        best, winner = None, None
        for r in range(max(i * sh - ph, 0), min(i * sh - ph + kh, x.shape[2])):
            for k in range(max(j * sw - pw, 0), min(j * sw - pw + kw, x.shape[3])):
                if best is None or x[n, c, r, k] > best:
                    best, winner = x[n, c, r, k], (n, c, r, k)
        grad[winner] += grad_out[n, c, i, j]
    return grad


def avg_by_running_sums(x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (ph + 1, ph), (pw + 1, pw)))
    area = padded.cumsum(axis=2).cumsum(axis=3)
    sums = area[:, :, kh:, kw:] - area[:, :, :-kh, kw:] - area[:, :, kh:, :-kw] + area[:, :, :-kh, :-kw]
    return (sums[:, :, ::sh, ::sw] / (kh * kw)).astype(floats(x).dtype)


def avg_back_by_repeats(grad_out, x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = settings(kernel_size, stride, padding)
    N, C, H, W = x.shape
    rows, columns = grad_out.shape[2:]
    grad = np.zeros((N, C, H + 2 * ph, W + 2 * pw), floats(x).dtype)
    for u, v in np.ndindex(kh, kw):
        grad[:, :, u : u + sh * (rows - 1) + 1 : sh, v : v + sw * (columns - 1) + 1 : sw] += grad_out / (kh * kw)
    return grad[:, :, ph : H + ph, pw : W + pw].copy()


def mix_by_einsum(x, weight, bias=None):
    out = np.einsum("nchw,fcuv->nfhw", floats(x), weight.astype(floats(x).dtype))
    return out if bias is None else out + bias.reshape(1, -1, 1, 1).astype(out.dtype)


def mix_by_loops(x, weight, bias=None):
    out = np.zeros((len(x), len(weight), *x.shape[2:]), floats(x).dtype)
    for f in range(len(weight)):
        for c in range(x.shape[1]):
            out[:, f] += x[:, c] * weight[f, c]
        if bias is not None:
            out[:, f] += bias[f]
    return out


def field_from_the_end(layers):
    """The other usual rule: size = (size - 1) * stride + kernel, from the last layer to the first."""
    size, jump, first = 1, 1, 0
    for kernel_size, stride, padding in reversed(layers):
        size, jump, first = (size - 1) * stride + kernel_size, jump * stride, first * stride - padding
    return np.int64(size), jump, first


def from_library(name):
    def ask(*args, **kwargs):
        from course import functional

        return getattr(functional, name)(*args, **kwargs)

    return ask


def mix_by_library(x, weight, bias=None):
    return from_library("conv2d_forward")(x, weight, bias)


RIGHT = [
    ("max_pool2d_forward", max_by_strides),
    ("max_pool2d_forward", max_by_taps_with_noise),
    ("max_pool2d_backward", max_back_by_scatter),
    ("max_pool2d_backward", max_back_by_memory_of_winners),
    ("avg_pool2d_forward", avg_by_running_sums),
    ("avg_pool2d_backward", avg_back_by_repeats),
    ("conv1x1_forward", mix_by_einsum),
    ("conv1x1_forward", mix_by_loops),
    ("conv1x1_forward", mix_by_library),
    ("receptive_field", field_from_the_end),
    *(
        (name, from_library(name))
        for name in ("max_pool2d_forward", "max_pool2d_backward", "avg_pool2d_forward", "avg_pool2d_backward")
    ),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "function"), RIGHT)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_of_any_style_get_all_points(name, function, mode):
    report = grade(name, function, mode)
    assert report.status == "right", report.text


def test_each_part_has_its_own_points():
    def no_pairs(x, kernel_size, stride=None, padding=0):
        assert all(value is None or isinstance(value, int) for value in (kernel_size, stride, padding))
        return max_by_strides(x, kernel_size, stride, padding)

    def no_padding(grad_out, x, kernel_size, stride=None, padding=0):
        return max_back_by_scatter(grad_out, x, kernel_size, stride, 0)

    def size_alone(layers):
        return field_from_the_end(layers)[0], 0, 0

    assert lost(grade("max_pool2d_forward", no_pairs)) == [
        "windows that are not square",
        "a stride of its own: windows overlap, or leave something out",
        "padding that never wins",
    ]
    assert lost(grade("max_pool2d_backward", no_padding)) == ["padding that never wins"]
    assert lost(grade("receptive_field", size_alone)) == ["jump", "first"]


def test_the_popular_equality_mask_loses_the_ties_alone():
    """The mask with np.repeat, as it stands in many solutions: right until two numbers are equal or windows overlap."""

    def mask(grad_out, x, kernel_size, stride=None, padding=0):
        kernel, step, border = settings(kernel_size, stride, padding)
        if kernel != step or border != (0, 0) or x.shape[2] % kernel[0] or x.shape[3] % kernel[1]:
            return max_back_by_scatter(grad_out, x, kernel_size, stride, padding)
        out = max_by_strides(x, kernel)
        grown = [a.repeat(kernel[0], axis=2).repeat(kernel[1], axis=3) for a in (out, grad_out)]
        return (x == grown[0]) * grown[1]

    report = grade("max_pool2d_backward", mask)
    assert lost(report) == ["ties: the first of the largest, row by row"]
    assert report.mistakes == ("to_every_winner",)


def test_a_float_is_no_size():
    report = grade("receptive_field", lambda layers: tuple(map(float, field_from_the_end(layers))))
    assert report.score == 0
    assert "an int is asked for" in report.text
