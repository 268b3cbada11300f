"""A training run in a thread of its own: a notebook's cell returns at once, and buttons go on working."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from typing import NamedTuple

from course.training.loop import Score
from course.training.trainer import Trainer

JOIN_SECONDS = 10.0  # longer than any step takes; a process that ends waits no longer than that


class Step(NamedTuple):
    """One step of a run: how many epochs are done (with fractions), and loss, accuracy and learning rate of its batch."""

    epoch: float
    loss: float
    accuracy: float
    lr: float


class BackgroundRun:
    """Runs a `Trainer` in a thread: start, pause, stop, and a learning rate that can be changed meanwhile.

    A run that was stopped can be started again and goes on at the very batch.

    Parameters
    ----------
    trainer : what to run; its schedule is wrapped, so that `lr_factor` counts
    on_step : called in the run's own thread after each step

    Attributes
    ----------
    state : "ready", "running", "paused", "stopped", "finished" or "failed"
    steps : every `Step` so far
    lr_factor : what the schedule's learning rate is multiplied with, from the next step on
    error : the sentence that ended a failed run, else ""

    Examples
    --------
    >>> import tempfile
    >>> from course.data import mnist
    >>> from course.models import lenet5
    >>> from course.training import Plan, Trainer
    >>> folder = tempfile.TemporaryDirectory()
    >>> run = BackgroundRun(Trainer(lenet5(), mnist()[:320], folder.name, Plan(epochs=1, held_out=64)))
    >>> run.start()
    >>> run.wait()
    'finished'
    >>> len(run.steps)
    4
    """

    def __init__(self, trainer: Trainer, on_step: Callable[[], None] | None = None) -> None:
        self.trainer, self.state, self.error, self.lr_factor = trainer, "ready", "", 1.0
        self.steps: list[Step] = []
        self._on_step = on_step
        self._go = threading.Event()
        self._thread: threading.Thread | None = None
        self._sums = (0.0, 0.0, 0)  # the epoch's loss, right answers and images before the present step
        schedule = trainer.schedule
        trainer.schedule = lambda step, steps, lr: self.lr_factor * schedule(step, steps, lr)

    @property
    def alive(self) -> bool:
        """Whether the thread is at work or pausing."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or go on after a pause or a stop; a run that is finished stays so."""
        if self.alive:
            self.state = "running"
            self._go.set()
        elif self.state in ("ready", "stopped"):
            self.state = "running"
            self._go.set()
            # A daemon, so that a notebook can be closed at any time; the exit hook lets it end its step first.
            self._thread = threading.Thread(target=self._fit, name="training", daemon=True)
            atexit.register(self._end)
            self._thread.start()

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        if self.alive and self.state == "running":
            self.state = "paused"
            self._go.clear()

    def stop(self) -> None:
        """End the run after the step it is in; its weights and its state are saved."""
        if self.alive:
            self.state = "stopped"
            self.trainer.stop()
            self._go.set()

    def wait(self, seconds: float | None = None) -> str:
        """Wait until the run has ended, at most so many seconds, and return its state; Ctrl-C stops the run."""
        try:
            if self._thread is not None:
                self._thread.join(seconds)
        except KeyboardInterrupt:
            self._end()
        return self.state

    def _end(self) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def _fit(self) -> None:
        try:
            self.trainer.fit(self._note)
            if self.trainer.finished:
                self.state = "finished"
        except ValueError as error:  # the loss has left the finite numbers: the trainer's own sentence
            self.state, self.error = "failed", str(error)
        except Exception as error:  # a thread's traceback would be seen by nobody
            self.state, self.error = "failed", f"The training ended with {type(error).__name__}: {error}"
        finally:
            atexit.unregister(self._end)

    def _note(self, _: Score, images: int) -> None:
        """Keep what the batch alone gave: the trainer tells the means of the epoch so far."""
        p = self.trainer.progress
        loss, right, seen = self._sums if p.step > 1 else (0.0, 0.0, 0)
        self._sums = (p.epoch_loss, p.epoch_right, p.epoch_seen)
        self.steps.append(
            Step(
                p.epoch + p.step / len(self.trainer.loader),
                (p.epoch_loss - loss) / (p.epoch_seen - seen),
                (p.epoch_right - right) / (p.epoch_seen - seen),
                self.trainer.optimizer.lr,
            )
        )
        if self._on_step:
            self._on_step()
        self._go.wait()
