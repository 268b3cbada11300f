"""Dropout as layers: active in training, and out of the way in use."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._numbers import number
from course.nn.module import Module


class _Dropout(Module):
    """What both kinds keep: the chance, a generator of their own, and the last mask (None in use)."""

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        self.p = number(f"{type(self).__name__}: p", p, least=0, most=1)
        self.rng = (rng or np.random.default_rng()).spawn(1)[0]  # so that no other layer's draws change the masks

    def extra_repr(self) -> str:
        return f"p={self.p}"


class Dropout(_Dropout):
    """In training each number is dropped with probability `p`, in use none; see `course.functional.dropout_forward`.

    Parameters
    ----------
    p : the chance to drop a number, 0 to 1
    rng : gives the layer a generator of its own; the same seed, the same masks

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> x = np.ones(4)
    >>> sorted(set(layer(x).tolist())), layer.eval()(x)
    ([0.0, 2.0], array([1., 1., 1., 1.]))
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if not self.training:
            self._mask = None
            return x
        out, self._mask = F.dropout_forward(x, self.p, self.rng)
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return grad_out if self._mask is None else F.dropout_backward(grad_out, self._mask, self.p)


class Dropout2d(_Dropout):
    """In training each whole channel is dropped with probability `p`, in use none; see `course.functional.dropout2d_forward`.

    Parameters as `Dropout`.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if not self.training:
            self._mask = None
            return x
        out, self._mask = F.dropout2d_forward(x, self.p, self.rng)
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return grad_out if self._mask is None else F.dropout2d_backward(grad_out, self._mask, self.p)


def enable_dropout(model: Module) -> Module:
    """Put a network in use, all but its dropout: each forward pass is then a different guess, and their spread a doubt.

    Batch norm keeps to its running statistics. `model.eval()` or `model.train()` ends it.

    Parameters
    ----------
    model : changed in place

    Returns
    -------
    the model itself

    References
    ----------
    Y. Gal, Z. Ghahramani, *Dropout as a Bayesian approximation: representing model uncertainty in deep learning*, ICML (2016).

    Examples
    --------
    >>> from course.nn import Linear, Sequential
    >>> model = enable_dropout(Sequential(Linear(2, 2), Dropout()))
    >>> model.training, model[0].training, model[1].training
    (False, False, True)
    """
    model.eval()
    for _, layer in model.leaves():
        if isinstance(layer, _Dropout):
            layer.train()
    return model
