"""Stopped and taken up, a run ends with the same bits, whatever the network, the optimiser and the loader keep or draw."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.data import Dataset
from course.nn import BatchNorm2d, Conv2d, Dropout, Dropout2d, Flatten, Linear, Module, ReLU, Residual, Sequential
from course.optim import SGD, Adagrad, Adam, AdamW, RMSprop, cosine
from course.training import Plan, Score, Trainer, checkpoint, evaluate
from course.training import trainer as module

PLAN = Plan(epochs=3, batch_size=16, lr=0.02, held_out=20, seed=3, clip=0.5)  # 70 images are 5 steps an epoch
OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "RMSprop": partial(RMSprop, momentum=0.5),
    "Adam": Adam,
    "AdamW": AdamW,
}


def network(seed: int) -> Module:
    """Everything that has more state than its weights: running statistics, and masks drawn by three generators."""
    rng = np.random.default_rng(seed)
    return Sequential(
        Conv2d(1, 4, 3, padding=1, bias=False, rng=rng),
        BatchNorm2d(4),
        ReLU(),
        Dropout2d(0.2, rng),
        Residual(Sequential(Conv2d(4, 4, 3, padding=1, rng=rng), BatchNorm2d(4, momentum=None), Dropout(0.3, rng))),
        Flatten(),
        Dropout(0.4, rng),
        Linear(4 * 6 * 7, 3, rng=rng),
    )


def mirrored(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random((len(images), 1, 1, 1)) < 0.5, images, images[..., ::-1])


def trainer(data: Dataset, folder: Path, seed: int = 1, **how: Any) -> Trainer:
    how = {"optimizer": Adam, "schedule": cosine, "augment": mirrored, **how}
    return Trainer(network(seed), data, folder, PLAN, {"model": "of the test"}, **how)


def fit_for(steps: int, trainer: Trainer) -> None:
    done: list[int] = []

    def on_step(score: Score, n: int) -> None:
        done.append(n)
        if len(done) == steps:
            trainer.stop()

    trainer.fit(on_step)
    assert len(done) == steps


def without_seconds(facts: checkpoint.Facts) -> checkpoint.Facts:
    progress = {key: value for key, value in facts["progress"].items() if key not in ("seconds", "history")}
    history = [{key: v for key, v in line.items() if key != "seconds"} for line in facts["progress"]["history"]]
    return {**facts, "progress": progress, "history": history}


def same_file(one: Path, other: Path) -> None:
    (arrays, facts), (others, other_facts) = checkpoint.load(one), checkpoint.load(other)
    assert arrays.keys() == others.keys()
    for name, a in arrays.items():
        assert a.tobytes() == others[name].tobytes(), name
    if "progress" in facts:
        facts, other_facts = without_seconds(facts), without_seconds(other_facts)
    assert facts == other_facts


def parts_are_the_whole(data: Dataset, folder: Path, stops: tuple[int, ...], **how: Any) -> None:
    whole = trainer(data, folder / "whole", **how)
    whole.fit()
    for i, steps in enumerate(stops):
        part = trainer(
            data, folder / "parts", seed=1 + i, **how
        )  # a fresh process has other weights, and other generators
        if i:
            part.resume()
        fit_for(steps, part)
    part = trainer(data, folder / "parts", seed=99, **how)
    part.resume()
    part.fit()
    same_file(whole.last, part.last)
    same_file(whole.best, part.best)
    for name, a in whole.model.state_dict().items():
        assert a.tobytes() == part.model.state_dict()[name].tobytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name: str, stripes: Dataset, tmp_path: Path) -> None:
    parts_are_the_whole(stripes, tmp_path, (2, 6), optimizer=OPTIMIZERS[name])


@pytest.mark.parametrize("stops", [(1,), (5,), (4, 1, 7), (14,)], ids=str)
def test_stops_in_and_between_epochs(stops: tuple[int, ...], stripes: Dataset, tmp_path: Path) -> None:
    parts_are_the_whole(stripes, tmp_path, stops)


def test_with_workers(stripes: Dataset, tmp_path: Path) -> None:
    parts_are_the_whole(stripes, tmp_path, (3,), workers=2)


def test_the_same_trainer_may_go_on_without_the_file(stripes: Dataset, tmp_path: Path) -> None:
    whole, parts = trainer(stripes, tmp_path / "whole"), trainer(stripes, tmp_path / "parts")
    whole.fit()
    fit_for(7, parts)
    parts.fit()
    same_file(whole.last, parts.last)


def test_looking_at_the_network_between_epochs_changes_nothing(stripes: Dataset, tmp_path: Path) -> None:
    whole, watched = trainer(stripes, tmp_path / "whole"), trainer(stripes, tmp_path / "watched")
    whole.fit()
    watched.fit(on_epoch=lambda line: evaluate(watched.model, stripes))
    same_file(whole.last, watched.last)


def test_a_stop_in_a_lucky_moment_does_not_change_what_is_kept(
    stripes: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-way through an epoch the network may do better than it does at any end; a run without a stop never sees that."""

    def scripted() -> None:
        told = iter([0.6, 0.5, 0.4])  # one for each end: the moment of a stop in the second epoch is not even looked at
        monkeypatch.setattr(module, "evaluate", lambda model, data, **how: Score(next(told), 0.5))

    scripted()
    whole = trainer(stripes, tmp_path / "whole")
    whole.fit()
    scripted()
    fit_for(7, trainer(stripes, tmp_path / "parts"))
    parts = trainer(stripes, tmp_path / "parts")
    parts.resume()
    parts.fit()
    same_file(whole.last, parts.last)
    same_file(whole.best, parts.best)


def test_every_part_matters(stripes: Dataset, tmp_path: Path) -> None:
    """What the tests above compare would differ, were one part of the state forgotten."""
    fit_for(7, trainer(stripes, tmp_path))
    state = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def ended(forget: Callable[[Trainer], object]) -> dict[str, np.ndarray]:
        for name, raw in state.items():
            (tmp_path / name).write_bytes(raw)
        part = trainer(stripes, tmp_path, seed=50)
        part.resume()
        forget(part)
        part.fit()
        return part.model.state_dict()

    def forget_statistics(t: Trainer) -> None:
        t.model[1].running_mean.data = np.zeros(4, np.float32)  # type: ignore[index]

    def forget_the_masks(t: Trainer) -> None:
        t.model[3].rng.random()  # type: ignore[index]

    def forget_the_optimizer(t: Trainer) -> None:
        t.optimizer = Adam(t.model.parameters(), PLAN.lr)

    right = ended(lambda t: None)
    for forget in (forget_statistics, forget_the_masks, forget_the_optimizer):
        wrong = ended(forget)
        assert any(right[name].tobytes() != wrong[name].tobytes() for name in right), forget.__name__


REFUSED: dict[str, tuple[Callable[[Dataset, Path], Trainer], str]] = {
    "another optimizer": (
        lambda data, folder: trainer(data, folder, optimizer=AdamW),
        "the run was started with optimizer=Adam, but this trainer has optimizer=AdamW.",
    ),
    "other data": (
        lambda data, folder: trainer(data[:80], folder),
        "the run was started with images=70, but this trainer has images=60.",
    ),
    "another loss": (
        lambda data, folder: trainer(data, folder, loss=type("Other", (), {})()),
        "the run was started with loss=CrossEntropyLoss, but this trainer has loss=Other.",
    ),
    "no dropout": (
        lambda data, folder: Trainer(Sequential(Linear(42, 3)), data, folder, PLAN),
        "the generators of the run's network are ['3.rng', '4.body.2.rng', '6.rng'], but this one's are [].",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_go_on(name: str, stripes: Dataset, tmp_path: Path) -> None:
    fit_for(7, trainer(stripes, tmp_path))
    make, sentence = REFUSED[name]
    other = make(stripes, tmp_path)
    before = other.model.state_dict()
    with pytest.raises(ValueError) as error:
        other.resume()
    assert str(error.value) == f"{other.last}: {sentence}"
    for key, a in other.model.state_dict().items():
        np.testing.assert_array_equal(a, before[key])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda facts: facts["plan"].update(cut_out=7),
        lambda facts: facts["progress"].update(mood="good"),
        lambda facts: facts.update(plan=None),
        lambda facts: facts["generators"].update({"6.rng": {"bit_generator": "PCG64"}}),
    ],
    ids=["unknown plan", "unknown progress", "no plan", "half a generator"],
)
def test_the_state_of_another_version(spoil: Callable[..., Any], stripes: Dataset, tmp_path: Path) -> None:
    first = trainer(stripes, tmp_path)
    fit_for(2, first)
    arrays, facts = checkpoint.load(first.last)
    spoil(facts)
    checkpoint.save(first.last, arrays, facts)
    with pytest.raises(ValueError) as error:
        trainer(stripes, tmp_path).resume()
    assert str(error.value) == f"{first.last}: this run was started by another version of the course."


def test_an_older_plan_without_patience_and_clip_is_understood(stripes: Dataset, tmp_path: Path) -> None:
    first = trainer(stripes, tmp_path)
    fit_for(2, first)
    arrays, facts = checkpoint.load(first.last)
    del facts["plan"]["patience"], facts["plan"]["clip"]
    checkpoint.save(first.last, arrays, facts)
    second = trainer(stripes, tmp_path)
    second.resume()
    assert (second.plan.patience, second.plan.clip) == (None, None)
