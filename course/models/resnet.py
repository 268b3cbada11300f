"""ResNet: layers that learn only what to add to their input, so that more of them do no harm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Residual,
    Sequential,
    init,
)


class BasicBlock(Residual):
    """Two 3x3 convolutions and a way past them, which is a 1x1 convolution where the shape changes (figure 5, left; option B).

    Parameters
    ----------
    in_channels : channels of the input
    channels : filters of each 3x3 convolution
    stride : of the first of them
    rng : where the first weights come from
    """

    expansion = 1

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, rng: np.random.Generator | None = None
    ) -> None:
        rng = rng or np.random.default_rng()
        body = Sequential(
            {
                "conv1": Conv2d(in_channels, channels, 3, stride, padding=1, bias=False, rng=rng),
                "bn1": BatchNorm2d(channels),
                "relu1": ReLU(),
                "conv2": Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng),
                "bn2": BatchNorm2d(channels),
            }
        )
        super().__init__(body, self.past(in_channels, channels, stride, rng), ReLU())

    @staticmethod
    def past(in_channels: int, out_channels: int, stride: int, rng: np.random.Generator) -> Module | None:
        """The shortcut: x itself where the shape allows it, else a projection."""
        if stride == 1 and in_channels == out_channels:
            return None
        return Sequential(Conv2d(in_channels, out_channels, 1, stride, bias=False, rng=rng), BatchNorm2d(out_channels))

    def children(self) -> Iterator[tuple[str, Module]]:
        """The layers under torchvision's names, which has no word for the body."""
        yield from self.body.children()
        if self.shortcut is not None:
            yield "downsample", self.shortcut
        if self.activation is not None:
            yield "relu", self.activation


class Bottleneck(BasicBlock):
    """1x1 to fewer channels, 3x3, 1x1 to four times as many, and a way past them (figure 5, right).

    The stride is that of the 3x3 convolution, as in torchvision; the paper has it at the first 1x1 convolution.

    Parameters
    ----------
    in_channels : channels of the input
    channels : filters of the first two convolutions; the last has four times as many
    stride : of the 3x3 convolution
    rng : where the first weights come from
    """

    expansion = 4

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, rng: np.random.Generator | None = None
    ) -> None:
        rng = rng or np.random.default_rng()
        wide = 4 * channels
        body = Sequential(
            {
                "conv1": Conv2d(in_channels, channels, 1, bias=False, rng=rng),
                "bn1": BatchNorm2d(channels),
                "relu1": ReLU(),
                "conv2": Conv2d(channels, channels, 3, stride, padding=1, bias=False, rng=rng),
                "bn2": BatchNorm2d(channels),
                "relu2": ReLU(),
                "conv3": Conv2d(channels, wide, 1, bias=False, rng=rng),
                "bn3": BatchNorm2d(wide),
            }
        )
        Residual.__init__(self, body, self.past(in_channels, wide, stride, rng), ReLU())


class PlainBlock(Sequential):
    """The layers of a `BasicBlock` without the way past them, for comparison (figure 3, middle). Parameters as there."""

    expansion = 1

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1, rng: np.random.Generator | None = None
    ) -> None:
        rng = rng or np.random.default_rng()
        self.conv1 = Conv2d(in_channels, channels, 3, stride, padding=1, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.relu1 = ReLU()
        self.conv2 = Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.relu2 = ReLU()


Block = type[BasicBlock] | type[Bottleneck] | type[PlainBlock]


def stage(
    block: Block, in_channels: int, channels: int, count: int, stride: int, rng: np.random.Generator
) -> Sequential:
    """`count` blocks with the same number of channels; the first of them takes the stride."""
    blocks = [block(in_channels, channels, stride, rng)]
    blocks += [block(channels * block.expansion, channels, 1, rng) for _ in range(count - 1)]
    return Sequential(*blocks)


class ResNet(Sequential):
    """Four stages of blocks with 64, 128, 256 and 512 channels, each at half the size of the one before.

    ``3@224x224 -7x7/2-> 64@112x112 -pool-> 56x56 -layer1-> 64@56x56 -layer2-> 128@28x28 -layer3-> 256@14x14 -layer4-> 512@7x7
    -mean-> 512 -> 1000``, and four times as many channels out of each stage with `Bottleneck`.

    Names, shapes and results are torchvision's.

    Parameters
    ----------
    block : `BasicBlock`, `Bottleneck` or `PlainBlock`
    layers : blocks in each stage
    input_shape : (C, H, W) of one image; other sizes work
    num_classes : logits that come out
    rng : where the first weights come from; convolutions Kaiming normal by their fan-out, as in torchvision

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, table 1.
    """

    def __init__(
        self,
        block: Block,
        layers: tuple[int, int, int, int],
        input_shape: Shape = (3, 224, 224),
        num_classes: int = 1000,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        wider = block.expansion
        self.conv1 = Conv2d(input_shape[0], 64, 7, stride=2, padding=3, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, stride=2, padding=1)
        self.layer1 = stage(block, 64, 64, layers[0], 1, rng)
        self.layer2 = stage(block, 64 * wider, 128, layers[1], 2, rng)
        self.layer3 = stage(block, 128 * wider, 256, layers[2], 2, rng)
        self.layer4 = stage(block, 256 * wider, 512, layers[3], 2, rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(512 * wider, num_classes, rng=rng)
        redraw(self, Conv2d, lambda: init.kaiming_normal(mode="fan_out", nonlinearity="relu", rng=rng))


def resnet18(seed: int = 0, num_classes: int = 1000) -> ResNet:
    """18 layers with weights, 11,689,512 parameters."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes=num_classes, rng=np.random.default_rng(seed))


def resnet34(seed: int = 0, num_classes: int = 1000) -> ResNet:
    """34 layers with weights, 21,797,672 parameters."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes=num_classes, rng=np.random.default_rng(seed))


def resnet50(seed: int = 0, num_classes: int = 1000) -> ResNet:
    """50 layers with weights, 25,557,032 parameters."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes=num_classes, rng=np.random.default_rng(seed))


def plain18(seed: int = 0, num_classes: int = 1000) -> ResNet:
    """ResNet-18 without its shortcuts (figure 4 of the paper, left)."""
    return ResNet(PlainBlock, (2, 2, 2, 2), num_classes=num_classes, rng=np.random.default_rng(seed))


def plain34(seed: int = 0, num_classes: int = 1000) -> ResNet:
    """ResNet-34 without its shortcuts: on ImageNet its error is higher than that of plain18, in training too (figure 4, left)."""
    return ResNet(PlainBlock, (3, 4, 6, 3), num_classes=num_classes, rng=np.random.default_rng(seed))
