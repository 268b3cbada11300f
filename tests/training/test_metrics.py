"""Accuracy and mean Dice, beside a count by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.training import accuracy, mean_dice


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5), (2, 6)], ids=str)
def test_accuracy_is_the_share_of_right_answers(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    labels = rng.integers(0, 3, shape)
    outputs = rng.normal(size=(shape[0], 3, *shape[1:]))
    right = sum(outputs[(place[0], slice(None), *place[1:])].argmax() == labels[place] for place in np.ndindex(shape))
    assert accuracy(outputs, labels) == pytest.approx(right / labels.size)


@pytest.mark.parametrize(
    "outputs, labels",
    [
        ((4, 3), np.zeros(4)),
        ((4, 3), np.zeros((4, 3), int)),
        ((4, 1, 5, 5), np.zeros((4, 1, 5, 5), int)),
    ],
    ids=["floats", "a class for each output", "masks with a channel"],
)
def test_no_accuracy_without_classes(outputs: tuple[int, ...], labels: np.ndarray) -> None:
    assert math.isnan(accuracy(np.zeros(outputs), labels))


@given(seed=st.integers(0, 10**6), N=st.integers(1, 3), classes=st.integers(2, 4))
def test_mean_dice_by_hand(seed: int, N: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    labels, outputs = rng.integers(0, classes, (N, 2, 3)), rng.normal(size=(N, classes, 2, 3))
    found = []
    for n in range(N):
        said = outputs[n].argmax(axis=0)
        for c in range(1, classes):
            there, called = set(zip(*np.nonzero(labels[n] == c))), set(zip(*np.nonzero(said == c)))  # noqa: B905
            found.append(2 * len(there & called) / (len(there) + len(called)) if there | called else 1.0)
    assert mean_dice(outputs, labels) == pytest.approx(np.mean(found))


def test_a_mean_over_batches_is_the_mean_over_images(rng: np.random.Generator) -> None:
    labels, outputs = rng.integers(0, 3, (5, 4, 4)), rng.normal(size=(5, 3, 4, 4))
    parts = 2 * mean_dice(outputs[:2], labels[:2]) + 3 * mean_dice(outputs[2:], labels[2:])
    assert mean_dice(outputs, labels) == pytest.approx(parts / 5)
