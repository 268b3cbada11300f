"""Receptive fields: the rule, by hand; and beside the gradient, which knows nothing of the rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import models
from course.insight import measured_receptive_field, receptive_field, through_window
from course.insight.receptive_field import Field
from course.models import lenet5
from course.models.resnet_small import PadChannels
from course.nn import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GroupNorm,
    Identity,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Residual,
    Sequential,
    Softmax,
)


def test_the_rule_by_hand() -> None:
    """Two 3x3 convolutions see 5x5 pixels, three see 7x7: VGG's argument for small kernels."""
    field = Field()
    for size in (3, 5, 7):
        field = through_window(field, (3, 3), (1, 1))
        assert field.size == (size, size)
    strided = through_window(Field((7, 5), (2, 3), (-1, 0)), (3, 2), (2, 1), padding=(1, 0), dilation=(2, 4))
    assert strided == Field((7 + 2 * 2 * 2, 5 + 1 * 4 * 3), (4, 3), (-1 - 2, 0))


def test_known_networks() -> None:
    rows = receptive_field(lenet5(), (1, 28, 28))
    assert [row.field.size for row in rows if row.layer in ("Conv2d", "MaxPool2d")] == [
        (5, 5),
        (6, 6),
        (14, 14),
        (16, 16),
    ]
    assert rows[-1].field.size == (32, 32)  # 28 pixels and 2 of padding on each side
    assert rows[-1].output is None


# Araujo, Norris, Sim (2019) have AlexNet and VGG-16; the others follow from the rule, with the strides where torchvision has them
LARGE = {"alexnet": ("features.12", 195), "vgg16": ("features.30", 212), "resnet18": ("layer4.1.relu", 435)}


@pytest.mark.parametrize("name", LARGE)
def test_large_networks(name: str) -> None:
    layer, size = LARGE[name]
    (field,) = (row.field for row in receptive_field(getattr(models, name)(), (3, 224, 224)) if row.name == layer)
    assert field[:2] == ((size, size), (32, 32))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["googlenet_small", "resnet20", "locally_connected"])
def test_models_measured(name: str) -> None:
    """The first twelve layers of each, in the middle of the map."""
    model = models.MODELS[name](seed=1)
    rows = [row for row in receptive_field(model, (1, 28, 28)) if row.output and "downsample" not in row.name][:12]
    for row in rows:
        at = row.output[0] // 2  # type: ignore[index]
        found = measured_receptive_field(model, (1, 28, 28), row.name, (at, at))
        first = row.field.first[0] + at * row.field.jump[0]
        begin, end = max(first, 0), min(first + row.field.size[0], 28)
        assert (found.size, found.first) == ((end - begin,) * 2, (begin,) * 2), row


def agrees(model: Module, image: tuple[int, int], channels: int = 2) -> int:
    """Measured fields are the computed ones, or lie in them where those reach beyond the image; how often they do not reach."""
    inside = 0
    for name, layer, output, field in receptive_field(model, (channels, *image)):
        for position in [(0, 0), (output[0] // 2, output[1] // 2)] if output else [(0, 0)]:
            found = measured_receptive_field(model, (channels, *image), name, position, samples=8)
            first = [f + i * jump for f, i, jump in zip(field.first, position, field.jump, strict=True)]
            ends = [f + size for f, size in zip(first, field.size, strict=True)]
            if min(first) >= 0 and ends[0] <= image[0] and ends[1] <= image[1]:
                inside += 1
                assert (found.size, list(found.first)) == (field.size, first), (name, layer, position)
            elif found.size != (0, 0):  # taps that lie apart need not meet the image's edge
                assert all(a <= b for a, b in zip(first, found.first, strict=True)), (name, layer, position)
                beyond = [f + size for f, size in zip(found.first, found.size, strict=True)]
                assert all(a <= b for a, b in zip(beyond, ends, strict=True)), (name, layer, position)
    return inside


numbers = st.integers(1, 3)


@given(st.data())
def test_measured_and_computed_fields_agree(data: st.DataObject) -> None:
    layers: list[Module] = []
    rng = np.random.default_rng(0)
    for _ in range(data.draw(st.integers(1, 3))):
        kernel, dilation = (data.draw(st.tuples(numbers, numbers)) for _ in range(2))
        stride, padding = (
            data.draw(st.tuples(numbers, numbers)),
            data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2))),
        )
        layers.append(Conv2d(2, 2, kernel, stride, padding, dilation, rng=rng))
    height, width = data.draw(st.integers(20, 32)), data.draw(st.integers(20, 32))
    model = Sequential(*layers)
    try:
        receptive_field(model, (2, height, width))
    except ValueError as error:  # dilated kernels over strides may outgrow a small map
        assert "does not fit" in str(error)
        return
    agrees(model, (height, width))


NETWORKS: dict[str, Module] = {
    "pooling": Sequential(
        Conv2d(2, 4, (3, 2), padding=1), ReLU(), MaxPool2d(2), Conv2d(4, 4, 3), Dropout(), AvgPool2d((2, 3), 2)
    ),
    "same": Sequential(Conv2d(2, 2, (4, 3), padding="same"), Conv2d(2, 2, 3, padding=(0, 2, 1, 0), stride=2)),
    "residual": Sequential(
        Conv2d(2, 3, 3, stride=2),
        Residual(
            Sequential(Conv2d(3, 3, 3, padding=1), BatchNorm2d(3), ReLU(), Conv2d(3, 3, 3, padding=1)), None, ReLU()
        ),
        Residual(Conv2d(3, 5, 3, stride=2, padding=1), Conv2d(3, 5, 1, stride=2)),
        Conv2d(5, 2, 2),
    ),
    "branches": Sequential(
        Concat(
            Conv2d(2, 2, 1),
            Conv2d(2, 2, 3, padding=1),
            Sequential(Conv2d(2, 2, 1), Conv2d(2, 1, 5, padding=2)),
            Identity(),
        ),
        Conv2d(7, 2, 3, dilation=2),
    ),
    "whole": Sequential(Conv2d(2, 3, 3, stride=2), AdaptiveAvgPool2d(1), Flatten(), Linear(3, 4), Softmax()),
    "padded channels": Sequential(Conv2d(2, 2, 3), PadChannels(2, 1), Softmax(dim=1), Conv2d(3, 2, 3)),
    "norm": Sequential(Conv2d(2, 4, 3), GroupNorm(2, 4), Conv2d(4, 2, 3)),
    "adaptive": Sequential(Conv2d(2, 3, 3), AdaptiveAvgPool2d((3, 5)), Conv2d(3, 2, 2)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_all_forms(name: str) -> None:
    assert agrees(NETWORKS[name], (50, 42)) >= 2


def test_a_signal_is_one_pixel_high() -> None:
    rows = receptive_field(Sequential(Conv1d(1, 2, 5, stride=2, padding=3), Conv1d(2, 2, 3, dilation=2)), (1, 40))
    assert [(row.output, row.field) for row in rows] == [
        ((1, 21), Field((1, 5), (1, 2), (0, -3))),
        ((1, 17), Field((1, 13), (1, 2), (0, -3))),
    ]


def test_the_field_that_counts_is_smaller_than_the_possible_one() -> None:
    """Of the 11x11 field of five 3x3 layers, the middle 5x5 pixels hold far more than their share of the gradient."""
    rng = np.random.default_rng(0)
    model = Sequential(*(Conv2d(4, 4, 3, rng=rng) for _ in range(5)))
    field = measured_receptive_field(model, (4, 15, 15), position=(2, 2))
    assert (field.size, field.first) == ((11, 11), (2, 2))
    assert field.weights[5:10, 5:10].sum() > 1.5 * 25 / 121 * field.weights.sum()


def test_nothing_that_matters() -> None:
    model = Conv2d(1, 1, 3)
    model.weight.data = np.zeros((1, 1, 3, 3), np.float32)
    assert measured_receptive_field(model, (1, 6, 6)).size == (0, 0)


class Halves(Module):
    """Every second pixel of what one layer gives goes into the next."""

    def __init__(self, step: int) -> None:
        self.step, self.one, self.two = step, Conv2d(1, 1, 3), Conv2d(1, 1, 3)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = self.one(x)
        return self.two(2 * self._out[:, :, :: self.step, :: self.step])

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad = np.zeros_like(self._out)
        grad[:, :, :: self.step, :: self.step] = 2 * self.two.backward(grad_out)
        return self.one.backward(grad)


def test_what_is_computed_between_layers() -> None:
    assert receptive_field(Halves(1), (1, 9, 9))[-1].field.size == (5, 5)


def test_what_cannot_be_followed_can_be_measured() -> None:
    with pytest.raises(ValueError) as error:
        receptive_field(Halves(2), (1, 11, 11))
    assert str(error.value) == (
        "receptive_field: what goes into two (Conv2d) comes from no layer beside it, which cannot be followed; "
        "use measured_receptive_field."
    )
    assert measured_receptive_field(Halves(2), (1, 11, 11)).size == (7, 7)
    upwards = Sequential(Conv2d(1, 2, 3), ConvTranspose2d(2, 1, 3, stride=2))
    with pytest.raises(ValueError) as error:
        receptive_field(upwards, (1, 9, 9))
    assert str(error.value) == (
        "receptive_field: 1 is a ConvTranspose2d, which has no window that is the same everywhere; "
        "use measured_receptive_field."
    )
    for layer in (Softmax(), BatchNorm2d(2, track_running_stats=False)):  # across a row; over the whole batch
        with pytest.raises(ValueError, match=rf"^receptive_field: 1 is a {type(layer).__name__}, which has no window"):
            receptive_field(Sequential(Conv2d(1, 2, 3), layer), (1, 9, 9))
    # 3 taps over gaps of 2: an output pixel hears from one or from two input pixels
    assert {measured_receptive_field(upwards, (1, 9, 9), position=(p, p)).size for p in (5, 6)} == {(3, 3), (4, 4)}


def test_a_table_lines_up() -> None:
    table = str(receptive_field(Sequential(Conv2d(1, 2, 3, stride=2), Flatten(), Linear(242, 2)), (1, 24, 24)))
    assert table.splitlines() == [
        "layer           output  field  jump  first",
        "------------------------------------------",
        "0      Conv2d   11x11     3x3   2x2   0, 0",
        "1      Flatten  vector  23x23   0x0   0, 0",
        "2      Linear   vector  23x23   0x0   0, 0",
    ]
