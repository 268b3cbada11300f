"""What goes in, what comes out, how many numbers are learned and what it costs, layer by layer."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from course.insight._passes import listen, modules, untouched
from course.insight._table import table
from course.insight.cost import multiply_adds
from course.nn import Module, Parameter
from course.nn.parameter import undrawn


class Row(NamedTuple):
    """One layer in the order of the forward pass.

    Attributes
    ----------
    name : dotted, such as "features.0"; "" for the network itself, where it holds parameters of its own
    layer : its kind
    output : its shape for one image, without the batch axis; None for a layer with parameters that took no part
    parameters : how many numbers it learns; 0 where all of them were counted in a row above
    multiply_adds : for one image, see `course.insight.cost.multiply_adds`
    """

    name: str
    layer: str
    output: tuple[int, ...] | None
    parameters: int
    multiply_adds: int


class Summary(list[Row]):
    """Rows in the order of the forward pass; prints as a table."""

    def __str__(self) -> str:
        cells = [("layer", "", "output", "parameters", "multiply-adds")]
        for row in self:
            shape = "not used" if row.output is None else "x".join(map(str, row.output))
            cells.append((row.name, row.layer, shape, f"{row.parameters:,}", f"{row.multiply_adds:,}"))
        cells.append(("total", "", "", f"{self.parameters:,}", f"{self.multiply_adds:,}"))
        return table(cells, left=3, rule_before_last=True)

    __repr__ = __str__

    @property
    def parameters(self) -> int:
        """How many numbers the whole network learns."""
        return sum(row.parameters for row in self)

    @property
    def multiply_adds(self) -> int:
        """What one image costs on the way through the whole network."""
        return sum(row.multiply_adds for row in self)


def summary(model: Module, input_shape: tuple[int, ...]) -> Summary:
    """Send a batch of no images through a network, and note what every layer makes of its shape.

    No pixel is computed and no weight is drawn, so the table of a VGG-16 takes a moment and no memory. The network is in
    evaluation mode meanwhile, and afterwards as it was. A layer that is called twice has two rows; its parameters count in the
    first. Layers that do not take part, such as those that only training uses, stand at the end.

    Parameters
    ----------
    model : any network
    input_shape : (C, H, W) of one image, or (features,)

    Returns
    -------
    Summary : a list of rows (name, layer, output, parameters, multiply_adds), with the totals `.parameters` and `.multiply_adds`

    Raises
    ------
    ValueError : the first layer that the image does not fit says so

    Examples
    --------
    >>> from course.models import lenet5
    >>> print(summary(lenet5(), (1, 28, 28)))
    layer                    output    parameters  multiply-adds
    ------------------------------------------------------------
    features.0    Conv2d     6x28x28          156        117,600
    features.1    ReLU       6x28x28            0              0
    features.2    MaxPool2d  6x14x14            0              0
    features.3    Conv2d     16x10x10       2,416        240,000
    features.4    ReLU       16x10x10           0              0
    features.5    MaxPool2d  16x5x5             0              0
    features.6    Flatten    400                0              0
    classifier.0  Linear     120           48,120         48,000
    classifier.1  ReLU       120                0              0
    classifier.2  Linear     84            10,164         10,080
    classifier.3  ReLU       84                 0              0
    classifier.4  Linear     10               850            840
    ------------------------------------------------------------
    total                                  61,706        416,520
    """
    rows, counted = Summary(), set[int]()

    def heard(name: str, module: Module, x: Any, out: Any) -> None:
        if _has_a_row(module):
            cost = multiply_adds(module, x.shape[1:], out.shape[1:])
            rows.append(Row(name, type(module).__name__, out.shape[1:], _new_parameters(module, counted), cost))

    # the weights are whatever lies in memory, and nobody should hear of it
    with untouched(model), undrawn(model.parameters()), np.errstate(all="ignore"):
        listen(model, heard)
        model(np.zeros((0, *input_shape), np.float32))
    for name, module in modules(model):
        if left_over := _new_parameters(module, counted):
            rows.append(Row(name, type(module).__name__, None, left_over, 0))
    return rows


def _has_a_row(module: Module) -> bool:
    """Layers have one, and networks that hold parameters beside their layers."""
    return not any(module.children()) or any(isinstance(value, Parameter) for value in vars(module).values())


def _new_parameters(module: Module, counted: set[int]) -> int:
    """How many numbers the module's own parameters hold that were not counted before; from now on they are."""
    new = {id(p): p for p in vars(module).values() if isinstance(p, Parameter) and id(p) not in counted}
    counted.update(new)
    return sum(p.size for p in new.values())
