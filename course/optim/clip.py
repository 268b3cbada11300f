"""Gradient clipping: one bad batch must not throw the weights away."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim._numbers import at_least_0


def clip_grad_norm(params: Iterable[Parameter], max_norm: float) -> float:
    """Scale all gradients down together where they, as one long vector, are longer than `max_norm`; the direction stays.

    Parameters
    ----------
    params : those without a gradient are left out
    max_norm : the length allowed, at least 0

    Returns
    -------
    float : the length before, worth a look while training

    Raises
    ------
    ValueError : `max_norm` below 0

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML (2013), algorithm 1; as in
    PyTorch the factor is max_norm / (norm + 1e-6).

    Examples
    --------
    >>> one, two = Parameter(np.zeros(1)), Parameter(np.zeros(1))
    >>> one.grad, two.grad = np.array([3.0]), np.array([-4.0])
    >>> clip_grad_norm([one, two], max_norm=1.0), one.grad.round(4), two.grad.round(4)
    (5.0, array([0.6]), array([-0.8]))
    """
    at_least_0("clip_grad_norm", max_norm=max_norm)
    found = [(p, p.grad) for p in params if p.grad is not None]
    norm = math.sqrt(sum(float(np.square(grad, dtype=np.float64).sum()) for _, grad in found))
    factor = float(max_norm) / (norm + 1e-6)
    if not factor >= 1:  # a gradient that is not a number stays one, and makes all of them so
        for p, grad in found:
            p.grad = grad * factor
    return norm


def clip_grad_value(params: Iterable[Parameter], clip_value: float) -> None:
    """Cut every number of the gradients off at +-`clip_value`; the direction may change.

    Parameters
    ----------
    params : those without a gradient are left out
    clip_value : at least 0

    Raises
    ------
    ValueError : `clip_value` below 0

    Examples
    --------
    >>> p = Parameter(np.zeros(3))
    >>> p.grad = np.array([-7.0, 0.5, 2.0])
    >>> clip_grad_value([p], 1.0)
    >>> p.grad
    array([-1. ,  0.5,  1. ])
    """
    at_least_0("clip_grad_value", clip_value=clip_value)
    for p in params:
        if p.grad is not None:
            p.grad = np.clip(p.grad, -float(clip_value), float(clip_value))
