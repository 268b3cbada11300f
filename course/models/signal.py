"""A convolutional network for signals: the same idea along one axis, time."""

from __future__ import annotations

import numpy as np

from course.nn import BatchNorm1d, Conv1d, Linear, Module, ReLU, Sequential


class MeanOverTime(Module):
    """(N, C, L) -> (N, C): the mean of each channel, so that signals of any length end in as many numbers.

    Examples
    --------
    >>> MeanOverTime()(np.array([[[1.0, 2.0, 6.0]]]))
    array([[3.]])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = x.shape
        return x.mean(axis=2)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return np.broadcast_to(grad_out[:, :, None] / self._x_shape[2], self._x_shape).copy()


class SignalCNN(Sequential):
    """Three 1-D convolutions of 8, 5 and 3 samples with batch normalisation and ReLU, the mean over time, one linear layer.

    ``1@L -8-> 128@L -5-> 256@L -3-> 128@L -mean-> 128 -> classes``

    Parameters
    ----------
    in_channels : signals that are measured at the same time, such as the leads of an electrocardiogram
    num_classes : logits that come out
    widths : filters of the three convolutions
    rng : where the first weights come from, as PyTorch's layers draw them

    References
    ----------
    Z. Wang, W. Yan, T. Oates, *Time series classification from scratch with deep neural networks: a strong baseline*, IJCNN 2017,
    figure 1b.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 2,
        widths: tuple[int, int, int] = (128, 256, 128),
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        layers: list[Module] = []
        channels = in_channels
        for width, kernel_size in zip(widths, (8, 5, 3), strict=True):
            layers += [Conv1d(channels, width, kernel_size, padding="same", rng=rng), BatchNorm1d(width), ReLU()]
            channels = width
        self.features = Sequential(*layers)
        self.mean = MeanOverTime()
        self.fc = Linear(channels, num_classes, rng=rng)


def signal_cnn(seed: int = 0, in_channels: int = 1, num_classes: int = 2) -> SignalCNN:
    """The network of the paper, for signals of any length."""
    return SignalCNN(in_channels, num_classes, rng=np.random.default_rng(seed))


def signal_cnn_small(seed: int = 0, in_channels: int = 1, num_classes: int = 2) -> SignalCNN:
    """The same with 16, 32 and 16 filters."""
    return SignalCNN(in_channels, num_classes, widths=(16, 32, 16), rng=np.random.default_rng(seed))
