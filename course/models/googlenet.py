"""GoogLeNet: modules that look through windows of several sizes at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    init,
)


class BasicConv2d(Sequential):
    """A convolution without bias, batch normalisation (eps 0.001), ReLU.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, padding, rng : as `Conv2d` takes them
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.conv = Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False, rng=rng)
        self.bn = BatchNorm2d(out_channels, eps=0.001)
        self.relu = ReLU()


class Inception(Concat):
    """Four branches side by side: 1x1; 1x1 then 3x3; 1x1 then a larger window; 3x3 max pooling then 1x1.

    The 1x1 convolutions before the larger ones make the maps fewer, and so the module affordable (figure 2b of the paper).

    Parameters
    ----------
    in_channels : channels of the input
    ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj : filters of each convolution, a row of the paper's table 1
    large : side of the larger window: 5 in the paper
    rng : where the first weights come from
    """

    def __init__(
        self,
        in_channels: int,
        ch1x1: int,
        ch3x3red: int,
        ch3x3: int,
        ch5x5red: int,
        ch5x5: int,
        pool_proj: int,
        large: int = 5,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        self.branch1 = BasicConv2d(in_channels, ch1x1, 1, rng=rng)
        self.branch2 = Sequential(
            BasicConv2d(in_channels, ch3x3red, 1, rng=rng),
            BasicConv2d(ch3x3red, ch3x3, 3, padding=1, rng=rng),
        )
        self.branch3 = Sequential(
            BasicConv2d(in_channels, ch5x5red, 1, rng=rng),
            BasicConv2d(ch5x5red, ch5x5, large, padding=large // 2, rng=rng),
        )
        self.branch4 = Sequential(
            MaxPool2d(3, stride=1, padding=1),
            BasicConv2d(in_channels, pool_proj, 1, rng=rng),
        )


class InceptionAux(Sequential):
    """An auxiliary classifier: it hears the loss from half the depth (section 5 of the paper, its 5x5/3 average pooling to 4x4).

    Parameters
    ----------
    in_channels : channels of the maps that it looks at
    num_classes : logits that come out
    dropout : the chance to drop a number before the last layer
    rng : where the first weights and the masks come from
    """

    def __init__(
        self, in_channels: int, num_classes: int, dropout: float = 0.7, rng: np.random.Generator | None = None
    ) -> None:
        rng = rng or np.random.default_rng()
        self.avgpool = AdaptiveAvgPool2d(4)
        self.conv = BasicConv2d(in_channels, 128, 1, rng=rng)
        self.flatten = Flatten()
        self.fc1 = Linear(128 * 4 * 4, 1024, rng=rng)
        self.relu = ReLU()
        self.dropout = Dropout(dropout, rng=rng)
        self.fc2 = Linear(1024, num_classes, rng=rng)


class GoogLeNet(Sequential):
    """Nine Inception modules, 22 layers with weights, and a mean over each map in place of large fully connected layers.

    ``3@224x224 -7x7/2, pool, 1x1, 3x3, pool-> 192@28x28 -3a 3b, pool-> 480@14x14 -4a..4e, pool-> 832@7x7 -5a 5b-> 1024@7x7 -mean->
    1024 -> 1000``

    torchvision's, name by name, which has batch normalisation where the paper has response normalisation, and by an old mistake
    that its weights depend on a 3x3 window where the paper has 5x5: 6,624,904 parameters; ``large=5`` is the paper's.

    Parameters
    ----------
    input_shape : (C, H, W) of one image; other sizes work
    num_classes : logits that come out
    large : side of the larger window in the Inception modules
    dropout : the chance to drop a number before the last layer
    rng : where the first weights and the masks come from; weights normal with standard deviation 0.01, as in torchvision

    References
    ----------
    C. Szegedy et al., *Going deeper with convolutions*, CVPR 2015, table 1 and figures 2 and 3.
    """

    def __init__(
        self,
        input_shape: Shape = (3, 224, 224),
        num_classes: int = 1000,
        large: int = 3,
        dropout: float = 0.2,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        how: dict[str, Any] = {"large": large, "rng": rng}
        self.conv1 = BasicConv2d(input_shape[0], 64, 7, stride=2, padding=3, rng=rng)
        self.maxpool1 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1, rng=rng)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1, rng=rng)
        self.maxpool2 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32, **how)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64, **how)
        self.maxpool3 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64, **how)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64, **how)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64, **how)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64, **how)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128, **how)
        self.maxpool4 = MaxPool2d(2, stride=2, ceil_mode=True)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128, **how)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128, **how)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(dropout, rng=rng)
        self.fc = Linear(1024, num_classes, rng=rng)
        redraw(self, (Conv2d, Linear), lambda: init.normal(0.01, rng))


def googlenet(seed: int = 0, num_classes: int = 1000) -> GoogLeNet:
    """torchvision's GoogLeNet for use, without auxiliary classifiers, 6,624,904 parameters; its weights load.

    Those that torchvision offers want pixels from -1 to 1, that is (x - 0.5) / 0.5 of pixels from 0 to 1; there the network itself
    (``transform_input``) turns the usual normalisation into that one.
    """
    return GoogLeNet(num_classes=num_classes, rng=np.random.default_rng(seed))


class SmallGoogLeNet(Sequential):
    """Inception modules for images of 28x28 or 32x32: a quarter of the filters of the paper's 3a, 3b, 4a and 4e, its 5x5 windows.

    ``1@28x28 -3x3-> 32 -pool-> 14x14 -3a-> 64 -3b-> 120 -pool-> 7x7 -4a-> 128 -4e-> 208 -mean-> 208 -> 10``

    Parameters
    ----------
    input_shape : (C, H, W) of one image; other sizes work
    num_classes : logits that come out
    dropout : the chance to drop a number before the last layer
    rng : where the first weights and the masks come from; convolutions Kaiming normal by their fan-out
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        num_classes: int = 10,
        dropout: float = 0.2,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        self.conv1 = BasicConv2d(input_shape[0], 32, 3, padding=1, rng=rng)
        self.maxpool1 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(32, 16, 24, 32, 4, 8, 8, rng=rng)
        self.inception3b = Inception(64, 32, 32, 48, 8, 24, 16, rng=rng)
        self.maxpool3 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(120, 48, 24, 52, 4, 12, 16, rng=rng)
        self.inception4e = Inception(128, 64, 40, 80, 8, 32, 32, rng=rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(dropout, rng=rng)
        self.fc = Linear(208, num_classes, rng=rng)
        redraw(self, Conv2d, lambda: init.kaiming_normal(mode="fan_out", nonlinearity="relu", rng=rng))


def googlenet_small(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> SmallGoogLeNet:
    """Four Inception modules for small images."""
    return SmallGoogLeNet(input_shape, num_classes, rng=np.random.default_rng(seed))
