"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim.optimizer import Optimizer


def sgd_step(
    param: np.ndarray,
    grad: np.ndarray,
    velocity: np.ndarray,
    lr: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One step downhill: ``velocity = momentum * velocity + grad + weight_decay * param``, ``param -= lr * velocity``.

    Parameters
    ----------
    param, grad : the same shape
    velocity : what the last step returned; zeros before the first
    lr : step size
    momentum : how much of the last velocity stays, in [0, 1)
    weight_decay : the pull towards zero, added to the gradient

    Returns
    -------
    the new param and velocity; the arguments are left as they are

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and momentum in deep learning*, ICML
    (2013), in PyTorch's form, in which the learning rate multiplies the whole velocity.

    Examples
    --------
    >>> sgd_step(np.array([1.0]), np.array([0.5]), np.array([2.0]), lr=0.1, momentum=0.9)
    (array([0.77]), array([2.3]))
    """
    lr, momentum, weight_decay = float(lr), float(momentum), float(weight_decay)  # a NumPy float64 would widen float32
    grad = grad + weight_decay * param if weight_decay else grad
    velocity = momentum * velocity + grad
    return param - lr * velocity, velocity


class SGD(Optimizer):
    """`sgd_step` for every parameter of a network."""

    names = ("velocity",)

    def __init__(
        self, params: Iterable[Parameter], lr: float, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, lr)
        self.momentum, self.weight_decay = momentum, weight_decay

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        return sgd_step(param, grad, state[0], self.lr, self.momentum, self.weight_decay)
