"""What a run can be given: another loss, metric, optimiser, schedule, validation set; patience, clipping; and what ends it."""

import re
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.data import Dataset
from course.nn import BatchNorm2d, Conv2d, DiceLoss, Flatten, Linear, Module, MSELoss, ReLU, Sequential
from course.optim import SGD, Adam, clip_grad_norm
from course.training import Plan, Score, Trainer, checkpoint, evaluate, mean_dice, training_step
from course.training import trainer as module

PLAN = Plan(epochs=2, batch_size=16, lr=0.02, held_out=20)


def classifier(seed: int = 0) -> Module:
    return Sequential(Flatten(), Linear(42, 3, rng=np.random.default_rng(seed)))


def segmenter(seed: int = 0) -> Module:
    rng = np.random.default_rng(seed)
    return Sequential(Conv2d(1, 4, 3, padding=1, rng=rng), BatchNorm2d(4), ReLU(), Conv2d(4, 2, 1, rng=rng))


def scripted(monkeypatch: pytest.MonkeyPatch, losses: list[float]) -> None:
    """Let the held-out images say these losses, one after another, whatever the network does."""
    told = iter(losses)
    monkeypatch.setattr(module, "evaluate", lambda model, data, **how: Score(next(told), 0.5))


@pytest.mark.parametrize(
    "losses, patience, epochs",
    [
        ([0.9, 0.8, 0.8, 0.9], 2, 4),
        ([0.9, 0.8, 0.9, 0.7, 0.9, 0.7], 2, 6),
        ([0.9, 0.9], 1, 2),
        ([0.9] * 8, None, 8),
    ],
)
def test_patience(
    losses: list[float],
    patience: int | None,
    epochs: int,
    stripes: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The run ends after so many epochs without a new best; equally good is not better."""
    scripted(monkeypatch, losses)
    trainer = Trainer(classifier(), stripes, tmp_path, Plan(epochs=8, batch_size=64, held_out=20, patience=patience))
    trainer.fit()
    assert trainer.finished
    assert len(trainer.progress.history) == epochs
    trainer.fit(on_step=lambda score, n: pytest.fail("a step after the end"))
    resumed = Trainer(classifier(), stripes, tmp_path, PLAN)
    resumed.resume()
    assert resumed.finished


def test_clipping(stripes: Dataset) -> None:
    """One step of plain SGD moves the weights by lr * clip, in the direction in which it would have moved them."""
    images, labels = stripes.normalize(stripes.images[:16]), stripes.labels[:16]

    def moved(clip: float | None) -> np.ndarray:
        model = classifier()
        before = model.state_dict()
        training_step(model, SGD(model.parameters(), lr=1.0), images, labels, clip=clip)
        return np.concatenate([(a - before[name]).ravel() for name, a in model.state_dict().items()]).astype(float)

    free, clipped = moved(None), moved(0.125)
    assert np.linalg.norm(free) > 0.25
    np.testing.assert_allclose(clipped, free * 0.125 / np.linalg.norm(free), rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(moved(100.0), free)


def test_the_plans_clip_is_followed(stripes: Dataset, tmp_path: Path) -> None:
    norms: list[float] = []

    def on_step(score: Score, n: int) -> None:
        norms.append(clip_grad_norm(trainer.optimizer.params, 1e9))  # the length of what the step has used

    trainer = Trainer(classifier(), stripes, tmp_path, Plan(epochs=1, batch_size=16, held_out=20, clip=0.125))
    trainer.fit(on_step)
    assert len(norms) == 5
    assert max(norms) == pytest.approx(0.125, rel=1e-3)


def test_a_validation_set_of_ones_own(stripes: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(classifier(), stripes[:70], tmp_path, PLAN, validation=stripes[70:])
    assert trainer.training_part.images is not None
    np.testing.assert_array_equal(trainer.training_part.images, stripes.images[:70])
    trainer.fit()
    assert trainer.progress.history[-1]["held_out_loss"] == evaluate(trainer.model, stripes[70:]).loss


def test_an_optimizer_and_a_schedule_of_ones_own(stripes: Dataset, tmp_path: Path) -> None:
    rates: list[float] = []

    def schedule(step: int, steps: int, lr: float) -> float:
        return lr * (steps - step) / steps

    trainer = Trainer(classifier(), stripes, tmp_path, PLAN, optimizer=partial(SGD, momentum=0.5), schedule=schedule)
    assert isinstance(trainer.optimizer, SGD)
    assert trainer.optimizer.momentum == 0.5
    trainer.fit(on_step=lambda score, n: rates.append(trainer.optimizer.lr))
    assert rates == pytest.approx([0.02 * (10 - step) / 10 for step in range(10)])


def test_augmentation_is_for_training_only(stripes: Dataset, tmp_path: Path) -> None:
    seen: list[int] = []

    def dark(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        seen.append(len(images))
        return np.zeros_like(images)

    trainer = Trainer(classifier(), stripes, tmp_path, PLAN, augment=dark)
    trainer.fit()
    assert seen == [16, 16, 16, 16, 6] * 2
    weight = trainer.model.state_dict()["1.weight"]
    assert np.ptp(weight - classifier().state_dict()["1.weight"], axis=1).max() < 1e-6  # no pixel differed from another
    assert trainer.progress.history[-1]["held_out_loss"] == evaluate(trainer.model, trainer.held_out).loss


def test_segmentation_with_dice(masks: Dataset, tmp_path: Path) -> None:
    plan = Plan(epochs=12, batch_size=10, lr=0.03, held_out=20)
    trainer = Trainer(segmenter(), masks, tmp_path, plan, loss=DiceLoss(), metric=mean_dice)
    untrained = evaluate(trainer.model, trainer.held_out, loss=DiceLoss(), metric=mean_dice)
    trainer.fit()
    line = trainer.progress.history[-1]
    held_out = evaluate(trainer.model, trainer.held_out, loss=DiceLoss(), metric=mean_dice)
    assert (line["held_out_loss"], line["held_out_accuracy"], line["held_out_metric"]) == held_out
    assert untrained.metric is not None and untrained.metric < 0.7
    assert line["held_out_metric"] > 0.9  # every pixel says by itself what it is
    assert line["held_out_accuracy"] > 0.9
    assert checkpoint.load(trainer.last)[1]["progress"]["history"] == trainer.progress.history


def test_accuracy_in_segmentation_is_of_pixels(masks: Dataset) -> None:
    model = segmenter()
    found = model.eval()(masks.normalize(masks.images)).argmax(axis=1)
    assert evaluate(model, masks, batch_size=32).accuracy == pytest.approx((found == masks.labels).mean())


def test_a_loss_without_classes(stripes: Dataset, tmp_path: Path) -> None:
    """Numbers to be hit: there is no accuracy, and the run goes on without."""
    wanted = stripes.images.mean(axis=(2, 3)).astype(np.float32) / 100  # (N, 1)
    data = Dataset(stripes.images, wanted, (), stripes.normalize)
    model = Sequential(Flatten(), Linear(42, 1, rng=np.random.default_rng(0)))
    trainer = Trainer(model, data, tmp_path, Plan(epochs=6, batch_size=8, lr=0.01, held_out=20), loss=MSELoss())
    trainer.fit()
    assert np.isnan(trainer.progress.history[-1]["accuracy"])
    assert trainer.progress.history[-1]["held_out_loss"] < 0.2 * trainer.progress.history[0]["loss"]
    again = Trainer(model, data, tmp_path, PLAN, loss=MSELoss())
    again.resume()
    assert again.finished


def test_stopped_from_another_thread(stripes: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(classifier(), stripes, tmp_path, Plan(epochs=10**6, batch_size=16, held_out=20))
    begun = threading.Event()
    thread = threading.Thread(target=trainer.fit, args=(lambda score, n: begun.set(),))
    thread.start()
    assert begun.wait(30)
    trainer.stop()
    thread.join(30)
    assert not thread.is_alive()
    resumed = Trainer(classifier(), stripes, tmp_path, PLAN)
    resumed.resume()
    assert (resumed.progress.epoch, resumed.progress.step) == (trainer.progress.epoch, trainer.progress.step)


class Breaks(Sequential):
    """A network whose numbers leave the finite ones in a given forward pass in training."""

    def __init__(self, at: int, how: Callable[[Module], object]) -> None:
        super().__init__(classifier())
        self._at, self._how, self._passes = at, how, 0

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._passes += self.training
        if self._passes == self._at:
            self._how(self)
        return super().forward(x)


def to_nan(model: Module) -> None:
    for p in model.parameters():
        p.data = p.data * np.float32(np.nan)


BREAKS: dict[str, tuple[int, str]] = {
    # 70 images are 5 steps an epoch
    "in the first step": (
        1,
        "the loss is nan in step 1 of epoch 1, before any weight was changed; look for nan or inf in the images and labels.",
    ),
    "in the first epoch": (
        3,
        "the loss is nan in step 3 of epoch 1, so the weights are lost; start again with a smaller learning rate than 0.02 or "
        "clip the gradient, as in Plan(clip=1).",
    ),
    "in the second epoch": (
        7,
        "the loss is nan in step 2 of epoch 2, so the weights are lost; start again with a smaller learning rate than 0.02 or "
        "clip the gradient, as in Plan(clip=1); until then BEST still holds the best ones.",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_loss_that_is_no_number(name: str, stripes: Dataset, tmp_path: Path) -> None:
    at, sentence = BREAKS[name]
    files: dict[str, bytes] = {}

    def on_epoch(line: dict[str, float]) -> None:
        """`last` is written after this is called, so what is compared are the best weights."""
        files["best.safetensors"] = trainer.best.read_bytes()

    trainer = Trainer(Breaks(at, to_nan), stripes, tmp_path, PLAN)
    with pytest.raises(ValueError) as error:
        trainer.fit(on_epoch=on_epoch)
    assert str(error.value) == sentence.replace("BEST", str(trainer.best))
    assert {path.name for path in tmp_path.iterdir()} == ({"best.safetensors", "last.safetensors"} if at > 5 else set())
    if at > 5:
        assert trainer.best.read_bytes() == files["best.safetensors"]
        assert checkpoint.load(trainer.last)[1]["progress"]["epoch"] == 1
        resumed = Trainer(classifier(), stripes, tmp_path, PLAN, optimizer=Adam)
        with pytest.raises(ValueError, match="lacks"):  # the names differ by the network around it
            resumed.resume()


class Leaves(Sequential):
    """The loss of a given step is finite; the weights that this step leaves are not."""

    def __init__(self, at: int) -> None:
        super().__init__(classifier())
        self._at, self._steps = at, 0

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        self._steps += 1
        return super().backward(grad_out * (np.inf if self._steps == self._at else 1))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_weights_that_are_no_numbers_are_never_saved(stripes: Dataset, tmp_path: Path) -> None:
    trainer = Trainer(Leaves(at=10), stripes, tmp_path, PLAN)  # the last one of all
    with pytest.raises(
        ValueError, match=r"^(the loss on the held-out part is nan|.* is no longer finite) in epoch 2, so"
    ):
        trainer.fit()
    for path in (trainer.best, trainer.last):
        arrays, facts = checkpoint.load(path)
        assert all(np.isfinite(a).all() for a in arrays.values())
    assert facts["progress"]["epoch"] == 1


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_stop_right_after_the_weights_broke_saves_nothing(stripes: Dataset, tmp_path: Path) -> None:
    """The loss of a step is of the weights before it; a stop must not look at the loss alone."""
    trainer = Trainer(Leaves(at=8), stripes, tmp_path, PLAN)
    steps: list[int] = []

    def on_step(score: Score, n: int) -> None:
        steps.append(n)
        if len(steps) == 8:  # in the middle of the second epoch
            trainer.stop()

    with pytest.raises(ValueError, match=r"^0\.1\.weight is no longer finite in epoch 2, so the weights are lost"):
        trainer.fit(on_step)
    assert checkpoint.load(trainer.last)[1]["progress"]["epoch"] == 1


def test_a_stopped_trainer_can_be_started_again(stripes: Dataset, tmp_path: Path) -> None:
    """A stop that ended in an error is over."""
    trainer = Trainer(classifier(), stripes, tmp_path, PLAN)

    def broken(score: Score, n: int) -> None:
        trainer.stop()
        raise KeyError

    with pytest.raises(KeyError):
        trainer.fit(broken)
    trainer.fit()
    assert trainer.finished


@pytest.mark.parametrize(
    "make, sentence",
    [
        (
            lambda data, folder: Trainer(classifier(), data[:0], folder, PLAN, validation=data),
            "Trainer: there are no images to train on; the set is empty.",
        ),
        (
            lambda data, folder: Trainer(classifier(), data, folder, PLAN, validation=data[:0]),
            "Trainer: there are no images to choose the best weights by; the set is empty.",
        ),
        (
            lambda data, folder: evaluate(classifier(), data[:0]),
            "evaluate: the data set is empty, and a mean over no images is no number; give it some.",
        ),
        (
            lambda data, folder: Trainer(classifier(), data, folder, Plan(held_out=90)),
            "split: held_out is 90, but it must leave something of 90 images on both sides.",
        ),
    ],
)
def test_no_images(make: Callable[..., Any], sentence: str, stripes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        make(stripes, tmp_path)


@pytest.mark.parametrize(
    "argument, value, rest",
    [
        ("epochs", 0, "a whole number of at least 1"),
        ("batch_size", 2.5, "a whole number of at least 1"),
        ("lr", -1, "a finite number of at least 0"),
        ("lr", float("nan"), "a finite number of at least 0"),
        ("held_out", -1, "a whole number of at least 0"),
        ("seed", -1, "a whole number of at least 0"),
        ("patience", 0, "a whole number of at least 1"),
        ("clip", -0.1, "a finite number of at least 0"),
    ],
)
def test_plans_that_make_no_sense(argument: str, value: float, rest: str) -> None:
    with pytest.raises(ValueError, match=f"^Plan: {argument} is {re.escape(repr(value))}; it must be {rest}\\.$"):
        Plan(**{argument: value})


def test_numbers_of_numpys_may_stand_in_a_plan(stripes: Dataset, tmp_path: Path) -> None:
    plan = Plan(epochs=np.int64(1), lr=np.float32(0.01), held_out=np.int16(20), clip=np.float64(2))  # type: ignore[arg-type]
    Trainer(classifier(), stripes, tmp_path, plan).fit()
