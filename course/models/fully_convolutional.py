"""A classifier made to slide: fully connected layers as convolutions, so that larger images give a map of answers."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np

from course.models._shape import Shape
from course.nn import (
    ELU,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    Module,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
)
from course.nn.parameter import undrawn

AS_THEY_ARE = (ReLU, LeakyReLU, ELU, Sigmoid, Tanh, Dropout)


def to_fully_convolutional(model: Module, input_shape: Shape | None = None) -> Sequential:
    """The same network with its fully connected layers as convolutions, for images of the original size and larger ones.

    The first fully connected layer looks at C maps of h x w, flattened: that is a convolution whose filters are h x w, and that
    fits at one place only. Those after it are 1x1 convolutions. An image of the original size gives the same logits, as
    (N, classes, 1, 1); a larger one gives logits for every place at which the classifier fits, one stride of the features
    apart, and what the places have in common is computed once. If no layer pads, each is what the classifier says of that crop
    alone; padding makes the edge of a crop different from the same pixels inside an image.

    An averaging before the flattening slides, too, if it is global; if it does nothing to an image of the original size, it goes.

    Parameters
    ----------
    model : a chain of layers with one `Flatten` and `Linear` after it, such as `LeNet5`, `VGG` or `ResNet`; left as it is
    input_shape : (C, H, W) of the images that it was made for; its own `input_shape` unless given

    Returns
    -------
    Sequential : `features` and `classifier`, a network of its own with copies of the weights

    Raises
    ------
    ValueError : the network is no such chain, or something in it has no convolutional form

    References
    ----------
    J. Long, E. Shelhamer, T. Darrell, *Fully convolutional networks for semantic segmentation*, CVPR 2015, section 3.1, figure 2.

    Examples
    --------
    >>> from course.models import lenet5_rgb
    >>> sliding = to_fully_convolutional(lenet5_rgb())
    >>> sliding(np.zeros((1, 3, 32, 32), np.float32)).shape, sliding(np.zeros((1, 3, 64, 48), np.float32)).shape
    ((1, 10, 1, 1), (1, 10, 9, 5))
    """
    input_shape = input_shape or getattr(model, "input_shape", None)
    if input_shape is None:
        raise ValueError(
            f"to_fully_convolutional: {type(model).__name__} has no input_shape; give that of its images, (C, H, W)."
        )
    layers = list(_chain(copy.deepcopy(model)))
    places = [i for i, layer in enumerate(layers) if isinstance(layer, Flatten)]
    if len(places) != 1:
        raise ValueError(
            f"to_fully_convolutional: {type(model).__name__} is no chain of layers with one Flatten between the "
            "convolutions and the fully connected layers."
        )
    features, classifier = layers[: places[0]], layers[places[0] + 1 :]
    pool = features.pop() if features and isinstance(features[-1], AdaptiveAvgPool2d) else None
    C, h, w = _shape_after(features, input_shape)
    if pool is not None:
        _, *pooled = _shape_after([*features, pool], input_shape)
        if pooled == [1, 1] and (h, w) != (1, 1):
            features.append(AvgPool2d((h, w), stride=1))
            h = w = 1
        elif pooled != [h, w]:
            raise ValueError(
                f"to_fully_convolutional: AdaptiveAvgPool2d makes {pooled[0]}x{pooled[1]} of {h}x{w}, with windows that overlap or "
                "change size; only a global one and one that does nothing can slide."
            )
    sliding = []
    for layer in classifier:
        sliding.append(_convolutional(layer, (C, h, w)))
        if isinstance(layer, Linear):
            C, h, w = layer.weight.shape[0], 1, 1
    return Sequential({"features": Sequential(*features), "classifier": Sequential(*sliding)})


def _chain(model: Module) -> Iterator[Module]:
    """The links of nested chains, in order; what is no chain is a link."""
    if isinstance(model, Sequential) and type(model).forward is Sequential.forward:
        for _, child in model.children():
            yield from _chain(child)
    else:
        yield model


def _shape_after(layers: list[Module], input_shape: Shape) -> Shape:
    """(C, H, W) of the maps, found with a batch of no images."""
    part = Sequential(*layers)
    modes = [(module, module.training) for module in _inside(part)]
    part.eval()
    with undrawn(part.parameters()):
        _, C, H, W = part(np.zeros((0, *input_shape), np.float32)).shape
    for module, training in modes:
        module.training = training
    return C, H, W


def _inside(module: Module) -> Iterator[Module]:
    yield module
    for _, child in module.children():
        yield from _inside(child)


def _convolutional(layer: Module, maps: Shape) -> Module:
    """What a layer behind the flattening does, for maps in place of vectors."""
    C, h, w = maps
    if isinstance(layer, Linear):
        out_features, in_features = layer.weight.shape
        if in_features != math.prod(maps):
            raise ValueError(
                f"to_fully_convolutional: a Linear takes {in_features} features, but {C} maps of {h}x{w} arrive; "
                "give the input_shape that the network was made for."
            )
        conv = Conv2d(C, out_features, (h, w), bias=layer.bias is not None)
        conv.weight = Parameter(layer.weight.data.reshape(conv.weight.shape))  # a row of (C*h*w) is a filter, flattened
        conv.bias = layer.bias
        return conv
    if isinstance(layer, BatchNorm1d):
        norm = BatchNorm2d(layer.num_features, layer.eps, layer.momentum)
        vars(norm).update(vars(layer))
        return norm
    if isinstance(layer, AS_THEY_ARE):
        return layer
    raise ValueError(
        f"to_fully_convolutional: {type(layer).__name__} behind the Flatten has no convolutional form here."
    )
