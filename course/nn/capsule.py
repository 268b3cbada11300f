"""Capsule networks: convolutions that end in vectors, capsules that route them, and the loss of their lengths."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._arguments import Pair, whole
from course.functional.margin_loss import check_margins
from course.nn import init
from course.nn.conv import Conv2d
from course.nn.loss import Loss
from course.nn.module import Module
from course.nn.parameter import Parameter


class PrimaryCapsules(Module):
    """The first capsules: a convolution whose channels are taken `dim` at a time as vectors, squashed; see `squash_forward`.

    Parameters
    ----------
    in_channels : channels of the input
    capsules : kinds of capsules; each has one vector at every place
    dim : numbers in a vector
    kernel_size, stride, padding : of the convolution, which has capsules * dim filters
    rng : where the first weights come from

    Attributes
    ----------
    conv : the convolution

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS (2017), section 4.

    Examples
    --------
    >>> layer = PrimaryCapsules(256, 32, 8, kernel_size=9, stride=2)  # the paper's: 20x20 -> 6x6 places of 32 capsules
    >>> layer(np.zeros((1, 256, 20, 20), np.float32)).shape
    (1, 1152, 8)
    """

    def __init__(
        self,
        in_channels: int,
        capsules: int,
        dim: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.capsules = whole("PrimaryCapsules: capsules", capsules, least=1)
        self.dim = whole("PrimaryCapsules: dim", dim, least=1)
        self.conv = Conv2d(in_channels, capsules * dim, kernel_size, stride=stride, padding=padding, rng=rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """(N, C, H, W) -> (N, capsules*H_out*W_out, dim)."""
        maps = self.conv(x)
        N, _, H, W = self._maps_shape = maps.shape
        vectors = maps.reshape(N, self.capsules, self.dim, H, W).transpose(0, 1, 3, 4, 2)  # (N, capsules, H, W, dim)
        self._s = vectors.reshape(N, self.capsules * H * W, self.dim)
        return F.squash_forward(self._s)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_s = F.squash_backward(grad_out, self._s)
        N, _, H, W = self._maps_shape
        grad_vectors = grad_s.reshape(N, self.capsules, H, W, self.dim).transpose(0, 1, 4, 2, 3)
        return self.conv.backward(grad_vectors.reshape(self._maps_shape))


class CapsuleLayer(Module):
    """Capsules fed by all capsules below through dynamic routing; the paper's DigitCaps. See `routing_forward`.

    Parameters
    ----------
    in_capsules, in_dim : how many capsules below, and numbers in each
    out_capsules, out_dim : the same of this layer
    iterations : rounds of routing
    rng : where the first weights come from; uniform in +-1/sqrt(in_dim)

    Attributes
    ----------
    weight : (out_capsules, in_capsules, out_dim, in_dim), a matrix for each pair

    Examples
    --------
    >>> layer = CapsuleLayer(1152, 8, 10, 16)  # the paper's, from 6x6x32 capsules to 10 digits
    >>> layer.weight.size, layer(np.zeros((2, 1152, 8), np.float32)).shape
    (1474560, (2, 10, 16))
    """

    def __init__(
        self,
        in_capsules: int,
        in_dim: int,
        out_capsules: int,
        out_dim: int,
        iterations: int = 3,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.iterations = whole("CapsuleLayer: iterations", iterations, least=1)
        sizes = {"out_capsules": out_capsules, "in_capsules": in_capsules, "out_dim": out_dim, "in_dim": in_dim}
        shape = tuple(whole(f"CapsuleLayer: {name}", n, least=1) for name, n in sizes.items())
        self.weight = Parameter(shape, init.pytorch_default(in_dim, rng))

    def forward(self, u: np.ndarray) -> np.ndarray:
        """(N, in_capsules, in_dim) -> (N, out_capsules, out_dim)."""
        self._u = u
        self._u_hat = F.capsule_predictions_forward(u, self.weight.data)
        return F.routing_forward(self._u_hat, self.iterations)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grad_u_hat = F.routing_backward(grad_out, self._u_hat, self.iterations)
        grad_u, grad_weight = F.capsule_predictions_backward(grad_u_hat, self._u, self.weight.data)
        self.weight.add_grad(grad_weight)
        return grad_u

    def extra_repr(self) -> str:
        J, I, D, d = self.weight.shape
        return f"{I}, {d}, {J}, {D}, iterations={self.iterations}"


class CapsuleLengths(Module):
    """The length of each capsule, which stands where other networks have logits; see `capsule_lengths_forward`."""

    def forward(self, v: np.ndarray) -> np.ndarray:
        """(N, capsules, dim) -> (N, capsules)."""
        self._v = v
        return F.capsule_lengths_forward(v)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.capsule_lengths_backward(grad_out, self._v)


class MarginLoss(Loss):
    """Mean margin loss of lengths and labels; see `course.functional.margin_loss_forward`.

    Parameters
    ----------
    m_plus, m_minus : the margins for the labelled class and for the others
    down_weight : how much the others count

    Examples
    --------
    >>> loss = MarginLoss()
    >>> round(loss(np.array([[0.5, 0.3, 0.0]]), np.array([0])), 4), loss.backward().round(4)
    (0.18, array([[-0.8,  0.2,  0. ]]))
    """

    def __init__(self, m_plus: float = 0.9, m_minus: float = 0.1, down_weight: float = 0.5) -> None:
        self.m_plus, self.m_minus, self.down_weight = check_margins("MarginLoss", m_plus, m_minus, down_weight)

    def forward(self, lengths: np.ndarray, labels: np.ndarray) -> float:
        """The loss of lengths (N, classes) for integer labels (N,)."""
        self._lengths, self._labels = lengths, labels
        return F.margin_loss_forward(lengths, labels, self.m_plus, self.m_minus, self.down_weight)

    def backward(self) -> np.ndarray:
        """The gradient (N, classes) of the last loss with respect to its lengths."""
        return F.margin_loss_backward(self._lengths, self._labels, self.m_plus, self.m_minus, self.down_weight)
