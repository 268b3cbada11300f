"""Receptive fields: which pixels of the image one number deep inside a network depends on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from course import nn
from course.functional._arguments import pair
from course.insight._passes import listen, modules, untouched
from course.insight._table import table
from course.models.resnet_small import PadChannels
from course.nn import Module
from course.nn.parameter import undrawn

Both = tuple[int, int]

WINDOWS = (nn.Conv1d, nn.Conv2d, nn.LocallyConnected2d, nn.MaxPool2d, nn.AvgPool2d, PadChannels)
POINTWISE = (  # an output pixel depends on the input pixel at the same place
    *(nn.ReLU, nn.LeakyReLU, nn.ELU, nn.Sigmoid, nn.Tanh, nn.Softmax, nn.LogSoftmax),
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.LocalResponseNorm, nn.Dropout, nn.Dropout2d, nn.Identity),
)
WHOLE = (nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)  # mean and variance are taken over the whole map


class Field(NamedTuple):
    """Where the numbers of a map look; each a pair (down, across), in pixels of the image.

    Output pixel (i, j) depends on rows ``first[0] + i * jump[0]`` to ``first[0] + i * jump[0] + size[0] - 1``, columns alike.

    Attributes
    ----------
    size : of the receptive field
    jump : how far the field moves from one output pixel to the next: the product of the strides so far; 0 where all see the same
    first : where the field of output pixel (0, 0) begins; negative in the padding
    """

    size: Both = (1, 1)
    jump: Both = (1, 1)
    first: Both = (0, 0)


class FieldRow(NamedTuple):
    """One layer, or a part whose paths meet at its end.

    Attributes
    ----------
    name : dotted
    layer : its kind
    output : (H, W) of its output; None for a vector
    field : where its numbers look
    """

    name: str
    layer: str
    output: Both | None
    field: Field


class ReceptiveFields(list[FieldRow]):
    """Rows in the order of the forward pass; prints as a table."""

    def __str__(self) -> str:
        rows = [("layer", "", "output", "field", "jump", "first")]
        for name, layer, output, (size, jump, first) in self:
            shape, field, step = ("x".join(map(str, both)) if both else "vector" for both in (output, size, jump))
            rows.append((name, layer, shape, field, step, f"{first[0]}, {first[1]}"))
        return table(rows, left=3)

    __repr__ = __str__


def through_window(field: Field, kernel: Both, stride: Both, padding: Both = (0, 0), dilation: Both = (1, 1)) -> Field:
    """The field behind a convolution or pooling: size + (k - 1) * dilation * jump; the jump times the stride.

    The kernel's k taps lie dilation pixels of its input apart, which are dilation * jump pixels of the image.

    Parameters
    ----------
    field : of the input of the layer
    kernel, stride, padding, dilation : pairs (h, w), in pixels of that input; padding is that at the top and at the left

    Examples
    --------
    >>> pooled = through_window(Field(), kernel=(2, 2), stride=(2, 2))
    >>> through_window(pooled, kernel=(3, 3), stride=(1, 1), padding=(1, 1))
    Field(size=(6, 6), jump=(2, 2), first=(-2, -2))
    """
    axes = list(zip(*field, kernel, stride, padding, dilation, strict=True))
    return Field(
        _both(size + (k - 1) * d * jump for size, jump, _, k, _, _, d in axes),
        _both(jump * s for _, jump, _, _, s, _, _ in axes),
        _both(first - p * jump for _, jump, first, _, _, p, _ in axes),
    )


def receptive_field(model: Module, input_shape: tuple[int, ...]) -> ReceptiveFields:
    """The receptive field of every layer, from kernel sizes and strides alone.

    A batch of no images is sent through the network to see which layer feeds which. What is computed between layers is taken for a
    sum, or channels one after another, of what the layers beside it gave (`Residual`, `Concat`): its field is the smallest that
    holds all of theirs. Fields count the padding: what lies outside the image is no pixel. Layers that look at the whole map
    (`Flatten`, `Linear`, global pooling) see all that any of its numbers sees.

    Parameters
    ----------
    model : any network
    input_shape : (C, H, W) of one image

    Returns
    -------
    ReceptiveFields : a list of rows (name, layer, output, field), one for each layer, and for each place where paths meet

    Raises
    ------
    ValueError : an image that does not fit; a layer whose window differs from place to place, or an input that no layer
        of its size explains: both can be measured

    References
    ----------
    A. Araujo, W. Norris, J. Sim, *Computing receptive fields of convolutional neural networks*, Distill (2019).

    Examples
    --------
    >>> from course.models import lenet5
    >>> print(receptive_field(lenet5().features, (1, 28, 28)))
    layer             output  field  jump   first
    ---------------------------------------------
    0      Conv2d     28x28     5x5   1x1  -2, -2
    1      ReLU       28x28     5x5   1x1  -2, -2
    2      MaxPool2d  14x14     6x6   2x2  -2, -2
    3      Conv2d     10x10   14x14   2x2  -2, -2
    4      ReLU       10x10   14x14   2x2  -2, -2
    5      MaxPool2d  5x5     16x16   4x4  -2, -2
    6      Flatten    vector  32x32   0x0  -2, -2
    """
    image = np.zeros((0, *input_shape), np.float32)
    known = {id(image): (image, Field())}  # the array itself, too, so that its id is not given to another one
    last: dict[int, np.ndarray] = {}  # what each module gave when it was called last
    parents = {id(child): module for _, module in modules(model) for _, child in module.children()}
    rows = ReceptiveFields()

    def meet(parent: Module | None, shape: tuple[int, ...]) -> Field | None:
        """The field of something computed inside a module from what its parts gave, if any has that size."""
        ends = [last[id(child)] for _, child in parent.children() if id(child) in last] if parent else []
        paths = [known[id(a)][1] for a in ends if id(a) in known and a.shape[2:] == shape[2:]]
        return _union(paths) if paths else None

    def heard(name: str, module: Module, x: Any, out: Any) -> None:
        if not any(module.children()):
            field = known[id(x)][1] if id(x) in known else meet(parents.get(id(module)), x.shape)
            if field is None:
                raise ValueError(
                    f"receptive_field: what goes into {name} ({type(module).__name__}) comes from no layer beside it, "
                    "which cannot be followed; use measured_receptive_field."
                )
            field = _behind(name, module, field, x.shape, out.shape)
        elif id(out) in known or not (field := meet(module, out.shape)):
            field = None
        if field:
            known[id(out)] = out, field
            rows.append(FieldRow(name, type(module).__name__, _map(out.shape) if out.ndim > 2 else None, field))
        last[id(module)] = out

    # the weights are whatever lies in memory, and nobody should hear of it
    with untouched(model), undrawn(model.parameters()), np.errstate(all="ignore"):
        listen(model, heard)
        model(image)
    return rows


def _behind(name: str, layer: Module, field: Field, x: tuple[int, ...], out: tuple[int, ...]) -> Field:
    """The field of a layer's output, given that of its input and the shapes of both."""
    if isinstance(layer, WINDOWS):
        return through_window(field, *_window(layer))
    if len(x) == 2 or (isinstance(layer, POINTWISE) and x == out and _minds_its_place(layer)):
        return field
    (H, W), (H_out, W_out) = _map(x), _map(out)
    if len(out) == 2 or (H_out, W_out) == (1, 1) or isinstance(layer, WHOLE):
        return _whole(field, (H, W))
    if isinstance(layer, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d) and not (H % H_out or W % W_out):
        return through_window(field, (H // H_out, W // W_out), (H // H_out, W // W_out))
    raise ValueError(
        f"receptive_field: {name} is a {type(layer).__name__}, which has no window that is the same everywhere; "
        "use measured_receptive_field."
    )


def _minds_its_place(layer: Module) -> bool:
    """Whether a layer of a kind that usually does looks at one place only."""
    if isinstance(layer, nn.Softmax | nn.LogSoftmax):
        return layer.dim == 1
    return not isinstance(layer, nn.BatchNorm2d) or layer.running_mean is not None


def _window(layer: Any) -> tuple[Both, Both, Both, Both]:
    """Kernel size, stride, padding at the top and at the left, and dilation of a layer; a signal is one pixel high."""
    if isinstance(layer, nn.Conv1d):
        return (1, layer.kernel_size), (1, layer.stride), (0, layer.border[0]), (1, layer.dilation)
    if isinstance(layer, PadChannels):  # takes pixels and leaves out others
        return (1, 1), (layer.stride, layer.stride), (0, 0), (1, 1)
    if isinstance(layer, nn.Conv2d | nn.LocallyConnected2d):
        padding = layer.border[0], layer.border[2]  # what stands at the top and at the left
    else:
        padding = pair("padding", layer.padding, 0)
    kernel, stride = pair("kernel_size", layer.kernel_size, 1), pair("stride", layer.stride, 1)
    return kernel, stride, padding, pair("dilation", getattr(layer, "dilation", 1), 1)


def _whole(field: Field, map_size: Both) -> Field:
    """What all numbers of a map see together."""
    size = _both(s + (n - 1) * jump for s, jump, n in zip(field.size, field.jump, map_size, strict=True))
    return Field(size, (0, 0), field.first)


def _union(fields: list[Field]) -> Field:
    """The smallest field that holds all; they move alike, as their maps have the same size."""
    first = _both(min(axis) for axis in zip(*(f.first for f in fields), strict=True))
    ends = [tuple(a + s for a, s in zip(f.first, f.size, strict=True)) for f in fields]
    size = _both(max(axis) - a for axis, a in zip(zip(*ends, strict=True), first, strict=True))
    return Field(size, fields[0].jump, first)


def _map(shape: tuple[int, ...]) -> Both:
    """Height and width of (N, C, H, W); a signal (N, C, L) is one pixel high, a vector (N, F) one pixel."""
    return (1, 1, *shape[2:])[-2:]  # type: ignore[return-value]


def _both(numbers: Any) -> Both:
    down, across = numbers
    return down, across
