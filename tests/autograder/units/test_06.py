"""Unit 06: right backward passes of any style get all points, and partly right ones get their part."""

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


def padded_by(x, padding):
    (ph, pw) = both(padding)
    return np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def by_loops_with_noise(grad_out, x, weight, stride=1, padding=0):
    """One number at a time, as the chain rule says it."""
    print("backward", x.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    (sh, sw), (ph, pw), (kh, kw) = both(stride), both(padding), weight.shape[2:]
    padded = padded_by(x, padding)
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape, padded.dtype)
    for n, f, i, j in np.ndindex(grad_out.shape):
        place = n, slice(None), slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
        grad_padded[place] += grad_out[n, f, i, j] * weight[f]
        grad_weight[f] += grad_out[n, f, i, j] * padded[place]
    inside = grad_padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
    return inside.copy(), grad_weight, grad_out.sum(axis=(0, 2, 3)).astype(padded.dtype)


def by_columns(grad_out, x, weight, stride=1, padding=0):
    """The way of unit 05: the product's two transposes, and col2im."""
    cols = F.im2col(x, weight.shape[2:], stride, padding)  # (N, K, L)
    g = grad_out.reshape(len(x), len(weight), -1)  # (N, C_out, L)
    grad_cols = np.einsum("fk,nfl->nkl", weight.reshape(len(weight), -1), g).astype(cols.dtype)
    grad_x = F.col2im(grad_cols, x.shape[2:], weight.shape[2:], stride, padding)
    grad_weight = np.einsum("nfl,nkl->fk", g, cols).reshape(weight.shape).astype(cols.dtype)
    return grad_x, grad_weight, g.sum(axis=(0, 2)).astype(cols.dtype)


def by_strides_in_fortran_order(grad_out, x, weight, stride=1, padding=0):
    """A view of all windows for the weights; the spread-out gradient and the flipped kernel for the pixels."""
    (sh, sw), (ph, pw), (kh, kw), x_ = both(stride), both(padding), weight.shape[2:], padded_by(x, padding)
    n, filters, h_out, w_out = grad_out.shape
    a, b, c, d = x_.strides
    seen = as_strided(x_, (n, x.shape[1], h_out, w_out, kh, kw), (a, b, c * sh, d * sw, c, d), writeable=False)
    grad_weight = np.einsum("nfij,ncijuv->fcuv", grad_out, seen)
    spread = np.zeros((n, filters, x_.shape[2] + kh - 1, x_.shape[3] + kw - 1))
    spread[:, :, kh - 1 : kh - 1 + h_out * sh : sh, kw - 1 : kw - 1 + w_out * sw : sw] = grad_out
    around = sliding_window_view(spread, (kh, kw), (2, 3))
    grad_x = np.einsum("nfijuv,fcuv->ncij", around, weight[:, :, ::-1, ::-1])
    inside = grad_x[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
    parts = (inside, grad_weight, grad_out.sum(axis=(0, 2, 3)))
    return [np.array(part, x_.dtype, order="F") for part in parts]


def by_torch(grad_out, x, weight, stride=1, padding=0):
    torch = pytest.importorskip("torch")
    dtype = floats(x).dtype
    x, weight = (torch.from_numpy(np.ascontiguousarray(a, dtype)).requires_grad_() for a in (x, weight))
    bias = torch.zeros(len(weight), dtype=x.dtype, requires_grad=True)
    out = torch.nn.functional.conv2d(x, weight, bias, stride, padding)
    out.backward(torch.from_numpy(np.ascontiguousarray(grad_out, dtype)))
    return tuple(a.grad.numpy() for a in (x, weight, bias))


def in_float32(grad_out, x, weight, stride=1, padding=0):
    single = [a.astype(np.float32) for a in (grad_out, x, weight)]
    return tuple(part.astype(floats(x).dtype) for part in F.conv2d_backward(*single, stride, padding))


STYLES = [by_loops_with_noise, by_columns, by_strides_in_fortran_order, by_torch, in_float32, F.conv2d_backward]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.filterwarnings("ignore")
def test_right_backward_passes_of_any_style_get_all_points(style, mode):
    def flipped(grad_out, weight, padding=0):
        (ph, pw), (kh, kw) = both(padding), weight.shape[2:]
        size = grad_out.shape[2] + kh - 1 - 2 * ph, grad_out.shape[3] + kw - 1 - 2 * pw
        x = np.zeros((len(grad_out), weight.shape[1], *size), grad_out.dtype)
        return style(grad_out, x, weight, 1, padding)[0]

    def bias(grad_out):
        n, filters, h_out, w_out = grad_out.shape
        x, weight = np.zeros((n, 1, h_out, w_out), grad_out.dtype), np.zeros((filters, 1, 1, 1), grad_out.dtype)
        return style(grad_out, x, weight)[2]

    answers = {
        "conv2d_backward": style,
        "conv2d_grad_input": lambda *args, **kwargs: style(*args, **kwargs)[0],
        "conv2d_grad_weight": lambda *args, **kwargs: style(*args, **kwargs)[1],
        "conv2d_grad_bias": bias,
        "conv2d_grad_input_flipped": flipped,
    }
    for name, answer in answers.items():
        report = grade(name, answer, mode)
        assert report.status == "right", report.text


def test_flipped_by_fft():
    def by_fft(grad_out, weight, padding=0):
        (ph, pw), (kh, kw), (h_out, w_out) = both(padding), weight.shape[2:], grad_out.shape[2:]
        size = h_out + kh - 1, w_out + kw - 1
        spectrum = np.einsum("nfij,fcij->ncij", np.fft.rfft2(grad_out, s=size), np.fft.rfft2(weight, s=size))
        full = np.fft.irfft2(spectrum, s=size)  # a true convolution: nothing to flip
        return full[:, :, ph : size[0] - ph, pw : size[1] - pw].astype(floats(grad_out).dtype)

    assert grade("conv2d_grad_input_flipped", by_fft).status == "right"


def test_slopes_of_any_style():
    def put_back(f, x, grad_out, step=1e-6):
        moved, out = x.astype(np.float64).ravel(), []
        for i, value in enumerate(moved.copy()):
            moved[i] = value + step
            up = np.vdot(f(moved.reshape(x.shape).copy()), grad_out)
            moved[i] = value - step
            down = np.vdot(f(moved.reshape(x.shape).copy()), grad_out)
            moved[i] = value
            out.append((up - down) / step / 2)
        return np.reshape(out, x.shape)

    def by_directions(f, x, grad_out, step=1e-6):
        moves = np.eye(x.size).reshape(x.size, *x.shape) * step
        slopes = [((f(x + m) - f(x - m)) * grad_out).sum() for m in moves.astype(np.float64)]
        return np.asfortranarray(np.array(slopes).reshape(x.shape) / (2 * step))

    def with_float64(f, x, grad_out, step=1e-6):
        return by_directions(f, x.astype(float), grad_out, step)

    for style in (put_back, with_float64):
        report = grade("numerical_gradient", style)
        assert report.status == "right", report.text


def test_a_pass_for_stride_1_without_padding_gets_its_part():
    """What many students have after an hour."""

    def simple(grad_out, x, weight, stride=1, padding=0):
        if both(stride) != (1, 1) or both(padding) != (0, 0):
            raise NotImplementedError
        return by_columns(grad_out, x, weight)

    report = grade("conv2d_backward", simple)
    assert report.score == 3  # without "stride", "padding" (with its kernels), what is left over, and their shapes...
    assert "stride" in lost(report)


def test_what_a_tame_check_hides_is_found_and_named():
    """Wrong passes that agree on one square image, 3x3 kernel, stride 1, padding 1, and a gradient of ones."""
    exercise, mistakes = find("conv2d_backward")
    rng = np.random.default_rng(0)
    tame = np.ones((1, 3, 5, 5)), rng.standard_normal((1, 2, 5, 5)), rng.standard_normal((3, 2, 3, 3)), 1, 1
    hidden = {
        mistake.name
        for mistake in mistakes
        if all(
            a.shape == b.shape and np.allclose(a, b)
            for a, b in zip(mistake.function(*map(_copy, tame)), exercise.oracle(*tame), strict=True)
        )
    }
    assert hidden >= {
        "grad_x_cut_by_minus_zero", "grad_x_leftover_rows_lost", "grad_x_first_image_for_all", "grad_weight_only_image_0",
        "grad_weight_leftover_rows_counted", "upstream_ignored", "all_divided_by_the_batch", "stride_ignored",
        "first_stride_for_both", "square_output", "grad_x_padding_of_the_forward_pass", "integer_output",
    }  # fmt: skip
    for mistake in mistakes:
        if mistake.name in hidden:
            assert grade("conv2d_backward", mistake.function).mistakes == (mistake.name,)


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("rest", [lambda n, f: (None, None), lambda n, f: (np.zeros((2, 2)), np.zeros((n, f)))])
def test_a_gradient_that_is_missing_or_misshapen_costs_its_own_points(rest):
    def only_x(grad_out, x, weight, stride=1, padding=0):
        return F.conv2d_backward(grad_out, x, weight, stride, padding)[0], *rest(len(x), len(weight))

    report = grade("conv2d_backward", only_x)
    assert "the gradient of the input" not in lost(report)
    assert {"the gradient of the weight", "the gradient of the bias"} < set(lost(report))


def test_the_two_commonest_errors_at_once_are_both_named():
    """Square everything, and the padding cut with [p:-p]: right on the tame check of a well-known course."""

    def usual(grad_out, x, weight, stride=1, padding=0):
        n = grad_out.shape[2]
        square = grad_out.copy()
        square[:, :, :, n:] = 0
        grad_x, grad_weight, _ = F.conv2d_backward(square, x, weight, stride, padding)
        ph, pw = both(padding)
        grad_x = np.pad(grad_x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        return (
            grad_x[:, :, ph:-ph, pw:-pw].copy(),
            grad_weight,
            F.conv2d_backward(grad_out, x, weight, stride, padding)[2],
        )

    report = grade("conv2d_backward", usual)
    assert {"grad_x_cut_by_minus_zero", "square_output"} <= set(report.mistakes)
