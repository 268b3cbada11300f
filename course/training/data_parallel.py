"""Training on several machines: each batch is cut into parts, Dask's workers compute their gradients, and this process steps."""

from __future__ import annotations

import contextlib
import time
import uuid
from concurrent.futures import CancelledError
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from course.nn import BatchNorm2d, CrossEntropyLoss, DiceLoss, Dropout, Dropout2d, Loss, Module, NLLLoss
from course.training.loop import Score

if TYPE_CHECKING:
    from distributed import Client

    from course.training.replica import Part, Result


class DataParallel:
    """Computes the gradient of a batch on the workers of a Dask scheduler; `Trainer` and `training_step` take it as `compute`.

    Each worker gets the network once. In a step it gets the weights and its part of the batch, and sends back the gradient of its
    part; here they are added in the order of the parts, so that it does not matter who answers first. A part whose worker is lost
    goes to another one. Dropout draws the masks that it would draw in one process. What comes out is the gradient of the whole
    batch within float error; with one part, bit for bit. Not so with batch norm: each part is normalised by its own mean and
    variance, as in PyTorch's DistributedDataParallel, and the running statistics become the mean of the parts'.

    The loss must be a mean over images, as all of `course.nn` are, but for the cases that are refused; so must one of your own be.

    Parameters
    ----------
    address : of the scheduler, such as "tcp://10.0.0.5:8786"
    parts : into how many parts to cut a batch; None: as many as there are workers now
    patience : how many seconds to wait for a worker when there is none left

    Attributes
    ----------
    parts : as above; a batch of fewer images has fewer
    workers : how many workers there were at the start

    Raises
    ------
    ValueError : dask.distributed is not installed; or, in a step: the network or the loss cannot be shared out
    ConnectionError : no scheduler, or no workers; in a step: they are lost, and the network is as it was before the step

    Examples
    --------
    >>> with DataParallel("tcp://10.0.0.5:8786") as cluster:  # doctest: +SKIP
    ...     Trainer(model, data, folder, plan, compute=cluster).fit()
    """

    def __init__(self, address: str, parts: int | None = None, patience: float = 30) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ValueError("A Dask scheduler needs dask.distributed: pip install 'sobel-to-vgg[scale]'.") from None
        try:
            self._client: Client = Client(address, timeout="5s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConnectionError(f"No Dask scheduler answers at {address} ({type(error).__name__}).") from error
        self.address, self.patience = address, patience
        self._replica, self._of = "", (None, None)  # type: tuple[str, tuple[Module | None, Loss | None]]
        self.workers = len(self._client.nthreads())
        if not self.workers:
            self.close()
            raise ConnectionError(
                f"The Dask scheduler at {address} has no workers: start some with `dask worker --nthreads 1 {address}`."
            )
        self.parts = parts or self.workers

    def __enter__(self) -> DataParallel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the network away from the workers, and leave the scheduler."""
        self._forget()
        self._client.close(timeout=5)

    def __call__(self, model: Module, images: np.ndarray, labels: np.ndarray, loss: Loss) -> Score:
        """As `compute_gradients`: add the batch's gradient to that of the parameters."""
        from course.training.replica import buffers

        _refuse(model, labels, loss)
        if self._of != (model, loss):
            self._send(model, loss)
        parts = self._cut(model, images, labels)
        results = self._compute(parts)
        for p, gradients in zip(model.parameters(), zip(*(r.gradients for r in results), strict=True), strict=True):
            for gradient in gradients:
                if gradient is not None:
                    p.add_grad(gradient)
        shares = [part.share for part in parts]
        for name, buffer in buffers(model).items():
            found = [r.buffers[name] for r in results]
            if buffer.dtype.kind == "f":
                mean = sum(share * a for share, a in zip(shares, found, strict=True))
                buffer.data = np.asarray(mean, buffer.dtype)
            else:  # a count, the same in all parts
                buffer.data = found[0]
        for name, generator in model.named_generators():
            generator.bit_generator.state = results[0].generators[name]
        means = np.average([r.score[:2] for r in results], axis=0, weights=shares)
        return Score(*means.tolist())

    def _cut(self, model: Module, images: np.ndarray, labels: np.ndarray) -> list[Part]:
        """Nearly equal parts, all with the same state; with batch norm of two images at least, where the batch allows it."""
        from course.training.replica import Part

        n = len(images)
        count = max(1, min(self.parts, n // 2 if has_batch_norm(model) else n))
        state = model.state_dict()
        generators = {name: generator.bit_generator.state for name, generator in model.named_generators()}
        bounds = [n * i // count for i in range(count + 1)]
        return [
            Part(state, generators, images[start:stop], labels[start:stop], start, n)
            for start, stop in pairwise(bounds)
        ]

    def _compute(self, parts: list[Part]) -> list[Result]:
        import dask
        from distributed import KilledWorker

        from course.training.replica import compute_part

        try:
            # one call, so that the state that all parts hold goes to the scheduler once
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TiB"}):
                futures = self._client.map(compute_part, [self._replica] * len(parts), parts, pure=False)
            results: list[Result] | None = self._client.gather(futures) if self._wait(futures) else None
        except KilledWorker:
            raise ConnectionError(
                "A part of a batch took several workers along, one after the other (out of memory?); try a smaller batch."
            ) from None
        except (CancelledError, OSError) as error:
            raise self._gone() from error
        if results is None:
            raise ConnectionError(
                f"The Dask scheduler at {self.address} has no worker left, and none came in {self.patience:g} s."
            )
        return results

    def _wait(self, futures: list[Any]) -> bool:
        """Wait until all parts are done; those of a lost worker go to another by themselves. False: there is none left."""
        from distributed import wait

        seen = time.monotonic()
        while time.monotonic() - seen <= self.patience:
            with contextlib.suppress(TimeoutError), self._client.as_current():
                wait(futures, timeout=1)
                return True
            if self._client.nthreads():
                seen = time.monotonic()
        return False

    def _gone(self) -> ConnectionError:
        return ConnectionError(f"The Dask scheduler at {self.address} went away.")

    def _send(self, model: Module, loss: Loss) -> None:
        """Give each worker the network and the loss, once."""
        from course.training.replica import Replica

        self._forget()
        self._replica = f"course-{uuid.uuid4().hex}"
        try:
            self._client.register_plugin(Replica(model, loss), name=self._replica)
        except OSError as error:
            raise self._gone() from error
        except Exception as error:  # whatever unpickling meets there: no such package, no such class
            self._forget()  # else workers that come later would meet it, too
            raise ValueError(
                f"The workers cannot take over {type(model).__name__} ({error}); install the same version of the course on each, "
                f"and there whatever your network is written in."
            ) from error
        self._of = (model, loss)

    def _forget(self) -> None:
        if self._replica:
            with contextlib.suppress(Exception):  # the scheduler may be gone, and the replicas with it
                self._client.unregister_worker_plugin(self._replica)
        self._replica, self._of = "", (None, None)


def has_batch_norm(model: Module) -> bool:
    return any(isinstance(layer, BatchNorm2d) for _, layer in model.leaves())


def _refuse(model: Module, labels: np.ndarray, loss: Loss) -> None:
    """Raise where the parts' gradients do not add up to the batch's."""
    why = ""
    for name, layer in model.leaves():
        if not isinstance(layer, Dropout | Dropout2d) and list(layer.named_generators()):
            why = (
                f"{name}, a {type(layer).__name__}, draws random numbers, and only those of a dropout can be shared out"
            )
    what = type(loss).__name__
    if isinstance(loss, CrossEntropyLoss | NLLLoss):
        if loss.weight is not None:
            why = f"{what} with class weights is no mean over images"
        elif (labels == loss.ignore_index).any():
            why = f"{what} leaves out labels of {loss.ignore_index}, so it is no mean over images"
    if isinstance(loss, DiceLoss):
        why = f"{what} looks at the whole batch and is no mean over images"
    if why:
        raise ValueError(f"DataParallel: {why}; train in one process.")
