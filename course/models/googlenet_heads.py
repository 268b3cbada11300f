"""GoogLeNet as it was trained: with two auxiliary classifiers on half the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.models._first_weights import redraw
from course.models._shape import Shape
from course.models.googlenet import GoogLeNet, InceptionAux
from course.nn import Conv2d, Linear, Module, init

HEADS = {"inception4a": "aux1", "inception4d": "aux2"}
"""Which module each auxiliary classifier listens to."""


class GoogLeNetWithHeads(GoogLeNet):
    """GoogLeNet with its auxiliary classifiers: in training there are three logits, in use one. 13,004,888 parameters.

    The paper adds 0.3 of each auxiliary loss to the main one (section 5), so that early layers hear of the error by a shorter way:

        logits, aux2, aux1 = model(images)
        value = main(logits, labels) + 0.3 * second(aux2, labels) + 0.3 * first(aux1, labels)
        model.backward((main.backward(), 0.3 * second.backward(), 0.3 * first.backward()))

    Parameters
    ----------
    dropout_aux : the chance to drop a number before the last layer of an auxiliary classifier
    others : as `GoogLeNet`

    References
    ----------
    C. Szegedy et al., *Going deeper with convolutions*, CVPR 2015, figure 3 and section 5.
    """

    def __init__(
        self,
        input_shape: Shape = (3, 224, 224),
        num_classes: int = 1000,
        large: int = 3,
        dropout: float = 0.2,
        dropout_aux: float = 0.7,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        super().__init__(input_shape, num_classes, large, dropout, rng)
        self.aux1 = InceptionAux(512, num_classes, dropout_aux, rng)
        self.aux2 = InceptionAux(528, num_classes, dropout_aux, rng)
        for head in (self.aux1, self.aux2):
            redraw(head, (Conv2d, Linear), lambda: init.normal(0.01, rng))

    def trunk(self) -> Iterator[tuple[str, Module]]:
        """The way of an image in use: all but the auxiliary classifiers."""
        yield from ((name, part) for name, part in self.children() if name not in HEADS.values())

    def forward(self, x: np.ndarray) -> Any:
        """(N, C, H, W) -> logits (N, classes); in training (logits, aux2, aux1), in torchvision's order."""
        aux = {}
        for name, part in self.trunk():
            x = part(x)
            if self.training and name in HEADS:
                aux[HEADS[name]] = vars(self)[HEADS[name]](x)
        return (x, aux["aux2"], aux["aux1"]) if self.training else x

    def backward(self, grad_out: Any) -> np.ndarray:
        """The gradients of what `forward` gave, in the same order -> that of the image."""
        aux: dict[str, np.ndarray] = {}
        if isinstance(grad_out, tuple):
            grad_out, aux["aux2"], aux["aux1"] = grad_out
        for name, part in reversed(list(self.trunk())):
            if HEADS.get(name) in aux:
                grad_out = grad_out + vars(self)[HEADS[name]].backward(aux[HEADS[name]])
            grad_out = part.backward(grad_out)
        return grad_out


def googlenet_with_heads(seed: int = 0, num_classes: int = 1000) -> GoogLeNetWithHeads:
    """torchvision's GoogLeNet for training, with both auxiliary classifiers."""
    return GoogLeNetWithHeads(num_classes=num_classes, rng=np.random.default_rng(seed))
