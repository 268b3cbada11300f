"""What unit 10 promises: its numbers, its bands from other starts, and patients that can be told apart by their plots."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.registry import find
from course.data import Normalization, mnist
from course.explore.clinic.patients import NAMES, Record, patient, recipe, train
from course.models import mlp
from course.optim import adam_step, rmsprop_step, sgd_step
from course.training import Plan, Trainer, evaluate, load_model
from tests.units.seeds import SEEDS

SOURCE = (Path(__file__).parents[2] / "solutions" / "10_optimisers.py").read_text()


def test_the_worked_examples_come_out():
    one = np.ones(1)
    param, velocity = sgd_step(one, 0.5 * one, 2 * one, lr=0.1, momentum=0.9)
    assert np.allclose([param[0], velocity[0]], [0.77, 2.3])
    param, square_avg = rmsprop_step(one, 5 * one, 0 * one, lr=0.1, alpha=0.75)
    assert np.allclose([param[0], square_avg[0]], [1 - 0.1 * 2, 6.25])
    param, m, v = adam_step(one, 5 * one, 0 * one, 0 * one, t=1, lr=0.1)
    assert np.allclose([param[0], m[0], v[0]], [0.9, 0.5, 0.025])
    first, _ = rmsprop_step(one, 5 * one, 0 * one, lr=0.01)
    assert math.isclose(1 - first[0], 10 * 0.01, rel_tol=1e-6)
    assert round(math.degrees(math.atan2(0.6, 0.8))) == 37
    assert round(math.log(10), 2) == 2.30


def test_raw_pixels_make_the_valley_steeper():
    spread = 255 * mnist().normalize.std
    assert round(spread) == 79
    assert 6000 < spread**2 < 6500


def test_the_unit_trains_as_this_test_does():
    assert "plan = Plan(epochs=3 if FAST else 30, batch_size=50, lr=1e-3, patience=patience, seed=seed)" in SOURCE
    assert "data.split(held_out=1000, seed=0)" in SOURCE


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_promised_overfitting(seed, tmp_path):
    training_part, held_out = mnist()[:2000].split(1000, seed=0)
    normalize = Normalization.of(training_part.images)
    training_part, held_out = (replace(part, normalize=normalize) for part in (training_part, held_out))
    trainer = Trainer(
        mlp(seed=seed),
        training_part,
        tmp_path,
        Plan(epochs=30, batch_size=50, lr=1e-3, seed=seed),
        {"model": "mlp"},
        validation=held_out,
        schedule=lambda step, steps, lr: lr,
    )
    trainer.fit()
    history = trainer.progress.history
    losses = [line["held_out_loss"] for line in history]
    first, last = map(int, re.search(r"least after (\d+) to (\d+) epochs", SOURCE).groups())
    best = int(np.argmin(losses))
    assert first <= best + 1 <= last
    assert losses[-1] > 1.2 * min(losses)
    assert history[-1]["held_out_accuracy"] > history[best]["held_out_accuracy"] - 0.015
    assert history[-1]["accuracy"] == 1
    low, high = map(int, re.search(r"Between (\d+) % and (\d+) % of the test digits", SOURCE).groups())
    test = replace(mnist(train=False), normalize=normalize)
    assert low / 100 <= evaluate(load_model(trainer.best), test).accuracy <= high / 100


def diagnosis(record: Record) -> int:
    """What the plots say, by plain thresholds."""
    leaps = np.abs(np.diff(record.losses[len(record.losses) // 2 :])).mean()
    if record.agreement < 0.95:
        return 3
    if record.silent.min() > 0.95:
        return 1
    if record.spread[-1] < 0.01 * record.spread[0]:
        return 2
    if record.training[-1, 2] > 0.5 and record.held_out[-1, 2] < 0.2:
        return 4
    return 5 if leaps > 0.2 else 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_each_patient_is_told_apart_by_its_plots(seed):
    answers = find("clinic")[0].oracle() | {"healthy": 0}
    assert {name: diagnosis(train(recipe(name), seed)) for name in NAMES} == answers


@pytest.mark.slow
def test_what_the_sentences_on_wrong_diagnoses_say_is_so():
    a, b, c, e = (patient(name) for name in "ABCE")
    assert 0.7 < a.held_out[-1, 2] < 0.8, "three in four are right"
    assert 0.4 < b.silent.max() < 0.6, "half of one layer is silent"
    assert b.held_out[-1, 2] > 0.5
    assert c.held_out[6, 2] > 0.7 > 0.2 > c.held_out[7, 2], "well until the eighth epoch"
    assert e.silent.max() < 0.5
    assert e.training[-1, 2] < 0.2
