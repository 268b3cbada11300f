"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim._numbers import at_least_0, same_shapes, share
from course.optim.optimizer import Optimizer


def sgd_step(
    param: np.ndarray,
    grad: np.ndarray,
    velocity: np.ndarray,
    lr: float,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """One step downhill: ``velocity = momentum * velocity + grad + weight_decay * param``, ``param -= lr * velocity``.

    Nesterov's step looks ahead, to where the velocity is about to lead: ``param -= lr * (grad + momentum * velocity)``, with the
    decay in grad and the velocity already the new one.

    Parameters
    ----------
    param, grad : the same shape
    velocity : what the last step returned; zeros before the first
    lr : step size
    momentum : how much of the last velocity stays, in [0, 1)
    weight_decay : the pull towards zero, added to the gradient
    nesterov : whether to look ahead

    Returns
    -------
    the new param and velocity; the arguments are left as they are

    Raises
    ------
    ValueError : the shapes differ

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and momentum in deep learning*, ICML
    (2013), in PyTorch's form, in which the learning rate multiplies the whole velocity. PyTorch's dampening is left out.

    Examples
    --------
    >>> sgd_step(np.array([1.0]), np.array([0.5]), np.array([2.0]), lr=0.1, momentum=0.9)
    (array([0.77]), array([2.3]))
    >>> sgd_step(np.array([1.0]), np.array([0.5]), np.array([2.0]), lr=0.1, momentum=0.9, nesterov=True)  # 0.5 + 0.9 * 2.3
    (array([0.743]), array([2.3]))
    """
    same_shapes("sgd_step", param, grad=grad, velocity=velocity)
    lr, momentum, weight_decay = float(lr), float(momentum), float(weight_decay)  # a NumPy float64 would widen float32
    grad = grad + weight_decay * param if weight_decay else grad
    velocity = momentum * velocity + grad
    return param - lr * (grad + momentum * velocity if nesterov else velocity), velocity


class SGD(Optimizer):
    """`sgd_step` for every parameter of a network.

    Parameters
    ----------
    params : of the network
    lr, momentum, weight_decay, nesterov : as in `sgd_step`; may be changed between steps

    Raises
    ------
    ValueError : a number out of its range, or Nesterov's step without momentum
    """

    names = ("velocity",)

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(params, lr)
        at_least_0("SGD", weight_decay=weight_decay)
        share("SGD", momentum=momentum)
        if nesterov and not momentum:
            raise ValueError(
                "SGD: nesterov=True looks ahead along the velocity; it needs a momentum above 0, such as 0.9."
            )
        self.momentum, self.weight_decay, self.nesterov = momentum, weight_decay, nesterov

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        return sgd_step(param, grad, state[0], self.lr, self.momentum, self.weight_decay, self.nesterov)
