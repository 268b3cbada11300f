"""A run in the background is the same run: paused, stopped, taken up again, slowed down, broken."""

import time

import numpy as np
import pytest

from course.data import mnist
from course.models import lenet5
from course.training import Plan, Trainer
from course.training.background import BackgroundRun

DIGITS = mnist()[:1088]
PLAN = Plan(epochs=2, batch_size=64, held_out=64, lr=1e-3)


def make(folder, **plan):
    return Trainer(lenet5(seed=1), DIGITS, folder, Plan(**{**PLAN.__dict__, **plan}))


def weights(trainer):
    return np.concatenate([p.data.ravel() for p in trainer.model.parameters()])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    trainer = make(tmp_path_factory.mktemp("plain"))
    trainer.fit()
    return trainer


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def test_the_weights_are_those_of_a_plain_run(plain, tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.start()
    assert run.wait() == "finished"
    assert np.array_equal(weights(run.trainer), weights(plain))
    assert run.trainer.progress.history[0]["loss"] == plain.progress.history[0]["loss"]


def test_each_step_is_noted_with_its_own_loss(plain, tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.start()
    run.wait()
    assert len(run.steps) == 32
    assert [step.epoch for step in run.steps] == [(i + 1) / 16 for i in range(32)]
    means = [np.mean([step.loss for step in run.steps[i : i + 16]]) for i in (0, 16)]
    assert np.allclose(means, [line["loss"] for line in plain.progress.history])


def test_paused_and_stopped_and_gone_on_it_ends_with_the_same_weights(plain, tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.start()
    until(lambda: len(run.steps) >= 2)
    run.pause()
    time.sleep(0.2)
    held = len(run.steps)
    time.sleep(0.3)
    assert (run.state, len(run.steps)) == ("paused", held)
    run.start()
    until(lambda: len(run.steps) > held)
    run.stop()
    assert run.wait() == "stopped"
    stopped = len(run.steps)
    assert stopped < 32
    run.start()
    assert run.wait() == "finished"
    assert np.array_equal(weights(run.trainer), weights(plain))


def test_a_paused_run_can_be_stopped(tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.start()
    run.pause()
    run.stop()
    assert run.wait(20) == "stopped"
    assert not run.alive


def test_the_learning_rate_follows_its_factor(tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.lr_factor = 0.0
    before = weights(run.trainer)
    run.start()
    run.wait()
    assert {step.lr for step in run.steps} == {0.0}
    assert np.array_equal(weights(run.trainer), before)


def test_a_run_that_diverges_says_so_in_a_sentence(tmp_path):
    run = BackgroundRun(make(tmp_path))
    run.lr_factor = 1e30
    run.start()
    assert run.wait() == "failed"
    assert "smaller learning rate" in run.error


def test_any_other_error_becomes_a_sentence_too(tmp_path):
    run = BackgroundRun(make(tmp_path), on_step=lambda: 1 / 0)
    run.start()
    assert run.wait() == "failed"
    assert run.error == "The training ended with ZeroDivisionError: division by zero"
