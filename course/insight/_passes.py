"""Forward and backward passes that are listened to, and that leave a network as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from course.nn import Buffer, Module, Parameter

Heard = Callable[[str, Module, Any, Any], None]
"""Called after each forward pass of a layer with its name, the layer, what went in and what came out."""


def modules(model: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """The model itself, under the name "", and everything inside it, with dotted names; a shared one comes at each place."""
    yield prefix.rstrip("."), model
    for name, child in model.children():
        yield from modules(child, f"{prefix}{name}.")


def find(operation: str, model: Module, name: str) -> Module:
    """The module with this dotted name.

    Raises
    ------
    ValueError : there is none
    """
    there = dict(modules(model))
    if name in there:
        return there[name]
    names = [n for n in there if n]
    shown = ", ".join(names if len(names) <= 12 else [*names[:8], "...", names[-1]])
    raise ValueError(f"{operation}: no layer is called {name!r}; there are {shown}.")


@contextmanager
def untouched(model: Module, training: bool | None = False) -> Iterator[None]:
    """A look at a network that leaves no trace: modes, memories of the last pass, gradients, buffers, generators are put back.

    Parameters
    ----------
    model : any network
    training : the mode inside; None keeps each layer's own
    """
    parts = list({id(module): module for _, module in modules(model)}.values())
    memories = [dict(vars(module)) for module in parts]
    buffers = [(b, b.data.copy()) for module in parts for b in vars(module).values() if isinstance(b, Buffer)]
    gradients = [(p, p.grad) for p in model.parameters()]
    states = [(generator, generator.bit_generator.state) for _, generator in model.named_generators()]
    try:
        if training is not None:
            model.train(training)
        yield
    finally:
        for module, memory in zip(parts, memories, strict=True):
            vars(module).clear()
            vars(module).update(memory)
        for b, data in buffers:
            b.data = data
        for p, grad in gradients:
            p.grad = grad
        for generator, state in states:
            generator.bit_generator.state = state


def listen(model: Module, heard: Heard) -> None:
    """Tell `heard` of every forward pass of every module inside, the inner ones first, until `untouched` ends.

    Each module gets a `forward` of its own, which is found before its class's.
    """
    for name, module in reversed(list(modules(model))):  # of a shared one, the first name counts
        vars(module)["forward"] = _told(name, module, heard)


def _told(name: str, module: Module, heard: Heard) -> Callable[..., Any]:
    def forward(x: Any, *more: Any) -> Any:
        out = type(module).forward(module, x, *more)
        heard(name, module, x, out)
        return out

    return forward


def gradient_at(
    model: Module, x: np.ndarray, layer: Module, seed: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """What a layer inside a network makes of x, and the gradient with respect to x of something that is computed from it.

    There is no tape that could be started in the middle. So the backward pass starts at the network's end with zeros, which stay
    zeros until the layer, and there the gradient is put in.

    Parameters
    ----------
    model : the network, used in evaluation mode and left as it was
    x : (N, ...)
    layer : the network, or a module in it
    seed : from the layer's output to the gradient with respect to it

    Returns
    -------
    output, grad_x
    """
    outputs: list[np.ndarray] = []

    def heard(name: str, module: Module, x: Any, out: Any) -> None:
        if module is layer:
            outputs.append(out)

    with untouched(model):
        listen(model, heard)
        end = model(x)
        if not outputs:
            raise ValueError(f"the {type(layer).__name__} that is asked for takes no part in the forward pass.")
        gradient = seed(outputs[-1])
        backward = layer.backward
        vars(layer)["backward"] = lambda grad_out: backward(gradient)
        return outputs[-1].copy(), model.backward(np.zeros_like(end))


@contextmanager
def in_float64(model: Module) -> Iterator[None]:
    """Floating-point parameters and buffers in double precision for a while; afterwards the very arrays from before are back."""
    owners: list[Parameter | Buffer] = [*model.parameters()]
    owners += [b for _, m in modules(model) for b in vars(m).values() if isinstance(b, Buffer)]
    before = [(owner, owner.data) for owner in owners if owner.dtype.kind == "f"]
    try:
        for owner, data in before:
            owner.data = data.astype(np.float64)
        yield
    finally:
        for owner, data in before:
            owner.data = data
