"""Unit 05: right answers of any style get all points, and partly right ones get their part."""

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


def both(value):
    return (value, value) if np.isscalar(value) else tuple(value)


def floats(x):
    return x if x.dtype.kind == "f" else x.astype(float)


def padded_by(x, padding):
    (ph, pw) = both(padding)
    return np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def im2col_by_taps_with_noise(x, kernel_size, stride=1, padding=0):
    print("x", x.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    (kh, kw), (sh, sw), x = both(kernel_size), both(stride), padded_by(x, padding)
    rows, columns = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    cols = np.empty((len(x), x.shape[1], kh, kw, rows, columns), x.dtype)
    for u, v in np.ndindex(kh, kw):
        cols[:, :, u, v] = x[:, :, u : u + rows * sh : sh, v : v + columns * sw : sw][:, :, :rows, :columns]
    return cols.reshape(len(x), -1, rows * columns)


def im2col_by_strides(x, kernel_size, stride=1, padding=0):
    (kh, kw), (sh, sw), x = both(kernel_size), both(stride), padded_by(x, padding)
    (n, c, height, width), (bn, bc, bh, bw) = x.shape, x.strides
    rows, columns = (height - kh) // sh + 1, (width - kw) // sw + 1
    seen = as_strided(x, (n, c, kh, kw, rows, columns), (bn, bc, bh, bw, bh * sh, bw * sw), writeable=False)
    return np.asfortranarray(seen.reshape(n, -1, rows * columns))


def im2col_by_indices(x, kernel_size, stride=1, padding=0):
    """Index arrays for channel, row and column, as a well-known course does it."""
    (kh, kw), (sh, sw), x = both(kernel_size), both(stride), padded_by(x, padding)
    rows, columns = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    c, u, v = (a.reshape(-1, 1) for a in np.indices((x.shape[1], kh, kw)))
    i, j = (a.reshape(1, -1) for a in np.indices((rows, columns)))
    return x[:, c, u + sh * i, v + sw * j]


def product(columns):
    """A layer that multiplies with these columns."""

    def conv2d_im2col(x, weight, bias=None, stride=1, padding=0):
        cols = columns(x, weight.shape[2:], stride, padding)
        (sh, _), (ph, _) = both(stride), both(padding)
        rows = (x.shape[2] + 2 * ph - weight.shape[2]) // sh + 1
        out = weight.reshape(len(weight), -1) @ cols
        out = out if bias is None else out + bias[:, None]
        return out.reshape(len(x), len(weight), rows, -1).astype(floats(x).dtype)

    return conv2d_im2col


def layer_in_one_product(x, weight, bias=None, stride=1, padding=0):
    """All images in one product, by einsum."""
    (sh, sw), x = both(stride), padded_by(x, padding)
    windows = sliding_window_view(x, weight.shape[2:], (2, 3))[:, :, ::sh, ::sw]
    out = np.einsum("nchwij,fcij->fnhw", windows, weight).swapaxes(0, 1)
    return (out if bias is None else out + bias[:, None, None]).astype(x.dtype)


def matrix_by_units(kernel, image_shape):
    """Correlate every image that has a single 1: each gives a column."""
    eye = np.eye(image_shape[0] * image_shape[1]).reshape(-1, *image_shape)
    windows = sliding_window_view(eye, kernel.shape, (1, 2))
    return np.einsum("phwij,ij->hwp", windows, kernel).reshape(-1, len(eye)).astype(floats(kernel).dtype)


def matrix_by_slices(kernel, image_shape):
    rows, columns = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    out = np.zeros((rows, columns, *image_shape), floats(kernel).dtype)
    for i, j in np.ndindex(rows, columns):
        out[i, j, i : i + kernel.shape[0], j : j + kernel.shape[1]] = kernel
    return out.reshape(rows * columns, -1)


def col2im_by_taps(cols, output_size, kernel_size, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw), (height, width) = map(both, (kernel_size, stride, padding, output_size))
    rows, columns = (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1
    cols = floats(cols).reshape(len(cols), -1, kh, kw, rows, columns)
    out = np.zeros((*cols.shape[:2], height + 2 * ph + sh, width + 2 * pw + sw), cols.dtype)
    for u, v in np.ndindex(kh, kw):
        out[:, :, u : u + sh * rows : sh, v : v + sw * columns : sw] += cols[:, :, u, v]
    return out[:, :, ph : ph + height, pw : pw + width]


def col2im_by_add_at(cols, output_size, kernel_size, stride=1, padding=0):
    """Send the numbers of the pixels through im2col, and add every column where its pixel came from."""
    height, width = output_size
    cols = floats(cols)
    places = np.arange(1.0, height * width + 1).reshape(1, 1, height, width)
    where = im2col_by_indices(places, kernel_size, stride, padding)[0].astype(int)  # 0: padding
    split = cols.reshape(len(cols), -1, *where.shape)
    out = np.zeros((*split.shape[:2], height * width + 1), cols.dtype)
    np.add.at(out, (slice(None), slice(None), where), split)
    return out[:, :, 1:].reshape(*out.shape[:2], height, width)


def transposed_by_columns(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw), x = both(stride), both(padding), weight.shape[2:], floats(x)
    n, c, height, width = x.shape
    cols = weight.reshape(c, -1).T @ x.reshape(n, c, -1)
    size = ((height - 1) * sh - 2 * ph + kh, (width - 1) * sw - 2 * pw + kw)
    out = col2im_by_taps(cols, size, (kh, kw), stride, padding)
    return np.asfortranarray(out if bias is None else out + bias[:, None, None], dtype=x.dtype)


def transposed_by_zeros(x, weight, bias=None, stride=1, padding=0):
    """Zeros between the pixels, then a correlation with the flipped kernels."""
    (sh, sw), (ph, pw), (kh, kw), x = both(stride), both(padding), weight.shape[2:], floats(x)
    n, c, height, width = x.shape
    spread = np.zeros((n, c, (height - 1) * sh + 1, (width - 1) * sw + 1), x.dtype)
    spread[:, :, ::sh, ::sw] = x
    out = layer_in_one_product(spread, weight.swapaxes(0, 1)[:, :, ::-1, ::-1], bias, 1, (kh - 1, kw - 1))
    return out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw].astype(x.dtype)


def by_torch(name):
    """PyTorch's unfold, fold, conv2d, conv_transpose2d."""

    def call(x, second, *rest, **kwargs):
        torch = pytest.importorskip("torch")
        dtype = floats(x).dtype
        rest = [torch.from_numpy(a.astype(dtype)) if isinstance(a, np.ndarray) else a for a in rest]
        second = torch.from_numpy(np.ascontiguousarray(second, dtype)) if isinstance(second, np.ndarray) else second
        out = getattr(torch.nn.functional, name)(
            torch.from_numpy(np.array(x, dtype, order="C")), second, *rest, **kwargs
        )
        return out.numpy()

    return call


RIGHT = [
    *[("im2col", fn) for fn in (im2col_by_taps_with_noise, im2col_by_strides, im2col_by_indices, F.im2col)],
    ("im2col", by_torch("unfold")),
    *[("conv2d_im2col", product(fn)) for fn in (im2col_by_strides, im2col_by_indices)],
    *[("conv2d_im2col", fn) for fn in (layer_in_one_product, F.conv2d_forward, by_torch("conv2d"))],
    *[("conv_matrix", fn) for fn in (matrix_by_units, matrix_by_slices, F.conv_matrix)],
    *[("col2im", fn) for fn in (col2im_by_taps, col2im_by_add_at, F.col2im, by_torch("fold"))],
    *[("conv_transpose2d_forward", fn) for fn in (transposed_by_columns, transposed_by_zeros)],
    *[("conv_transpose2d_forward", fn) for fn in (F.conv_transpose2d_forward, by_torch("conv_transpose2d"))],
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "fn"), RIGHT)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_of_any_style_get_all_points(name, fn, mode):
    report = grade(name, fn, mode)
    assert report.status == "right", report.text


def lost(report: Report) -> list[str]:
    return [line.title for line in report.lines if line.score < line.max_score]


def test_square_windows_without_stride_and_padding_keep_their_points():
    def simple(x, kernel_size, stride=1, padding=0):
        return F.im2col(x, kernel_size)

    assert lost(grade("im2col", simple)) == ["the shape of the matrix", "stride", "padding"]


def test_an_upsampling_without_padding_and_bias_keeps_the_rest():
    def simple(x, weight, bias=None, stride=1, padding=0):
        return F.conv_transpose2d_forward(x, weight, None, stride)

    report = grade("conv_transpose2d_forward", simple)
    assert lost(report) == ["the shape of the output", "padding", "bias"]
    assert set(report.mistakes) == {"padding_ignored", "bias_missing"}


def test_a_wrong_im2col_shows_up_in_the_layer_under_the_same_name():
    def no_stride(x, weight, bias=None, stride=1, padding=0):
        return F.conv2d_forward(x, weight, bias, 1, padding)

    assert grade("conv2d_im2col", no_stride).mistakes == ("stride_ignored",)
