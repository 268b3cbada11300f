"""Batch normalisation as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course import functional as F
from course.functional._arguments import whole
from course.nn.module import Module
from course.nn.norm import add_grads, data_of
from course.nn.parameter import Buffer, Parameter


class BatchNorm2d(Module):
    """Each channel at mean 0 and variance 1 over the batch, then scaled and shifted; see `course.functional.batch_norm2d_forward`.

    In training the batch's own statistics normalise, and the running ones move towards them; in use the running ones do.

    Parameters
    ----------
    num_features : channels
    eps : added to the variance
    momentum : the share of the new value in the running statistics; None for the plain average over all batches so far
    affine : whether there are a scale and a shift to learn
    track_running_stats : False to keep none, and normalise with the batch's own in use, too

    Attributes
    ----------
    weight, bias : (num_features,), ones and zeros at first; None without `affine`
    running_mean, running_var : (num_features,), zeros and ones at first; None where they are not kept
    num_batches_tracked : how many batches they have seen, one int64

    Examples
    --------
    >>> layer = BatchNorm2d(3)
    >>> out = layer(np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2))
    >>> layer.running_mean.data, {name: a.shape for name, a in layer.state_dict().items()}  # a tenth of 7.5, 11.5, 15.5
    (array([0.75, 1.15, 1.55], dtype=float32),
     {'weight': (3,), 'bias': (3,), 'running_mean': (3,), 'running_var': (3,), 'num_batches_tracked': ()})
    """

    _functions: tuple[Callable[..., Any], ...] = (
        F.batch_norm2d_forward,
        F.batch_norm2d_backward,
        F.batch_norm2d_eval_backward,
    )

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        self.eps, self.momentum = eps, momentum
        self.num_features = whole(f"{type(self).__name__}: num_features", num_features, least=1)
        shape = (self.num_features,)
        self.weight = Parameter(shape, np.ones) if affine else None
        self.bias = Parameter(shape, np.zeros) if affine else None
        self.running_mean = Buffer(np.zeros(shape, np.float32)) if track_running_stats else None
        self.running_var = Buffer(np.ones(shape, np.float32)) if track_running_stats else None
        self.num_batches_tracked = Buffer(np.zeros((), np.int64)) if track_running_stats else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        forward, _, _ = self._functions
        self._x, self._batch_decides = x, self.training or self.running_mean is None
        arrays = [data_of(a) for a in (self.weight, self.bias, self.running_mean, self.running_var)]
        out, mean, var = forward(x, *arrays, self._batch_decides, self._share_of_new(), self.eps)
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.data = np.asarray(self.num_batches_tracked.data + 1)
            _keep(self.running_mean, mean)
            _keep(self.running_var, var)
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        _, backward, eval_backward = self._functions
        weight = data_of(self.weight)
        if self._batch_decides:
            grad_x, grad_weight, grad_bias = backward(grad_out, self._x, weight, self.eps)
        else:
            running = data_of(self.running_mean), data_of(self.running_var)
            grad_x, grad_weight, grad_bias = eval_backward(grad_out, self._x, weight, *running, self.eps)
        add_grads(self.weight, grad_weight, self.bias, grad_bias)
        return grad_x

    def _share_of_new(self) -> float:
        """The momentum; for a plain average over n batches the last one counts 1/n."""
        if self.momentum is not None:
            return self.momentum
        return 1.0 if self.num_batches_tracked is None else 1 / (int(self.num_batches_tracked.data) + 1)

    def extra_repr(self) -> str:
        text = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
        return (
            text
            + ", affine=False" * (self.weight is None)
            + ", track_running_stats=False" * (self.running_mean is None)
        )


class BatchNorm1d(BatchNorm2d):
    """`BatchNorm2d` for (N, C) and (N, C, L); see `course.functional.batch_norm1d_forward`."""

    _functions = (F.batch_norm1d_forward, F.batch_norm1d_backward, F.batch_norm1d_eval_backward)


def _keep(buffer: Buffer | None, new: np.ndarray | None) -> None:
    if buffer is not None and new is not None:
        buffer.data = new.astype(buffer.dtype, copy=False)
