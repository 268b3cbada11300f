"""AdaGrad: a weight that has moved a lot moves less."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim._numbers import at_least_0, same_shapes
from course.optim.optimizer import Optimizer


def adagrad_step(
    param: np.ndarray,
    grad: np.ndarray,
    square_sum: np.ndarray,
    lr: float,
    eps: float = 1e-10,
    weight_decay: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One step of AdaGrad: ``square_sum += grad**2``, ``param -= lr * grad / (sqrt(square_sum) + eps)``.

    Parameters
    ----------
    param, grad : the same shape
    square_sum : what the last step returned; zeros before the first
    lr : step size; the first step is this long for every weight, the n-th about lr / sqrt(n)
    eps : keeps the division finite
    weight_decay : the pull towards zero, added to the gradient

    Returns
    -------
    the new param and square_sum; the arguments are left as they are

    Raises
    ------
    ValueError : the shapes differ

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods for online learning and stochastic optimization*, JMLR 12 (2011);
    the diagonal form.

    Examples
    --------
    >>> adagrad_step(np.array([1.0]), np.array([3.0]), np.array([16.0]), lr=0.1)  # 1 - 0.1 * 3 / sqrt(16 + 9)
    (array([0.94]), array([25.]))
    """
    same_shapes("adagrad_step", param, grad=grad, square_sum=square_sum)
    lr, eps, weight_decay = float(lr), float(eps), float(weight_decay)  # a NumPy float64 would widen float32
    grad = grad + weight_decay * param if weight_decay else grad
    square_sum = square_sum + grad * grad
    return param - lr * grad / (np.sqrt(square_sum) + eps), square_sum


class Adagrad(Optimizer):
    """`adagrad_step` for every parameter of a network.

    Parameters
    ----------
    params : of the network
    lr, weight_decay, eps : as in `adagrad_step`; may be changed between steps
    lr_decay : the n-th step, counted from 0, takes ``lr / (1 + n * lr_decay)``
    initial_accumulator_value : what the sums of squares start with

    Raises
    ------
    ValueError : a number below 0
    """

    names = ("square_sum",)

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(params, lr)
        start = initial_accumulator_value
        at_least_0("Adagrad", lr_decay=lr_decay, weight_decay=weight_decay, initial_accumulator_value=start, eps=eps)
        self.lr_decay, self.weight_decay, self.eps = lr_decay, weight_decay, eps
        self.state = [[np.full_like(square_sum, start)] for (square_sum,) in self.state]

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        lr = self.lr / (1 + (self.t - 1) * self.lr_decay)
        return adagrad_step(param, grad, state[0], lr, self.eps, self.weight_decay)
