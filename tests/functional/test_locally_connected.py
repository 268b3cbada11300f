"""The locally connected layer against its plain loops, and against a convolution where all positions have the same weights."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.functional import (
    conv2d_backward,
    conv2d_forward,
    locally_connected2d_backward,
    locally_connected2d_backward_plain,
    locally_connected2d_forward,
    locally_connected2d_forward_plain,
    output_size,
)

Drawn = tuple[dict[str, tuple[int, ...]], dict[str, object]]


@st.composite
def cases(draw: st.DrawFn) -> Drawn:
    def pair(low: int, high: int) -> tuple[int, int]:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel, stride = pair(1, 3), pair(1, 3)
    top, bottom, left, right = border = (*pair(0, 2), *pair(0, 2))
    size = [
        draw(st.integers(0, 4)) + max(1, k - before - after)
        for k, before, after in zip(kernel, (top, left), (bottom, right), strict=True)
    ]
    padded = size[0] + top + bottom, size[1] + left + right
    out = [output_size(n, k, s) for n, k, s in zip(padded, kernel, stride, strict=True)]
    C, C_out = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shapes = {
        "x": (draw(st.integers(0, 3)), C, *size),
        "weight": (*out, C_out, C, *kernel),
        "bias": (*out, C_out),
    }
    return shapes, {"stride": stride, "padding": border}


def numbers(shapes: dict[str, tuple[int, ...]], seed: int, dtype: type = np.float64) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def agrees_with_plain(drawn: Drawn, seed: int, dtype: type, tolerance: float) -> None:
    shapes, how = drawn
    a = numbers(shapes, seed, dtype)
    close = {"rtol": tolerance, "atol": 10 * tolerance}
    plain = locally_connected2d_forward_plain(**a, **how)
    fast = locally_connected2d_forward(**a, **how)
    np.testing.assert_allclose(fast, plain, **close)
    bias = a.pop("bias")
    without = locally_connected2d_forward(**a, **how)
    np.testing.assert_allclose(without, fast - bias.transpose(2, 0, 1), **close)
    grad_out = np.random.default_rng(seed + 1).standard_normal(plain.shape).astype(dtype)
    ours = locally_connected2d_backward(grad_out, **a, **how)
    for mine, theirs in zip(ours, locally_connected2d_backward_plain(grad_out, **a, **how), strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, **close)


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 1e-4)])
@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
def test_fast_and_plain_agree(drawn: Drawn, seed: int, dtype: type, tolerance: float) -> None:
    agrees_with_plain(drawn, seed, dtype, tolerance)


def test_fast_and_plain_agree_in_several_pieces(threads: int) -> None:
    shapes = {"x": (40, 5, 14, 12), "weight": (12, 10, 2, 5, 3, 3), "bias": (12, 10, 2)}
    agrees_with_plain((shapes, {}), 4, np.float64, 1e-10)


@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
@example(
    drawn=({"x": (2, 2, 4, 3), "weight": (3, 2, 2, 2, 2, 2), "bias": (3, 2, 2)}, {"stride": 1, "padding": 0}), seed=1
)
def test_equal_weights_everywhere_are_a_convolution(drawn: Drawn, seed: int) -> None:
    shapes, how = drawn
    a = numbers(shapes, seed)
    weight, bias = a["weight"][0, 0], a["bias"][0, 0]
    everywhere = np.broadcast_to(weight, shapes["weight"]), np.broadcast_to(bias, shapes["bias"])
    out = locally_connected2d_forward(a["x"], *everywhere, **how)
    np.testing.assert_allclose(out, conv2d_forward(a["x"], weight, bias, **how), rtol=1e-10, atol=1e-11)
    grad_out = np.random.default_rng(seed + 1).standard_normal(out.shape)
    grad_x, grad_weight, grad_bias = locally_connected2d_backward(grad_out, a["x"], everywhere[0], **how)
    ours = grad_x, grad_weight.sum(axis=(0, 1)), grad_bias.sum(axis=(0, 1))  # a shared weight hears from every position
    for mine, theirs in zip(ours, conv2d_backward(grad_out, a["x"], weight, **how), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-10)


def test_a_nan_stays_in_its_windows(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 6, 6))
    x[1, 0, 3, 3] = np.nan
    out = locally_connected2d_forward(x, rng.normal(size=(5, 4, 2, 3, 2, 3)))
    assert np.isnan(out[1, :, 2:4, 1:4]).all()
    assert np.isnan(out).sum() == 2 * 6
