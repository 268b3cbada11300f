"""conv2d against three others: our own plain loops, PyTorch and SciPy, on shapes that Hypothesis draws."""

from typing import NamedTuple

import numpy as np
import pytest
import scipy.signal
from hypothesis import example, given
from hypothesis import strategies as st

from course.functional import (
    conv2d_backward,
    conv2d_backward_plain,
    conv2d_forward,
    conv2d_forward_plain,
    output_size,
    pad2d,
)

Pair = tuple[int, int]
Border = tuple[int, int, int, int]
DTYPES = st.sampled_from([(np.float64, 1e-11), (np.float32, 2e-4)])


class Case(NamedTuple):
    """One convolution: the sizes (channels are those of a group), and a seed for the numbers."""

    N: int
    C: int
    C_out: int
    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair | Border | str
    dilation: Pair
    seed: int
    groups: int = 1
    padding_mode: str = "zeros"

    @property
    def how(self) -> dict[str, object]:
        names = ("stride", "padding", "dilation", "groups", "padding_mode")
        return {name: getattr(self, name) for name in names}

    @property
    def border(self) -> Border:
        """(top, bottom, left, right), worked out without the library."""
        if self.padding == "same":
            height, width = (d * (k - 1) for k, d in zip(self.kernel, self.dilation, strict=True))
            return height // 2, (height + 1) // 2, width // 2, (width + 1) // 2
        if self.padding == "valid":
            return 0, 0, 0, 0
        return self.padding if len(self.padding) == 4 else tuple(p for p in self.padding for _ in range(2))

    def arrays(self, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """x, weight, bias, and a random gradient of the output's shape."""
        rng = np.random.default_rng(self.seed)
        padded = self.size[0] + sum(self.border[:2]), self.size[1] + sum(self.border[2:])
        out = [
            output_size(n, k, s, 0, d)
            for n, k, s, d in zip(padded, self.kernel, self.stride, self.dilation, strict=True)
        ]
        shapes = [
            (self.N, self.C * self.groups, *self.size),
            (self.C_out * self.groups, self.C, *self.kernel),
            (self.C_out * self.groups,),
            (self.N, self.C_out * self.groups, *out),
        ]
        x, weight, bias, grad_out = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
        return x, weight, bias, grad_out


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any small convolution whose kernel fits: non-square, pairs, strides that do not divide, size 1, dilation, groups, borders."""

    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel, stride, dilation = pair(1, 4), pair(1, 3), pair(1, 3)
    form = draw(st.sampled_from(["pair", "four", "same", "valid"]))
    if form == "same":
        stride = (1, 1)
    mode = draw(st.sampled_from(["zeros", "replicate", "reflect"]))
    padding = {"pair": pair(0, 3), "four": (*pair(0, 3), *pair(0, 3))}.get(form, form)
    few = st.integers(1, 3)
    case = Case(
        draw(st.integers(0, 3)),
        draw(few),
        draw(few),
        (1, 1),
        kernel,
        stride,
        padding,
        dilation,
        draw(st.integers(0, 2**32 - 1)),
        draw(few),
        mode,
    )
    top, bottom, left, right = case.border
    least = [
        max(1, d * (k - 1) + 1 - before - after, (max(before, after) + 1) * (mode == "reflect"))
        for k, d, before, after in zip(kernel, dilation, (top, left), (bottom, right), strict=True)
    ]
    return case._replace(size=tuple(draw(st.integers(n, n + 4)) for n in least))


# these hide behind square images and stride 1, so they are tried every time
non_divisible = example(Case(2, 3, 2, (8, 11), (3, 2), (2, 3), (0, 1), (1, 1), 1))
one_pixel = example(Case(1, 1, 1, (1, 1), (1, 1), (1, 1), (0, 0), (1, 1), 2))
mostly_border = example(Case(2, 1, 2, (1, 2), (3, 4), (1, 2), (3, 2), (2, 1), 3))
depthwise = example(Case(2, 1, 2, (5, 4), (3, 2), (1, 1), "same", (1, 2), 4, 3))
pointwise = example(Case(3, 2, 3, (4, 5), (1, 1), (1, 1), (0, 0), (2, 1), 5, 2))
pointwise_with_a_stride = example(Case(2, 2, 3, (4, 5), (1, 1), (2, 3), (0, 0), (1, 1), 6))
a_corner_reflected = example(Case(2, 2, 1, (4, 3), (3, 3), (2, 1), (3, 1, 0, 2), (1, 1), 7, 2, "reflect"))
a_pixel_repeated = example(Case(2, 1, 2, (1, 1), (2, 3), (1, 2), (2, 1, 3, 3), (1, 1), 8, 2, "replicate"))


@given(cases())
@non_divisible
@one_pixel
@mostly_border
@depthwise
@pointwise
@pointwise_with_a_stride
@a_corner_reflected
@a_pixel_repeated
def test_fast_and_plain_agree(case: Case) -> None:
    x, weight, bias, grad_out = case.arrays()
    plain = conv2d_forward_plain(x, weight, bias, **case.how)
    np.testing.assert_allclose(conv2d_forward(x, weight, bias, **case.how), plain, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        conv2d_forward(x, weight, **case.how), plain - bias[:, None, None], rtol=1e-9, atol=1e-11
    )
    ours = conv2d_backward(grad_out, x, weight, **case.how)
    for mine, theirs in zip(ours, conv2d_backward_plain(grad_out, x, weight, **case.how), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-11)


@given(cases(), DTYPES)
@example(Case(2, 3, 2, (8, 11), (3, 2), (2, 3), (0, 1), (1, 1), 1), (np.float64, 1e-11))
@example(Case(2, 2, 1, (4, 3), (3, 3), (2, 1), (3, 1, 0, 2), (1, 1), 7, 2, "reflect"), (np.float32, 2e-4))
def test_same_as_torch(case: Case, how: tuple[type, float]) -> None:
    _agrees_with_torch(case, *how)


@pytest.mark.parametrize(
    "case",
    [
        Case(13, 3, 4, (40, 37), (5, 4), (1, 1), (2, 1), (1, 1), 4),  # an image a piece
        Case(70, 1, 6, (28, 28), (5, 5), (1, 1), (2, 2), (1, 1), 5),  # LeNet's first layer
        Case(37, 2, 3, (21, 30), (3, 5), (2, 1), (0, 2), (2, 1), 6),  # the last piece is short
        Case(3, 64, 32, (14, 13), (3, 3), (1, 1), (1, 1), (1, 1), 7),  # many channels
        Case(11, 1, 1, (33, 30), (3, 3), (2, 1), "valid", (1, 1), 8, groups=48),  # depthwise
        Case(11, 16, 8, (33, 30), (1, 1), (1, 1), (0, 0), (1, 1), 9, groups=2),  # pointwise
        Case(11, 4, 5, (33, 30), (3, 4), (1, 1), "same", (1, 1), 10, groups=3, padding_mode="reflect"),
    ],
    ids=lambda case: f"{case.N} images {case.seed}",
)
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 2e-4)])
def test_same_as_torch_in_several_pieces(case: Case, dtype: type, tolerance: float, threads: int) -> None:
    _agrees_with_torch(case, dtype, tolerance)


def _agrees_with_torch(case: Case, dtype: type, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    arrays = case.arrays(dtype)
    x, weight, bias = (torch.tensor(a, requires_grad=True) for a in arrays[:3])
    how = {"stride": case.stride, "dilation": case.dilation, "groups": case.groups}
    padded = x
    if case.padding_mode == "zeros" and case.padding != case.border:
        how["padding"] = case.padding  # PyTorch's own reading of a pair, of "same" and of "valid"
    else:
        top, bottom, left, right = case.border
        mode = "constant" if case.padding_mode == "zeros" else case.padding_mode
        padded = functional.pad(x, (left, right, top, bottom), mode)
    out = functional.conv2d(padded, weight, bias, **how)
    out.backward(torch.tensor(arrays[3]))
    ours = conv2d_forward(*arrays[:3], **case.how)
    assert ours.dtype == dtype
    close = {"rtol": tolerance, "atol": tolerance * 10}
    np.testing.assert_allclose(ours, out.detach().numpy(), **close)
    gradients = conv2d_backward(arrays[3], arrays[0], arrays[1], **case.how)
    for name, mine, tensor in zip(("x", "weight", "bias"), gradients, (x, weight, bias), strict=True):
        assert mine.dtype == dtype, name
        # a gradient of the weight adds up many images: compare with its own size
        scale = max(1.0, float(tensor.grad.abs().max()) if tensor.grad.numel() else 1.0)
        np.testing.assert_allclose(mine / scale, tensor.grad.numpy() / scale, err_msg=name, **close)


@given(cases())
def test_forward_is_scipys_correlate(case: Case) -> None:
    """Every channel correlated by SciPy with a kernel whose taps are spread by zeros, summed, then every stride-th kept."""
    x, weight, bias, grad_out = case.arrays()
    (kH, kW), (sH, sW), (dH, dW) = case.kernel, case.stride, case.dilation
    spread = np.zeros((len(weight), case.C, dH * (kH - 1) + 1, dW * (kW - 1) + 1))
    spread[:, :, ::dH, ::dW] = weight
    top, bottom, left, right = case.border
    mode = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}[case.padding_mode]
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), mode)
    expected = np.empty_like(grad_out)
    for n, c in np.ndindex(expected.shape[:2]):
        first = c // case.C_out * case.C
        seen = padded[n, first : first + case.C]
        expected[n, c] = scipy.signal.correlate(seen, spread[c], mode="valid")[0, ::sH, ::sW] + bias[c]
    np.testing.assert_allclose(conv2d_forward(x, weight, bias, **case.how), expected, rtol=1e-10, atol=1e-10)


@given(cases())
def test_padding_first_is_the_same(case: Case) -> None:
    x, weight, bias, _ = case.arrays()
    padded = pad2d(x, case.border, case.padding_mode)
    how = {**case.how, "padding": 0}
    np.testing.assert_array_equal(
        conv2d_forward(x, weight, bias, **case.how), conv2d_forward(padded, weight, bias, **how)
    )


@pytest.mark.filterwarnings("ignore:invalid value")  # inf - inf
@pytest.mark.parametrize("padding_mode", ["zeros", "replicate", "reflect"])
@pytest.mark.parametrize("groups, kernel", [(1, 3), (2, 3), (6, 3), (1, 1), (3, 1)])
def test_a_nan_comes_out_where_it_is_seen_and_nowhere_else(
    padding_mode: str, groups: int, kernel: int, rng: np.random.Generator
) -> None:
    torch = pytest.importorskip("torch")
    x, weight = rng.normal(size=(3, 6, 7, 8)), rng.normal(size=(6, 6 // groups, kernel, kernel))
    x[0, 1, 0, 1], x[2, 5, 6, 4] = np.nan, np.inf
    weight[2, 0, 0, 0] = 0  # 0 * NaN is NaN
    grad_out = rng.normal(size=(3, 6, 7, 8))
    grad_out[1, 3, 2, 2] = np.nan
    layer = torch.nn.Conv2d(6, 6, kernel, 1, "same", 1, groups, False, padding_mode).double()
    layer.weight.data = torch.tensor(weight)
    theirs = torch.tensor(x, requires_grad=True)
    out = layer(theirs)
    out.backward(torch.tensor(grad_out))
    how = {"padding": "same", "groups": groups, "padding_mode": padding_mode}
    np.testing.assert_allclose(conv2d_forward(x, weight, **how), out.detach().numpy(), rtol=1e-9)
    grad_x, grad_weight, _ = conv2d_backward(grad_out, x, weight, **how)
    assert np.isnan(grad_x).any() and np.isnan(grad_weight).any()
    np.testing.assert_allclose(grad_x, theirs.grad.numpy(), rtol=1e-9)
    np.testing.assert_allclose(grad_weight, layer.weight.grad.numpy(), rtol=1e-9)
