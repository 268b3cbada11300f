"""conv1d against PyTorch, on shapes that Hypothesis draws, and against NumPy's own correlate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import conv1d_backward, conv1d_forward


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, tuple[int, ...]], dict[str, object]]:
    """Shapes of x, weight and bias, and the other arguments of PyTorch's Conv1d."""
    kernel, dilation, groups = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    padding = draw(st.sampled_from(["same", "valid", 0, 1, 2, 3]))
    mode = draw(st.sampled_from(["zeros", "replicate", "reflect"]))
    reach = dilation * (kernel - 1)
    border = {"same": (reach + 1) // 2, "valid": 0}.get(padding, padding)  # the larger of both ends
    least = max(1, reach + 1 - 2 * border, border + 1 if mode == "reflect" else 1)
    C, C_out, N = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 3))
    shapes = {
        "x": (N, C * groups, draw(st.integers(least, least + 5))),
        "weight": (C_out * groups, C, kernel),
        "bias": (C_out * groups,),
    }
    stride = 1 if padding == "same" else draw(st.integers(1, 3))
    how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "padding_mode": mode}
    return shapes, how


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch copies its input for it
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 1e-4)])
@given(drawn=cases(), seed=st.integers(0, 2**32 - 1))
def test_same_as_torch(drawn: tuple, seed: int, dtype: type, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    shapes, how = drawn
    rng = np.random.default_rng(seed)
    a = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    C_out, _, kernel = shapes["weight"]
    layer = torch.nn.Conv1d(shapes["x"][1], C_out, kernel, **how)
    layer.weight.data, layer.bias.data = torch.tensor(a["weight"]), torch.tensor(a["bias"])
    x = torch.tensor(a["x"], requires_grad=True)
    out = layer(x)
    ours = conv1d_forward(**a, **how)
    assert ours.dtype == dtype
    close = {"rtol": tolerance, "atol": 10 * tolerance}
    np.testing.assert_allclose(ours, out.detach().numpy(), **close)
    grad_out = rng.standard_normal(ours.shape).astype(dtype)
    out.backward(torch.tensor(grad_out))
    gradients = conv1d_backward(grad_out, a["x"], a["weight"], **how)
    for mine, theirs in zip(gradients, (x.grad, layer.weight.grad, layer.bias.grad), strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs.numpy(), **close)


def test_one_channel_is_numpys_correlate(rng: np.random.Generator) -> None:
    signal, kernel = rng.normal(size=20), rng.normal(size=4)
    out = conv1d_forward(signal[None, None], kernel[None, None])[0, 0]
    np.testing.assert_allclose(out, np.correlate(signal, kernel, mode="valid"), rtol=1e-12, atol=1e-12)


def test_the_two_ends_may_be_padded_differently(rng: np.random.Generator) -> None:
    """Padded on the left only, an output sees nothing that comes later: a causal convolution."""
    x, weight = rng.normal(size=(2, 3, 9)), rng.normal(size=(4, 3, 3))
    out = conv1d_forward(x, weight, padding=(2, 0))
    later = x.copy()
    later[:, :, 5:] = 99
    np.testing.assert_array_equal(conv1d_forward(later, weight, padding=(2, 0))[:, :, :5], out[:, :, :5])
    assert out.shape == (2, 4, 9)


def test_a_nan_stays_in_its_windows(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 9))
    x[1, 0, 4] = np.nan
    out = conv1d_forward(x, rng.normal(size=(4, 3, 3)))
    assert np.isnan(out[1, :, 2:5]).all()
    assert np.isnan(out).sum() == 4 * 3
