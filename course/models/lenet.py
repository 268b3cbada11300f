"""LeNet-5, the network that read the cheques, and its relatives for colour and with batch normalisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.models._shape import Shape
from course.nn import BatchNorm1d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential


class LeNet5(Sequential):
    """Two convolutions, three fully connected layers, 61,706 parameters, for 28x28 digits.

    ``1@28x28 -conv 5x5-> 6@28x28 -pool-> 6@14x14 -conv 5x5-> 16@10x10 -pool-> 16@5x5 -> 120 -> 84 -> 10``

    The paper's layers with three changes that became usual later: padding 2 in place of a 32x32 input, ReLU in place of tanh, max
    pooling in place of averages with a weight each; and every filter of the second convolution sees all six maps. Images of 32x32
    are taken without padding, as in the paper.

    Parameters
    ----------
    input_shape : (C, H, W) of one image, 28x28 or 32x32
    channels : filters of the two convolutions
    num_classes : logits that come out
    batch_norm : whether each hidden layer is normalised before its ReLU
    rng : where the first weights come from, as PyTorch's layers draw them

    Raises
    ------
    ValueError : images of another size

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the
    IEEE 86 (1998), figure 2.
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        channels: tuple[int, int] = (6, 16),
        num_classes: int = 10,
        batch_norm: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        C, H, W = self.input_shape = input_shape
        if (H, W) not in ((28, 28), (32, 32)):
            raise ValueError(
                f"LeNet5: input_shape is {input_shape}; the images are 28x28 or 32x32, so scale others to that."
            )
        first, second = channels

        def normalised(layer: Callable[[int], Module], channels: int) -> list[Module]:
            return [layer(channels)] if batch_norm else []

        rng = rng or np.random.default_rng()
        self.features = Sequential(
            Conv2d(C, first, 5, padding=(32 - H) // 2, rng=rng),
            *normalised(BatchNorm2d, first),
            ReLU(),
            MaxPool2d(2),
            Conv2d(first, second, 5, rng=rng),
            *normalised(BatchNorm2d, second),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
        )
        self.classifier = Sequential(
            Linear(second * 5 * 5, 120, rng=rng),
            *normalised(BatchNorm1d, 120),
            ReLU(),
            Linear(120, 84, rng=rng),
            *normalised(BatchNorm1d, 84),
            ReLU(),
            Linear(84, num_classes, rng=rng),
        )


def lenet5(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> LeNet5:
    """A LeNet-5 with fresh weights, the same for the same seed."""
    return LeNet5(input_shape, num_classes=num_classes, rng=np.random.default_rng(seed))


def lenet5_bn(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> LeNet5:
    """LeNet-5 with batch normalisation before every ReLU: 452 parameters more, 62,158.

    References
    ----------
    S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML
    2015, section 3.2.
    """
    return LeNet5(input_shape, num_classes=num_classes, batch_norm=True, rng=np.random.default_rng(seed))


def lenet5_rgb(seed: int = 0, input_shape: Shape = (3, 32, 32), num_classes: int = 10) -> LeNet5:
    """A LeNet-5 for 32x32 colour images with 8 and 16 filters, as lectures like to show it: 62,958 parameters.

    ``3@32x32 -conv 5x5-> 8@28x28 -pool-> 8@14x14 -conv 5x5-> 16@10x10 -pool-> 16@5x5 -> 120 -> 84 -> 10``

    They are (5*5*3 + 1)*8 = 608 and (5*5*8 + 1)*16 = 3,216 in the convolutions, (400 + 1)*120 = 48,120, (120 + 1)*84 = 10,164 and
    (84 + 1)*10 = 850 in the fully connected layers. Some tables give 208 = 5*5*8 + 8 and 416 = 5*5*16 + 16 for the convolutions:
    they forget that a filter is as deep as its input, and has 5*5*3 or 5*5*8 weights, not 5*5.
    """
    return LeNet5(input_shape, channels=(8, 16), num_classes=num_classes, rng=np.random.default_rng(seed))
