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
)

Pair = tuple[int, int]


class Case(NamedTuple):
    """One convolution: the sizes, and a seed for the numbers."""

    N: int
    C: int
    C_out: int
    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    seed: int

    @property
    def how(self) -> dict[str, Pair]:
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}

    def arrays(self, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """x, weight, bias, and a random gradient of the output's shape."""
        rng = np.random.default_rng(self.seed)
        out = [
            output_size(*axis)
            for axis in zip(self.size, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        ]
        shapes = [
            (self.N, self.C, *self.size),
            (self.C_out, self.C, *self.kernel),
            (self.C_out,),
            (self.N, self.C_out, *out),
        ]
        x, weight, bias, grad_out = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
        return x, weight, bias, grad_out


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any small convolution whose kernel fits: non-square, pairs, strides that do not divide, size 1, dilation."""

    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel, stride, padding, dilation = pair(1, 4), pair(1, 3), pair(0, 3), pair(1, 3)
    least = [max(1, d * (k - 1) + 1 - 2 * p) for k, p, d in zip(kernel, padding, dilation, strict=True)]
    size = draw(st.integers(least[0], least[0] + 4)), draw(st.integers(least[1], least[1] + 4))
    few = st.integers(1, 3)
    return Case(
        draw(few), draw(few), draw(few), size, kernel, stride, padding, dilation, draw(st.integers(0, 2**32 - 1))
    )


# these hide behind square images and stride 1, so they are tried every time
non_divisible = example(Case(2, 3, 2, (8, 11), (3, 2), (2, 3), (0, 1), (1, 1), 1))
one_pixel = example(Case(1, 1, 1, (1, 1), (1, 1), (1, 1), (0, 0), (1, 1), 2))
mostly_border = example(Case(2, 1, 2, (1, 2), (3, 4), (1, 2), (3, 2), (2, 1), 3))


@given(cases())
@non_divisible
@one_pixel
@mostly_border
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


@given(cases())
@non_divisible
@one_pixel
@mostly_border
def test_same_as_torch(case: Case) -> None:
    _agrees_with_torch(case, np.float64, 1e-11)


@pytest.mark.parametrize(
    "case",
    [
        Case(13, 3, 4, (40, 37), (5, 4), (1, 1), (2, 1), (1, 1), 4),  # an image a piece
        Case(70, 1, 6, (28, 28), (5, 5), (1, 1), (2, 2), (1, 1), 5),  # LeNet's first layer
        Case(37, 2, 3, (21, 30), (3, 5), (2, 1), (0, 2), (2, 1), 6),  # the last piece is short
        Case(3, 64, 32, (14, 13), (3, 3), (1, 1), (1, 1), (1, 1), 7),  # many channels
    ],
    ids=lambda case: f"{case.N} images",
)
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 2e-4)])
def test_same_as_torch_in_several_pieces(case: Case, dtype: type, tolerance: float, threads: int) -> None:
    _agrees_with_torch(case, dtype, tolerance)


def _agrees_with_torch(case: Case, dtype: type, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    arrays = case.arrays(dtype)
    x, weight, bias = (torch.tensor(a, requires_grad=True) for a in arrays[:3])
    out = torch.nn.functional.conv2d(x, weight, bias, **case.how)
    out.backward(torch.tensor(arrays[3]))
    ours = conv2d_forward(*arrays[:3], **case.how)
    assert ours.dtype == dtype
    close = {"rtol": tolerance, "atol": tolerance * 10}
    np.testing.assert_allclose(ours, out.detach().numpy(), **close)
    gradients = conv2d_backward(arrays[3], arrays[0], arrays[1], **case.how)
    for name, mine, tensor in zip(("x", "weight", "bias"), gradients, (x, weight, bias), strict=True):
        assert mine.dtype == dtype, name
        # a gradient of the weight adds up many images: compare with its own size
        scale = max(1.0, float(tensor.grad.abs().max()))
        np.testing.assert_allclose(mine / scale, tensor.grad.numpy() / scale, err_msg=name, **close)


@given(cases())
def test_forward_is_scipys_correlate(case: Case) -> None:
    """Every channel correlated by SciPy with a kernel whose taps are spread by zeros, summed, then every stride-th kept."""
    x, weight, bias, _ = case.arrays()
    (kH, kW), (sH, sW), (pH, pW), (dH, dW) = case.kernel, case.stride, case.padding, case.dilation
    spread = np.zeros((case.C_out, case.C, dH * (kH - 1) + 1, dW * (kW - 1) + 1))
    spread[:, :, ::dH, ::dW] = weight
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    expected = np.array(
        [
            [
                scipy.signal.correlate(image, kernel, mode="valid")[0, ::sH, ::sW] + b
                for kernel, b in zip(spread, bias, strict=True)
            ]
            for image in padded
        ]
    )
    np.testing.assert_allclose(conv2d_forward(x, weight, bias, **case.how), expected, rtol=1e-10, atol=1e-10)
