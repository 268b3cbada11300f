"""The capsule network: vectors in place of numbers, whose length says whether a thing is there and whose direction how it looks."""

from __future__ import annotations

import numpy as np

from course.functional import output_size
from course.models._shape import Shape
from course.nn import CapsuleLayer, CapsuleLengths, Conv2d, PrimaryCapsules, ReLU, Sequential


class CapsNet(Sequential):
    """A convolution, capsules of 8 numbers at every place, capsules of 16 for each class, and the lengths of these.

    ``1@28x28 -9x9-> 256@20x20 -9x9/2-> 32 capsules of 8@6x6 -routing-> 10 capsules of 16 -length-> 10``

    20,992 + 5,308,672 + 1,474,560 = 6,804,224 parameters: the paper's 6.8 million. The reconstruction network that brings it to 8.2
    million is not part of it. What comes out are lengths between 0 and 1, no logits: train with `MarginLoss`.

    Parameters
    ----------
    input_shape : (C, H, W) of one image, at least 17x17
    num_classes : capsules of the last layer
    channels : filters of the first convolution
    kinds : capsules at every place of the second layer
    dims : numbers in a capsule of the second and of the last layer
    iterations : rounds of routing
    rng : where the first weights come from, as the layers draw them

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS 2017, figure 1 and section 4.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        num_classes: int = 10,
        channels: int = 256,
        kinds: int = 32,
        dims: tuple[int, int] = (8, 16),
        iterations: int = 3,
        rng: np.random.Generator | None = None,
    ) -> None:
        C, H, W = self.input_shape = input_shape
        rng = rng or np.random.default_rng()
        places = [output_size(output_size(n, 9), 9, stride=2) for n in (H, W)]  # 28 -> 20 -> 6
        self.conv1 = Conv2d(C, channels, 9, rng=rng)
        self.relu = ReLU()
        self.primary = PrimaryCapsules(channels, kinds, dims[0], 9, stride=2, rng=rng)
        self.digits = CapsuleLayer(kinds * places[0] * places[1], dims[0], num_classes, dims[1], iterations, rng=rng)
        self.lengths = CapsuleLengths()


def capsnet(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> CapsNet:
    """The sizes of the paper."""
    return CapsNet(input_shape, num_classes, rng=np.random.default_rng(seed))


def capsnet_small(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> CapsNet:
    """32 filters, 4 kinds of capsules with 8 numbers, classes with 8: for digits in an exercise."""
    return CapsNet(input_shape, num_classes, channels=32, kinds=4, dims=(8, 8), rng=np.random.default_rng(seed))
