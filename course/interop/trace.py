"""Which operations a network consists of: its own forward pass says so, run on stand-ins that write down what happens to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from course.nn import Module


class Node(NamedTuple):
    """One operation: its ONNX name, the names of what goes in and of what comes out, its attributes."""

    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]


class Graph:
    """Operations in the order in which they were met, and the arrays that they take besides the input.

    Attributes
    ----------
    nodes : the operations
    constants : name -> array: weights under the names that they have in the state dict, and numbers that a layer needs
    scope : the dotted name of the layer that adds operations at the moment
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}
        self.scope = ""

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Append an operation; the answer is the name of its output."""
        output = self._free(f"{self.scope}/{op}".lstrip("/"), {node.output for node in self.nodes})
        self.nodes.append(Node(op, inputs, output, attributes))
        return output

    def constant(self, name: str, array: Any) -> str:
        """The name under which operations of this layer find an array; the same array is kept once."""
        name, array = f"{self.scope}.{name}".lstrip("."), np.asarray(array)
        while name in self.constants and not np.array_equal(self.constants[name], array):
            name += "_"
        self.constants[name] = array
        return name

    @staticmethod
    def _free(name: str, taken: set[str]) -> str:
        number = 2
        free = name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        return free


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array on its way through a network; it has a shape but no numbers, can be added to another and joined to it.

    Attributes
    ----------
    graph, name : where the array comes from
    shape : with N = 0
    """

    dtype = np.dtype(np.float32)

    def __init__(self, graph: Graph, name: str, shape: tuple[int, ...]) -> None:
        self.graph, self.name, self.shape = graph, name, shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **more: Any) -> Any:
        if ufunc is not np.add or method != "__call__" or more or not all(isinstance(x, Traced) for x in inputs):
            return NotImplemented
        shape = np.broadcast_shapes(*(x.shape for x in inputs))
        return Traced(self.graph, self.graph.add("Add", *(x.name for x in inputs)), shape)

    def __array_function__(self, function: Callable[..., Any], types: Any, inputs: Any, more: Mapping[str, Any]) -> Any:
        parts, *axis = inputs
        axis = axis[0] if axis else more.get("axis", 0)
        if function is not np.concatenate or axis != 1 or not all(isinstance(x, Traced) for x in parts):
            return NotImplemented
        shape = np.concatenate([np.zeros(x.shape, bool) for x in parts], axis).shape
        return Traced(self.graph, self.graph.add("Concat", *(x.name for x in parts), axis=axis), shape)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("its numbers are asked for")


Exporter = Callable[[Graph, Any, Traced, tuple[int, ...]], str]
"""Adds a layer's operations to a graph, given the layer, its input and the shape of its output; returns the output's name."""


def trace(
    model: Module, input_shape: tuple[int, ...], exporter_of: Callable[[str, Module], Exporter | None]
) -> tuple[Graph, Traced]:
    """Run the network's forward pass, in evaluation mode, on stand-ins for a batch of no images, and note what happens to them.

    Parameters
    ----------
    model : any network; it is left as it was, down to what its layers remember
    input_shape : of one image, without the batch axis
    exporter_of : the exporter of a module with this name, or None for one whose own forward pass says what is inside

    Returns
    -------
    graph, output

    Raises
    ------
    ValueError : the forward pass does something with its arrays that is no layer, no addition, and no joining of channels
    """
    graph = Graph()
    with _listening(model, graph, exporter_of):
        model.eval()
        try:
            output = model(Traced(graph, "input", (0, *input_shape)))  # type: ignore[arg-type]
        except (TypeError, AttributeError) as error:
            raise ValueError(
                f"export_onnx: {type(model).__name__} computes something between its layers that is neither + nor a "
                f"np.concatenate of channels ({error}); make a layer of it."
            ) from error
    if not isinstance(output, Traced):
        raise ValueError(f"export_onnx: {type(model).__name__} does not return one array made of its input.")
    return graph, output


@contextmanager
def _listening(model: Module, graph: Graph, exporter_of: Callable[[str, Module], Exporter | None]) -> Iterator[None]:
    """Let every module that has an exporter take stand-ins: its own forward pass tells the shape, the exporter the operations."""
    named = {
        id(module): (name, module) for name, module in reversed(list(_modules(model)))
    }  # a shared one: its first name
    memories = [(module, dict(vars(module))) for _, module in named.values()]

    def listen(name: str, module: Module, exporter: Exporter) -> None:
        forward = module.forward

        def traced(x: Any) -> Traced:
            if not isinstance(x, Traced):
                raise TypeError(f"what goes into {name} is no array made of the input")
            shape = forward(np.zeros(x.shape, x.dtype)).shape
            graph.scope = name
            output = exporter(graph, module, x, shape)
            graph.scope = ""
            return Traced(graph, output, shape)

        vars(module)["forward"] = traced  # found before the class's own

    try:
        for name, module in reversed(named.values()):
            if exporter := exporter_of(name, module):
                listen(name, module, exporter)
        yield
    finally:
        for module, memory in memories:
            vars(module).clear()
            vars(module).update(memory)


def _modules(model: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    yield prefix.rstrip("."), model
    for name, child in model.children():
        yield from _modules(child, f"{prefix}{name}.")
