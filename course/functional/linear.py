"""The fully connected layer."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank, same_shape
from course.kernels import threads


def linear_forward(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """x @ weight.T + bias.

    Parameters
    ----------
    x : (N, in_features)
    weight : (out_features, in_features), PyTorch's order
    bias : (out_features,), or None

    Returns
    -------
    (N, out_features)

    Raises
    ------
    ValueError : wrong rank or dtype, or sizes that do not agree

    Examples
    --------
    >>> linear_forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([10.0, 0.0]))
    array([[21., 17.]])
    """
    arrays = {"x": x, "weight": weight} if bias is None else {"x": x, "weight": weight, "bias": bias}
    x, weight, *rest = floats("linear", **arrays)
    _check_features("linear", x, weight)
    out = np.empty((len(x), len(weight)), x.dtype)

    def piece(outs: slice) -> None:
        np.matmul(x, weight[outs].T, out=out[:, outs])

    threads.run(piece, _pieces(len(weight), x, weight))
    if rest:
        same_shape("linear", "bias", rest[0], (len(weight),), "a row of the output")
        out += rest[0]
    return out


def linear_backward(
    grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss with respect to what went into `linear_forward`.

    Parameters
    ----------
    grad_out : (N, out_features)
    x, weight : as they went in

    Returns
    -------
    grad_x (N, in_features), grad_weight (out_features, in_features), grad_bias (out_features,)

    Raises
    ------
    ValueError : as `linear_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> grad_x, grad_weight, grad_bias = linear_backward(np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[4.0, 5.0]]))
    >>> grad_x, grad_weight, grad_bias
    (array([[4., 5.]]), array([[2., 3.]]), array([1.]))
    """
    grad_out, x, weight = floats("linear_backward", grad_out=grad_out, x=x, weight=weight)
    _check_features("linear_backward", x, weight)
    same_shape("linear_backward", "grad_out", grad_out, (len(x), len(weight)), "the output")
    grad_x, grad_weight = np.empty_like(x), np.empty_like(weight)

    def products(parts: list[tuple[str, slice]]) -> None:
        for of, some in parts:
            if of == "x":
                np.matmul(grad_out, weight[:, some], out=grad_x[:, some])
            else:
                np.matmul(grad_out[:, some].T, x, out=grad_weight[some])

    ins, outs = _pieces(x.shape[1], x, weight), _pieces(len(weight), x, weight)
    parts = [("x", some) for some in ins] + [("weight", some) for some in outs]
    threads.run(
        products, [[part] for part in parts] if len(parts) > 2 else [parts]
    )  # two are too little for two threads
    return grad_x, grad_weight, grad_out.sum(axis=0)


def _pieces(features: int, x: np.ndarray, weight: np.ndarray) -> list[slice]:
    """Cut the features that a product has columns for, so that a piece is worth a thread's while: four million multiply-adds."""
    pieces = min(8, len(x) * weight.size >> 22)
    return threads.slices(features, -(-features // max(1, pieces)))


def _check_features(operation: str, x: np.ndarray, weight: np.ndarray) -> None:
    rank(operation, "x", x, "N, in_features")
    rank(operation, "weight", weight, "out_features, in_features")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"{operation}: x has {x.shape[1]} features but weight is made for {weight.shape[1]}; "
            f"x is (N, in_features) = {x.shape}, weight is (out_features, in_features) = {weight.shape}."
        )
