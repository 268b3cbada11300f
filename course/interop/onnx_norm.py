"""What normalisations are in ONNX; as in `course.interop.onnx_layers`, one function a kind."""

from __future__ import annotations

import numpy as np

from course import nn
from course.interop.trace import Graph, Traced

Shape = tuple[int, ...]


def batch_norm(graph: Graph, layer: nn.BatchNorm2d, x: Traced, shape: Shape) -> str:
    mean, var = layer.running_mean, layer.running_var
    if mean is None or var is None:
        raise ValueError(
            f"export_onnx: {graph.scope} is a {type(layer).__name__} without running statistics, whose answer for an image depends "
            "on the others of its batch; give it track_running_stats=True."
        )
    scale, shift = _scale_and_shift(graph, layer, mean.shape)
    statistics = graph.constant("running_mean", mean.data), graph.constant("running_var", var.data)
    return graph.add("BatchNormalization", x.name, scale, shift, *statistics, epsilon=layer.eps)


def local_response_norm(graph: Graph, layer: nn.LocalResponseNorm, x: Traced, shape: Shape) -> str:
    if layer.size % 2 == 0:
        raise ValueError(
            f"export_onnx: {graph.scope} is a LocalResponseNorm of size {layer.size}, and ONNX puts the middle of an even window "
            "elsewhere; use an odd size."
        )
    alpha = layer.alpha if layer.divide_alpha else layer.alpha * layer.size  # ONNX divides it, as PyTorch does
    return graph.add("LRN", x.name, size=layer.size, alpha=alpha, beta=layer.beta, bias=layer.k)


def layer_norm(graph: Graph, layer: nn.LayerNorm, x: Traced, shape: Shape) -> str:
    scale, shift = _scale_and_shift(graph, layer, layer.normalized_shape)
    axis = -len(layer.normalized_shape)
    return graph.add("LayerNormalization", x.name, scale, shift, axis=axis, epsilon=layer.eps)


def instance_norm(graph: Graph, layer: nn.InstanceNorm2d, x: Traced, shape: Shape) -> str:
    return graph.add(
        "InstanceNormalization", x.name, *_scale_and_shift(graph, layer, (layer.num_features,)), epsilon=layer.eps
    )


def group_norm(graph: Graph, layer: nn.GroupNorm, x: Traced, shape: Shape) -> str:
    """The groups as channels of an instance norm; ONNX has an operation for it only since opset 18, and another since 21."""
    G, C, others = layer.num_groups, layer.num_channels, (1,) * (len(shape) - 2)
    name = graph.add("Reshape", x.name, graph.constant("groups", np.array([0, G, -1], np.int64)))
    ones, zeros = (graph.constant(word, fill(G, np.float32)) for word, fill in (("ones", np.ones), ("zeros", np.zeros)))
    name = graph.add("InstanceNormalization", name, ones, zeros, epsilon=layer.eps)
    name = graph.add("Reshape", name, graph.constant("channels", np.array([0, C, *shape[2:]], np.int64)))
    if layer.weight is None or layer.bias is None:
        return name
    name = graph.add("Mul", name, graph.constant("weight", layer.weight.data.reshape(C, *others)))
    return graph.add("Add", name, graph.constant("bias", layer.bias.data.reshape(C, *others)))


def _scale_and_shift(
    graph: Graph, layer: nn.BatchNorm2d | nn.LayerNorm | nn.InstanceNorm2d, shape: Shape
) -> tuple[str, str]:
    """The names of weight and bias; ones and zeros where the layer has none."""
    scale = np.ones(shape, np.float32) if layer.weight is None else layer.weight.data
    shift = np.zeros(shape, np.float32) if layer.bias is None else layer.bias.data
    return graph.constant("weight", scale), graph.constant("bias", shift)
