"""Convolution layers against PyTorch's, for every argument: the same state dict, the same output, the same gradients."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F
from course.nn import Conv1d, Conv2d, ConvTranspose2d, LocallyConnected2d, Module

Arguments = dict[str, Any]
SEEDS = st.integers(0, 2**32 - 1)


def both(high: int, low: int = 1) -> st.SearchStrategy:
    """An int or a pair."""
    one = st.integers(low, high)
    return one | st.tuples(one, one)


@st.composite
def convolutions(draw: st.DrawFn, axes: int) -> Arguments:
    """The arguments of a Conv1d or Conv2d; its padding fits images of 8x9 with any mode, and so does its kernel."""
    numbers = both if axes == 2 else (lambda high, low=1: st.integers(low, high))
    groups, padding = draw(st.integers(1, 3)), draw(numbers(3, 0) | st.sampled_from(["same", "valid"]))
    return {
        "in_channels": groups * draw(st.integers(1, 3)),
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel_size": draw(numbers(4)),
        "stride": 1 if padding == "same" else draw(numbers(3)),
        "padding": padding,
        "dilation": draw(numbers(2)),
        "groups": groups,
        "bias": draw(st.booleans()),
        "padding_mode": draw(st.sampled_from(["zeros", "replicate", "reflect"])),
    }


@st.composite
def transposed(draw: st.DrawFn) -> Arguments:
    """The arguments of a ConvTranspose2d; its padding leaves something of images of 5x4."""
    groups, stride, dilation = draw(st.integers(1, 3)), draw(both(3)), draw(both(3))
    larger = np.maximum(stride, dilation)
    more = int(larger.min()) - 1 if larger.ndim == 0 else tuple(int(n) - 1 for n in larger)
    return {
        "in_channels": groups * draw(st.integers(1, 3)),
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel_size": draw(both(4)),
        "stride": stride,
        "padding": draw(both(1, 0)),
        "output_padding": draw(st.sampled_from([0, more])),
        "groups": groups,
        "bias": draw(st.booleans()),
        "dilation": dilation,
    }


def agrees_with_torch(kind: type[Module], arguments: Arguments, size: tuple[int, ...], seed: int, dtype: type) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    ours = kind(**arguments, rng=rng)
    theirs = getattr(torch.nn, kind.__name__)(**arguments).to(torch.tensor(np.zeros(1, dtype)).dtype)
    assert {n: p.shape for n, p in ours.named_parameters()} == {n: tuple(p.shape) for n, p in theirs.named_parameters()}
    for parameter in ours.parameters():
        parameter.data = rng.standard_normal(parameter.shape).astype(dtype)
    theirs.load_state_dict({name: torch.tensor(a) for name, a in ours.state_dict().items()})
    x = rng.standard_normal((rng.integers(3), arguments["in_channels"], *size)).astype(dtype)
    tensor = torch.tensor(x, requires_grad=True)
    out, expected = ours(x), theirs(tensor)
    assert out.dtype == dtype
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    close = {"rtol": tolerance, "atol": 10 * tolerance}
    np.testing.assert_allclose(out, expected.detach().numpy(), **close)
    grad_out = rng.standard_normal(out.shape).astype(dtype)
    expected.backward(torch.tensor(grad_out))
    np.testing.assert_allclose(ours.backward(grad_out), tensor.grad.numpy(), **close)
    for (name, mine), parameter in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad, parameter.grad.numpy(), err_msg=name, **close)
    # and PyTorch's own numbers, the other way
    fresh = getattr(torch.nn, kind.__name__)(**arguments)
    ours.load_state_dict(fresh.state_dict())
    x = x.astype(np.float32)
    np.testing.assert_allclose(ours(x.astype(dtype)), fresh(torch.tensor(x)).detach().numpy(), rtol=1e-4, atol=1e-4)


DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
QUIET = pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch copies its input for it


@QUIET
@DTYPES
@given(arguments=convolutions(axes=2), seed=SEEDS)
def test_conv2d_is_torchs(arguments: Arguments, seed: int, dtype: type) -> None:
    agrees_with_torch(Conv2d, arguments, (8, 9), seed, dtype)


@QUIET
@DTYPES
@given(arguments=convolutions(axes=1), seed=SEEDS)
def test_conv1d_is_torchs(arguments: Arguments, seed: int, dtype: type) -> None:
    agrees_with_torch(Conv1d, arguments, (9,), seed, dtype)


@DTYPES
@given(arguments=transposed(), seed=SEEDS)
def test_conv_transpose2d_is_torchs(arguments: Arguments, seed: int, dtype: type) -> None:
    agrees_with_torch(ConvTranspose2d, arguments, (5, 4), seed, dtype)


def test_positional_arguments_are_in_torchs_order() -> None:
    torch = pytest.importorskip("torch")
    for kind, arguments in (
        (Conv2d, (4, 6, 3, 1, 2, 2, 2, False, "reflect")),
        (Conv1d, (4, 6, 3, 1, 2, 2, 2, False, "replicate")),
        (ConvTranspose2d, (4, 6, 3, 2, 1, 1, 2, False, 3)),
    ):
        ours, theirs = kind(*arguments), getattr(torch.nn, kind.__name__)(*arguments)
        for name in ("in_channels", "out_channels", "groups"):
            assert getattr(ours, name) == getattr(theirs, name)
        for name in ("kernel_size", "stride", "padding", "dilation"):
            np.testing.assert_array_equal(getattr(ours, name), np.array(getattr(theirs, name))[0], err_msg=name)
        assert ours.bias is None
    assert kind(*arguments).output_padding == 1


def test_a_border_of_four(rng: np.random.Generator) -> None:
    layer = Conv2d(2, 3, (3, 2), padding=(0, 1, 2, 3), rng=rng)
    assert layer.border == (0, 1, 2, 3)
    x = rng.normal(size=(2, 2, 5, 4))
    padded = F.conv2d_forward(F.pad2d(x, (0, 1, 2, 3)), layer.weight.data, layer.bias.data)  # type: ignore[union-attr]
    np.testing.assert_array_equal(layer(x), padded)


@pytest.mark.parametrize(
    "layer, border",
    [
        (Conv2d(1, 1, (4, 3), padding="same", dilation=(1, 2)), (1, 2, 2, 2)),
        (Conv2d(1, 1, 3, padding="valid"), (0, 0, 0, 0)),
        (Conv2d(1, 1, 3, padding=(1, 0)), (1, 1, 0, 0)),
        (Conv1d(1, 1, 4, padding="same"), (1, 2)),
        (Conv1d(1, 1, 4, padding=(3, 0)), (3, 0)),
        (LocallyConnected2d(1, 1, 5, 3, padding=1), (1, 1, 1, 1)),
    ],
)
def test_the_border_in_pixels(layer: Conv2d, border: tuple[int, ...]) -> None:
    assert layer.border == border


@pytest.mark.parametrize("bias", [True, False])
def test_locally_connected(bias: bool, rng: np.random.Generator) -> None:
    layer = LocallyConnected2d(2, 4, (7, 9), (3, 2), (2, 1), (1, 0), bias, rng)
    x = rng.normal(size=(3, 2, 7, 9))
    out = layer(x)
    b = layer.bias.data if bias else None
    how = {"stride": (2, 1), "padding": (1, 0)}
    np.testing.assert_array_equal(out, F.locally_connected2d_forward(x, layer.weight.data, b, **how))
    grad_out = rng.normal(size=out.shape)
    expected = F.locally_connected2d_backward(grad_out, x, layer.weight.data, **how)
    np.testing.assert_array_equal(layer.backward(grad_out), expected[0])
    for parameter, grad in zip(layer.parameters(), expected[1:], strict=False):
        np.testing.assert_array_equal(parameter.grad, grad)
    assert [p.shape for p in layer.parameters()] == [(4, 8, 4, 2, 3, 2), (4, 8, 4)][: 1 + bias]


@pytest.mark.parametrize(
    "layer",
    [Conv2d(1, 2, 2), Conv1d(1, 2, 2), ConvTranspose2d(1, 2, 2), LocallyConnected2d(1, 2, 3, 2)],
    ids=lambda layer: type(layer).__name__,
)
def test_gradients_add_up_until_they_are_cleared(layer: Module, rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 1, 3, 3) if "2d" in type(layer).__name__ else (2, 1, 3))
    grad_out = rng.normal(size=layer(x).shape)
    layer.backward(grad_out)
    once = [p.grad for p in layer.parameters()]
    layer.backward(grad_out)
    for parameter, grad in zip(layer.parameters(), once, strict=True):
        np.testing.assert_array_equal(parameter.grad, 2 * grad)  # type: ignore[operator]


@pytest.mark.parametrize(
    "layer, fan_in",
    [
        (Conv2d(16, 64, (3, 5)), 240),
        (Conv2d(16, 64, (3, 5), groups=4), 60),
        (Conv1d(20, 40, 7, groups=2), 70),
        (ConvTranspose2d(16, 64, (3, 5), groups=2), 480),  # PyTorch takes the channels of the output
        (LocallyConnected2d(3, 8, 9, (3, 5)), 45),
    ],
    ids=lambda value: type(value).__name__,
)
def test_first_weights_fill_pytorchs_range(layer: Conv2d, fan_in: int) -> None:
    bound = 1 / np.sqrt(fan_in)
    for numbers in (layer.weight.data, layer.bias.data):  # type: ignore[union-attr]
        assert numbers.dtype == np.float32
        assert 0.9 * bound < abs(numbers).max() <= bound * (1 + 1e-6)
        assert abs(numbers.mean()) < 0.2 * bound


@pytest.mark.parametrize(
    "kind, arguments", [("Conv2d", (8, 4, 3)), ("Conv1d", (8, 4, 3)), ("ConvTranspose2d", (8, 4, 3))]
)
@pytest.mark.parametrize("groups", [1, 2])
def test_the_range_is_torchs(kind: str, arguments: tuple[int, ...], groups: int) -> None:
    """The largest of many first weights in either library, so that the choice of fan_in is not ours alone."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    ours = {"Conv2d": Conv2d, "Conv1d": Conv1d, "ConvTranspose2d": ConvTranspose2d}[kind]
    for name in ("weight", "bias"):
        largest = [
            max(float(abs(getattr(make(*arguments, groups=groups), name).data).max()) for _ in range(200))
            for make in (ours, getattr(torch.nn, kind))
        ]
        np.testing.assert_allclose(*largest, rtol=0.02)


@pytest.mark.parametrize(
    "layer, text",
    [
        (Conv2d(1, 6, (5, 3), padding=2), "Conv2d(1, 6, kernel_size=(5, 3), stride=1, padding=2)"),
        (
            Conv2d(4, 6, 3, 1, "same", (1, 2), 2, False, "reflect"),
            "Conv2d(4, 6, kernel_size=(3, 3), stride=1, padding='same', dilation=(1, 2), groups=2, "
            "padding_mode='reflect', bias=False)",
        ),
        (Conv1d(4, 6, 3, 2, (2, 0)), "Conv1d(4, 6, kernel_size=3, stride=2, padding=(2, 0))"),
        (
            ConvTranspose2d(4, 6, 3, 2, 1, 1, 2),
            "ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=2, padding=1, output_padding=1, groups=2)",
        ),
        (
            LocallyConnected2d(1, 6, (9, 8), 3, bias=False),
            "LocallyConnected2d(1, 6, input_size=(9, 8), kernel_size=(3, 3), stride=1, padding=0, bias=False)",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_how_a_layer_prints(layer: Module, text: str) -> None:
    assert repr(layer) == text


WHOLE, PAIR = (
    "must be a whole number of at least 1",
    "it must be a whole number of at least 1, or a pair (h, w) of them.",
)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Conv2d(-3, 4, 3), f"Conv2d: in_channels is -3; it {WHOLE}."),
        (lambda: Conv2d(3, 0, 3), f"Conv2d: out_channels is 0; it {WHOLE}."),
        (lambda: Conv2d(3, 4.0, 3), f"Conv2d: out_channels is 4.0; it {WHOLE}."),
        (lambda: Conv2d(3, 4, 3, groups=0), f"Conv2d: groups is 0; it {WHOLE}."),
        (lambda: Conv2d(3, 4, 3, groups=2), "Conv2d: groups is 2, which does not divide in_channels = 3."),
        (lambda: Conv2d(6, 4, 3, groups=3), "Conv2d: groups is 3, which does not divide out_channels = 4."),
        (lambda: Conv2d(3, 4, 0), f"Conv2d: kernel_size is 0; {PAIR}"),
        (lambda: Conv2d(3, 4, 3, stride=0), f"Conv2d: stride is 0; {PAIR}"),
        (lambda: Conv2d(3, 4, 3, dilation=(1, 0)), f"Conv2d: dilation is (1, 0); {PAIR}"),
        (
            lambda: Conv2d(3, 4, 3, padding=-1),
            'Conv2d: padding is -1; it must be "same", "valid", a whole number of at least 0, a pair (h, w) '
            "or four (top, bottom, left, right) of them.",
        ),
        (
            lambda: Conv2d(3, 4, 3, 2, "same"),
            'Conv2d: padding="same" keeps the size of the input, which stride 2 does not; '
            "use stride=1 or give the padding in pixels.",
        ),
        (
            lambda: Conv2d(3, 4, 3, padding_mode="circular"),
            'Conv2d: padding_mode is \'circular\'; it must be "zeros", "replicate" or "reflect".',
        ),
        (lambda: Conv1d(3, 4, (3,)), f"Conv1d: kernel_size is (3,); it {WHOLE}."),
        (lambda: Conv1d(3, 4, 3, stride=0), f"Conv1d: stride is 0; it {WHOLE}."),
        (lambda: Conv1d(3, 4, 3, groups=2), "Conv1d: groups is 2, which does not divide in_channels = 3."),
        (
            lambda: Conv1d(3, 4, 3, padding=(1, 2, 3)),
            'Conv1d: padding is (1, 2, 3); it must be "same", "valid", a whole number of at least 0, '
            "or a pair (left, right) of them.",
        ),
        (
            lambda: Conv1d(3, 4, 3, padding_mode="none"),
            'Conv1d: padding_mode is \'none\'; it must be "zeros", "replicate" or "reflect".',
        ),
        (lambda: ConvTranspose2d(3, 4, 3, stride=(0, 1)), f"ConvTranspose2d: stride is (0, 1); {PAIR}"),
        (
            lambda: ConvTranspose2d(3, 4, 3, groups=2),
            "ConvTranspose2d: groups is 2, which does not divide in_channels = 3.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 3, output_padding=1),
            "ConvTranspose2d: output_padding is 1; it must be less than the stride or the dilation, but 1 >= max(1, 1).",
        ),
        (lambda: LocallyConnected2d(3, 4, 0, 3), f"LocallyConnected2d: input_size is 0; {PAIR}"),
        (lambda: LocallyConnected2d(3, -4, 5, 3), f"LocallyConnected2d: out_channels is -4; it {WHOLE}."),
        (
            lambda: LocallyConnected2d(3, 4, (5, 2), 3),
            "LocallyConnected2d: kernel 3x3 does not fit into input 5x2 with padding 0 "
            "(needs W + 2*padding >= kW, but 2 + 2*0 < 3); use padding=1 or a smaller kernel.",
        ),
    ],
)
def test_the_constructor_complains(make: Callable[[], Module], words: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(words)}$"):
        make()
