"""Whole networks in ONNX: the graph is that of their forward pass, and what has no counterpart is named in a sentence."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course import models, nn
from course.interop import export_onnx
from course.models import lenet5
from course.nn import Module, Sequential

Same = Callable[[Module, np.ndarray], None]


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


class ByHand(Module):
    """A forward pass that adds and joins by itself, and goes through one layer twice."""

    def __init__(self) -> None:
        self.twice = nn.Conv2d(3, 3, 3, padding=1, rng=rng())
        self.branches = nn.Concat(nn.Conv2d(3, 2, 1, rng=rng()), Sequential(nn.ReLU(), nn.MaxPool2d(3, 1, 1)))
        self.block = nn.Residual(nn.Conv2d(5, 5, 3, padding=1, rng=rng()), activation=nn.ReLU())
        self.head = nn.Conv2d(10, 4, (2, 3), rng=rng())

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = self.twice(x) + self.twice(self.twice(x)) + x
        x = self.branches(x)
        return self.head(np.concatenate([self.block(x), x], axis=1))


@pytest.fixture
def x(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(2, 3, 6, 5)).astype(np.float32)


def test_sums_joints_and_a_layer_used_twice(x: np.ndarray, same_in_onnx: Same) -> None:
    same_in_onnx(ByHand(), x)


def test_lenet5(rng: np.random.Generator, same_in_onnx: Same) -> None:
    same_in_onnx(lenet5(seed=2), rng.normal(size=(3, 1, 28, 28)).astype(np.float32))


SMALL = [
    "lenet5_bn",
    "lenet5_rgb",
    "mlp",
    "locally_connected",
    "net3",
    "alexnet_small",
    "vgg_small",
    "googlenet_small",
    "resnet20",
    "plain20",
    "fcn_small",
    "unet_small",
    "signal_cnn_small",
]


@pytest.mark.parametrize("name", SMALL)
def test_the_networks_of_the_course(name: str, rng: np.random.Generator, same_in_onnx: Same) -> None:
    model = getattr(models, name)(seed=4)
    x = rng.normal(size=(2, *getattr(model, "input_shape", (1, 40)))).astype(np.float32)
    model(x)  # running statistics that are not those at the start
    same_in_onnx(model, x)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [models.ResNet, models.GoogLeNet, models.GoogLeNetWithHeads], ids=lambda make: make.__name__
)
def test_large_networks_on_small_images(make: Any, rng: np.random.Generator, same_in_onnx: Same) -> None:
    x = rng.normal(size=(2, 3, 64, 64)).astype(np.float32)
    if make is models.ResNet:
        model = models.resnet50(seed=4)
    else:
        model = make(input_shape=x.shape[1:], num_classes=10, rng=rng)
    model(x)
    same_in_onnx(model, x)


def test_what_the_file_says(onnx_file: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = lenet5(seed=2)
    assert export_onnx(model, str(onnx_file), (1, 28, 28)) == onnx_file
    file = onnx.load(onnx_file)
    assert [(o.domain, o.version) for o in file.opset_import] == [("", 17)]

    def sides(value: Any) -> list[str | int]:
        return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]

    assert [(i.name, sides(i)) for i in file.graph.input] == [("input", ["N", 1, 28, 28])]
    assert [(o.name, sides(o)) for o in file.graph.output] == [("output", ["N", 10])]
    assert [node.op_type for node in file.graph.node][:4] == ["Conv", "Relu", "MaxPool", "Conv"]
    assert file.graph.node[0].name == "features.0/Conv"
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in file.graph.initializer}
    state = model.state_dict()
    assert weights.keys() == state.keys()
    for name, a in state.items():
        np.testing.assert_array_equal(weights[name], a)


def test_a_network_in_float64_is_written_in_float32(x: np.ndarray, same_in_onnx: Same) -> None:
    model = ByHand()
    for p in model.parameters():
        p.data = p.data.astype(np.float64)
    same_in_onnx(model, x.astype(np.float64))


def test_the_network_is_left_as_it_was(x: np.ndarray, onnx_file: Path) -> None:
    pytest.importorskip("onnx")
    model = ByHand()
    model.branches.eval()
    out = model.block(np.ones((1, 5, 4, 4), np.float32))
    before, modes = model.state_dict(), [layer.training for _, layer in model.leaves()]
    export_onnx(model, onnx_file, (3, 6, 5))
    assert [layer.training for _, layer in model.leaves()] == modes
    assert not any("forward" in vars(layer) for _, layer in model.leaves())
    assert model.block.backward(np.ones_like(out)).shape == out.shape  # it remembers what it was last shown
    for name, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[name])


class Scales(Module):
    def __init__(self) -> None:
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return 2 * self.conv(x)


class Joins(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        return np.concatenate([x, x], axis=2)


class AddsNumbers(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.conv(x) + 1.0


class Measures(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.conv(x)[:, :, : len(x)]


class ForgetsItsInput(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.conv(np.zeros(x.shape, np.float32))


class Calls(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        from course import functional as F

        return F.relu_forward(self.conv(x))


class Two(Scales):
    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.conv(x), x  # type: ignore[return-value]


class Cube(nn.ReLU):
    """A layer of one's own that inherits from one of ours."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x**3


BETWEEN = "computes something between its layers that is neither + nor a np.concatenate of channels"
SENTENCES: dict[str, tuple[Module, str]] = {
    "a factor": (Scales(), f"Scales {BETWEEN}"),
    "joined along rows": (Joins(), f"Joins {BETWEEN}"),
    "a number added": (AddsNumbers(), f"AddsNumbers {BETWEEN}"),
    "a slice": (Measures(), f"Measures {BETWEEN}"),
    "zeros of its own": (ForgetsItsInput(), f"{BETWEEN} (what goes into conv is no array made of the input)"),
    "a function": (Calls(), f"Calls {BETWEEN} (its numbers are asked for)"),
    "two outputs": (Two(), "Two does not return one array made of its input"),
    "a layer of one's own": (Sequential(nn.ReLU(), Cube()), "1 is a Cube, which has no counterpart in ONNX here;"),
    "no counterpart": (Sequential(nn.MaxUnpool2d(2)), "0 is a MaxUnpool2d, which has no counterpart"),
    "the network itself": (nn.MaxUnpool2d(2), "the network is a MaxUnpool2d, which has no counterpart"),
    "an even window": (Sequential(nn.LocalResponseNorm(4)), "0 is a LocalResponseNorm of size 4, and ONNX puts"),
    "no statistics": (Sequential(nn.BatchNorm2d(3, track_running_stats=False)), "0 is a BatchNorm2d without running"),
    "uneven windows": (Sequential(nn.AdaptiveMaxPool2d(2)), "0 is an AdaptiveMaxPool2d from 6x5 to 2x2, whose windows"),
    "output padding": (
        Sequential(nn.ConvTranspose2d(3, 2, 3, output_padding=1, dilation=2)),
        "0 is a ConvTranspose2d with output_padding 1 and stride 1; ONNX wants it less",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_cannot_be_said_in_onnx(name: str, onnx_file: Path) -> None:
    pytest.importorskip("onnx")
    model, words = SENTENCES[name]
    with pytest.raises(ValueError, match=f"^export_onnx: [^\n]*{re.escape(words)}[^\n]*\\.$"):
        export_onnx(model, onnx_file, (3, 6, 5))
    assert not any("forward" in vars(layer) for _, layer in model.leaves())
    assert list(onnx_file.parent.iterdir()) == []


def test_an_image_that_does_not_fit(onnx_file: Path) -> None:
    pytest.importorskip("onnx")
    with pytest.raises(ValueError, match=r"^conv2d: "):
        export_onnx(lenet5(), onnx_file, (3, 28, 28))


@pytest.mark.parametrize("shape", [(), (1, 0, 28), (1, 2.5), "28", None], ids=str)
def test_what_is_no_shape(shape: Any, onnx_file: Path) -> None:
    pytest.importorskip("onnx")
    sentence = f"export_onnx: input_shape is {shape!r}; it must be that of one image, such as (1, 28, 28)."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        export_onnx(lenet5(), onnx_file, shape)


def test_without_the_package(onnx_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    sentence = "export_onnx: the package onnx is not installed; get it with: python -m pip install onnx"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        export_onnx(lenet5(), onnx_file, (1, 28, 28))
