"""What each layer is in ONNX: one function a kind, given the graph, the layer, its input and the shape of its output."""

from __future__ import annotations

from typing import Any

import numpy as np

from course import nn
from course.functional.conv1d import read_geometry1d
from course.functional.conv_transpose import read_geometry_transposed
from course.functional.window import read_geometry
from course.interop.onnx_norm import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm
from course.interop.onnx_pool import adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d, max_pool2d
from course.interop.trace import Exporter, Graph, Traced
from course.models.resnet_small import PadChannels
from course.models.signal import MeanOverTime

Shape = tuple[int, ...]


def conv2d(graph: Graph, layer: nn.Conv2d, x: Traced, shape: Shape) -> str:
    kH, kW = layer.weight.shape[2:]
    kernel, stride, border, dilation = read_geometry(
        "export_onnx", (kH, kW), layer.stride, layer.padding, layer.dilation
    )
    top, bottom, left, right = border
    return _conv(graph, layer, x, (top, left), (bottom, right), kernel, stride, dilation)


def conv1d(graph: Graph, layer: nn.Conv1d, x: Traced, shape: Shape) -> str:
    kernel = layer.weight.shape[2]
    stride, (left, right), dilation = read_geometry1d(
        "export_onnx", kernel, layer.stride, layer.padding, layer.dilation
    )
    return _conv(graph, layer, x, (left,), (right,), (kernel,), (stride,), (dilation,))


def _conv(
    graph: Graph, layer: Any, x: Traced, before: Shape, after: Shape, kernel: Shape, stride: Shape, dilation: Shape
) -> str:
    """A convolution, and before it the padding where that is not zeros: ONNX keeps the two apart."""
    name, pads = x.name, [*before, *after]
    if layer.padding_mode != "zeros" and any(pads):
        mode = {"replicate": "edge", "reflect": "reflect"}[layer.padding_mode]
        border = graph.constant("padding", np.array([0, 0, *before, 0, 0, *after], np.int64))
        name, pads = graph.add("Pad", name, border, mode=mode), [0] * len(pads)
    return graph.add(
        "Conv",
        name,
        *_weights(graph, layer),
        kernel_shape=kernel,
        strides=stride,
        dilations=dilation,
        pads=pads,
        group=layer.groups,
    )


def conv_transpose2d(graph: Graph, layer: nn.ConvTranspose2d, x: Traced, shape: Shape) -> str:
    stride, (h, w), output_padding, dilation = read_geometry_transposed(
        "export_onnx", layer.stride, layer.padding, layer.output_padding, layer.dilation
    )
    if any(o >= s for o, s in zip(output_padding, stride, strict=True)):
        raise ValueError(
            f"export_onnx: {graph.scope} is a ConvTranspose2d with output_padding {layer.output_padding} "
            f"and stride {layer.stride}; ONNX wants it less than the stride."
        )
    return graph.add(
        "ConvTranspose",
        x.name,
        *_weights(graph, layer),
        kernel_shape=layer.weight.shape[2:],
        strides=stride,
        dilations=dilation,
        pads=[h, w, h, w],
        output_padding=output_padding,
        group=layer.groups,
    )


def linear(graph: Graph, layer: nn.Linear, x: Traced, shape: Shape) -> str:
    return graph.add("Gemm", x.name, *_weights(graph, layer), transB=1)


def flatten(graph: Graph, layer: nn.Flatten, x: Traced, shape: Shape) -> str:
    return graph.add("Flatten", x.name, axis=1)


def locally_connected2d(graph: Graph, layer: nn.LocallyConnected2d, x: Traced, shape: Shape) -> str:
    """Every pixel of every window, gathered as `im2col` does, times the filters of its position."""
    H_out, W_out, C_out, C, kH, kW = layer.weight.shape
    _, stride, border, _ = read_geometry("export_onnx", (kH, kW), layer.stride, layer.padding, 1)
    top, bottom, left, right = border
    padding = graph.constant("padding", np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
    name = graph.add("Pad", x.name, padding, mode="constant")
    name = graph.add("Reshape", name, graph.constant("pixels", np.array([0, C, -1], np.int64)))
    across = left + layer.input_size[1] + right
    corners = np.arange(H_out)[:, None] * stride[0] * across + np.arange(W_out) * stride[1]  # (H_out, W_out)
    taps = np.arange(kH)[:, None] * across + np.arange(kW)  # (kH, kW)
    places = corners.reshape(-1, 1) + taps.reshape(1, -1)  # (L, kH*kW)
    windows = graph.add("Gather", name, graph.constant("places", places), axis=2)  # (N, C, L, kH*kW)
    filters = graph.constant("weight", layer.weight.data.reshape(H_out * W_out, C_out, C, kH * kW))
    name = graph.add("Einsum", windows, filters, equation="nclk,lock->nol")
    if layer.bias is not None:
        name = graph.add("Add", name, graph.constant("bias", layer.bias.data.reshape(H_out * W_out, C_out).T))
    return graph.add("Reshape", name, graph.constant("maps", np.array([0, C_out, H_out, W_out], np.int64)))


def pad_channels(graph: Graph, layer: PadChannels, x: Traced, shape: Shape) -> str:
    first, end, axes, steps = (
        graph.constant(name, np.array(numbers, np.int64))
        for name, numbers in (("first", [0, 0]), ("end", x.shape[2:]), ("axes", [2, 3]), ("steps", [layer.stride] * 2))
    )
    taken = graph.add("Slice", x.name, first, end, axes, steps)
    more = graph.constant("padding", np.array([0, 0, 0, 0, 0, layer.channels, 0, 0], np.int64))
    return graph.add("Pad", taken, more, mode="constant")


def mean_over_time(graph: Graph, layer: MeanOverTime, x: Traced, shape: Shape) -> str:
    return graph.add("ReduceMean", x.name, axes=[2], keepdims=0)


def nothing(graph: Graph, layer: nn.Module, x: Traced, shape: Shape) -> str:
    """What dropout is in use."""
    return x.name


def relu(graph: Graph, layer: nn.ReLU, x: Traced, shape: Shape) -> str:
    return graph.add("Relu", x.name)


def leaky_relu(graph: Graph, layer: nn.LeakyReLU, x: Traced, shape: Shape) -> str:
    return graph.add("LeakyRelu", x.name, alpha=layer.negative_slope)


def elu(graph: Graph, layer: nn.ELU, x: Traced, shape: Shape) -> str:
    return graph.add("Elu", x.name, alpha=layer.alpha)


def sigmoid(graph: Graph, layer: nn.Sigmoid, x: Traced, shape: Shape) -> str:
    return graph.add("Sigmoid", x.name)


def tanh(graph: Graph, layer: nn.Tanh, x: Traced, shape: Shape) -> str:
    return graph.add("Tanh", x.name)


def softmax(graph: Graph, layer: nn.Softmax, x: Traced, shape: Shape) -> str:
    return graph.add("Softmax", x.name, axis=layer.dim)


def log_softmax(graph: Graph, layer: nn.LogSoftmax, x: Traced, shape: Shape) -> str:
    return graph.add("LogSoftmax", x.name, axis=layer.dim)


def _weights(graph: Graph, layer: Any) -> list[str]:
    """The names of weight and bias, the latter only where there is one."""
    names = [graph.constant("weight", layer.weight.data)]
    return names if layer.bias is None else [*names, graph.constant("bias", layer.bias.data)]


LAYERS: dict[type[nn.Module], Exporter] = {
    nn.Conv2d: conv2d,
    nn.Conv1d: conv1d,
    nn.ConvTranspose2d: conv_transpose2d,
    nn.Linear: linear,
    nn.Flatten: flatten,
    nn.LocallyConnected2d: locally_connected2d,
    nn.BatchNorm2d: batch_norm,
    nn.BatchNorm1d: batch_norm,
    nn.LayerNorm: layer_norm,
    nn.GroupNorm: group_norm,
    nn.InstanceNorm2d: instance_norm,
    nn.LocalResponseNorm: local_response_norm,
    nn.Dropout: nothing,
    nn.Dropout2d: nothing,
    nn.Identity: nothing,
    nn.ReLU: relu,
    nn.LeakyReLU: leaky_relu,
    nn.ELU: elu,
    nn.Sigmoid: sigmoid,
    nn.Tanh: tanh,
    nn.Softmax: softmax,
    nn.LogSoftmax: log_softmax,
    nn.MaxPool2d: max_pool2d,
    nn.AvgPool2d: avg_pool2d,
    nn.AdaptiveAvgPool2d: adaptive_avg_pool2d,
    nn.AdaptiveMaxPool2d: adaptive_max_pool2d,
    PadChannels: pad_channels,
    MeanOverTime: mean_over_time,
}
