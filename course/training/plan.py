"""What a run is, and where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.functional._arguments import whole
from course.functional._numbers import number


@dataclass
class Plan:
    """What a run is, apart from the network, the data and the functions; saved with it, so that a resumed run is the same run.

    Attributes
    ----------
    epochs : passes over the training part
    batch_size : images a step
    lr : the peak that the schedule is given
    held_out : images of the training set that choose the best weights and are not trained on
    seed : of the held-out part, of the order of the images, and of their augmentation
    patience : end the run after so many epochs in a row without a new best; None: never
    clip : the largest norm that the gradient may have; None: any

    Raises
    ------
    ValueError : a number that makes no sense, such as a patience of 0
    """

    epochs: int = 3
    batch_size: int = 64
    lr: float = 3e-3
    held_out: int = 5000
    seed: int = 0
    patience: int | None = None
    clip: float | None = None

    def __post_init__(self) -> None:
        self.epochs = whole("Plan: epochs", self.epochs, least=1)
        self.batch_size = whole("Plan: batch_size", self.batch_size, least=1)
        self.lr = number("Plan: lr", self.lr, least=0)
        self.held_out = whole("Plan: held_out", self.held_out, least=0)
        self.seed = whole("Plan: seed", self.seed, least=0)
        self.patience = None if self.patience is None else whole("Plan: patience", self.patience, least=1)
        self.clip = None if self.clip is None else number("Plan: clip", self.clip, least=0)


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


def read(path: Path, facts: dict[str, Any]) -> tuple[Plan, Progress]:
    """The plan and the progress among the facts of a run's state.

    Raises
    ------
    ValueError : there are none, or they are of a version that knows other things
    """
    if not {"plan", "progress"} <= facts.keys():
        raise ValueError(f"{path}: these are weights, not the state of a run.")
    try:
        return Plan(**facts["plan"]), Progress(**facts["progress"])
    except (TypeError, ValueError):
        raise other_version(path) from None


def other_version(path: Path) -> ValueError:
    """What to say of a state that has what this version does not know, or lacks what it does."""
    return ValueError(f"{path}: this run was started by another version of the course.")
