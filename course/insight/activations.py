"""What every layer makes of an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from course.insight._passes import find, listen, untouched
from course.nn import Module


def activations(model: Module, x: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Send images through a network in evaluation mode and keep what the layers give.

    Parameters
    ----------
    model : any network; it is left as it was
    x : (N, ...), its input
    layers : dotted names, of layers or of parts that hold several; all layers unless given

    Returns
    -------
    dict : name -> output (N, ...), in the order of the forward pass; of a layer that is called twice, the last output

    Raises
    ------
    ValueError : no layer has such a name

    Examples
    --------
    >>> from course.models import lenet5
    >>> maps = activations(lenet5(), np.zeros((2, 1, 28, 28), np.float32))
    >>> maps["features.0"].shape, maps["classifier.4"].shape
    ((2, 6, 28, 28), (2, 10))
    """
    for name in layers or ():
        find("activations", model, name)
    outputs: dict[str, np.ndarray] = {}

    def heard(name: str, module: Module, x: Any, out: Any) -> None:
        if not any(module.children()) if layers is None else name in layers:
            outputs.pop(name, None)
            outputs[name] = np.array(out)  # a dropout in use hands on the very array

    with untouched(model):
        listen(model, heard)
        model(x)
    return outputs
