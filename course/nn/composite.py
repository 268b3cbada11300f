"""Networks that are no chain: two paths that are added, several that lie side by side; each hands the gradient back itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from course.nn.module import Module, named


class Identity(Module):
    """x as it is; a path on which nothing happens."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return grad_out


class Residual(Module):
    """body(x) + shortcut(x): what the body learns is only the difference. Backward, both paths hear the same gradient.

    Parameters
    ----------
    body : what is learned, F(x) in the paper
    shortcut : the way past it; x itself unless something else is given, such as a 1x1 convolution where the shape changes
    activation : what follows the sum, such as ``ReLU()``; nothing unless given

    Raises
    ------
    ValueError : in `forward`, when the two paths end in different shapes

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, figure 2 and equations 1 and 2.

    Examples
    --------
    >>> from course.nn import ReLU
    >>> block = Residual(ReLU())
    >>> block(np.array([[-3.0, 2.0]])), block.backward(np.array([[1.0, 1.0]]))
    (array([[-3.,  4.]]), array([[1., 2.]]))
    """

    def __init__(self, body: Module, shortcut: Module | None = None, activation: Module | None = None) -> None:
        self.body, self.shortcut, self.activation = body, shortcut, activation

    def forward(self, x: np.ndarray) -> np.ndarray:
        out = self.body(x)
        other = x if self.shortcut is None else self.shortcut(x)
        if out.shape != other.shape:
            raise ValueError(
                f"{type(self).__name__}: the body gives {out.shape} and the shortcut {other.shape}, which cannot be added; "
                "give a shortcut that changes the shape as the body does, or an input whose sides every stride divides."
            )
        out = out + other
        return out if self.activation is None else self.activation(out)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        if self.activation is not None:
            grad_out = self.activation.backward(grad_out)
        # x went two ways, so its gradient is the sum of what comes back on both
        return self.body.backward(grad_out) + (grad_out if self.shortcut is None else self.shortcut.backward(grad_out))


class Concat(Module):
    """Branches side by side on the same input, their channels one after another. Backward, each hears about its own channels.

    Parameters
    ----------
    branches : modules, which get the names 0, 1, 2, ...; or one dictionary, name -> module

    Raises
    ------
    ValueError : no branch at all; in `forward`, when branches differ in more than their channels

    References
    ----------
    C. Szegedy et al., *Going deeper with convolutions*, CVPR 2015, figure 2.

    Examples
    --------
    >>> from course.nn import ReLU
    >>> both = Concat(Identity(), ReLU())
    >>> both(np.array([[-3.0, 2.0]])), both.backward(np.array([[1.0, 1.0, 5.0, 5.0]]))
    (array([[-3.,  2.,  0.,  2.]]), array([[1., 6.]]))
    """

    def __init__(self, *branches: Module | Mapping[str, Module]) -> None:
        vars(self).update(named(type(self), branches))
        if not list(self.children()):
            raise ValueError(f"{type(self).__name__}: there is no branch; give one layer or more.")

    def forward(self, x: np.ndarray) -> np.ndarray:
        outs = [branch(x) for _, branch in self.children()]
        if len({(out.shape[0], *out.shape[2:]) for out in outs}) != 1:
            raise ValueError(
                f"{type(self).__name__}: the branches give {', '.join(str(out.shape) for out in outs)}, which do not lie "
                "side by side; give them paddings and strides that end in the same height and width, or an input whose sides every "
                "stride divides."
            )
        self._ends = np.cumsum([out.shape[1] for out in outs])[:-1]
        return np.concatenate(outs, axis=1)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        grads = np.split(grad_out, self._ends, axis=1)
        first, *others = [branch.backward(grad) for (_, branch), grad in zip(self.children(), grads, strict=True)]
        return sum(others, start=first)
