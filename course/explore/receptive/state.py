"""A network's layers with their fields, and what one number of one layer was measured to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.nn import Module, Sequential

if (
    TYPE_CHECKING
):  # imported late below: where a unit asks for these functions, their room may be closed to the notebook
    from course.insight import Field, MeasuredField

Pair = tuple[int, int]
Layer = tuple[int, int, int]  # kernel size, stride, padding
WINDOWS = ("Conv2d", "MaxPool2d", "AvgPool2d")
PIXELS = 40_000  # of all random images together to measure with: many small ones or two large ones, in a twentieth of a second
MOST = 0.95  # part of the gradient inside the box that counts
PLACES: dict[str, Callable[[Pair], Pair]] = {
    "in the middle": lambda size: (size[0] // 2, size[1] // 2),
    "in the upper left corner": lambda size: (0, 0),
}


@dataclass(frozen=True)
class Window:
    """One layer with a window.

    Parameters
    ----------
    name : str
        Dotted name in the network.
    output : pair of int
        Height and width of its map.
    field : Field
        Where its numbers look.
    layer : three ints or None
        Kernel size, stride and padding, where rows and columns have the same.
    before : Field or None
        The field of its input; None where paths meet and it is not one layer's.
    path : tuple of layers, or None
        All windows from the image to here.
    """

    name: str
    output: Pair
    field: Field
    layer: Layer | None
    before: Field | None
    path: tuple[Layer, ...] | None


@dataclass(frozen=True, eq=False)
class Network:
    """A network with an image, and what has been measured in it.

    Parameters
    ----------
    name : str
        How it is called in sentences.
    model : Module
        The network.
    input_shape : (C, H, W)
        Of one image.
    image : uint8 array, (H, W)
        What is drawn under the fields.
    """

    name: str
    model: Module
    input_shape: tuple[int, int, int]
    image: NDArray[np.uint8]
    _measured: dict[tuple[str, str], MeasuredField] = field(default_factory=dict, repr=False)

    @cached_property
    def windows(self) -> list[Window]:
        """Its convolutions and poolings along the longest way, from the image on."""
        from course.insight import Field, receptive_field
        from course.insight._passes import modules

        layers = dict(modules(self.model))
        found: list[Window] = []
        before: Field | None = Field()
        path: tuple[Layer, ...] | None = ()
        for name, kind, output, field_ in receptive_field(self.model, self.input_shape):
            if kind not in WINDOWS or output is None or field_.jump == (0, 0) or "downsample" in name:
                continue
            layer = _numbers(layers[name])
            if before is None or layer is None or _behind(before, layer) != field_:
                layer_before, path = None, None  # what comes in is not the layer before
            else:
                layer_before, path = before, None if path is None else (*path, layer)
            found.append(Window(name, output, field_, layer, layer_before, path))
            before = field_
        return found

    def measured(self, index: int, place: str) -> MeasuredField:
        """What a number of a layer depends on, measured once."""
        from course.insight import measured_receptive_field

        window = self.windows[index]
        key = window.name, place
        if key not in self._measured:
            position = PLACES[place](window.output)
            model = _up_to(self.model, window.name)
            samples = min(max(PIXELS // (self.input_shape[1] * self.input_shape[2]), 2), 16)
            self._measured[key] = measured_receptive_field(
                model, self.input_shape, window.name, position, samples=samples
            )
        return self._measured[key]


@dataclass(frozen=True, eq=False)
class ReceptiveState:
    """One moment of the explorer.

    Parameters
    ----------
    network : Network
        The network and its image.
    index : int
        Which of its windows.
    place : str
        A key of `PLACES`: which number of the layer's map.
    verdict : str
        What the student's function made of it, in a sentence.
    """

    network: Network
    index: int = 0
    place: str = "in the middle"
    verdict: str = ""

    @property
    def window(self) -> Window:
        """The layer."""
        return self.network.windows[self.index]

    @property
    def measured(self) -> MeasuredField:
        """What its number depends on."""
        return self.network.measured(self.index, self.place)

    @property
    def theory(self) -> tuple[int, int, int, int]:
        """The possible field: first row and column, rows and columns; it may hang over the image."""
        (rows, columns), jump, first = self.window.field
        i, j = PLACES[self.place](self.window.output)
        return first[0] + i * jump[0], first[1] + j * jump[1], rows, columns

    @property
    def inside(self) -> tuple[int, int, int, int]:
        """The part of the possible field that lies in the image."""
        top, left, rows, columns = self.theory
        _, height, width = self.network.input_shape
        up, down = max(top, 0), min(top + rows, height)
        west, east = max(left, 0), min(left + columns, width)
        return up, west, down - up, east - west

    @property
    def counting(self) -> tuple[int, int, int, int]:
        """The box that holds nearly all of the gradient, row by row and column by column."""
        (top, bottom), (left, right) = (_middle_part(self.measured.weights.sum(axis=axis)) for axis in (1, 0))
        return top, left, bottom - top, right - left


def make_network(model: Any, image: ArrayLike | None = None) -> Network:
    """Take one of our networks by name, or any module with an image.

    Parameters
    ----------
    model : str or Module
        "LeNet-5", "VGG-16", "ResNet-18", or a network of ``course.nn`` layers.
    image : array (H, W) or (C, H, W), or None
        Its image; a network by name has one of its own.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If there is no such network, no image for it, or no layer with a window.
    """
    from course.explore.receptive.networks import NETWORKS, network

    if isinstance(model, str) and model in NETWORKS:
        module, shape = network(model)
        picture = _own_image(shape) if image is None else np.asarray(image)
        name = model
    elif isinstance(model, Module):
        if image is None:
            raise ValueError("receptive field: give the network an image too, (H, W) or (C, H, W)")
        module, picture = model, np.asarray(image)
        name = "your network" if type(model) is Sequential else type(model).__name__
        shape = picture.shape if picture.ndim == 3 else (1, *picture.shape)
    else:
        raise ValueError(f"receptive field: network must be a module or one of {list(NETWORKS)}, got {model!r}")
    if picture.ndim not in (2, 3) or picture.shape[-2:] != shape[1:] or picture.dtype.kind not in "iufb":
        raise ValueError(
            f"receptive field: image has shape {picture.shape}; expected numbers, {shape[1]}x{shape[2]} or with channels before"
        )
    made = Network(name, module, shape, _grey(picture))
    if not made.windows:
        raise ValueError("receptive field: this network has no convolution or pooling whose map could be looked at")
    if name in NETWORKS:  # one pass through all layers, so that what is compiled is compiled before the first key press
        made.measured(len(made.windows) - 1, "in the middle")
    return made


def find_layer(network: Network, layer: int | str) -> int:
    """Find one of a network's windows by its number or its dotted name.

    Raises
    ------
    ValueError
        If there is none.
    """
    names = [window.name for window in network.windows]
    index = names.index(layer) if isinstance(layer, str) and layer in names else layer
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(names):
        raise ValueError(f"receptive field: layer must be 0 to {len(names) - 1} or one of {names}, got {layer!r}")
    return index


def _up_to(model: Module, name: str) -> Module:
    """The layers of a plain chain up to the one with this name: what comes behind it only costs time."""
    if type(model) is not Sequential:
        return model
    layers = dict(model.children())
    last = list(layers).index(name.split(".")[0])
    return Sequential(dict(list(layers.items())[: last + 1]))


def _own_image(shape: tuple[int, ...]) -> NDArray[Any]:
    from course.data import mnist, photo

    return mnist(train=False).images[0] if shape[0] == 1 else photo()


def _grey(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """Brightness from 0 to 255, in 32 levels that weigh little."""
    plane = picture.mean(axis=0) if picture.ndim == 3 else picture.astype(float)
    low, high = float(plane.min()), float(plane.max())
    levels: NDArray[np.uint8] = ((plane - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    return levels & np.uint8(0xF8)


def _numbers(layer: Any) -> Layer | None:
    border = getattr(layer, "border", None)
    padding = (border[0], border[2]) if border is not None else layer.padding
    pairs = [np.broadcast_to(value, 2) for value in (layer.kernel_size, layer.stride, padding)]
    if getattr(layer, "dilation", 1) not in (1, (1, 1)) or any(a != b for a, b in pairs):
        return None
    kernel, stride, pad = (int(pair[0]) for pair in pairs)
    return kernel, stride, pad


def _behind(before: Field, layer: Layer) -> Field:
    from course.insight import through_window

    kernel, stride, padding = ((n, n) for n in layer)
    return through_window(before, kernel, stride, padding)


def _middle_part(weights: NDArray[np.float64]) -> Pair:
    """Where the part of weights begins and ends that leaves as much on either side."""
    share = np.cumsum(weights) / (weights.sum() or 1.0)
    low = int(np.searchsorted(share, (1 - MOST) / 2))
    high = int(np.searchsorted(share, 1 - (1 - MOST) / 2))
    return low, min(high, len(weights) - 1) + 1
