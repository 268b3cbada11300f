import numpy as np
import pytest

from course import nn
from course.explore import ReceptiveFieldExplorer, receptive_field_figure
from course.explore.receptive.state import ReceptiveState, make_network
from course.models import resnet18, vgg16
from course.nn import Sequential


def right(layers):
    size, jump, first = 1, 1, 0
    for kernel, stride, padding in layers:
        size, first, jump = size + (kernel - 1) * jump, first - padding * jump, jump * stride
    return size, jump, first


def too_early(layers):
    size, jump, first = right(layers)
    return size + 1, jump, first


@pytest.mark.parametrize(
    ("network", "layer", "size"),
    [
        ("LeNet-5", "pool2", 16),
        ("VGG-16", "conv4_3", 92),
        ("VGG-16", "pool5", 212),
        ("ResNet-18", "layer4.1.conv2", 435),
    ],
)
def test_sizes_and_formula(read, network, layer, size):
    figure = receptive_field_figure(network, layer=layer, fn=right)
    text = read(figure.html).sentences()
    assert f"can see {size}×{size} pixels" in text
    assert f"= {size}" in text
    assert f"right() says size {size}" in text and "right." in text


def test_the_thin_networks_have_the_real_ones_windows():
    def geometry(model):
        found = []
        for name, module in walk(model):
            if isinstance(module, nn.Conv2d | nn.MaxPool2d) and "downsample" not in name:
                found.append((module.kernel_size, module.stride, module.padding))
        return found

    def walk(module, prefix=""):
        for name, child in module.children():
            yield prefix + name, child
            yield from walk(child, f"{prefix}{name}.")

    for name, real in (("VGG-16", vgg16().features), ("ResNet-18", resnet18())):
        assert geometry(make_network(name).model) == geometry(real)


def test_measured_field_lies_inside_the_possible_one():
    for name in ("LeNet-5", "VGG-16", "ResNet-18"):
        network = make_network(name)
        for index in (0, len(network.windows) // 2, len(network.windows) - 1):
            for place in ("in the middle", "in the upper left corner"):
                state = ReceptiveState(network, index, place)
                top, left, rows, columns = state.inside
                outside = state.measured.weights.copy()
                outside[top : top + rows, left : left + columns] = 0
                assert not outside.any()
                _, _, down, across = state.counting
                assert 0 < down <= rows and 0 < across <= columns


def test_the_hill_is_smaller_than_the_box():
    state = ReceptiveState(make_network("VGG-16"), 12)
    assert state.window.name == "conv4_3"
    _, _, rows, columns = state.counting
    assert rows < 0.8 * 92 and columns < 0.8 * 92


def test_twin_and_controls():
    explorer = ReceptiveFieldExplorer("LeNet-5", layer="conv2", fn=too_early)
    assert explorer.figure.value == receptive_field_figure("LeNet-5", layer=2, fn=too_early).html
    assert "size is not right (≠)" in explorer.figure.value
    explorer.place.value = "in the upper left corner"
    explorer.layer.value = 3
    place = "in the upper left corner"
    assert explorer.figure.value == receptive_field_figure("LeNet-5", layer=3, place=place, fn=too_early).html
    explorer.network.value = "VGG-16"
    explorer.layer.value = explorer.layer.max
    assert explorer.state.window.field.size == (212, 212)
    assert "the field is larger than this panel" not in explorer.figure.value
    explorer.network.value = "ResNet-18"
    assert explorer.layer.max == len(explorer.state.network.windows) - 1 > 3
    explorer.layer.value = explorer.layer.max
    assert "the field is larger than this panel" in explorer.figure.value
    explorer.network.value = "LeNet-5"
    assert explorer.layer.value == 3
    assert len(explorer.figure.value) < 30_000


def test_a_network_of_your_own(read):
    rng = np.random.default_rng(0)
    model = Sequential(nn.Conv2d(1, 2, (3, 5), rng=rng), nn.ReLU(), nn.Conv2d(2, 2, 3, dilation=2, rng=rng))
    figure = receptive_field_figure(model, np.zeros((12, 14)), layer="2", fn=right)
    text = read(figure.html).sentences()
    assert "your network, 2: the number in the middle of its 6×6 map can see 7×9 pixels" in text
    assert "right() is not compared" in text
    assert read(figure.svg).root.get("aria-label") in text


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (lambda layers: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda layers: None, "returned NoneType; expected three numbers"),
        (lambda layers: (np.zeros(2), 1, 1), "returned something else"),
    ],
)
def test_errors_become_sentences(read, fn, sentence):
    assert sentence in read(receptive_field_figure("LeNet-5", fn=fn).html).sentences()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"network": "AlexNet"}, "network must be"),
        ({"network": Sequential(nn.Conv2d(1, 1, 3))}, "give the network an image"),
        ({"network": Sequential(nn.ReLU()), "image": np.zeros((4, 4))}, "no convolution or pooling"),
        ({"network": "LeNet-5", "image": np.zeros((4, 4))}, "image has shape"),
        ({"network": "LeNet-5", "layer": 9}, "layer must be 0 to 3"),
        ({"network": "LeNet-5", "layer": "conv9"}, "layer must be 0 to 3"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, words):
    for make in (ReceptiveFieldExplorer, receptive_field_figure):
        with pytest.raises(ValueError, match=words):
            make(**arguments)
