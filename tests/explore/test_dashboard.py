"""The dashboard tells the numbers of the run, and its controls work while it trains."""

import time

import numpy as np
import pytest

from course.data import mnist
from course.explore import TrainingDashboard
from course.explore.dashboard.state import POINTS, look, make_curve
from course.models import lenet5, mlp
from course.training import Plan, Trainer
from course.training.background import Step

DIGITS = mnist()[:1088]


def trainer(folder, model=None, epochs=2):
    return Trainer(model or lenet5(seed=1), DIGITS, folder, Plan(epochs=epochs, held_out=64))


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def test_it_trains_to_the_end_and_says_how_well(read, tmp_path):
    dashboard = TrainingDashboard(trainer(tmp_path))
    sentence = dashboard.wait()
    history = dashboard.runs[0].trainer.progress.history
    assert f"{history[-1]['held_out_accuracy']:.1%} right" in sentence
    figure = read(dashboard.figure.value)
    assert sentence in figure.sentences()
    assert {"loss", "accuracy", "filters", "maps", "image", "answer"} <= figure.names()
    dots = [node for node in figure.part("loss").iter() if node.tag.endswith("circle")]
    assert len(dots) == 2
    assert dashboard.pause.disabled
    assert dashboard.stop.disabled
    assert len(dashboard.figure.value) < 30_000


def test_its_answer_is_the_networks(read, tmp_path):
    dashboard = TrainingDashboard(trainer(tmp_path, epochs=1), watch=mnist(train=False)[:9])
    dashboard.wait()
    dashboard.image.value = 4
    one = mnist(train=False)[4:5]
    model = dashboard.runs[0].trainer.model
    model.eval()
    logits = model(one.normalize(one.images))[0].astype(float)
    shares = np.exp(logits) / np.exp(logits).sum()
    words = read(dashboard.figure.value).words("answer")
    assert f"{shares.max():.0%}" in words
    assert f"▸ {one.labels[0]}" in words


def test_looking_leaves_the_training_as_it_is(tmp_path):
    plain = trainer(tmp_path / "plain")
    plain.fit()
    watched = trainer(tmp_path / "watched")
    TrainingDashboard(watched).wait()
    for a, b in zip(plain.model.parameters(), watched.model.parameters(), strict=True):
        assert np.array_equal(a.data, b.data)


def test_pause_stop_and_go_on(tmp_path):
    dashboard = TrainingDashboard(trainer(tmp_path, epochs=30))
    run = dashboard.runs[0]
    until(lambda: run.steps)
    dashboard.pause.click()
    assert run.state == "paused"
    assert dashboard.pause.description == "▶ Go on"
    dashboard.lr.value = 0.1
    dashboard.pause.click()
    assert run.state == "running"
    until(lambda: run.lr_factor == 0.1)
    dashboard.stop.click()
    assert "stopped" in dashboard.wait(20)
    before = len(run.steps)
    dashboard.pause.click()
    until(lambda: len(run.steps) > before)
    dashboard.stop.click()
    dashboard.wait(20)


def test_several_networks_train_one_after_the_other(read, tmp_path):
    dashboard = TrainingDashboard(
        {"net": trainer(tmp_path / "a", epochs=1), "mlp": trainer(tmp_path / "b", mlp(), epochs=1)}
    )
    assert dashboard.wait().startswith("mlp: finished")
    assert [run.state for run in dashboard.runs] == ["finished", "finished"]
    figure = read(dashboard.figure.value)
    lines = [node for node in figure.part("accuracy").iter() if node.tag.endswith("polyline")]
    assert len({(line.get("stroke"), line.get("stroke-dasharray")) for line in lines}) == 2
    assert "net" in figure.words("loss")
    assert "mlp" in figure.words("loss")


def test_a_run_that_diverges_is_told_in_its_sentence(tmp_path):
    dashboard = TrainingDashboard(trainer(tmp_path), start=False)
    dashboard.lr.max = 32
    dashboard.lr.value = 1e30
    dashboard.start()
    assert "smaller learning rate" in dashboard.wait()


def test_nothing_to_train_is_refused():
    with pytest.raises(ValueError, match="nothing to train"):
        TrainingDashboard({})


def test_long_curves_are_thinned_to_means():
    steps = [Step(i / 100, float(i), 0.5, 1e-3) for i in range(10 * POINTS)]
    curve = make_curve("a", steps, [])
    assert curve.steps.shape == (POINTS, 3)
    assert np.allclose(curve.steps[:, 1], 10 * np.arange(POINTS) + 4.5)
    assert curve.held_out.shape == (0, 3)


def test_a_network_without_convolutions_has_no_view():
    one = DIGITS[:1]
    assert look(mlp(), one.normalize(one.images), one.images[0], [str(c) for c in range(10)], 0) is None
