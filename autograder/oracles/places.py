"""Slow, obvious answers about places: what three kinds of layers count, see at each place, and do when an image moves."""

import numpy as np

from autograder.exercise import Function
from autograder.oracles import Array, Pair, float_dtype, pair


def count_three(image_shape: tuple[int, int], kernel_size: tuple[int, int]) -> dict[str, int]:
    """Count weights and biases of the three layers, one output and one weight at a time."""
    height, width = image_shape
    kh, kw = kernel_size
    dense = local = 0
    for _output in np.ndindex(height - kh + 1, width - kw + 1):
        dense += height * width + 1
        local += kh * kw + 1
    return {"dense": dense, "local": local, "shared": kh * kw + 1}


def locally_connected(image: Array, weight: Array, bias: Array | None = None, stride: Pair = 1) -> Array:
    """See every place through a kernel of its own."""
    (sh, sw), (h_out, w_out, kh, kw) = pair(stride), weight.shape
    out = np.zeros((h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            total = 0.0 if bias is None else float(bias[i, j])
            for u in range(kh):
                for v in range(kw):
                    total += float(image[i * sh + u, j * sw + v]) * float(weight[i, j, u, v])
            out[i, j] = total
    return out.astype(float_dtype(image))


def rolled(image: Array, down: int, across: int) -> Array:
    """Move an image round a cylinder both ways, one pixel at a time."""
    height, width = image.shape
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            out[(i + down) % height, (j + across) % width] = image[i, j]
    return out


def largest_gap(fn: Function, image: Array, shift: tuple[int, int], margin: int = 0, stride: int = 1) -> float:
    """Compare fn(T(x)) with T(fn(x)) pixel by pixel, away from the border."""
    moved_before = fn(rolled(image, *shift).astype(image.dtype))
    moved_after = rolled(fn(image.copy()), shift[0] // stride, shift[1] // stride)
    height, width = moved_after.shape
    return max(
        abs(float(moved_before[i, j]) - float(moved_after[i, j]))
        for i in range(margin, height - margin)
        for j in range(margin, width - margin)
    )


def best_place(image: Array, template: Array) -> dict[str, float | int]:
    """Try every window, and keep the first one with the largest sum of products."""
    kh, kw = template.shape
    level = float(template.sum()) / (kh * kw)
    best: dict[str, float | int] = {}
    for i in range(image.shape[0] - kh + 1):
        for j in range(image.shape[1] - kw + 1):
            score = sum(
                (float(template[u, v]) - level) * float(image[i + u, j + v]) for u in range(kh) for v in range(kw)
            )
            if not best or score > best["score"]:
                best = {"score": score, "row": i, "column": j}
    return best
