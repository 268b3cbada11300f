"""RMSprop: AdaGrad that forgets, so that it does not come to a halt."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim._numbers import at_least_0, same_shapes, share
from course.optim.optimizer import Optimizer
from course.optim.sgd import sgd_step


def rmsprop_step(
    param: np.ndarray,
    grad: np.ndarray,
    square_avg: np.ndarray,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One step of RMSprop: the gradient over the root of the running mean of its square.

    ``square_avg = alpha * square_avg + (1 - alpha) * grad**2``, ``param -= lr * grad / (sqrt(square_avg) + eps)``.

    Parameters
    ----------
    param, grad : the same shape
    square_avg : what the last step returned; zeros before the first, which makes the first step up to lr / sqrt(1 - alpha) long
    lr : step size
    alpha : how much of the mean square stays, in [0, 1)
    eps : keeps the division finite
    weight_decay : the pull towards zero, added to the gradient

    Returns
    -------
    the new param and square_avg; the arguments are left as they are

    Raises
    ------
    ValueError : the shapes differ

    References
    ----------
    T. Tieleman, G. Hinton, *Neural networks for machine learning*, lecture 6.5, Coursera (2012); eps outside of the root, as in
    PyTorch.

    Examples
    --------
    >>> rmsprop_step(np.array([1.0]), np.array([5.0]), np.array([0.0]), lr=0.1, alpha=0.75)  # 1 - 0.1 * 5 / sqrt(6.25)
    (array([0.8]), array([6.25]))
    """
    same_shapes("rmsprop_step", param, grad=grad, square_avg=square_avg)
    direction, square_avg = _direction(param, grad, square_avg, alpha, eps, weight_decay)
    return param - float(lr) * direction, square_avg


def _direction(
    param: np.ndarray, grad: np.ndarray, square_avg: np.ndarray, alpha: float, eps: float, weight_decay: float
) -> tuple[np.ndarray, np.ndarray]:
    """The gradient over the root of its mean square, and the new mean square."""
    alpha, eps, weight_decay = float(alpha), float(eps), float(weight_decay)  # a NumPy float64 would widen float32
    grad = grad + weight_decay * param if weight_decay else grad
    square_avg = alpha * square_avg + (1 - alpha) * grad * grad
    return grad / (np.sqrt(square_avg) + eps), square_avg


class RMSprop(Optimizer):
    """`rmsprop_step` for every parameter of a network; with momentum, `sgd_step` along the same direction.

    Parameters
    ----------
    params : of the network
    lr, alpha, eps, weight_decay : as in `rmsprop_step`; may be changed between steps
    momentum : how much of the last velocity stays, in [0, 1)

    Raises
    ------
    ValueError : a number out of its range
    """

    names = ("square_avg", "velocity")

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        at_least_0("RMSprop", eps=eps, weight_decay=weight_decay)
        share("RMSprop", alpha=alpha, momentum=momentum)
        self.alpha, self.eps, self.weight_decay, self.momentum = alpha, eps, weight_decay, momentum

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        direction, square_avg = _direction(param, grad, state[0], self.alpha, self.eps, self.weight_decay)
        param, velocity = sgd_step(param, direction, state[1], self.lr, self.momentum)
        return param, square_avg, velocity
