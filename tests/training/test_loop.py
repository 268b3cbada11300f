"""The plain loop learns, and says the truth about how well."""

import numpy as np
import pytest

from course.data import DataLoader, Dataset, mnist
from course.models import lenet5
from course.nn import CrossEntropyLoss, Module
from course.optim import SGD, Adam
from course.training import evaluate, train, training_step


def test_it_learns() -> None:
    data, model = mnist()[:2000], lenet5(seed=0)
    test = mnist(train=False)[:1000]
    untrained = evaluate(model, test)
    train(model, DataLoader(data, 32, shuffle=True), Adam(model.parameters(), lr=2e-3), epochs=2)
    trained = evaluate(model, test)
    assert untrained.accuracy < 0.3
    assert trained.accuracy > 0.86  # 0.876 to 0.901 over three seeds
    assert trained.loss < 0.5  # 0.31 to 0.40


def test_a_step_is_forward_loss_backward_update(few: Dataset) -> None:
    model, same = lenet5(seed=1), lenet5(seed=1)
    images, labels = next(iter(DataLoader(few, 20)))
    for p in model.parameters():
        p.grad = np.full_like(p.data, 9)  # left over from elsewhere; a step must not add to it
    score = training_step(model, SGD(model.parameters(), lr=0.1), images, labels)

    loss = CrossEntropyLoss()
    logits = same(images)
    assert score.loss == loss(logits, labels)
    assert score.accuracy == (logits.argmax(axis=1) == labels).mean()
    same.backward(loss.backward())
    for mine, theirs in zip(model.parameters(), same.parameters(), strict=True):
        np.testing.assert_array_equal(mine.data, theirs.data - np.float32(0.1) * theirs.grad)


class Guess(Module):
    """Says 3 to everything, and remembers how often it was asked, and in which mode."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, bool]] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.asked.append((len(x), self.training))
        return np.tile(np.eye(10, dtype=np.float32)[3] * 5, (len(x), 1))


@pytest.mark.parametrize("training", [True, False])
def test_evaluate_counts_every_image_once_whatever_the_batches(training: bool, few: Dataset) -> None:
    model = Guess().train(training)
    score = evaluate(model, few, batch_size=256)
    assert model.asked == [(256, False), (256, False), (88, False)]
    assert model.training is training
    assert score.accuracy == pytest.approx((few.labels == 3).mean(), rel=1e-12)
    right, wrong = np.log(np.exp(5) + 9) - 5, np.log(np.exp(5) + 9)
    assert score.loss == pytest.approx(np.where(few.labels == 3, right, wrong).mean(), rel=1e-5)
