"""Other first weights than PyTorch's layers draw, for the networks whose authors chose them."""

from __future__ import annotations

from collections.abc import Callable

from course.nn import Conv2d, Linear, Module, Parameter
from course.nn.parameter import Draw


def redraw(
    model: Module, layers: type[Module] | tuple[type[Module], ...], weight: Callable[[], Draw], bias: Draw | None = None
) -> None:
    """Let the weights of all layers of a kind be drawn in another way, when they are needed.

    Parameters
    ----------
    model : changed in place
    layers : `Conv2d`, `Linear`, or both
    weight : called once for each layer; gives its draw, with a generator of its own
    bias : the draw of the biases; they stay as they are unless it is given

    Examples
    --------
    >>> import numpy as np
    >>> layer = Linear(2, 1)
    >>> redraw(layer, Linear, lambda: np.ones, bias=np.zeros)
    >>> layer.weight.data, layer.bias.data
    (array([[1., 1.]], dtype=float32), array([0.], dtype=float32))
    """
    for _, layer in model.leaves():
        if isinstance(layer, layers):
            assert isinstance(layer, Conv2d | Linear)
            layer.weight = Parameter(layer.weight.shape, weight())
            if bias is not None and layer.bias is not None:
                layer.bias = Parameter(layer.bias.shape, bias)
