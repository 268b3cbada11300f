"""The multilayer perceptron: what networks were before they were convolutional, and what a convolutional one has to beat."""

from __future__ import annotations

import math

import numpy as np

from course.models._shape import Shape
from course.nn import Flatten, Linear, Module, ReLU, Sequential


class MLP(Sequential):
    """Fully connected layers with ReLU between them; 28x28-300-100-10 has 266,610 parameters.

    It does not know which pixels are neighbours: shuffle the pixels of all images alike, and it learns as well as before.

    Parameters
    ----------
    input_shape : (C, H, W) of one image
    hidden : units of the hidden layers
    num_classes : logits that come out
    rng : where the first weights come from, as PyTorch's layers draw them

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the
    IEEE 86 (1998), section III.C.4: the network of that size, with another nonlinearity.

    Examples
    --------
    >>> MLP((1, 2, 2), hidden=(3,), num_classes=2)
    MLP(
      (0): Flatten()
      (1): Linear(4, 3)
      (2): ReLU()
      (3): Linear(3, 2)
    )
    """

    def __init__(
        self,
        input_shape: Shape = (1, 28, 28),
        hidden: tuple[int, ...] = (300, 100),
        num_classes: int = 10,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        layers: list[Module] = [Flatten()]
        features = math.prod(input_shape)
        for units in hidden:
            layers += [Linear(features, units, rng=rng), ReLU()]
            features = units
        super().__init__(*layers, Linear(features, num_classes, rng=rng))
        self.input_shape = input_shape


def mlp(seed: int = 0, input_shape: Shape = (1, 28, 28), num_classes: int = 10) -> MLP:
    """A perceptron with hidden layers of 300 and 100 units."""
    return MLP(input_shape, num_classes=num_classes, rng=np.random.default_rng(seed))
