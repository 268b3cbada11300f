"""Slow, obvious answers of unit 10: one number at a time, one image at a time."""

import math

import numpy as np

from autograder.oracles import Array


def softmax_row(logits: Array) -> list[float]:
    """Turn the logits of one image into shares."""
    top = max(logits.tolist())
    raised = [math.exp(z - top) for z in logits.tolist()]
    return [e / sum(raised) for e in raised]


def losses(x: Array, labels: Array, weight: Array, bias: Array) -> list[float]:
    """Return the cross-entropy of each image."""
    return [-math.log(softmax_row(weight @ row + bias)[label]) for row, label in zip(x, labels.tolist(), strict=True)]


def gradients(x: Array, labels: Array, weight: Array, bias: Array) -> tuple[Array, Array]:
    """Return the gradients of the mean loss with respect to weight and bias."""
    grad_weight, grad_bias = np.zeros_like(weight), np.zeros_like(bias)
    for row, label in zip(x, labels.tolist(), strict=True):
        shares = softmax_row(weight @ row + bias)
        shares[label] -= 1
        for k, g in enumerate(shares):
            grad_weight[k] += g * row / len(x)
            grad_bias[k] += g / len(x)
    return grad_weight, grad_bias
