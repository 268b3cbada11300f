"""Networks as ONNX files, which run without this library: in a browser, on a telephone, in onnxruntime."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from course.functional._arguments import whole_numbers
from course.interop.onnx_layers import LAYERS
from course.interop.trace import Exporter, Graph, trace
from course.nn import Module, Sequential
from course.training import checkpoint

OPSET = 17  # of 2022; any later runtime reads it
IR_VERSION = 8  # that goes with it


def export_onnx(model: Module, path: str | Path, input_shape: tuple[int, ...]) -> Path:
    """Write a network, as it is in use (`eval`), as an ONNX file with one input, `input`, and one output, `output`.

    The graph comes from the network's own forward pass: each layer that has a counterpart in ONNX becomes one or a few of its
    operations, and between the layers the pass may add arrays and join them with ``np.concatenate(..., axis=1)``, which is all that
    the networks here do. The number of images is open, everything else is as `input_shape` says. Numbers are float32.

    Parameters
    ----------
    model : any network made of the layers in `course.interop.onnx_layers.LAYERS`; left as it was
    path : where to; the file appears whole or not at all
    input_shape : (C, H, W) of one image, or whatever the network takes

    Returns
    -------
    the path

    Raises
    ------
    ValueError : the package onnx is not there; a layer has no counterpart; an image of this shape does not fit

    References
    ----------
    *ONNX Operator Schemas*, opset 17, https://onnx.ai/onnx/operators/.

    Examples
    --------
    >>> import tempfile
    >>> from course.models import lenet5
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export_onnx(lenet5(), f"{folder}/lenet5.onnx", (1, 28, 28))
    ...     path.name, path.stat().st_size // 1000  # 61,706 weights of 4 bytes, and little else
    ('lenet5.onnx', 248)
    """
    onnx = _onnx()
    sides = input_shape if isinstance(input_shape, (tuple, list)) else (input_shape,)
    if not sides or len(whole_numbers(sides, least=1)) != len(sides):
        raise ValueError(
            f"export_onnx: input_shape is {input_shape!r}; it must be that of one image, such as (1, 28, 28)."
        )
    graph, output = trace(model, input_shape, _exporter_of)
    written = _as_onnx(onnx, graph, output.name, input_shape, output.shape[1:])
    onnx.checker.check_model(written, full_check=True)
    return checkpoint.write(path, written.SerializeToString())


def _onnx() -> ModuleType:
    try:
        import onnx
    except ImportError:
        raise ValueError(
            "export_onnx: the package onnx is not installed; get it with: python -m pip install onnx"
        ) from None
    return onnx


def _exporter_of(name: str, module: Module) -> Exporter | None:
    """The exporter of a layer; None for a network, whose forward pass tells what it is made of."""
    for kind in type(module).__mro__:
        # a subclass with a forward pass of its own is another layer
        if kind in LAYERS and type(module).forward is kind.forward:
            return LAYERS[kind]
    if not any(module.children()) and not isinstance(module, Sequential):
        raise ValueError(
            f"export_onnx: {name or 'the network'} is a {type(module).__name__}, which has no counterpart in ONNX here; "
            f"there is one for {', '.join(sorted(kind.__name__ for kind in LAYERS))}."
        )
    return None


def _as_onnx(
    onnx: ModuleType, graph: Graph, end: str, input_shape: tuple[int, ...], output_shape: tuple[int, ...]
) -> Any:
    if end == "input":
        end = graph.add("Identity", end)  # a file must not hand its input out
    names = {end: "output"}
    nodes = [
        onnx.helper.make_node(
            node.op,
            [names.get(name, name) for name in node.inputs],
            [names.get(node.output, node.output)],
            name=node.output,
            **node.attributes,
        )
        for node in graph.nodes
    ]
    float32 = onnx.TensorProto.FLOAT
    written = onnx.helper.make_graph(
        nodes,
        "course",
        [onnx.helper.make_tensor_value_info("input", float32, ["N", *input_shape])],
        [onnx.helper.make_tensor_value_info("output", float32, ["N", *output_shape])],
        [onnx.numpy_helper.from_array(_float32(a), name) for name, a in graph.constants.items()],
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    return onnx.helper.make_model(written, opset_imports=opsets, ir_version=IR_VERSION, producer_name="sobel-to-vgg")


def _float32(array: np.ndarray) -> np.ndarray:
    """Numbers as float32 in memory order; whole ones, such as a border, as they are."""
    return np.asarray(array, np.float32 if array.dtype.kind == "f" else array.dtype, order="C")
