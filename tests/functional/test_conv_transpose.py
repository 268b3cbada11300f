"""conv_transpose2d against PyTorch and the plain loops, and as the transpose of a convolution."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.functional import (
    conv2d_backward,
    conv2d_forward,
    conv_transpose2d_backward,
    conv_transpose2d_forward,
    conv_transpose2d_forward_plain,
)

Drawn = tuple[dict[str, tuple[int, ...]], dict[str, object]]


@st.composite
def cases(draw: st.DrawFn) -> Drawn:
    """Shapes of x, weight and bias, and PyTorch's arguments; every padding that leaves a pixel, even more than the kernel."""

    def pair(low: int, high: int) -> tuple[int, int]:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    size, kernel, stride, dilation = pair(1, 4), pair(1, 4), pair(1, 3), pair(1, 3)
    more = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    full = [
        (n - 1) * s + d * (k - 1) + o + 1 for n, s, d, k, o in zip(size, stride, dilation, kernel, more, strict=True)
    ]
    padding = tuple(draw(st.integers(0, min(4, (n - 1) // 2))) for n in full)
    groups, few = draw(st.integers(1, 3)), st.integers(1, 3)
    C_in, C_out = draw(few), draw(few)
    shapes = {
        "x": (draw(st.integers(0, 3)), C_in * groups, *size),
        "weight": (C_in * groups, C_out, *kernel),
        "bias": (C_out * groups,),
    }
    how = {"stride": stride, "padding": padding, "output_padding": more, "groups": groups, "dilation": dilation}
    return shapes, how


def numbers(shapes: dict[str, tuple[int, ...]], seed: int, dtype: type = np.float64) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


more_positions_than_rows = example(
    drawn=(
        {"x": (2, 2, 2, 3), "weight": (2, 1, 2, 2), "bias": (2,)},
        {"stride": (1, 2), "padding": 0, "output_padding": (2, 1), "groups": 2, "dilation": (3, 1)},
    ),
    seed=1,
)


@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
@more_positions_than_rows
def test_fast_and_plain_agree(drawn: Drawn, seed: int) -> None:
    a = numbers(drawn[0], seed)
    plain = conv_transpose2d_forward_plain(**a, **drawn[1])
    np.testing.assert_allclose(conv_transpose2d_forward(**a, **drawn[1]), plain, rtol=1e-11, atol=1e-11)
    bias = a.pop("bias")
    without = conv_transpose2d_forward(**a, **drawn[1])
    np.testing.assert_allclose(without, plain - bias[:, None, None], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 2e-4)])
@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
@more_positions_than_rows
def test_same_as_torch(drawn: Drawn, seed: int, dtype: type, tolerance: float) -> None:
    agrees_with_torch(drawn, seed, dtype, tolerance)


@pytest.mark.parametrize("groups", [1, 4])
def test_same_as_torch_in_several_pieces(groups: int, threads: int) -> None:
    shapes = {"x": (9, 16, 20, 17), "weight": (16, 12 // groups, 4, 3), "bias": (12,)}
    how = {"stride": 2, "padding": 1, "output_padding": 1, "groups": groups}
    agrees_with_torch((shapes, how), 3, np.float64, 1e-10)


def agrees_with_torch(drawn: Drawn, seed: int, dtype: type, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    shapes, how = drawn
    a = numbers(shapes, seed, dtype)
    tensors = {name: torch.tensor(v, requires_grad=True) for name, v in a.items()}
    out = torch.nn.functional.conv_transpose2d(tensors["x"], tensors["weight"], tensors["bias"], **how)
    ours = conv_transpose2d_forward(**a, **how)
    assert ours.dtype == dtype
    close = {"rtol": tolerance, "atol": 10 * tolerance}
    np.testing.assert_allclose(ours, out.detach().numpy(), **close)
    grad_out = np.random.default_rng(seed + 1).standard_normal(ours.shape).astype(dtype)
    out.backward(torch.tensor(grad_out))
    gradients = conv_transpose2d_backward(grad_out, a["x"], a["weight"], **how)
    for (name, tensor), mine in zip(tensors.items(), gradients, strict=True):
        assert mine.dtype == dtype
        scale = max(1.0, float(tensor.grad.abs().max()) if tensor.grad.numel() else 1.0)
        np.testing.assert_allclose(mine / scale, tensor.grad.numpy() / scale, err_msg=name, **close)


@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
def test_it_is_the_gradient_of_a_convolution(drawn: Drawn, seed: int) -> None:
    shapes, how = drawn
    how = {**{name: value for name, value in how.items() if name != "output_padding"}, "padding": 0}
    a = numbers(shapes, seed)
    grown = conv_transpose2d_forward(a["x"], a["weight"], **how)
    image = np.random.default_rng(seed + 1).standard_normal(grown.shape)
    back = conv2d_forward(image, a["weight"], **how)
    np.testing.assert_allclose((grown * image).sum(), (a["x"] * back).sum(), rtol=1e-8, atol=1e-8)  # <Tx, y> = <x, Cy>
    grad_x, _, _ = conv2d_backward(a["x"], image, a["weight"], **how)
    np.testing.assert_array_equal(grown, grad_x)


def test_a_nan_stays_under_its_stamp(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 4))
    x[0, 1, 2, 2] = np.nan
    out = conv_transpose2d_forward(x, rng.normal(size=(3, 2, 3, 3)), stride=2)
    assert np.isnan(out[0, :, 4:7, 4:7]).all()
    assert np.isnan(out).sum() == 2 * 9
