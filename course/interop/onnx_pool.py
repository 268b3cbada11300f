"""What pooling layers are in ONNX; as in `course.interop.onnx_layers`, one function a kind."""

from __future__ import annotations

import numpy as np

from course import nn
from course.functional._pool_window import Windows, windows
from course.interop.trace import Graph, Traced

Shape = tuple[int, ...]


def max_pool2d(graph: Graph, layer: nn.MaxPool2d, x: Traced, shape: Shape) -> str:
    window = windows("export_onnx", layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    name, pads = x.name, [*window.padding, *_ends(window, x, shape)]
    if any(p >= k for p, k in zip(pads, window.kernel * 2, strict=True)):  # more than MaxPool takes
        name, pads = _padded(graph, name, pads, -np.inf), [0, 0, 0, 0]
    return graph.add(
        "MaxPool", name, kernel_shape=window.kernel, strides=window.stride, dilations=window.dilation, pads=pads
    )


def avg_pool2d(graph: Graph, layer: nn.AvgPool2d, x: Traced, shape: Shape) -> str:
    window = windows("export_onnx", layer.kernel_size, layer.stride, layer.padding)
    how = {"kernel_shape": window.kernel, "strides": window.stride}
    pads = [*window.padding, *_ends(window, x, shape)]
    if pads[2:] == pads[:2]:
        return graph.add("AveragePool", x.name, pads=pads, count_include_pad=int(layer.count_include_pad), **how)
    # A window that reaches beyond the border, as ceil_mode has it, counts less than kH*kW pixels, and runtimes differ in how many.
    # So all of them are counted here, and the quotient put right afterwards.
    counts = [_counts(axis, window, x.shape[2 + axis], shape[2 + axis], layer.count_include_pad) for axis in (0, 1)]
    correction = graph.constant(
        "kernel_by_count", np.outer(*(k / c for k, c in zip(window.kernel, counts, strict=True)))
    )
    mean = graph.add("AveragePool", _padded(graph, x.name, pads, 0.0), **how)
    return graph.add("Mul", mean, correction)  # (N, C, H_out, W_out) times (H_out, W_out)


def adaptive_avg_pool2d(graph: Graph, layer: nn.AdaptiveAvgPool2d, x: Traced, shape: Shape) -> str:
    if shape[2:] == x.shape[2:]:
        return x.name
    if shape[2:] == (1, 1):
        return graph.add("GlobalAveragePool", x.name)
    rows, columns = (_shares(n, n_out) for n, n_out in zip(x.shape[2:], shape[2:], strict=True))
    name = graph.add("MatMul", graph.constant("rows", rows), x.name)  # (H_out, H) times (N, C, H, W)
    return graph.add("MatMul", name, graph.constant("columns", columns.T))  # (N, C, H_out, W) times (W, W_out)


def adaptive_max_pool2d(graph: Graph, layer: nn.AdaptiveMaxPool2d, x: Traced, shape: Shape) -> str:
    (H, W), (H_out, W_out) = x.shape[2:], shape[2:]
    if H % H_out or W % W_out:
        raise ValueError(
            f"export_onnx: {graph.scope} is an AdaptiveMaxPool2d from {H}x{W} to {H_out}x{W_out}, whose windows differ in size, "
            "which ONNX has no operation for; choose a size that divides the input's."
        )
    kernel = (H // H_out, W // W_out)
    return graph.add("MaxPool", x.name, kernel_shape=kernel, strides=kernel)


def _ends(window: Windows, x: Traced, shape: Shape) -> list[int]:
    """How much border the last windows need at the bottom and the right; more than at the top and the left only with ceil_mode."""
    last = [
        (n_out - 1) * s + d * (k - 1) + 1 - p - n
        for n, n_out, k, s, p, d in zip(x.shape[2:], shape[2:], *window, strict=True)
    ]
    return [max(p, end) for p, end in zip(window.padding, last, strict=True)]


def _padded(graph: Graph, name: str, pads: list[int], value: float) -> str:
    top, left, bottom, right = pads
    border = graph.constant("padding", np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
    return graph.add("Pad", name, border, graph.constant("border", np.float32(value)), mode="constant")


def _counts(axis: int, window: Windows, n: int, n_out: int, count_include_pad: bool) -> np.ndarray:
    """How many places each window along an axis takes its mean over."""
    k, s, p, _ = (pair[axis] for pair in window)
    border = p if count_include_pad else 0
    starts = np.arange(n_out) * s - p
    return np.minimum(starts + k, n + border) - np.maximum(starts, -border)


def _shares(n: int, n_out: int) -> np.ndarray:
    """(n_out, n): the share of each place in each of the windows that cover n places; see `adaptive_avg_pool2d_forward`."""
    matrix = np.zeros((n_out, n))
    for i in range(n_out):
        window = slice(i * n // n_out, -(-(i + 1) * n // n_out))
        matrix[i, window] = 1 / (window.stop - window.start)
    return matrix
