"""What a worker of `DataParallel` does: it keeps a replica of the network and computes the gradient of its part of a batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from distributed import Worker, WorkerPlugin, get_worker

from course.kernels.threads import prepare
from course.nn import Buffer, Loss, Module
from course.training.loop import Score, compute_gradients


class Part(NamedTuple):
    """A part of a batch, with all that the network is in this step: whoever computes it, and how often, the result is the same.

    Attributes
    ----------
    state : the network's state dict
    generators : name -> state of each generator that a dropout draws from
    images, labels : those of the part
    start, batch : the row of the batch with which the part begins; the number of rows in the batch
    """

    state: dict[str, np.ndarray]
    generators: dict[str, Any]
    images: np.ndarray
    labels: np.ndarray
    start: int
    batch: int

    @property
    def share(self) -> float:
        return len(self.images) / self.batch


class Result(NamedTuple):
    """What a part comes to.

    Attributes
    ----------
    gradients : of the part's mean loss times its share of the batch, in the order of the parameters; their sum is the batch's
    buffers, generators : the running statistics and the generators' states after the part
    score : means over the part
    """

    gradients: list[np.ndarray | None]
    buffers: dict[str, np.ndarray]
    generators: dict[str, Any]
    score: Score


class Replica(WorkerPlugin):
    """The network and the loss on one worker; Dask gives them to each worker once, also to those that come later."""

    def __init__(self, model: Module, loss: Loss) -> None:
        self._model, self._loss = model, loss

    def setup(self, worker: Worker) -> None:
        prepare()
        self._lock = threading.Lock()  # layers remember their input: one part at a time, however many threads
        for layer in _modules(self._model):
            for name, value in list(vars(layer).items()):
                if isinstance(value, np.random.Generator):
                    setattr(layer, name, RowsOfBatch(value.bit_generator))

    def compute(self, part: Part) -> Result:
        model = self._model
        with self._lock, np.errstate(over="ignore", invalid="ignore"):  # the one who steps says so in a sentence
            model.load_state_dict(part.state)
            for name, generator in model.named_generators():
                assert isinstance(generator, RowsOfBatch)
                generator.bit_generator.state = part.generators[name]
                generator.start, generator.stop, generator.batch = part.start, part.start + len(part.images), part.batch
            model.zero_grad()
            score = compute_gradients(model, part.images, part.labels, self._loss)
            return Result(
                [None if p.grad is None else p.grad * part.share for p in model.parameters()],
                {name: buffer.data for name, buffer in buffers(model).items()},
                {name: generator.bit_generator.state for name, generator in model.named_generators()},
                score,
            )


class RowsOfBatch(np.random.Generator):
    """Draws for all rows of a batch and hands out those of a part: the masks of dropout are then those of one process."""

    start = stop = batch = 0

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        rows, *others = size
        if rows != self.stop - self.start:
            raise ValueError(
                f"DataParallel: dropout sees {rows} rows for {self.stop - self.start} images, so its mask cannot be shared out."
            )
        return super().random((self.batch, *others), dtype)[self.start : self.stop]


def compute_part(replica: str, part: Part) -> Result:
    """The task that Dask gives to a worker: a part of a batch for the replica of that name."""
    found: Replica = get_worker().plugins[replica]  # type: ignore[assignment]
    return found.compute(part)


def buffers(model: Module) -> dict[str, Buffer]:
    """The arrays that belong to the network's state and that no optimiser changes, by name; as in PyTorch's `named_buffers`."""
    return {
        f"{prefix}{name}": value
        for prefix, module in _named_modules(model)
        for name, value in vars(module).items()
        if isinstance(value, Buffer)
    }


def _modules(model: Module) -> Iterator[Module]:
    for _, module in _named_modules(model):
        yield module


def _named_modules(model: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    yield prefix, model
    for name, child in model.children():
        yield from _named_modules(child, f"{prefix}{name}.")
