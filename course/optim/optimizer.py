"""What all optimisers share: the parameters, the step count, and state that can be saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from course.kernels import threads
from course.nn import Parameter
from course.optim._numbers import at_least_0

PIECE = 1 << 16  # numbers of a parameter that are changed at a time


class Optimizer:
    """Changes parameters along their gradients, one `step()` at a time; a subclass says how: `update`, or `change`.

    Parameters
    ----------
    params : what to change, as from `model.parameters()`
    lr : step size, at least 0

    Attributes
    ----------
    lr : step size; may be changed between steps
    t : steps taken so far
    names : what a subclass keeps for each parameter, such as ("velocity",)
    """

    names: tuple[str, ...] = ()

    def __init__(self, params: Iterable[Parameter], lr: float) -> None:
        at_least_0(type(self).__name__, lr=lr)
        self.params = list(params)
        self.lr, self.t = lr, 0
        self.state = [[np.zeros(p.shape, p.dtype) for _ in self.names] for p in self.params]
        self._own: list[np.ndarray | None] = [None] * len(self.params)

    def update(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        """The new parameter and its new state."""
        raise NotImplementedError(f"{type(self).__name__} has no update rule")

    def step(self) -> None:
        """Change every parameter that has a gradient, in place; its dtype stays, whatever that of the gradient."""
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            if p.data is not self._own[i]:  # somebody else's array, which is theirs to keep
                p.data = self._own[i] = np.array(p.data, order="C")
            self._change(p.data, np.ascontiguousarray(p.grad, p.dtype), self.state[i])

    def _change(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> None:
        """`change`, a large parameter in pieces: a rule goes over its numbers many times, and pieces stay in the cache."""
        param, grad, *state = (a.reshape(-1) for a in (param, grad, *state))
        if param.size <= PIECE:
            self.change(param, grad, state)
            return

        def piece(numbers: slice) -> None:
            self.change(param[numbers], grad[numbers], [a[numbers] for a in state])

        threads.run(piece, threads.slices(param.size, PIECE))

    def change(self, param: np.ndarray, grad: np.ndarray, state: list[np.ndarray]) -> None:
        """`update` in place: what `step` calls, for whole parameters or pieces of them."""
        for old, new in zip((param, *state), self.update(param, grad, state), strict=True):
            old[...] = new

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict[str, np.ndarray]:
        """All that a later run needs to go on: ``t``, and ``<i>.<name>`` for parameter i."""
        state = {
            f"{i}.{name}": a.copy()
            for i, kept in enumerate(self.state)
            for name, a in zip(self.names, kept, strict=True)
        }
        return {"t": np.array(self.t), **state}

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up where `state_dict` was made.

        Raises
        ------
        ValueError : the state is another optimiser's or another network's
        """
        own = self.state_dict()
        if own.keys() != state.keys() or any(own[name].shape != np.shape(state[name]) for name in own):
            raise ValueError(f"{type(self).__name__}: this state belongs to another optimiser or another network.")
        self.t = int(state["t"])
        self.state = [[np.array(state[f"{i}.{name}"]) for name in self.names] for i in range(len(self.params))]
