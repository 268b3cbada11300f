"""What a network answers, and how well: confusion, overlap, mistakes, doubt, and images that move."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.data import mnist
from course.data.dataset import Dataset, Normalization
from course.functional import conv2d_forward, cross_entropy_forward, max_pool2d_forward, softmax
from course.insight import (
    Mistake,
    confusion_matrix,
    dice_scores,
    equivariance,
    invariance_curve,
    mean_iou,
    shift,
    uncertainty,
    worst_mistakes,
)
from course.models import lenet5
from course.nn import Conv2d, Dropout, Dropout2d, Flatten, Linear, Sequential


@given(st.integers(1, 5), st.integers(0, 40), st.integers(0, 99))
def test_confusion_counted_one_by_one(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, predictions = rng.integers(classes, size=(2, n))
    matrix = confusion_matrix(labels, predictions, classes)
    for i, j in np.ndindex(classes, classes):
        assert matrix.counts[i, j] == sum(a == i and b == j for a, b in zip(labels, predictions, strict=True))
    np.testing.assert_equal(matrix.accuracy, (labels == predictions).mean() if n else np.nan)
    for c in range(classes):
        true, predicted = {*np.flatnonzero(labels == c)}, {*np.flatnonzero(predictions == c)}
        both = len(true & predicted)
        np.testing.assert_equal(matrix.recall[c], both / len(true) if true else np.nan)
        np.testing.assert_equal(matrix.precision[c], both / len(predicted) if predicted else np.nan)
        np.testing.assert_equal(matrix.iou[c], both / len(true | predicted) if true | predicted else np.nan)
        np.testing.assert_equal(matrix.dice[c], 2 * both / (len(true) + len(predicted)) if true | predicted else np.nan)
    np.testing.assert_equal(dice_scores(labels, predictions, classes), matrix.dice)
    known = [v for v in matrix.iou if not np.isnan(v)]
    np.testing.assert_allclose(mean_iou(labels, predictions, classes), np.mean(known) if known else np.nan)


def test_the_commonest_mistakes() -> None:
    matrix = confusion_matrix(np.array([0, 0, 0, 1, 2, 2]), np.array([1, 1, 0, 1, 0, 1]), ("a", "b", "c"))
    assert matrix.worst(2) == [("a", "b", 2), ("c", "a", 1)]
    assert matrix.worst() == [("a", "b", 2), ("c", "a", 1), ("c", "b", 1)]


def test_segmentations_count_by_pixel() -> None:
    """Two squares of 4x4 that share 2x4 pixels, in an image of 8x8."""
    labels, predictions = np.zeros((2, 1, 8, 8), np.int64)
    labels[:, 2:6, 2:6] = 1
    predictions[:, 4:8, 2:6] = 1
    np.testing.assert_allclose(dice_scores(labels, predictions, 2), [2 * 40 / 96, 0.5])
    assert mean_iou(labels, predictions, 2) == pytest.approx((40 / 56 + 8 / 24) / 2)


CONFUSED = {
    "shapes": (
        lambda: confusion_matrix(np.zeros(3, int), np.zeros((3, 10)), 10),
        "confusion_matrix: labels have shape (3,), but predictions (3, 10); of logits, take argmax(axis=1) first.",
    ),
    "floats": (
        lambda: confusion_matrix(np.zeros(3, int), np.zeros(3), 10),
        "confusion_matrix: predictions have dtype float64; they must be integers.",
    ),
    "range": (
        lambda: confusion_matrix(np.array([1, 3]), np.zeros(2, int), ("a", "b", "c")),
        "confusion_matrix: labels run from 1 to 3, but there are 3 classes, 0 .. 2.",
    ),
}


@pytest.mark.parametrize("name", CONFUSED)
def test_bad_input_gets_one_sentence(name: str) -> None:
    call, sentence = CONFUSED[name]
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == sentence


def test_worst_mistakes_are_the_largest_losses() -> None:
    model, data = lenet5(seed=1), mnist(train=False)[:230]
    found = worst_mistakes(model, data, n=9, batch_size=100)
    logits = model(data.normalize(data.images)).astype(np.float64)
    losses = np.array([cross_entropy_forward(z[None], y[None]) for z, y in zip(logits, data.labels, strict=True)])
    losses[logits.argmax(axis=1) == data.labels] = -1
    order = np.argsort(-losses)[:9]
    assert [mistake.index for mistake in found] == order.tolist()
    for mistake, i in zip(found, order, strict=True):
        assert (mistake.label, mistake.prediction) == (data.labels[i], logits[i].argmax())
        assert mistake.loss == pytest.approx(losses[i])
        assert mistake.confidence == pytest.approx(softmax(logits[i]).max())


def test_a_network_without_mistakes_has_none() -> None:
    model = Sequential(Flatten(), Linear(1, 2))
    model[1].weight.data, model[1].bias.data = np.array([[-900.0], [900.0]]), np.array([450.0, -450.0])
    images, labels = np.array([0, 255, 0, 255], np.uint8).reshape(4, 1, 1, 1), np.array([0, 1, 0, 1])
    assert worst_mistakes(model, Dataset(images, labels, ("no", "yes"), Normalization(0, 1))) == []
    (mistake,) = worst_mistakes(model, Dataset(images[:1], labels[1:2], ("no", "yes"), Normalization(0, 1)))
    assert mistake == Mistake(0, 1, 0, 900.0, 1.0)  # the probability of its class rounds to 0, its logarithm does not


def test_doubt_by_hand(rng: np.random.Generator) -> None:
    """One number that is dropped or doubled: two answers, and how often each."""
    model = Sequential(Dropout(0.25), Linear(1, 3))
    model[1].weight.data, model[1].bias.data = np.array([[1.0], [0.0], [-2.0]]), np.array([0.3, 0.0, -0.1])
    x = np.array([[0.6], [2.0]])
    doubt = uncertainty(model, x, samples=4000)
    kept, dropped = softmax(x / 0.75 @ model[1].weight.data.T + model[1].bias.data), softmax(model[1].bias.data)
    mean = 0.75 * kept + 0.25 * dropped
    np.testing.assert_allclose(doubt.mean, mean, atol=0.02)

    def entropy(p: np.ndarray) -> np.ndarray:
        return -(p * np.log(p)).sum(axis=-1)

    np.testing.assert_allclose(doubt.entropy, entropy(mean), atol=0.02)
    each = 0.75 * entropy(kept) + 0.25 * entropy(dropped)
    np.testing.assert_allclose(doubt.mutual_information, entropy(mean) - each, atol=0.02)
    assert [a.dtype for a in doubt] == [np.float64] * 3


def test_passes_differ_by_dropout_alone_and_by_the_seed(rng: np.random.Generator) -> None:
    model = Sequential(Conv2d(1, 4, 3), Dropout2d(0.5), Flatten(), Dropout(0.2), Linear(16, 3))
    x = rng.normal(size=(5, 1, 4, 4))
    one, same, other = (uncertainty(model, x, samples=7, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.mean, same.mean)
    assert not np.array_equal(one.mean, other.mean)
    sure = Sequential(Dropout(0.0), Flatten(), Linear(16, 3))
    answer = uncertainty(sure, np.tile(x, (20, 1, 1, 1)) * np.linspace(0.1, 3, 100)[:, None, None, None], samples=7)
    assert (answer.mutual_information >= 0).all()
    answer = uncertainty(sure, x, samples=3)
    np.testing.assert_allclose(answer.mean, softmax(sure(x)))
    np.testing.assert_allclose(answer.mutual_information, 0, atol=1e-12)


def test_doubt_about_every_pixel(rng: np.random.Generator) -> None:
    model = Sequential(Dropout(0.5), Conv2d(1, 3, 3, padding=1))
    doubt = uncertainty(model, rng.normal(size=(2, 1, 5, 6)), samples=4)
    assert [a.shape for a in doubt] == [(2, 3, 5, 6), (2, 5, 6), (2, 5, 6)]
    np.testing.assert_allclose(doubt.mean.sum(axis=1), 1)
    assert (doubt.entropy <= np.log(3) + 1e-12).all()
    assert (doubt.mutual_information <= doubt.entropy).all()


def rolled(down: int, across: int) -> Any:
    return lambda x: np.roll(x, (down, across), axis=(2, 3))


def test_convolution_is_equivariant_to_shifts_and_not_to_rotation(rng: np.random.Generator) -> None:
    x, weight = rng.normal(size=(2, 3, 14, 14)), rng.normal(size=(4, 3, 3, 3))
    padded = equivariance(lambda a: conv2d_forward(a, weight, padding=1), rolled(2, -1), x, margin=3)
    assert padded.error < 1e-12
    assert padded.difference.shape == (2, 4, 14, 14)
    assert abs(padded.difference[:, :, 0]).max() > 0.1  # zeros come in where the image was rolled round
    assert abs(padded.difference[:, :, 3:-3, 3:-3]).max() < 1e-12
    turned = equivariance(lambda a: conv2d_forward(a, weight), lambda a: np.rot90(a, axes=(2, 3)), x)
    assert turned.error > 0.5


def test_stride_allows_shifts_by_the_stride_alone(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1, 1, 12, 12))
    errors = [
        equivariance(lambda a: max_pool2d_forward(a, 3), rolled(0, n), x, transform_out=rolled(0, n // 3)).error
        for n in (1, 2, 3, 6)
    ]
    assert errors[2:] == [0, 0]
    assert min(errors[:2]) > 0.1


def test_the_error_is_relative(rng: np.random.Generator) -> None:
    """f answers to where it is: a ramp times the image, moved by one pixel of seven."""
    x, ramp = rng.normal(size=(1, 1, 5, 7)), np.arange(7.0)
    found = equivariance(lambda a: a * ramp, rolled(0, 1), x)
    before, after = np.roll(x, 1, axis=3) * ramp, np.roll(x * ramp, 1, axis=3)
    assert found.error == pytest.approx(np.sqrt(((before - after) ** 2).mean() / (before**2).mean()))
    np.testing.assert_array_equal(found.difference, before - after)
    assert equivariance(lambda a: 100 * a * ramp, rolled(0, 1), x).error == pytest.approx(found.error)


def test_invariance_falls_as_images_move() -> None:
    """A network that compares the halves of an image: a bar on the left is class 0, on the right class 1."""
    model = Sequential(Flatten(), Linear(8, 2))
    model[1].weight.data = np.array([[5.0] * 4 + [0.0] * 4, [0.0] * 4 + [5.0] * 4])
    model[1].bias.data = np.zeros(2)
    x = np.zeros((2, 1, 1, 8))
    x[0, 0, 0, 0], x[1, 0, 0, 5] = 1, 1
    curve = invariance_curve(model, x, lambda a, n: shift(a, 0, int(n)), [0, 2, 4], labels=np.array([0, 1]))
    assert [point.accuracy for point in curve] == [
        1,
        1,
        0,
    ]  # at 4 the left bar is in the right half, the other one gone
    moved, gone = 1 - 2 / (1 + np.exp(5)), 0.5 - 1 / (1 + np.exp(5))
    np.testing.assert_allclose([point.change for point in curve], [0, 0, (moved + gone) / 2], atol=1e-12)
    assert np.isnan(invariance_curve(model, x, lambda a, n: a, [0])[0].accuracy)


@given(st.integers(-6, 6), st.integers(-6, 6))
def test_shift_is_scipys(down: int, across: int) -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    x = np.arange(1.0, 2 * 4 * 5 + 1).reshape(2, 4, 5)
    out = shift(x, down, across)
    np.testing.assert_array_equal(out, ndimage.shift(x, (0, down, across), order=0))
    assert not np.shares_memory(out, x)
