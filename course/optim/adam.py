"""Adam: a step of its own size for every weight."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.nn import Parameter
from course.optim.optimizer import Optimizer


def adam_step(
    param: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of Adam: the running mean of the gradient over the root of the running mean of its square.

    Parameters
    ----------
    param, grad : the same shape
    m, v : running means of gradient and squared gradient, zeros before the first step
    t : the number of this step, counted from 1; it corrects m and v for having started at zero
    lr : step size: no weight moves much further than this in one step
    betas : how much of m and of v stays
    eps : keeps the division finite

    Returns
    -------
    the new param, m and v; the arguments are left as they are

    References
    ----------
    D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR (2015), algorithm 1.

    Examples
    --------
    >>> param, m, v = adam_step(np.array([1.0]), np.array([5.0]), np.zeros(1), np.zeros(1), t=1, lr=0.1)
    >>> param.round(6)  # the first step is lr long, whatever the gradient
    array([0.9])
    """
    lr, beta1, beta2, eps = map(float, (lr, *betas, eps))  # a NumPy float64 would widen float32
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    step = lr / (1 - beta1**t)
    return param - step * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


class Adam(Optimizer):
    """`adam_step` for every parameter of a network."""

    names = ("m", "v")

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        m, v = state
        return adam_step(param, grad, m, v, self.t, self.lr, self.betas, self.eps)
