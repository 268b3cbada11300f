"""LeNet-5, the network that read the cheques."""

from __future__ import annotations

import numpy as np

from course.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential


class LeNet5(Module):
    """Two convolutions, three fully connected layers, 61,706 parameters, for 28x28 digits.

    ``1@28x28 -conv 5x5-> 6@28x28 -pool-> 6@14x14 -conv 5x5-> 16@10x10 -pool-> 16@5x5 -> 120 -> 84 -> 10``

    The paper's layers with three changes that became usual later: padding 2 in place of a 32x32 input, ReLU in place of tanh, max
    pooling in place of averages with a weight each; and every filter of the second convolution sees all six maps.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the
    IEEE 86 (1998), figure 2.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.features = Sequential(
            Conv2d(1, 6, 5, padding=2, rng=rng),
            ReLU(),
            MaxPool2d(2),
            Conv2d(6, 16, 5, rng=rng),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
        )
        self.classifier = Sequential(
            Linear(16 * 5 * 5, 120, rng=rng),
            ReLU(),
            Linear(120, 84, rng=rng),
            ReLU(),
            Linear(84, 10, rng=rng),
        )

    def forward(self, x: np.ndarray) -> np.ndarray:
        """(N, 1, 28, 28) -> logits (N, 10)."""
        return self.classifier(self.features(x))

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        """(N, 10) -> (N, 1, 28, 28)."""
        return self.features.backward(self.classifier.backward(grad_out))


def lenet5(seed: int = 0) -> LeNet5:
    """A LeNet-5 with fresh weights, the same for the same seed."""
    return LeNet5(np.random.default_rng(seed))
