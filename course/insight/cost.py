"""What a layer costs."""

from __future__ import annotations

import math

from course import nn


def multiply_adds(layer: nn.Module, x: tuple[int, ...], out: tuple[int, ...]) -> int:
    """How many times a layer multiplies a number of its input by a weight, and adds the product up, for one image.

    A multiplication with its addition counts as one, as in the ResNet paper ("FLOPs (multiply-adds)", 3.8 billion for ResNet-50)
    and in torchvision's tables; who counts floating point operations one by one has twice as many. Convolutions, linear layers
    and their relatives count. Biases, normalisation, activations and pooling do not, as there: they cost one or a few operations
    for each number, the others hundreds.

    Parameters
    ----------
    layer : any layer
    x, out : the shapes of its input and output, without the batch axis

    Returns
    -------
    int : 0 for a layer that is not counted

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, table 1.

    Examples
    --------
    >>> multiply_adds(nn.Conv2d(1, 6, 5, padding=2), (1, 28, 28), (6, 28, 28))  # 784 positions, 6 filters, 25 products
    117600
    """
    if isinstance(layer, nn.Conv1d | nn.Conv2d):
        return layer.weight.size * math.prod(out[1:])  # every weight once at every position of the output
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight.size * math.prod(x[1:])  # every weight once at every position of the input
    if isinstance(layer, nn.LocallyConnected2d):
        return layer.weight.size  # every position has weights of its own
    if isinstance(layer, nn.Linear):
        return layer.weight.size
    return 0
