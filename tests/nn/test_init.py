"""First weights: ranges and deviations by PyTorch's formulas, its gains and fans, and seeds that decide."""

import copy

import numpy as np
import pytest

from course.nn import Conv2d, Linear, Parameter, Sequential, init

SHAPES = [(60, 70), (24, 16, 5, 3), (40, 30, 9)]
HOW = [
    {"a": 0.0, "mode": "fan_in", "nonlinearity": "leaky_relu"},
    {"a": 0.2, "mode": "fan_out", "nonlinearity": "leaky_relu"},
    {"a": 0.2, "mode": "fan_in", "nonlinearity": "relu"},
    {"a": 5**0.5, "mode": "fan_in", "nonlinearity": "leaky_relu"},
    {"a": 0.0, "mode": "fan_out", "nonlinearity": "tanh"},
]


def rng() -> np.random.Generator:
    return np.random.default_rng(8)


def is_uniform(numbers: np.ndarray, bound: float) -> None:
    """By the largest, the mean, the variance and the fourth power's mean, each within five of its deviations."""
    n = numbers.size
    assert numbers.dtype == np.float32
    assert bound * (1 - 20 / n) < abs(numbers).max() <= bound * (1 + 1e-6)
    u = numbers.astype(np.float64) / bound
    assert abs(u.mean()) < 5 * np.sqrt(1 / 3 / n)
    assert abs((u**2).mean() - 1 / 3) < 5 * np.sqrt(4 / 45 / n)
    assert abs((u**4).mean() - 1 / 5) < 5 * np.sqrt(16 / 225 / n)


def is_normal(numbers: np.ndarray, std: float) -> None:
    n = numbers.size
    assert numbers.dtype == np.float32
    z = numbers.astype(np.float64) / std
    assert abs(z.mean()) < 5 / np.sqrt(n)
    assert abs((z**2).mean() - 1) < 5 * np.sqrt(2 / n)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / n)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", HOW)
def test_kaiming(how: dict, shape: tuple[int, ...]) -> None:
    """The formula of PyTorch's documentation, with its own gain and fans."""
    torch = pytest.importorskip("torch")
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    gain = torch.nn.init.calculate_gain(how["nonlinearity"], how["a"])
    std = gain / np.sqrt(fan_in if how["mode"] == "fan_in" else fan_out)
    is_uniform(init.kaiming_uniform(**how, rng=rng())(shape), np.sqrt(3) * std)
    is_normal(init.kaiming_normal(**how, rng=rng())(shape), std)
    torch.manual_seed(0)  # and PyTorch's own draws pass the same examination
    is_uniform(torch.nn.init.kaiming_uniform_(torch.empty(shape), **how).numpy(), np.sqrt(3) * std)
    is_normal(torch.nn.init.kaiming_normal_(torch.empty(shape), **how).numpy(), std)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [1.0, 5 / 3])
def test_xavier(gain: float, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    std = gain * np.sqrt(2 / (fan_in + fan_out))
    is_uniform(init.xavier_uniform(gain, rng())(shape), np.sqrt(3) * std)
    is_normal(init.xavier_normal(gain, rng())(shape), std)
    torch.manual_seed(0)
    is_uniform(torch.nn.init.xavier_uniform_(torch.empty(shape), gain).numpy(), np.sqrt(3) * std)
    is_normal(torch.nn.init.xavier_normal_(torch.empty(shape), gain).numpy(), std)


def test_plain_draws() -> None:
    is_uniform(init.uniform(0.3, rng())((50, 60)), 0.3)
    is_normal(init.normal(0.01, rng())((50, 60)), 0.01)
    is_uniform(init.pytorch_default(25, rng())((3000,)), 0.2)


def test_pytorch_default_is_kaiming_with_the_root_of_five() -> None:
    a, b = init.pytorch_default(16 * 15, rng())((24, 16, 5, 3)), init.kaiming_uniform(5**0.5, rng=rng())((24, 16, 5, 3))
    np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("shape", [(4, 3), (8, 4, 5), (16, 6, 5, 3), (2, 3, 2, 2, 2), (0, 3, 3, 3)])
def test_fans_are_pytorchs(shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    assert init.fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def test_a_transposed_convolution_counts_the_other_way_round() -> None:
    torch = pytest.importorskip("torch")
    weight = torch.nn.ConvTranspose2d(6, 16, 5).weight  # (C_in, C_out, kH, kW)
    assert init.fans(tuple(weight.shape)) == torch.nn.init._calculate_fan_in_and_fan_out(weight) == (16 * 25, 6 * 25)


NONLINEARITIES = ["linear", "conv1d", "conv2d", "conv_transpose2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
@pytest.mark.parametrize("param", [None, 0.0, 0.3])
def test_gains_are_pytorchs(nonlinearity: str, param: float | None) -> None:
    torch = pytest.importorskip("torch")
    mine = init.calculate_gain(nonlinearity, param)
    assert mine == pytest.approx(torch.nn.init.calculate_gain(nonlinearity, param), rel=1e-12)


def test_the_seed_decides_and_the_order_of_looking_does_not() -> None:
    def layers(backwards: bool) -> list[np.ndarray]:
        one = rng()
        parameters = [Parameter((3, 4), init.kaiming_normal(rng=one)) for _ in range(3)]
        for p in reversed(parameters) if backwards else parameters:
            assert p.data is not None
        return [p.data for p in parameters]

    for a, b in zip(layers(False), layers(True), strict=True):
        np.testing.assert_array_equal(a, b)
    first, second, _ = layers(False)
    assert not np.array_equal(first, second)
    assert not np.array_equal(init.kaiming_normal()((3, 4)), init.kaiming_normal()((3, 4)))  # no seed, no repetition


def test_an_existing_layer_gets_new_weights_at_once_or_later() -> None:
    layer, draw = Linear(200, 300, rng=rng()), init.xavier_normal(rng=rng())
    layer.weight.data = draw(layer.weight.shape)
    is_normal(layer.weight.data, np.sqrt(2 / 500))
    drawn: list[tuple[int, ...]] = []

    def late(shape: tuple[int, ...]) -> np.ndarray:
        drawn.append(shape)
        return init.kaiming_uniform(rng=rng())(shape)

    conv = Conv2d(16, 32, 3)
    conv.weight = Parameter(conv.weight.shape, late)
    assert not drawn
    is_uniform(conv.weight.data, np.sqrt(6 / 144))
    assert drawn == [(32, 16, 3, 3)]


def test_a_network_copied_before_it_is_drawn_starts_alike() -> None:
    model = Sequential(Linear(3, 4, rng=rng()))
    model[0].weight = Parameter((4, 3), init.kaiming_normal(rng=rng()))
    twin = copy.deepcopy(model)
    for name, a in model.state_dict().items():
        np.testing.assert_array_equal(a, twin.state_dict()[name])


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (lambda: init.kaiming_normal(mode="fan"), r"^init: mode is 'fan'; it must be 'fan_in' or 'fan_out'\.$"),
        (
            lambda: init.kaiming_uniform(nonlinearity="gelu"),
            r"^calculate_gain: nonlinearity is 'gelu'; it must be one of linear, conv1d, conv2d, conv_transpose2d, sigmoid, tanh, "
            r"relu, leaky_relu, selu\.$",
        ),
        (
            lambda: init.xavier_normal()((3,)),
            r"^init: shape \(3,\) has no fan_in and fan_out; it needs at least 2 axes, as weights have\.$",
        ),
    ],
)
def test_wrong_arguments_get_a_sentence(wrong, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        wrong()
