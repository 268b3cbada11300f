"""LeNet-5, VGG-16 and ResNet-18 up to their last map, thin enough to be measured between two key presses.

A receptive field depends on kernels, strides and padding alone, and these are the real ones. Of the two large networks there
is a sixteenth of the channels, with random weights.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from course.models.lenet import lenet5
from course.models.resnet import BasicBlock, stage
from course.models.vgg import D
from course.nn import BatchNorm2d, Conv2d, MaxPool2d, Module, ReLU, Sequential

Shape = tuple[int, int, int]
THINNER = 16


def lenet() -> tuple[Module, Shape]:
    """LeNet-5 for 28x28 digits, up to its second pooling."""
    names = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2")
    parts = [child for _, child in lenet5().features.children()]
    return Sequential(dict(zip(names, parts[: len(names)], strict=True))), (1, 28, 28)


def vgg16() -> tuple[Module, Shape]:
    """Column D of VGG's table 1 up to its fifth pooling, for pictures of 128x128; the layers have the names of the paper's code."""
    rng = np.random.default_rng(0)
    layers: dict[str, Module] = {}
    channels, block, number = 3, 1, 1
    for entry in D:
        if isinstance(entry, str):
            layers[f"pool{block}"] = MaxPool2d(2)
            block, number = block + 1, 1
            continue
        layers[f"conv{block}_{number}"] = Conv2d(channels, entry // THINNER, 3, padding=1, rng=rng)
        layers[f"relu{block}_{number}"] = ReLU()
        channels, number = entry // THINNER, number + 1
    return Sequential(layers), (3, 128, 128)


def resnet18() -> tuple[Module, Shape]:
    """ResNet-18 up to its last block, for pictures of 128x128; torchvision's names."""
    rng = np.random.default_rng(0)
    width = 64 // THINNER
    layers: dict[str, Module] = {
        "conv1": Conv2d(3, width, 7, 2, padding=3, bias=False, rng=rng),
        "bn1": BatchNorm2d(width),
        "relu": ReLU(),
        "maxpool": MaxPool2d(3, 2, 1),
        "layer1": stage(BasicBlock, width, width, 2, 1, rng),
        "layer2": stage(BasicBlock, width, 2 * width, 2, 2, rng),
        "layer3": stage(BasicBlock, 2 * width, 4 * width, 2, 2, rng),
        "layer4": stage(BasicBlock, 4 * width, 8 * width, 2, 2, rng),
    }
    return Sequential(layers), (3, 128, 128)


NETWORKS: dict[str, Callable[[], tuple[Module, Shape]]] = {"LeNet-5": lenet, "VGG-16": vgg16, "ResNet-18": resnet18}


@cache
def network(name: str) -> tuple[Module, Shape]:
    """Build a network of `NETWORKS` once."""
    return NETWORKS[name]()
