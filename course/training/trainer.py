"""A training run that can be watched, stopped, and taken up again at the very batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from course.data import DataLoader, Dataset
from course.data.loader import Augment
from course.nn import CrossEntropyLoss, Loss, Module, Parameter
from course.optim import Adam, Optimizer, one_cycle
from course.training import checkpoint
from course.training.loop import ComputeGradients, Score, compute_gradients, evaluate, training_step
from course.training.metrics import Metric
from course.training.plan import Plan, Progress, other_version, read

OnStep = Callable[[Score, int], None]
OnEpoch = Callable[[dict[str, float]], None]
MakeOptimizer = Callable[[list[Parameter], float], Optimizer]
Schedule = Callable[[int, int, float], float]


class Trainer:
    """Trains a network on a data set, keeps the best weights and the state to go on from.

    `best.safetensors` holds the weights with the least loss on the held-out part, under PyTorch's names; `last.safetensors` the
    whole state: weights, running statistics, the optimiser's, the generators' of dropout. A run that was stopped and resumed ends
    with the same bits as one that was not. The network in memory is that of the last step, not the best one.

    Parameters
    ----------
    model : the network
    train_set : a part of it is held out as the plan says, unless there is a `validation` set
    folder : where the two files go
    plan : epochs, batch size and so on
    facts : what to write into the files besides, such as the model's name
    validation : the images that choose the best weights, where chance must not draw them: neighbouring slices of a brain, say
    loss : cross-entropy unless another one is given
    metric : a number of one's own for the history: ``metric(outputs, labels)``, such as `mean_dice`
    optimizer : called with the parameters and the plan's lr: ``Adam``, or ``partial(SGD, momentum=0.9)``
    schedule : ``schedule(step, steps, lr)`` is the learning rate of a step, counted from 0
    augment : what to do to the pixels of each batch of the training part, see `DataLoader`
    workers : how many batches are prepared ahead, see `DataLoader`
    compute : where the gradient of a batch comes from: here, or from several machines, see `DataParallel`

    Raises
    ------
    ValueError : nothing to train on, or nothing to choose the best weights by
    """

    def __init__(
        self,
        model: Module,
        train_set: Dataset,
        folder: str | Path,
        plan: Plan,
        facts: checkpoint.Facts | None = None,
        *,
        validation: Dataset | None = None,
        loss: Loss | None = None,
        metric: Metric | None = None,
        optimizer: MakeOptimizer = Adam,
        schedule: Schedule = one_cycle,
        augment: Augment | None = None,
        workers: int = 0,
        compute: ComputeGradients = compute_gradients,
    ) -> None:
        self.model, self.folder, self.facts = model, Path(folder), facts or {}
        self.loss, self.metric, self.schedule = loss or CrossEntropyLoss(), metric, schedule
        self.progress = Progress()
        self._make_optimizer, self._train_set, self._validation = optimizer, train_set, validation
        self._augment, self._workers, self._compute = augment, workers, compute
        self._stop = False
        self._follow(plan)

    def _follow(self, plan: Plan) -> None:
        self.plan = plan
        if self._validation is None:
            self.training_part, self.held_out = self._train_set.split(plan.held_out, plan.seed)
        else:
            self.training_part, self.held_out = self._train_set, self._validation
        for what, part in (("to train on", self.training_part), ("to choose the best weights by", self.held_out)):
            if not len(part):
                raise ValueError(f"Trainer: there are no images {what}; the set is empty.")
        self.loader = DataLoader(
            self.training_part,
            plan.batch_size,
            shuffle=True,
            seed=plan.seed,
            augment=self._augment,
            workers=self._workers,
        )
        self.optimizer = self._make_optimizer(self.model.parameters(), plan.lr)

    @property
    def best(self) -> Path:
        return self.folder / "best.safetensors"

    @property
    def last(self) -> Path:
        return self.folder / "last.safetensors"

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or so many without a new best that the plan's patience is at its end."""
        p, patience = self.progress, self.plan.patience
        return p.epoch >= self.plan.epochs or (patience is not None and p.epoch - p.best_epoch >= patience)

    def fit(self, on_step: OnStep | None = None, on_epoch: OnEpoch | None = None) -> None:
        """Train until the plan is done or `stop` is called; either way the files are written before it returns.

        Parameters
        ----------
        on_step : called after each step with the epoch's mean loss and accuracy so far and the number of images of the step
        on_epoch : called after each epoch with its line of the history

        Raises
        ------
        ValueError : loss or weights are no longer finite; the files are as they were after the last whole epoch or the last stop,
            the network in memory is that of the step in which it happened, and of no use
        ConnectionError : the machines that compute the gradients are lost; the files are written as after `stop`
        """
        p = self.progress
        started = time.perf_counter() - p.seconds
        lost: ConnectionError | None = None
        try:
            while not self.finished:
                with np.errstate(over="ignore", invalid="ignore"):  # numbers that overflow end the run in a sentence
                    try:
                        self._rest_of_epoch(on_step)
                    except ConnectionError as error:  # the network is as it was before that step
                        lost = error
                    p.seconds = time.perf_counter() - started
                    if p.step == len(self.loader):
                        self._close_epoch()
                        if on_epoch:
                            on_epoch(p.history[-1])
                    elif not p.history:  # stopped before there were any weights to keep
                        self._keep_as_best(self._evaluate())
                    self._save_last()
                if lost:
                    raise lost
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
            self.optimizer.lr = self.schedule(p.epoch * steps + p.step, self.plan.epochs * steps, self.plan.lr)
            score = training_step(self.model, self.optimizer, images, labels, self.loss, self.plan.clip, self._compute)
            if not math.isfinite(score.loss):
                raise self._lost(f"the loss is {score.loss} in step {p.step + 1} of epoch {p.epoch + 1}")
            p.step += 1
            p.epoch_seen += len(images)
            p.epoch_loss += score.loss * len(images)
            p.epoch_right += score.accuracy * len(images)
            if on_step:
                on_step(Score(p.epoch_loss / p.epoch_seen, p.epoch_right / p.epoch_seen), len(images))

    def _lost(self, what: str) -> ValueError:
        """The sentence that ends a run whose numbers have left the finite ones."""
        p = self.progress
        if p.epoch == p.step == 0:  # the loss of weights that nobody has changed yet
            return ValueError(f"{what}, before any weight was changed; look for nan or inf in the images and labels.")
        clip = "" if self.plan.clip else " or clip the gradient, as in Plan(clip=1)"
        kept = f"; until then {self.best} still holds the best ones" if self.best.exists() else ""
        return ValueError(
            f"{what}, so the weights are lost; start again with a smaller learning rate than {self.plan.lr:g}{clip}{kept}."
        )

    def _evaluate(self) -> Score:
        held_out = evaluate(self.model, self.held_out, loss=self.loss, metric=self.metric)
        if not math.isfinite(held_out.loss):
            raise self._lost(f"the loss on the held-out part is {held_out.loss} in epoch {self.progress.epoch + 1}")
        return held_out

    def _close_epoch(self) -> None:
        """Only whole epochs compete for the best weights, so that a stop changes nothing; the first one always wins."""
        p = self.progress
        held_out = self._evaluate()
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
        if held_out.metric is not None:
            line["held_out_metric"] = held_out.metric
        p.history.append(line)
        p.epoch, p.step, p.epoch_seen, p.epoch_loss, p.epoch_right = p.epoch + 1, 0, 0, 0.0, 0.0

    def _weights(self) -> dict[str, np.ndarray]:
        """The network's state, if it is fit to be saved."""
        state = self.model.state_dict()
        for name, a in state.items():
            if not np.isfinite(a).all():
                raise self._lost(f"{name} is no longer finite in epoch {self.progress.epoch + 1}")
        return state

    def _keep_as_best(self, held_out: Score) -> None:
        p, weights = self.progress, self._weights()
        p.best_loss, p.best_accuracy = held_out.loss, held_out.accuracy
        p.best_epoch = p.epoch + p.step / len(self.loader)
        facts = {"plan": asdict(self.plan), "epoch": p.best_epoch, "held_out_accuracy": p.best_accuracy}
        checkpoint.save(self.best, weights, {**self.facts, **facts})

    def stop(self) -> None:
        """Ask `fit` to return after the step it is in; may be called from a signal handler or another thread."""
        self._stop = True

    def resume(self) -> None:
        """Take up the run whose state is in the folder; its plan takes the place of this one's.

        The functions (loss, optimiser, schedule, augmentation) are those of this trainer; give it the same ones.

        Raises
        ------
        FileNotFoundError, ValueError : there is no state, it is damaged, or it is another network's
        """
        arrays, facts = checkpoint.load(self.last)
        plan, progress = read(self.last, facts)
        generators = facts.get("generators", {})
        self._follow(plan)
        for name, here in self._identity().items():
            if facts.get(name) != here:
                raise ValueError(
                    f"{self.last}: the run was started with {name}={facts.get(name)}, but this trainer has {name}={here}."
                )
        own = dict(self.model.named_generators())
        if own.keys() != generators.keys():
            raise ValueError(
                f"{self.last}: the generators of the run's network are {sorted(generators)}, but this one's are {sorted(own)}."
            )
        self.optimizer.load_state_dict(_under("optimizer.", arrays))
        self.model.load_state_dict(_under("model.", arrays))
        try:
            for name, generator in own.items():
                generator.bit_generator.state = generators[name]
        except (TypeError, ValueError, KeyError):
            raise other_version(self.last) from None
        self.progress = progress

    def _identity(self) -> checkpoint.Facts:
        """What must be the same when the run goes on, and can be told by name or number."""
        return {
            "images": len(self.training_part),
            "optimizer": type(self.optimizer).__name__,
            "loss": type(self.loss).__name__,
        }

    def _save_last(self) -> None:
        arrays = {f"model.{name}": a for name, a in self._weights().items()}
        arrays |= {f"optimizer.{name}": a for name, a in self.optimizer.state_dict().items()}
        generators = {name: generator.bit_generator.state for name, generator in self.model.named_generators()}
        facts = {"plan": asdict(self.plan), "progress": asdict(self.progress), "generators": generators}
        checkpoint.save(self.last, arrays, {**self.facts, **self._identity(), **facts})


def _under(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
