"""U-Net: down to see what it is, up to say where it is, and a skip at every size so that no edge gets lost."""

from __future__ import annotations

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.nn import (
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Identity,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    init,
)


class UNet(Sequential):
    """Logits for every pixel. Each size is a bridge of `Concat`: the maps as they are, beside what comes back from below.

    ``16@HxW ------------------------- skip -> 32 -> 16@HxW -1x1-> classes@HxW``
    ``  pool -> 32@H/2xW/2 ---- skip -> 64 -> 32 -> up``
    ``           pool -> 64@H/4xW/4 -> up``

    (width 16, depth 2.) The paper has width 64 and depth 4; it convolves without padding, so that its output is smaller than its
    input, and cuts the maps of each skip to fit. Here padding 1 keeps the sizes; and batch normalisation stands before each ReLU.

    Parameters
    ----------
    input_shape : (C, H, W) of one image; other sizes work, as long as 2**depth divides them
    num_classes : logits for each pixel
    width : channels at full size; they double at every step down
    depth : how many times the size is halved
    rng : where the first weights come from; 3x3 convolutions Kaiming normal by their fan-in, as the paper's section 3 asks for

    Raises
    ------
    ValueError : in `forward`, for sizes that 2**depth does not divide

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, *U-Net: convolutional networks for biomedical image segmentation*, MICCAI 2015, figure 1.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 64, 64),
        num_classes: int = 2,
        width: int = 16,
        depth: int = 3,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        self.body = level(input_shape[0], width, depth, rng)
        redraw(self, Conv2d, lambda: init.kaiming_normal(rng=rng))
        self.scores = Conv2d(width, num_classes, 1, rng=rng)


def level(in_channels: int, width: int, depth: int, rng: np.random.Generator) -> Module:
    """All that happens at one size and below it: from `in_channels` to `width` channels."""
    if depth == 0:
        return two_convolutions(in_channels, width, rng)
    below = Sequential(
        {
            "pool": MaxPool2d(2),
            "level": level(width, 2 * width, depth - 1, rng),
            "up": ConvTranspose2d(2 * width, width, 2, stride=2, rng=rng),
        }
    )
    return Sequential(
        {
            "down": two_convolutions(in_channels, width, rng),
            "bridge": Concat({"skip": Identity(), "below": below}),
            "merge": two_convolutions(2 * width, width, rng),
        }
    )


def two_convolutions(in_channels: int, channels: int, rng: np.random.Generator) -> Sequential:
    """Twice: convolution 3x3, batch normalisation, ReLU."""
    return Sequential(
        Conv2d(in_channels, channels, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(channels),
        ReLU(),
        Conv2d(channels, channels, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(channels),
        ReLU(),
    )


def unet_small(seed: int = 0, input_shape: Shape = (1, 64, 64), num_classes: int = 2) -> UNet:
    """A U-Net of width 16 and depth 3, for images whose sides 8 divides."""
    return UNet(input_shape, num_classes, rng=np.random.default_rng(seed))
