"""VGG: nothing but 3x3 convolutions, sixteen or nineteen layers deep."""

from __future__ import annotations

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    init,
)

A = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
B = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
D = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M")
E = (64, 64, "M", 128, 128, "M", *(256,) * 4, "M", *(512,) * 4, "M", *(512,) * 4, "M")
"""The columns of the paper's table 1: filters of each 3x3 convolution, and M for 2x2 max pooling."""


class VGG(Sequential):
    """Blocks of 3x3 convolutions and 2x2 max pooling, then three fully connected layers.

    Column D, VGG-16: ``3@224x224 -> 64 64 -pool-> 112x112 -> 128 128 -pool-> 56x56 -> 256 256 256 -pool-> 28x28 -> 512 512 512
    -pool-> 14x14 -> 512 512 512 -pool-> 512@7x7 -> 4096 -> 4096 -> 1000``

    Two 3x3 convolutions see 5x5 pixels and three see 7x7, with fewer weights than one of that size, and a ReLU after each.

    Parameters
    ----------
    configuration : a column of the paper's table 1, such as `D`
    input_shape : (C, H, W) of one image; other sizes work, as long as something is left after the last pooling
    num_classes : logits that come out
    batch_norm : whether batch normalisation stands before each ReLU among the convolutions, which the paper did not know yet
    pooled : side of the maps that are flattened; others are averaged to it
    hidden : units of the two hidden fully connected layers
    dropout : the chance to drop a number after each of them
    rng : where the first weights and the masks come from; weights as in torchvision: convolutions Kaiming normal by their fan-out,
        linear layers normal with standard deviation 0.01, biases 0

    References
    ----------
    K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, ICLR 2015, table 1.
    """

    def __init__(
        self,
        configuration: tuple[int | str, ...],
        input_shape: Shape = (3, 224, 224),
        num_classes: int = 1000,
        batch_norm: bool = False,
        pooled: int = 7,
        hidden: int = 4096,
        dropout: float = 0.5,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        layers: list[Module] = []
        channels = input_shape[0]
        for entry in configuration:
            if isinstance(entry, str):
                layers += [MaxPool2d(2)]
                continue
            layers += [Conv2d(channels, entry, 3, padding=1, rng=rng)]
            layers += [BatchNorm2d(entry), ReLU()] if batch_norm else [ReLU()]
            channels = entry
        self.features = Sequential(*layers)
        self.avgpool = AdaptiveAvgPool2d(pooled)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Linear(channels * pooled * pooled, hidden, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, hidden, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, num_classes, rng=rng),
        )
        redraw(self, Conv2d, lambda: init.kaiming_normal(mode="fan_out", nonlinearity="relu", rng=rng), bias=np.zeros)
        redraw(self, Linear, lambda: init.normal(0.01, rng), bias=np.zeros)


def vgg11(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column A, 132,863,336 parameters; names, shapes and results are torchvision's, so its weights load, as for all here."""
    return VGG(A, num_classes=num_classes, rng=np.random.default_rng(seed))


def vgg13(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column B, 133,047,848 parameters."""
    return VGG(B, num_classes=num_classes, rng=np.random.default_rng(seed))


def vgg16(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column D, 138,357,544 parameters, 102,764,544 of them in the first fully connected layer."""
    return VGG(D, num_classes=num_classes, rng=np.random.default_rng(seed))


def vgg19(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column E, 143,667,240 parameters."""
    return VGG(E, num_classes=num_classes, rng=np.random.default_rng(seed))


def vgg11_bn(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column A with batch normalisation, 132,868,840 parameters."""
    return VGG(A, num_classes=num_classes, batch_norm=True, rng=np.random.default_rng(seed))


def vgg13_bn(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column B with batch normalisation, 133,053,736 parameters."""
    return VGG(B, num_classes=num_classes, batch_norm=True, rng=np.random.default_rng(seed))


def vgg16_bn(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column D with batch normalisation, 138,365,992 parameters."""
    return VGG(D, num_classes=num_classes, batch_norm=True, rng=np.random.default_rng(seed))


def vgg19_bn(seed: int = 0, num_classes: int = 1000) -> VGG:
    """Column E with batch normalisation, 143,678,248 parameters."""
    return VGG(E, num_classes=num_classes, batch_norm=True, rng=np.random.default_rng(seed))


def vgg_small(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> VGG:
    """VGG for images of 28x28 or 32x32, or other squares: three blocks of 32, 64 and 128 filters, with batch normalisation.

    ``1@28x28 -> 32 32 -pool-> 14x14 -> 64 64 -pool-> 7x7 -> 128 128 -pool-> 128@3x3 -> 256 -> 256 -> 10``

    First weights of the linear layers are Kaiming normal: 0.01 suits 25,088 inputs and would be too little for 256.
    """
    rng = np.random.default_rng(seed)
    columns = (32, 32, "M", 64, 64, "M", 128, 128, "M")
    model = VGG(columns, input_shape, num_classes, batch_norm=True, pooled=input_shape[1] // 8, hidden=256, rng=rng)
    redraw(model, Linear, lambda: init.kaiming_normal(rng=rng), bias=np.zeros)
    return model
