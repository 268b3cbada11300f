"""Adam's step in one pass: NumPy goes over the same numbers a dozen times."""

from __future__ import annotations

import numpy as np

from course.kernels.jit import jit


def _adam(param, grad, m, v, numbers):  # type: ignore[no-untyped-def]
    beta1, rest1, beta2, rest2, step, bias2, eps, decay, shrink = numbers
    for i in range(param.size):
        g = grad[i] + decay * param[i] if decay else grad[i]
        m[i] = beta1 * m[i] + rest1 * g
        v[i] = beta2 * v[i] + rest2 * g * g
        param[i] = param[i] * shrink - step * m[i] / (np.sqrt(v[i] / bias2) + eps)


def _adam_numpy(param: np.ndarray, grad: np.ndarray, m: np.ndarray, v: np.ndarray, numbers: np.ndarray) -> None:
    beta1, rest1, beta2, rest2, step, bias2, eps, decay, shrink = numbers
    g = grad + decay * param if decay else grad
    m[:] = beta1 * m + rest1 * g
    v[:] = beta2 * v + rest2 * g * g
    param[:] = param * shrink - step * m / (np.sqrt(v / bias2) + eps)


adam = jit(_adam, fallback=_adam_numpy)
"""Change `param`, `m` and `v` (n,) as `course.optim.adam_step` says.

`numbers`, of their dtype: beta1, 1 - beta1, beta2, 1 - beta2, lr / (1 - beta1^t), 1 - beta2^t, eps, weight decay as Adam means it,
and the factor by which AdamW shrinks the weights before, 1 for Adam.
"""
