"""Evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course.nn import Module


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Everything inside in evaluation mode; afterwards each part is in the mode, and each generator in the state, it had before.

    Examples
    --------
    >>> from course.models import lenet5
    >>> model = lenet5()
    >>> with evaluating(model):
    ...     print(model.features.training)
    False
    >>> model.features.training
    True
    """
    modes = [(part, part.training) for part in _parts(model)]
    states = [(generator, generator.bit_generator.state) for _, generator in model.named_generators()]
    model.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
        for generator, state in states:  # a dropout that also draws in use must not change the training that goes on
            generator.bit_generator.state = state


def _parts(model: Module) -> Iterator[Module]:
    yield model
    for _, child in model.children():
        yield from _parts(child)
