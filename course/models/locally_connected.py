"""Local windows without shared weights: what the one half of the idea of a convolution is worth without the other."""

from __future__ import annotations

import numpy as np

from course.models._shape import Shape
from course.nn import Flatten, Linear, LocallyConnected2d, MaxPool2d, ReLU, Sequential, Tanh


class LocallyConnectedNet(Sequential):
    """LeNet-5 in which no position shares its filters with another: the same connections, 423,038 parameters, not 61,706.

    ``1@28x28 -local 5x5-> 6@28x28 -pool-> 6@14x14 -local 5x5-> 16@10x10 -pool-> 16@5x5 -> 120 -> 84 -> 10``

    The two layers that were convolutions have 28*28*6*(5*5*1 + 1) = 122,304 and 10*10*16*(5*5*6 + 1) = 241,600 parameters, where
    the convolutions have 156 and 2,416.

    Parameters
    ----------
    input_shape : (C, H, W) of one image, 28x28 or 32x32
    num_classes : logits that come out
    rng : where the first weights come from, as PyTorch's convolutions draw them

    Raises
    ------
    ValueError : images of another size

    References
    ----------
    Y. LeCun, *Generalization and network design strategies*, technical report CRG-TR-89-4, University of Toronto (1989), which
    compares networks of both kinds on 16x16 digits.
    """

    def __init__(
        self, input_shape: Shape = (1, 28, 28), num_classes: int = 10, rng: np.random.Generator | None = None
    ) -> None:
        C, H, W = self.input_shape = input_shape
        if (H, W) not in ((28, 28), (32, 32)):
            raise ValueError(
                f"LocallyConnectedNet: input_shape is {input_shape}; the images are 28x28 or 32x32, so scale others to that."
            )
        rng = rng or np.random.default_rng()
        self.features = Sequential(
            LocallyConnected2d(C, 6, (H, W), 5, padding=(32 - H) // 2, rng=rng),
            ReLU(),
            MaxPool2d(2),
            LocallyConnected2d(6, 16, 14, 5, rng=rng),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
        )
        self.classifier = Sequential(
            Linear(16 * 5 * 5, 120, rng=rng),
            ReLU(),
            Linear(120, 84, rng=rng),
            ReLU(),
            Linear(84, num_classes, rng=rng),
        )


class Net3(Sequential):
    """The locally connected one of the report's five networks: 1,226 weights for 16x16 digits.

    ``1@16x16 -local 3x3, stride 2-> 1@8x8 -local 5x5, stride 2-> 1@4x4 -> 10``

    64*(3*3 + 1) = 640, 16*(5*5 + 1) = 416 and 10*(16 + 1) = 170.

    References
    ----------
    Y. LeCun, *Generalization and network design strategies*, technical report CRG-TR-89-4, University of Toronto (1989).
    """

    def __init__(self, rng: np.random.Generator | None = None) -> None:
        rng = rng or np.random.default_rng()
        self.input_shape: Shape = (1, 16, 16)
        self.h1 = LocallyConnected2d(1, 1, 16, 3, stride=2, padding=1, rng=rng)
        self.tanh1 = Tanh()
        self.h2 = LocallyConnected2d(1, 1, 8, 5, stride=2, padding=2, rng=rng)
        self.tanh2 = Tanh()
        self.flatten = Flatten()
        self.output = Linear(16, 10, rng=rng)


def locally_connected(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> LocallyConnectedNet:
    """A LeNet-5 without weight sharing."""
    return LocallyConnectedNet(input_shape, num_classes, np.random.default_rng(seed))


def net3(seed: int = 0) -> Net3:
    """The 1,226 weights of 1989."""
    return Net3(np.random.default_rng(seed))
