"""What convolution layers have in common."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from course.functional._arguments import whole
from course.nn import init
from course.nn.module import Module
from course.nn.parameter import Parameter


class Filters(Module):
    """What the layers here have in common: filters, and a bias that may be missing."""

    bias: Parameter | None
    in_channels: int
    out_channels: int
    options: ClassVar[dict[str, Any]]
    """The arguments after the kernel's size that the layer keeps and its functions take, with those of their defaults that are
    left out when the layer is printed; None for what is always printed."""

    def _draw(
        self,
        shape: tuple[int, ...],
        bias_shape: tuple[int, ...],
        fan_in: int,
        bias: bool,
        rng: np.random.Generator | None,
    ) -> None:
        rng = rng or np.random.default_rng()
        self.weight = Parameter(shape, init.pytorch_default(fan_in, rng))
        self.bias = Parameter(bias_shape, init.pytorch_default(fan_in, rng)) if bias else None

    def _bias(self) -> np.ndarray | None:
        return None if self.bias is None else self.bias.data

    def _keep(self, gradients: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
        """Add to the parameters' gradients and return that of the input."""
        grad_x, grad_weight, grad_bias = gradients
        self._add(grad_weight, grad_bias)
        return grad_x

    def _add(self, grad_weight: np.ndarray, grad_bias: np.ndarray) -> None:
        self.weight.add_grad(grad_weight)
        if self.bias is not None:
            self.bias.add_grad(grad_bias)

    def _how(self) -> dict[str, Any]:
        """The options by name, as the layer's functions take them."""
        return {name: getattr(self, name) for name in self.options}

    def _sizes(self) -> str:
        return f"kernel_size={vars(self)['kernel_size']}"

    def extra_repr(self) -> str:
        said = {name: value for name, value in self._how().items() if value != self.options[name]}
        said |= {} if self.bias is not None else {"bias": False}
        return ", ".join(
            [
                f"{self.in_channels}, {self.out_channels}",
                self._sizes(),
                *(f"{name}={value!r}" for name, value in said.items()),
            ]
        )


def check_channels(layer: str, in_channels: int, out_channels: int, groups: int) -> tuple[int, int]:
    """Both numbers of channels, each at least 1 and divisible by `groups`."""
    whole(f"{layer}: groups", groups, least=1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if whole(f"{layer}: {name}", channels, least=1) % groups:
            raise ValueError(f"{layer}: groups is {groups}, which does not divide {name} = {channels}.")
    return in_channels, out_channels
