"""A training run that can be watched, stopped, and taken up again at the very batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.data import DataLoader, Dataset
from course.nn import Module
from course.optim import Adam, one_cycle
from course.training import checkpoint
from course.training.loop import Score, evaluate, training_step

OnStep = Callable[[Score, int], None]
OnEpoch = Callable[[dict[str, float]], None]


@dataclass
class Plan:
    """What a run is, apart from the network and the data; saved with it, so that a resumed run is the same run.

    Attributes
    ----------
    epochs : passes over the training part
    batch_size : images a step
    lr : the peak of the one-cycle schedule
    held_out : images of the training set that choose the best weights and are not trained on
    seed : of the held-out part and of the order of the images
    """

    epochs: int = 3
    batch_size: int = 64
    lr: float = 3e-3
    held_out: int = 5000
    seed: int = 0


@dataclass
class Progress:
    """Where a run stands; `epoch` and `step` count what is done."""

    epoch: int = 0
    step: int = 0
    epoch_loss: float = 0.0  # sums over the images of this epoch, so that a resumed epoch reports the whole of it
    epoch_right: float = 0.0
    epoch_seen: int = 0
    best_loss: float = math.inf
    best_accuracy: float = 0.0
    best_epoch: float = 0.0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


class Trainer:
    """Trains a network on a data set, keeps the best weights and the state to go on from.

    `best.safetensors` holds the weights with the least loss on the held-out part, under PyTorch's names; `last.safetensors` the
    whole state. A run that was stopped and resumed ends with the same bits as one that was not.

    Parameters
    ----------
    model : the network
    train_set : a part of it is held out as the plan says
    folder : where the two files go
    plan : epochs, batch size and so on
    facts : what to write into the files besides, such as the model's name
    """

    def __init__(
        self, model: Module, train_set: Dataset, folder: str | Path, plan: Plan, facts: checkpoint.Facts | None = None
    ) -> None:
        self.model, self.folder, self.facts = model, Path(folder), facts or {}
        self.progress = Progress()
        self._train_set = train_set
        self._stop = False
        self._follow(plan)

    def _follow(self, plan: Plan) -> None:
        self.plan = plan
        self.training_part, self.held_out = self._train_set.split(plan.held_out, plan.seed)
        self.loader = DataLoader(self.training_part, plan.batch_size, shuffle=True, seed=plan.seed)
        self.optimizer = Adam(self.model.parameters(), plan.lr)

    @property
    def best(self) -> Path:
        return self.folder / "best.safetensors"

    @property
    def last(self) -> Path:
        return self.folder / "last.safetensors"

    @property
    def finished(self) -> bool:
        return self.progress.epoch >= self.plan.epochs

    def fit(self, on_step: OnStep | None = None, on_epoch: OnEpoch | None = None) -> None:
        """Train until the plan is done or `stop` is called; either way the files are written before it returns.

        Parameters
        ----------
        on_step : called after each step with the epoch's mean loss and accuracy so far and the number of images of the step
        on_epoch : called after each epoch with its line of the history

        Raises
        ------
        ValueError : the loss is no longer a number; the files are as they were after the last whole epoch
        """
        p = self.progress
        started = time.perf_counter() - p.seconds
        try:
            while not self.finished:
                self._rest_of_epoch(on_step)
                p.seconds = time.perf_counter() - started
                if p.step == len(self.loader):
                    self._close_epoch()
                    if on_epoch:
                        on_epoch(p.history[-1])
                elif not p.history:  # stopped before there were any weights to keep
                    self._keep_as_best(evaluate(self.model, self.held_out))
                self._save_last()
                if self._stop:
                    break
        finally:
            self._stop = False

    def _rest_of_epoch(self, on_step: OnStep | None) -> None:
        p, steps = self.progress, len(self.loader)
        self.model.train()
        for images, labels in self.loader.batches(p.epoch, start=p.step):
            if self._stop:
                return
            self.optimizer.lr = one_cycle(p.epoch * steps + p.step, self.plan.epochs * steps, self.plan.lr)
            score = training_step(self.model, self.optimizer, images, labels)
            if not math.isfinite(score.loss):
                raise ValueError(
                    f"the loss is {score.loss} in step {p.step + 1} of epoch {p.epoch + 1}, so the weights are lost; "
                    f"start again with a smaller learning rate than {self.plan.lr:g}."
                )
            p.step += 1
            p.epoch_seen += len(labels)
            p.epoch_loss += score.loss * len(labels)
            p.epoch_right += score.accuracy * len(labels)
            if on_step:
                on_step(Score(p.epoch_loss / p.epoch_seen, p.epoch_right / p.epoch_seen), len(labels))

    def _close_epoch(self) -> None:
        """Only whole epochs compete for the best weights, so that a stop changes nothing; the first one always wins."""
        p = self.progress
        held_out = evaluate(self.model, self.held_out)
        if not p.history or held_out.loss < p.best_loss:
            self._keep_as_best(held_out)
        line = {
            "epoch": p.epoch + 1,
            "loss": p.epoch_loss / p.epoch_seen,
            "accuracy": p.epoch_right / p.epoch_seen,
            "held_out_loss": held_out.loss,
            "held_out_accuracy": held_out.accuracy,
            "seconds": p.seconds,
        }
        p.history.append(line)
        p.epoch, p.step, p.epoch_seen, p.epoch_loss, p.epoch_right = p.epoch + 1, 0, 0, 0.0, 0.0

    def _keep_as_best(self, held_out: Score) -> None:
        p = self.progress
        p.best_loss, p.best_accuracy = held_out
        p.best_epoch = p.epoch + p.step / len(self.loader)
        facts = {"plan": asdict(self.plan), "epoch": p.best_epoch, "held_out_accuracy": p.best_accuracy}
        checkpoint.save(self.best, self.model.state_dict(), {**self.facts, **facts})

    def stop(self) -> None:
        """Ask `fit` to return after the step it is in; may be called from a signal handler or another thread."""
        self._stop = True

    def resume(self) -> None:
        """Take up the run whose state is in the folder; its plan takes the place of this one's.

        Raises
        ------
        FileNotFoundError, ValueError : there is no state, it is damaged, or it is another network's
        """
        arrays, facts = checkpoint.load(self.last)
        if not {"plan", "progress"} <= facts.keys():
            raise ValueError(f"{self.last}: these are weights, not the state of a run.")
        try:
            plan, progress = Plan(**facts["plan"]), Progress(**facts["progress"])
        except TypeError:
            raise ValueError(f"{self.last}: this run was started by another version of the course.") from None
        model = {name.removeprefix("model."): a for name, a in arrays.items() if name.startswith("model.")}
        optimizer = {name.removeprefix("optimizer."): a for name, a in arrays.items() if name.startswith("optimizer.")}
        self._follow(plan)
        self.model.load_state_dict(model)
        self.optimizer.load_state_dict(optimizer)
        self.progress = progress

    def _save_last(self) -> None:
        arrays = {f"model.{name}": a for name, a in self.model.state_dict().items()}
        arrays |= {f"optimizer.{name}": a for name, a in self.optimizer.state_dict().items()}
        facts = {**self.facts, "plan": asdict(self.plan), "progress": asdict(self.progress)}
        checkpoint.save(self.last, arrays, facts)
