"""Module: what a layer is, and how a network finds its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from course.nn.parameter import Buffer, Parameter


class Module:
    """A layer or a network: `forward` computes, `backward` hands the gradient back, parameters are found by their names.

    A layer keeps in `forward` what its `backward` will need, and `backward` adds to each parameter's `grad` and returns the
    gradient with respect to the input. A network owns the order of its layers and walks them backwards; there is no tape.

    Attributes
    ----------
    training : True in training, False in use; set by `train()` and `eval()` for the module and everything inside it
    """

    training = True

    def forward(self, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} has no forward pass")

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} has no backward pass")

    def backward_parameters(self, grad_out: np.ndarray) -> None:
        """`backward` where nobody asks for the gradient of the input, as in training; a first layer may save its work."""
        self.backward(grad_out)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.forward(x)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, with their names, in the order in which they were set.

        Modules are found among the attributes; those in a plain list are not, so a network with a list is a `Sequential`.
        """
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """The layers that hold no other layers, with their dotted names, in order."""
        inside = list(self.children())
        if not inside:
            yield prefix.rstrip("."), self
        for name, child in inside:
            yield from child.leaves(f"{prefix}{name}.")

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its dotted name, such as ``features.0.weight``; one that is shared comes once, as in PyTorch."""
        seen: set[int] = set()
        for name, value in self._places():
            if isinstance(value, Parameter) and id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def named_generators(self, prefix: str = "") -> Iterator[tuple[str, np.random.Generator]]:
        """Every generator of random numbers that a layer draws from while it trains, such as a dropout's, with its dotted name."""
        for name, value in vars(self).items():
            if isinstance(value, np.random.Generator):
                yield prefix + name, value
        for name, child in self.children():
            yield from child.named_generators(f"{prefix}{name}.")

    def _places(self, prefix: str = "") -> Iterator[tuple[str, Parameter | Buffer]]:
        """Every place where a parameter or a buffer stands; a shared one has several."""
        for name, value in vars(self).items():
            if isinstance(value, Parameter | Buffer):
                yield prefix + name, value
        for name, child in self.children():
            yield from child._places(f"{prefix}{name}.")

    def parameters(self) -> list[Parameter]:
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> Module:
        """Set training mode, here and in everything inside; returns the module itself."""
        self.training = mode
        for _, child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Module:
        return self.train(False)

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers by name; names and shapes are PyTorch's, so the dictionary loads there."""
        return {name: value.data.copy() for name, value in self._places()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the numbers of a state dict; nothing is changed unless all of it fits.

        Parameters
        ----------
        state : name -> array (anything `numpy.asarray` takes)

        Raises
        ------
        ValueError : a name is missing or unknown, or a shape differs
        """
        own = dict(self._places())
        found = {name: np.asarray(value) for name, value in state.items()}
        missing, unknown = sorted(own.keys() - found.keys()), sorted(found.keys() - own.keys())
        if missing or unknown:
            parts = [
                f"{what} {', '.join(names)}" for what, names in (("lacks", missing), ("has unknown", unknown)) if names
            ]
            raise ValueError(f"{type(self).__name__}: the state dict {' and '.join(parts)}.")
        for name, value in found.items():
            if value.shape != own[name].shape:
                raise ValueError(
                    f"{type(self).__name__}: {name} has shape {value.shape} in the state dict but {own[name].shape} here."
                )
        try:
            fitting = {name: value.astype(own[name].dtype) for name, value in found.items()}
        except (TypeError, ValueError):
            raise ValueError(f"{type(self).__name__}: the state dict holds something that is not numbers.") from None
        for name, value in fitting.items():
            own[name].data = value

    def __repr__(self) -> str:
        inside = [f"  ({name}): " + repr(child).replace("\n", "\n  ") for name, child in self.children()]
        if not inside:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n".join([f"{type(self).__name__}(", *inside, ")"])

    def extra_repr(self) -> str:
        """The arguments to print between the brackets."""
        return ""


class Sequential(Module):
    """Layers one after another; backward walks them in reverse.

    A network that is a chain inherits from it and sets its parts as attributes: they run in the order in which they were set.

    Parameters
    ----------
    layers : modules, which get the names 0, 1, 2, ...; or one dictionary, name -> module

    Examples
    --------
    >>> from course.nn import Linear, ReLU
    >>> net = Sequential(Linear(3, 2), ReLU())
    >>> net(np.ones((5, 3), np.float32)).shape, [name for name, _ in net.named_parameters()]
    ((5, 2), ['0.weight', '0.bias'])
    >>> net = Sequential({"fc1": Linear(3, 2), "relu": ReLU()})
    >>> [name for name, _ in net.named_parameters()]
    ['fc1.weight', 'fc1.bias']
    """

    def __init__(self, *layers: Module | Mapping[str, Module]) -> None:
        vars(self).update(named(type(self), layers))

    def forward(self, x: np.ndarray) -> np.ndarray:
        for _, layer in list(self.children()):
            x = layer(x)
        return x

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        for _, layer in reversed(list(self.children())):
            grad_out = layer.backward(grad_out)
        return grad_out

    def backward_parameters(self, grad_out: np.ndarray) -> None:
        if type(self).backward is not Sequential.backward:  # a network with a way back of its own
            self.backward(grad_out)
            return
        layers = [layer for _, layer in self.children()]
        for layer in reversed(layers[1:]):
            grad_out = layer.backward(grad_out)
        for layer in layers[:1]:
            layer.backward_parameters(grad_out)

    def __getitem__(self, i: int) -> Module:
        return list(self.children())[i][1]

    def __len__(self) -> int:
        return len(list(self.children()))


def named(owner: type[Module], modules: tuple[Module | Mapping[str, Module], ...]) -> dict[str, Module]:
    """The arguments of a `Sequential` or a `Concat` as name -> module: the places 0, 1, 2, ... unless a dictionary says otherwise.

    Raises
    ------
    ValueError : something else than modules, or a name that is no string, is empty, holds a dot or is that of a method
    """
    found: dict[str, Any] = {str(i): module for i, module in enumerate(modules)}
    if len(modules) == 1 and isinstance(modules[0], Mapping):
        found = dict(modules[0])
    for name, module in found.items():
        if not isinstance(module, Module):
            raise ValueError(
                f"{owner.__name__}: {name} is a {type(module).__name__}; pass layers one by one, or one dictionary, name -> layer."
            )
        if not isinstance(name, str) or not name or "." in name or hasattr(owner, name):
            raise ValueError(
                f"{owner.__name__}: no layer can be called {name!r}; choose a word without a dot that no method has."
            )
    return found
