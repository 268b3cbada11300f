"""AlexNet, with which deep learning came to large images, in one tower and in two."""

from __future__ import annotations

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    AdaptiveAvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    init,
)


class AlexNet(Sequential):
    """Five convolutions, overlapping max pooling, three fully connected layers with dropout.

    ``3@224x224 -11x11/4-> 64@55x55 -pool-> 27x27 -5x5-> 192 -pool-> 13x13 -3x3-> 384 -3x3-> 256 -3x3-> 256 -pool-> 6x6 -> 4096 ->
    4096 -> 1000``

    As it stands this is torchvision's, layer by layer and name by name: one tower with the widths of the second reference, and no
    response normalisation, 61,100,840 parameters. The network of the paper is `alexnet_two_towers`.

    Parameters
    ----------
    input_shape : (C, H, W) of one image; other sizes work, as long as something is left after the last pooling
    num_classes : logits that come out
    widths : filters of the five convolutions
    towers : into how many groups the second, fourth and fifth convolution are divided, so that each sees its own half of the maps
    response_norm : whether the paper's local response normalisation follows the first two ReLUs (section 3.3: k=2, n=5,
        alpha=1e-4, beta=0.75, alpha not divided by n); the numbers in the names of later layers move up
    first : kernel size, stride and padding of the first convolution
    pooled : side of the maps that are flattened; others are averaged to it
    hidden : units of the two hidden fully connected layers
    dropout : the chance to drop a number before each of them
    rng : where the first weights and the masks come from; weights as PyTorch's layers draw them, as in torchvision

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS 2012, figure 2.
    A. Krizhevsky, *One weird trick for parallelizing convolutional neural networks*, arXiv:1404.5997 (2014).
    """

    def __init__(
        self,
        input_shape: Shape = (3, 224, 224),
        num_classes: int = 1000,
        widths: tuple[int, int, int, int, int] = (64, 192, 384, 256, 256),
        towers: int = 1,
        response_norm: bool = False,
        first: tuple[int, int, int] = (11, 4, 2),
        pooled: int = 6,
        hidden: int = 4096,
        dropout: float = 0.5,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        C1, C2, C3, C4, C5 = widths

        def normalised() -> list[Module]:
            return [LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0, divide_alpha=False)] if response_norm else []

        self.features = Sequential(
            Conv2d(input_shape[0], C1, *first, rng=rng),
            ReLU(),
            *normalised(),
            MaxPool2d(3, stride=2),
            Conv2d(C1, C2, 5, padding=2, groups=towers, rng=rng),
            ReLU(),
            *normalised(),
            MaxPool2d(3, stride=2),
            Conv2d(C2, C3, 3, padding=1, rng=rng),  # the only one that sees both towers
            ReLU(),
            Conv2d(C3, C4, 3, padding=1, groups=towers, rng=rng),
            ReLU(),
            Conv2d(C4, C5, 3, padding=1, groups=towers, rng=rng),
            ReLU(),
            MaxPool2d(3, stride=2),
        )
        self.avgpool = AdaptiveAvgPool2d(pooled)
        self.flatten = Flatten()
        self.classifier = Sequential(
            Dropout(dropout, rng=rng),
            Linear(C5 * pooled * pooled, hidden, rng=rng),
            ReLU(),
            Dropout(dropout, rng=rng),
            Linear(hidden, hidden, rng=rng),
            ReLU(),
            Linear(hidden, num_classes, rng=rng),
        )


def alexnet(seed: int = 0, num_classes: int = 1000) -> AlexNet:
    """torchvision's AlexNet, 61,100,840 parameters; its weights load."""
    return AlexNet(num_classes=num_classes, rng=np.random.default_rng(seed))


def alexnet_two_towers(seed: int = 0, num_classes: int = 1000) -> AlexNet:
    """The paper's AlexNet, made for two graphics cards, with response normalisation: 60,965,224 parameters."""
    return AlexNet(
        num_classes=num_classes,
        widths=(96, 256, 384, 384, 256),
        towers=2,
        response_norm=True,
        rng=np.random.default_rng(seed),
    )


def alexnet_small(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> AlexNet:
    """AlexNet for images of 28x28 or 32x32: half the filters, a first convolution of 5x5 without stride, 512 hidden units.

    ``1@28x28 -5x5-> 32 -pool-> 13x13 -5x5-> 96 -pool-> 6x6 -3x3-> 192 -3x3-> 128 -3x3-> 128 -pool-> 2x2 -> 512 -> 512 -> 10``

    First weights of the convolutions are Kaiming normal: with PyTorch's the signal fades from layer to layer.
    """
    rng = np.random.default_rng(seed)
    model = AlexNet(
        input_shape, num_classes, widths=(32, 96, 192, 128, 128), first=(5, 1, 2), pooled=2, hidden=512, rng=rng
    )
    redraw(model, Conv2d, lambda: init.kaiming_normal(rng=rng), bias=np.zeros)
    return model
