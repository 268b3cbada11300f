"""The fully convolutional network: a classifier at every place, and its coarse answer made fine again."""

from __future__ import annotations

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    Parameter,
    ReLU,
    Residual,
    Sequential,
    init,
)


class FCN(Sequential):
    """Logits for every pixel: scores at 1/8 of the size, twice as large, plus scores at 1/4, twice as large, plus ... to full size.

    ``stage1 -> 16@H/2xW/2 -1x1-> scores ------------------------------------------- + -> up to HxW``
    ``  stage2 -> 32@H/4xW/4 -1x1-> scores ---------------------- + -> up to H/2xW/2 /``
    ``    stage3 -> 64@H/8xW/8 -1x1-> scores -> up to H/4xW/4 ---/``

    The paper's FCN-8s, whose stages are those of VGG-16, in small: it fuses two skips into the scores, too. Each upsampling is a
    transposed convolution 4x4 for each class that begins as bilinear interpolation.

    Parameters
    ----------
    input_shape : (C, H, W) of one image; other sizes work, as long as 8 divides them
    num_classes : logits for each pixel
    widths : channels of the three stages
    rng : where the first weights come from; 3x3 convolutions Kaiming normal by their fan-out, scores as PyTorch draws them

    Raises
    ------
    ValueError : in `forward`, for sizes that 8 does not divide

    References
    ----------
    J. Long, E. Shelhamer, T. Darrell, *Fully convolutional networks for semantic segmentation*, CVPR 2015, figure 3.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 64, 64),
        num_classes: int = 2,
        widths: tuple[int, int, int] = (16, 32, 64),
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        C1, C2, C3 = widths
        coarse = Sequential(
            {"stage3": stage(C2, C3, rng), "score3": Conv2d(C3, num_classes, 1, rng=rng), "up": twice(num_classes)}
        )  # scores at 1/4
        middle = Sequential(
            {
                "stage2": stage(C1, C2, rng),
                "fuse2": Residual(coarse, shortcut=Conv2d(C2, num_classes, 1, rng=rng)),
                "up": twice(num_classes),
            }
        )  # scores at 1/2
        self.stage1 = stage(input_shape[0], C1, rng)
        self.fuse1 = Residual(middle, shortcut=Conv2d(C1, num_classes, 1, rng=rng))
        self.up = twice(num_classes)


def stage(in_channels: int, channels: int, rng: np.random.Generator) -> Sequential:
    """Two 3x3 convolutions with batch normalisation and ReLU, then half the size."""
    layers = Sequential(
        Conv2d(in_channels, channels, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(channels),
        ReLU(),
        Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(channels),
        ReLU(),
        MaxPool2d(2),
    )
    redraw(layers, Conv2d, lambda: init.kaiming_normal(mode="fan_out", nonlinearity="relu", rng=rng))
    return layers


def twice(channels: int) -> ConvTranspose2d:
    """Each channel twice as high and as wide: a transposed convolution that begins as bilinear interpolation and learns on."""
    layer = ConvTranspose2d(channels, channels, 4, stride=2, padding=1, groups=channels, bias=False)
    layer.weight = Parameter(layer.weight.shape, bilinear)
    return layer


def bilinear(shape: tuple[int, ...]) -> np.ndarray:
    """The weights (C, 1, 2s, 2s) of a transposed convolution with stride s that interpolates bilinearly.

    Examples
    --------
    >>> bilinear((1, 1, 4, 4))[0, 0] * 16
    array([[1., 3., 3., 1.],
           [3., 9., 9., 3.],
           [3., 9., 9., 3.],
           [1., 3., 3., 1.]])
    """
    size = shape[-1]
    tent = 1 - abs(np.arange(size) - (size - 1) / 2) / (size / 2)  # size 4: 1/4, 3/4, 3/4, 1/4
    return np.broadcast_to(np.outer(tent, tent), shape).copy()


def fcn_small(seed: int = 0, input_shape: Shape = (1, 64, 64), num_classes: int = 2) -> FCN:
    """An FCN with 16, 32 and 64 channels, for images whose sides 8 divides."""
    return FCN(input_shape, num_classes, rng=np.random.default_rng(seed))
