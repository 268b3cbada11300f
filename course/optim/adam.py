"""Adam: a step of its own size for every weight; and AdamW, which decays weights beside it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course.functional._arguments import whole
from course.kernels import updates
from course.nn import Parameter
from course.optim._numbers import at_least_0, same_shapes, share
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
    weight_decay: float = 0.0,
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
    weight_decay : the pull towards zero, added to the gradient; divided by the root like it, so weights with large gradients feel
        it less (`adamw_step` does not do that)

    Returns
    -------
    the new param, m and v; the arguments are left as they are

    Raises
    ------
    ValueError : the shapes differ, or `t` below 1

    References
    ----------
    D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR (2015), algorithm 1.

    Examples
    --------
    >>> param, m, v = adam_step(np.array([1.0]), np.array([5.0]), np.zeros(1), np.zeros(1), t=1, lr=0.1)
    >>> param.round(6)  # the first step is lr long, whatever the gradient
    array([0.9])
    """
    same_shapes("adam_step", param, grad=grad, m=m, v=v)
    t = whole("adam_step: t", t, least=1)
    # a NumPy float64 would widen float32
    lr, beta1, beta2, eps, weight_decay = map(float, (lr, *betas, eps, weight_decay))
    grad = grad + weight_decay * param if weight_decay else grad
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    step = lr / (1 - beta1**t)
    return param - step * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def adamw_step(
    param: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`adam_step` from weights that have first shrunk by the factor ``1 - lr * weight_decay``, all of them alike.

    Parameters, returns and errors as `adam_step`.

    References
    ----------
    I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, ICLR (2019), algorithm 2.

    Examples
    --------
    >>> param, m, v = adamw_step(np.array([1.0]), np.array([5.0]), np.zeros(1), np.zeros(1), t=1, lr=0.1, weight_decay=0.5)
    >>> param.round(6)  # 1 - 0.1 * 0.5, then 0.1 less
    array([0.85])
    """
    same_shapes("adamw_step", param, grad=grad, m=m, v=v)
    shrunk = param * (1 - float(lr) * float(weight_decay))
    return adam_step(shrunk, grad, m, v, t, lr, betas, eps)


class Adam(Optimizer):
    """`adam_step` for every parameter of a network.

    Parameters
    ----------
    params : of the network
    lr, betas, eps, weight_decay : as in `adam_step`; may be changed between steps

    Raises
    ------
    ValueError : a number out of its range
    """

    names = ("m", "v")

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        name = type(self).__name__
        at_least_0(name, eps=eps, weight_decay=weight_decay)
        share(name, **{"betas[0]": betas[0], "betas[1]": betas[1]})
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def change(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> None:
        """`adam_step` in place and in one pass, to the same bits."""
        updates.adam(param, grad, *state, np.array(self._numbers(), param.dtype))

    def _numbers(self) -> tuple[float, ...]:
        """What the pass asks for, see `course.kernels.updates`."""
        return *self._rates(), self.weight_decay, 1.0

    def _rates(self) -> tuple[float, ...]:
        beta1, beta2 = self.betas
        return beta1, 1 - beta1, beta2, 1 - beta2, self.lr / (1 - beta1**self.t), 1 - beta2**self.t, self.eps


class AdamW(Adam):
    """`adamw_step` for every parameter of a network; parameters and errors as `Adam`."""

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def _numbers(self) -> tuple[float, ...]:
        return *self._rates(), 0.0, 1 - self.lr * self.weight_decay
