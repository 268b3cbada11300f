"""Every layer that has a counterpart in ONNX: onnxruntime makes of it what we make of it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import nn
from course.interop.onnx_layers import LAYERS
from course.models.resnet_small import PadChannels
from course.models.signal import MeanOverTime
from course.nn import Module, Sequential

Same = Callable[[Module, np.ndarray], None]


def images(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def used(layer: Module, seed: int = 3) -> Module:
    """A normalisation whose numbers are no longer those that it starts with."""
    generator = np.random.default_rng(seed)
    for array in vars(layer).values():
        if isinstance(array, nn.Parameter | nn.Buffer):
            array.data = generator.uniform(0.5, 2, array.shape).astype(array.dtype)
    return layer


CASES: dict[str, tuple[Module, tuple[int, ...]]] = {
    "convolution": (nn.Conv2d(3, 4, (2, 3), stride=(1, 2), padding=(1, 0), rng=rng()), (3, 7, 8)),
    "depthwise, no bias": (nn.Conv2d(4, 8, 3, groups=4, bias=False, rng=rng()), (4, 6, 5)),
    "same": (nn.Conv2d(2, 3, 4, padding="same", dilation=(1, 2), rng=rng()), (2, 9, 8)),
    "four sides": (nn.Conv2d(2, 3, 3, padding=(0, 1, 2, 3), rng=rng()), (2, 5, 6)),
    "reflect": (nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="reflect", rng=rng()), (2, 5, 6)),
    "replicate": (nn.Conv2d(2, 3, 3, padding=2, padding_mode="replicate", rng=rng()), (2, 5, 6)),
    "reflect nothing": (nn.Conv2d(2, 3, 3, padding_mode="reflect", rng=rng()), (2, 5, 6)),
    "signals": (nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2, rng=rng()), (4, 11)),
    "signals, same": (nn.Conv1d(2, 3, 4, padding="same", rng=rng()), (2, 9)),
    "signals, reflect": (nn.Conv1d(2, 3, 4, padding=(1, 3), padding_mode="reflect", rng=rng()), (2, 9)),
    "linear": (nn.Linear(5, 3, rng=rng()), (5,)),
    "linear, no bias": (nn.Linear(5, 3, bias=False, rng=rng()), (5,)),
    "flatten": (nn.Flatten(), (2, 3, 4)),
    "batch norm": (used(nn.BatchNorm2d(3, eps=0.01)), (3, 4, 5)),
    "batch norm without affine": (used(nn.BatchNorm2d(3, affine=False)), (3, 4, 5)),
    "batch norm of features": (used(nn.BatchNorm1d(3)), (3,)),
    "batch norm of signals": (used(nn.BatchNorm1d(3)), (3, 6)),
    "layer norm": (used(nn.LayerNorm((4, 5), eps=0.01)), (3, 4, 5)),
    "layer norm of vectors": (used(nn.LayerNorm(4, bias=False)), (4,)),
    "layer norm without affine": (nn.LayerNorm(5, elementwise_affine=False), (3, 4, 5)),
    "group norm": (used(nn.GroupNorm(2, 6, eps=0.01)), (6, 3, 4)),
    "group norm of signals, without affine": (nn.GroupNorm(3, 6, affine=False), (6, 7)),
    "instance norm": (used(nn.InstanceNorm2d(3, eps=0.01, affine=True)), (3, 4, 5)),
    "instance norm without affine": (nn.InstanceNorm2d(3), (3, 4, 5)),
    "local response norm": (nn.LocalResponseNorm(3, alpha=0.3, beta=0.6, k=1.5), (5, 3, 4)),
    "AlexNet's alpha": (nn.LocalResponseNorm(5, alpha=0.3, divide_alpha=False), (7, 3, 4)),
    "dropout": (Sequential(nn.Dropout(0.9), nn.ReLU(), nn.Dropout2d(0.9)), (3, 4, 5)),
    "nothing at all": (Sequential(), (3, 4)),
    "identity": (nn.Identity(), (3, 4)),
    "leaky": (nn.LeakyReLU(0.3), (3, 4)),
    "elu": (nn.ELU(0.7), (3, 4)),
    "sigmoid": (nn.Sigmoid(), (3, 4)),
    "tanh": (nn.Tanh(), (3, 4)),
    "softmax": (nn.Softmax(), (3, 4)),
    "softmax over channels": (nn.Softmax(dim=1), (3, 4, 2)),
    "log-softmax": (nn.LogSoftmax(dim=1), (3, 4, 2)),
    "global average": (nn.AdaptiveAvgPool2d(1), (3, 4, 5)),
    "adaptive average of the size there is": (nn.AdaptiveAvgPool2d((None, 5)), (3, 4, 5)),
    "adaptive average that divides": (nn.AdaptiveAvgPool2d((2, 3)), (3, 4, 6)),
    "adaptive average that overlaps": (nn.AdaptiveAvgPool2d((3, 2)), (3, 4, 5)),
    "adaptive average that repeats": (nn.AdaptiveAvgPool2d((3, 7)), (3, 2, 5)),
    "global maximum": (nn.AdaptiveMaxPool2d(1), (3, 4, 5)),
    "adaptive maximum that divides": (nn.AdaptiveMaxPool2d((2, 3)), (3, 4, 6)),
    "locally connected": (nn.LocallyConnected2d(2, 3, (5, 6), (2, 3), (2, 1), (1, 0), rng=rng()), (2, 5, 6)),
    "locally connected, no bias": (nn.LocallyConnected2d(2, 3, 5, 3, bias=False, rng=rng()), (2, 5, 5)),
    "a shortcut without parameters": (PadChannels(2, 3), (4, 5, 6)),
    "a mean over time": (MeanOverTime(), (3, 7)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer(name: str, same_in_onnx: Same) -> None:
    layer, shape = CASES[name]
    same_in_onnx(layer, images(len(name), 2, *shape))


def test_every_layer_with_a_counterpart_is_tried() -> None:
    tried = {type(layer) for model, _ in CASES.values() for _, layer in model.leaves()}
    assert set(LAYERS) - tried == {nn.ConvTranspose2d, nn.MaxPool2d, nn.AvgPool2d}  # below


sizes = st.integers(7, 10)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(data=st.data())
def test_max_pooling(data: st.DataObject, same_in_onnx: Same) -> None:
    kernel = data.draw(pairs, "kernel_size")
    padding = data.draw(st.tuples(*(st.integers(0, k // 2) for k in kernel)), "padding")
    stride, dilation, ceil = data.draw(st.tuples(pairs, pairs, st.booleans()), "stride, dilation, ceil_mode")
    layer = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil)
    same_in_onnx(layer, images(1, 2, 2, data.draw(sizes, "H"), data.draw(sizes, "W")) - 3)  # negative: a zero would win


@given(data=st.data())
def test_average_pooling(data: st.DataObject, same_in_onnx: Same) -> None:
    kernel = data.draw(pairs, "kernel_size")
    padding = data.draw(st.tuples(*(st.integers(0, k // 2) for k in kernel)), "padding")
    stride, ceil, count = data.draw(st.tuples(pairs, st.booleans(), st.booleans()), "stride, ceil_mode, count")
    layer = nn.AvgPool2d(kernel, stride, padding, ceil, count)
    same_in_onnx(layer, images(2, 2, 2, data.draw(sizes, "H"), data.draw(sizes, "W")) + 1)


@given(data=st.data())
def test_transposed_convolution(data: st.DataObject, same_in_onnx: Same) -> None:
    kernel, stride, dilation = data.draw(st.tuples(pairs, pairs, pairs), "kernel_size, stride, dilation")
    padding = data.draw(st.tuples(*(st.integers(0, (k - 1) * d // 2) for k, d in zip(kernel, dilation))), "padding")  # noqa: B905
    more = data.draw(st.tuples(*(st.integers(0, s - 1) for s in stride)), "output_padding")
    groups, bias = data.draw(st.sampled_from([1, 2])), data.draw(st.booleans())
    layer = nn.ConvTranspose2d(4, 6, kernel, stride, padding, more, groups, bias, dilation, rng())
    same_in_onnx(layer, images(3, 2, 4, 3, 4))
