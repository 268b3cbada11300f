"""Unit 11: right answers in other styles get all points, and trained weights are judged with clear sentences."""

from functools import partial

import numpy as np
import pytest

from autograder import networks
from autograder.call import call_here
from autograder.engine import run
from autograder.exercise import Wrong
from autograder.registry import find
from course.models import lenet5

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function, seed=1234, hidden=True):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=seed, hidden=hidden)


def forward_in_torch(x, params):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    p = {name: torch.from_numpy(a.astype(x.dtype)) for name, a in params.items()}
    x = torch.from_numpy(x.copy())
    x = f.max_pool2d(f.relu(f.conv2d(x, p["features.0.weight"], p["features.0.bias"], padding=2)), 2)
    x = f.max_pool2d(f.relu(f.conv2d(x, p["features.3.weight"], p["features.3.bias"])), 2).flatten(1)
    for i in (0, 2, 4):
        x = f.linear(x if i == 0 else f.relu(x), p[f"classifier.{i}.weight"], p[f"classifier.{i}.bias"])
    return x.numpy()


def confusion_by_bincount(labels, predictions, classes):
    return np.bincount(labels * classes + predictions, minlength=classes**2).reshape(classes, classes)


def worst_by_softmax(logits, labels, n):
    logits = logits.astype(np.longdouble)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    with np.errstate(divide="ignore"):
        right = np.log(p[range(len(p)), labels]) - np.log(p.sum(axis=1))
    order = [int(i) for i in np.argsort(right, kind="stable") if logits[i].argmax() != labels[i]]
    return np.array(order[:n])


def occlusion_in_one_batch(score, image, size):
    H, W = image.shape
    places = [(i, j) for i in range(H - size + 1) for j in range(W - size + 1)]
    batch = np.repeat(image[None, None].astype(float), len(places), axis=0)
    for n, (i, j) in enumerate(places):
        batch[n, 0, i : i + size, j : j + size] = 0
    return (score(image[None, None]) - score(batch)).reshape(H - size + 1, W - size + 1)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("lenet5_forward", forward_in_torch),
        ("confusion_counts", confusion_by_bincount),
        ("worst_mistakes", worst_by_softmax),
        ("occlusion_map", occlusion_in_one_batch),
    ],
)
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text


def test_an_untrained_network_is_told_that_it_guesses():
    with pytest.raises(Wrong, match="no better than guessing"):
        networks.reads(lenet5(seed=3).state_dict(), 0.6, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda s: list(s.values()), "return model.state_dict()"),
        (lambda s: {n: a for n, a in s.items() if n != "features.3.bias"}, "features.3.bias"),
        (lambda s: s | {"classifier.4.bias": np.zeros(9, np.float32)}, "classifier.4.bias"),
        (lambda s: s | {"features.0.bias": np.full(6, np.nan, np.float32)}, "diverged"),
        (lambda s: {n: a.astype(object) for n, a in s.items()}, "finite floats"),
    ],
)
def test_what_is_no_state_dict_is_told_what_it_lacks(spoil, words):
    with pytest.raises(Wrong) as wrong:
        networks.complete(spoil(lenet5().state_dict()))
    assert words in str(wrong.value)


def test_weights_in_double_precision_count_as_well():
    state = {name: a.astype(np.float64) for name, a in lenet5(seed=3).state_dict().items()}
    assert networks.complete(state) == 1
    with pytest.raises(Wrong, match="unseen digits"):
        networks.reads(state, 0.99, np.random.default_rng(0))
