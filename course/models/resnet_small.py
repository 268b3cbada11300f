"""The ResNets of the paper's experiments on CIFAR-10, for images of 32x32 or 28x28, and their plain twins."""

from __future__ import annotations

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.models.resnet import BasicBlock, PlainBlock, stage
from course.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential, init


class PadChannels(Module):
    """A shortcut without parameters to a smaller map with more channels: every second pixel, and zeros as the new channels.

    Parameters
    ----------
    stride : every how many pixels one is taken, down and across
    channels : how many channels of zeros follow

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, section 3.3, option A.

    Examples
    --------
    >>> layer = PadChannels(stride=2, channels=1)
    >>> layer(np.arange(9.0).reshape(1, 1, 3, 3))
    array([[[[0., 2.],
             [6., 8.]],
            [[0., 0.],
             [0., 0.]]]])
    """

    def __init__(self, stride: int, channels: int) -> None:
        self.stride, self.channels = stride, channels

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = x.shape
        taken = x[:, :, :: self.stride, :: self.stride]
        return np.pad(taken, ((0, 0), (0, self.channels), (0, 0), (0, 0)))

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_x = np.zeros(self._x_shape, grad_out.dtype)
        grad_x[:, :, :: self.stride, :: self.stride] = grad_out[:, : self._x_shape[1]]
        return grad_x

    def extra_repr(self) -> str:
        return f"stride={self.stride}, channels={self.channels}"


class PaddedBlock(BasicBlock):
    """Two 3x3 convolutions and a way past them that never has parameters (option A). Parameters as `BasicBlock`."""

    @staticmethod
    def past(in_channels: int, out_channels: int, stride: int, rng: np.random.Generator) -> Module | None:
        """The shortcut: x itself where the shape allows it, else every second pixel and channels of zeros."""
        if stride == 1 and in_channels == out_channels:
            return None
        return PadChannels(stride, out_channels - in_channels)


class SmallResNet(Sequential):
    """Three stages of n blocks with 16, 32 and 64 channels: 6n + 2 layers with weights.

    ``3@32x32 -3x3-> 16@32x32 -layer1-> 16@32x32 -layer2-> 32@16x16 -layer3-> 64@8x8 -mean-> 64 -> 10``

    Parameters
    ----------
    block : `PaddedBlock` as in the paper, or `BasicBlock`, or `PlainBlock`
    n : blocks in each stage
    input_shape : (C, H, W) of one image; other sizes work
    num_classes : logits that come out
    rng : where the first weights come from; convolutions Kaiming normal by their fan-out

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, section 4.2 and table 6.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[PlainBlock],
        n: int,
        input_shape: Shape = (3, 32, 32),
        num_classes: int = 10,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        self.conv1 = Conv2d(input_shape[0], 16, 3, padding=1, bias=False, rng=rng)
        self.bn1 = BatchNorm2d(16)
        self.relu = ReLU()
        self.layer1 = stage(block, 16, 16, n, 1, rng)
        self.layer2 = stage(block, 16, 32, n, 2, rng)
        self.layer3 = stage(block, 32, 64, n, 2, rng)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(64, num_classes, rng=rng)
        redraw(self, Conv2d, lambda: init.kaiming_normal(mode="fan_out", nonlinearity="relu", rng=rng))


def resnet20(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> SmallResNet:
    """n = 3: for 32x32 colour images 269,722 parameters (0.27 million in table 6)."""
    return SmallResNet(PaddedBlock, 3, input_shape, num_classes, np.random.default_rng(seed))


def resnet56(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> SmallResNet:
    """n = 9: for 32x32 colour images 853,018 parameters (0.85 million in table 6)."""
    return SmallResNet(PaddedBlock, 9, input_shape, num_classes, np.random.default_rng(seed))


def plain20(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> SmallResNet:
    """`resnet20` without its shortcuts, and with as many parameters (figure 6 of the paper, left)."""
    return SmallResNet(PlainBlock, 3, input_shape, num_classes, np.random.default_rng(seed))


def plain56(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> SmallResNet:
    """`resnet56` without its shortcuts: on CIFAR-10 it does worse than `plain20`, in training too (figure 6, left)."""
    return SmallResNet(PlainBlock, 9, input_shape, num_classes, np.random.default_rng(seed))
