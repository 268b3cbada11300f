"""A run keeps the best weights, tells what it does on the way, and takes up what is a state of it and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from course.data import Dataset
from course.models import lenet5
from course.nn import Conv2d, Flatten, Linear, Module, ReLU, Sequential
from course.optim import one_cycle
from course.training import Plan, Score, Trainer, checkpoint, load_model
from course.training import trainer as module

FACTS = {"model": "lenet5"}
PLAN = Plan(epochs=3, batch_size=32, lr=3e-3, held_out=120, seed=5)


def fit_for(steps: int, trainer: Trainer) -> None:
    done: list[int] = []

    def on_step(score: Score, n: int) -> None:
        done.append(n)
        if len(done) == steps:
            trainer.stop()

    trainer.fit(on_step)
    assert len(done) == steps


def scripted(monkeypatch: pytest.MonkeyPatch, losses: list[float]) -> None:
    """Let the held-out images say these losses, one after another, whatever the network does."""
    told = iter(losses)
    monkeypatch.setattr(module, "evaluate", lambda model, data, **how: Score(next(told), 0.5))


@pytest.mark.slow
@pytest.mark.parametrize("losses, best", [([0.9, 0.4, 0.6], 2), ([0.3, 0.4, 0.6], 1), ([0.9, 0.8, 0.6], 3)])
def test_the_best_weights_are_kept(
    losses: list[float], best: int, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, losses)
    after: list[dict[str, np.ndarray]] = []
    trainer = Trainer(lenet5(), few, tmp_path, PLAN, FACTS)
    trainer.fit(on_epoch=lambda line: after.append(trainer.model.state_dict()))
    assert [line["held_out_loss"] for line in trainer.progress.history] == losses
    assert trainer.progress.best_epoch == best
    kept, facts = checkpoint.load(trainer.best)
    assert facts["epoch"] == best
    for name, a in load_model(trainer.best).state_dict().items():
        np.testing.assert_array_equal(a, after[best - 1][name])
        np.testing.assert_array_equal(a, kept[name])


def test_held_out_images_are_not_trained_on(few: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(lenet5(), few, tmp_path, PLAN)
    assert len(trainer.held_out) == 120
    assert len(trainer.training_part) + len(trainer.held_out) == len(few)
    held = {image.tobytes() for image in trainer.held_out.images}
    assert not held & {image.tobytes() for image in trainer.training_part.images}


def test_what_is_told_on_the_way(few: Dataset, tmp_path: Path) -> None:
    steps: list[tuple[Score, int]] = []
    epochs: list[dict[str, float]] = []
    trainer = Trainer(lenet5(), few, tmp_path, Plan(epochs=2, batch_size=64, held_out=100))
    trainer.fit(on_step=lambda score, n: steps.append((score, n)), on_epoch=epochs.append)
    assert [n for _, n in steps] == [64] * 7 + [52] + [64] * 7 + [52]  # 500 images
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert epochs == trainer.progress.history
    for line, (score, _) in zip(epochs, (steps[7], steps[15]), strict=True):
        assert (line["loss"], line["accuracy"]) == score[:2]
    assert 0 < epochs[0]["seconds"] < epochs[1]["seconds"]
    assert epochs[1]["loss"] < epochs[0]["loss"]


def test_the_learning_rate_makes_one_cycle_over_the_whole_run(few: Dataset, tmp_path: Path) -> None:
    plan = Plan(epochs=3, batch_size=100, lr=0.002, held_out=100)
    trainer = Trainer(lenet5(), few, tmp_path, plan)
    rates: list[float] = []
    trainer.fit(on_step=lambda score, n: rates.append(trainer.optimizer.lr))
    assert rates == [one_cycle(step, 15, 0.002) for step in range(15)]


def test_a_finished_run_is_not_continued(few: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(lenet5(), few, tmp_path, Plan(epochs=1, held_out=100))
    trainer.fit()
    before = trainer.last.read_bytes()
    trainer.fit(on_step=lambda score, n: pytest.fail("a step after the end"))
    assert trainer.last.read_bytes() == before


def test_the_plan_of_the_run_that_is_resumed_counts(few: Dataset, tmp_path: Path) -> None:
    run_plan = Plan(epochs=2, batch_size=50, lr=1e-3, held_out=100, seed=9)
    first = Trainer(lenet5(), few, tmp_path, run_plan)
    fit_for(1, first)
    second = Trainer(lenet5(), few, tmp_path, Plan(epochs=7, held_out=50))
    second.resume()
    assert second.plan == run_plan
    assert len(second.held_out) == 100
    assert second.loader.batch_size == 50


def test_after_training_the_network_still_gives_the_gradient_of_its_pixels(few: Dataset, tmp_path: Path) -> None:
    """A saliency map needs it; that training had no use for it is no reason to lose it."""
    model = lenet5()
    Trainer(model, few, tmp_path, Plan(epochs=1, held_out=100)).fit()
    logits = model(few.normalize(few.images[:2]))
    grad = model.backward(np.ones_like(logits))
    assert grad is not None
    assert grad.shape == (2, 1, 28, 28)


class Backwards(Module):
    """Its first layer is set last: the order of attributes is not the order of the forward pass."""

    def __init__(self) -> None:
        self.head = Sequential(Conv2d(2, 3, 3, stride=4), ReLU(), Flatten(), Linear(3 * 36, 10))
        self.stem = Conv2d(1, 2, 3)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.head(self.stem(x))

    def backward(self, grad_out: np.ndarray) -> np.ndarray | None:
        return self.stem.backward(self.head.backward(grad_out))  # type: ignore[arg-type]


def test_any_order_of_attributes_can_be_trained(few: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(Backwards(), few, tmp_path, Plan(epochs=1, held_out=100))
    trainer.fit()
    assert trainer.finished


BAD_STATES = {
    "no file": (lambda arrays, facts: None, FileNotFoundError, "there is no such file"),
    "weights, not a state": (
        lambda arrays, facts: (arrays, FACTS),
        ValueError,
        "these are weights, not the state of a run",
    ),
    "no facts": (lambda arrays, facts: (arrays, {}), ValueError, "these are weights, not the state of a run"),
    "another network": (
        lambda arrays, facts: ({**arrays, "model.extra": np.zeros(1)}, facts),
        ValueError,
        "has unknown extra",
    ),
    "another optimiser": (
        lambda arrays, facts: ({k: a for k, a in arrays.items() if k != "optimizer.0.m"}, facts),
        ValueError,
        "this state belongs to another optimiser",
    ),
}


@pytest.mark.parametrize("name", BAD_STATES)
def test_a_state_that_is_none_gets_a_sentence(name: str, few: Dataset, tmp_path: Path) -> None:
    spoil, error, sentence = BAD_STATES[name]
    trainer = Trainer(lenet5(), few, tmp_path, Plan(epochs=2, held_out=100), FACTS)
    fit_for(1, trainer)
    spoilt = spoil(*checkpoint.load(trainer.last))
    if spoilt is None:
        trainer.last.unlink()
    else:
        checkpoint.save(trainer.last, *spoilt)
    with pytest.raises(error, match=f"{sentence}[^\n]*$"):
        Trainer(lenet5(), few, tmp_path, Plan(epochs=2, held_out=100), FACTS).resume()
