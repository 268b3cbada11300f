"""What goes in, what comes out and how many numbers are learned, layer by layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.nn import Module


class Row(NamedTuple):
    """One layer: its dotted name, its kind, the shape of its output without the batch axis, its parameters."""

    name: str
    layer: str
    output: tuple[int, ...]
    parameters: int


class Summary(list[Row]):
    """Rows in the order of the forward pass; prints as a table."""

    def __str__(self) -> str:
        cells = [("layer", "", "output", "parameters")]
        cells += [(row.name, row.layer, "x".join(map(str, row.output)), f"{row.parameters:,}") for row in self]
        cells.append(("total", "", "", f"{self.parameters:,}"))
        widths = [max(len(row[i]) for row in cells) for i in range(4)]
        lines = [
            "  ".join([c.ljust(w) for c, w in zip(row[:3], widths, strict=False)] + [row[3].rjust(widths[3])])
            for row in cells
        ]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    __repr__ = __str__

    @property
    def parameters(self) -> int:
        """How many numbers the whole network learns."""
        return sum(row.parameters for row in self)


def summary(model: Module, input_shape: tuple[int, ...]) -> Summary:
    """Send one image of zeros through a network and note what every layer makes of it.

    Parameters
    ----------
    model : any network; its layers remember the zeros as their last input, its parameters are left alone
    input_shape : (C, H, W) of one image, or (features,)

    Returns
    -------
    Summary : a list of rows (name, layer, output, parameters), and `.parameters`, their total

    Raises
    ------
    ValueError : the first layer that the image does not fit says so

    Examples
    --------
    >>> from course.models import lenet5
    >>> print(summary(lenet5(), (1, 28, 28)))
    layer                    output    parameters
    ---------------------------------------------
    features.0    Conv2d     6x28x28          156
    features.1    ReLU       6x28x28            0
    features.2    MaxPool2d  6x14x14            0
    features.3    Conv2d     16x10x10       2,416
    features.4    ReLU       16x10x10           0
    features.5    MaxPool2d  16x5x5             0
    features.6    Flatten    400                0
    classifier.0  Linear     120           48,120
    classifier.1  ReLU       120                0
    classifier.2  Linear     84            10,164
    classifier.3  ReLU       84                 0
    classifier.4  Linear     10               850
    ---------------------------------------------
    total                                  61,706
    """
    rows = Summary()

    def watched(name: str, layer: Module) -> None:
        forward = type(layer).forward

        def noting(x: np.ndarray) -> np.ndarray:
            out = forward(layer, x)
            rows.append(Row(name, type(layer).__name__, out.shape[1:], sum(p.data.size for p in layer.parameters())))
            return out

        vars(layer)["forward"] = noting  # found before the class's own, until it is taken away again

    leaves = list(model.leaves())
    try:
        for name, layer in leaves:
            watched(name, layer)
        model(np.zeros((1, *input_shape), np.float32))
    finally:
        for _, layer in leaves:
            vars(layer).pop("forward", None)
    return rows
