"""Cross-entropy and NLL against PyTorch, with all their arguments, also where exp alone would overflow."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.functional import (
    cross_entropy_backward,
    cross_entropy_forward,
    log_softmax,
    nll_loss_backward,
    nll_loss_forward,
)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Logits (N, C, d1, ...), labels of which some may not count, and class weights."""
    N, C, places = draw(st.integers(1, 6)), draw(st.integers(1, 12)), draw(st.lists(st.integers(1, 3), max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    logits = rng.normal(size=(N, C, *places)) * draw(st.sampled_from([1e-3, 1.0, 50.0, 1e4]))
    labels = rng.integers(C, size=(N, *places))
    how: dict[str, Any] = {}
    if draw(st.booleans()):
        how["weight"] = rng.uniform(0, 2, size=C)
        how["weight"][rng.random(C) < 0.2] = 0
    if draw(st.booleans()):
        how["ignore_index"] = draw(st.sampled_from([-1, 0, 1, 255]))
    ignored = how.get("ignore_index", -100)
    labels[rng.random(labels.shape) < draw(st.sampled_from([0, 0.3]))] = ignored
    counts = labels[labels != ignored]
    assume(len(counts) and how.get("weight", np.ones(C))[counts].any())  # else PyTorch divides 0 by 0, and we refuse
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return logits.astype(dtype), labels, how


def as_tensors(how: dict[str, Any], dtype: np.dtype) -> dict[str, Any]:
    import torch

    return {key: torch.tensor(a.astype(dtype)) if key == "weight" else a for key, a in how.items()}


def tolerances(dtype: np.dtype) -> tuple[dict[str, float], dict[str, float]]:
    """For a loss, and for a gradient, whose numbers are never above 1."""
    if dtype == np.float64:
        return {"rtol": 1e-11, "atol": 1e-14}, {"rtol": 1e-9, "atol": 1e-15}
    return {"rtol": 1e-5, "atol": 1e-6}, {"rtol": 1e-5, "atol": 1e-6}


@given(labelled(), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
@pytest.mark.filterwarnings("error")
def test_cross_entropy_as_torch(drawn: tuple, smoothing: float) -> None:
    torch = pytest.importorskip("torch")
    logits, labels, how = drawn
    z = torch.tensor(logits, requires_grad=True)
    theirs = torch.nn.functional.cross_entropy(
        z, torch.tensor(labels), **as_tensors(how, logits.dtype), label_smoothing=smoothing
    )
    theirs.backward()
    loss = cross_entropy_forward(logits, labels, **how, label_smoothing=smoothing)
    grad = cross_entropy_backward(logits, labels, **how, label_smoothing=smoothing)
    of_loss, of_gradient = tolerances(logits.dtype)
    assert isinstance(loss, float)
    assert (grad.dtype, grad.shape) == (logits.dtype, logits.shape)
    np.testing.assert_allclose(loss, theirs.item(), **of_loss)
    np.testing.assert_allclose(grad, z.grad.numpy(), **of_gradient)


@given(labelled())
def test_nll_as_torch(drawn: tuple) -> None:
    torch = pytest.importorskip("torch")
    scores, labels, how = drawn  # any numbers will do
    z = torch.tensor(scores, requires_grad=True)
    theirs = torch.nn.functional.nll_loss(z, torch.tensor(labels), **as_tensors(how, scores.dtype))
    theirs.backward()
    of_loss, of_gradient = tolerances(scores.dtype)
    size = max(1.0, float(np.abs(scores).max()))  # losses of both signs may all but cancel
    np.testing.assert_allclose(nll_loss_forward(scores, labels, **how) / size, theirs.item() / size, **of_loss)
    grad = nll_loss_backward(scores, labels, **how)
    assert grad.dtype == scores.dtype
    np.testing.assert_allclose(grad, z.grad.numpy(), **of_gradient)


def by_the_formula(logits: np.ndarray, labels: np.ndarray, weight: np.ndarray, ignore_index: int, s: float) -> float:
    """The loss of (N, C, H, W), a place at a time."""
    above = below = 0.0
    for n, h, w in np.ndindex(labels.shape):
        y = labels[n, h, w]
        if y != ignore_index:
            z = logits[n, :, h, w]
            log_p = [z_k - math.log(sum(math.exp(z_j) for z_j in z)) for z_k in z]
            shared = sum(w_k * -l_k for w_k, l_k in zip(weight, log_p, strict=True)) / len(z)
            above += (1 - s) * weight[y] * -log_p[y] + s * shared
            below += weight[y]
    return above / below


def test_same_as_the_formula(rng: np.random.Generator) -> None:
    logits, labels = rng.normal(size=(2, 3, 4, 5)), rng.integers(3, size=(2, 4, 5))
    labels[0, :2] = 9
    weight = np.array([1.0, 0.5, 3.0])
    expected = by_the_formula(logits, labels, weight, 9, 0.2)
    assert cross_entropy_forward(logits, labels, weight, 9, 0.2) == pytest.approx(expected, rel=1e-12)
    expected = by_the_formula(logits, labels, weight, 9, 0)
    assert nll_loss_forward(log_softmax(logits, 1), labels, weight, 9) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_ten_thousand_does_not_overflow(dtype: type) -> None:
    logits = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], dtype)
    assert cross_entropy_forward(logits, np.array([0, 1])) == 0
    assert cross_entropy_forward(logits, np.array([1, 2])) == 15_000  # the mean of 20,000 and 10,000
    np.testing.assert_allclose(cross_entropy_backward(logits, np.array([1, 1])), [[0.5, -0.5, 0], [0, 0, 0]])
    # half of the first loss and a half shared by all: 0/2 + (0 + 20,000 + 10,000)/3/2
    assert cross_entropy_forward(logits, np.array([0, 1]), label_smoothing=0.5) == 5_000


def test_float64_weights_leave_float32_as_it_is(rng: np.random.Generator) -> None:
    logits, labels = rng.normal(size=(3, 4)).astype(np.float32), np.array([0, 3, 1])
    for backward in (cross_entropy_backward, nll_loss_backward):
        assert backward(logits, labels, np.array([1.0, 2.0, 3.0, 4.0])).dtype == np.float32
        assert backward(logits, labels, np.array([1, 2, 3, 4])).dtype == np.float32


def test_places_that_do_not_count_are_as_if_they_were_not_there(rng: np.random.Generator) -> None:
    logits, labels = rng.normal(size=(5, 4)), np.array([3, -100, 0, -100, 1])
    counts = labels != -100
    assert cross_entropy_forward(logits, labels) == cross_entropy_forward(logits[counts], labels[counts])
    grad = cross_entropy_backward(logits, labels)
    np.testing.assert_array_equal(grad[counts], cross_entropy_backward(logits[counts], labels[counts]))
    assert not grad[~counts].any()


def test_labels_and_weights_are_left_as_they_are(rng: np.random.Generator) -> None:
    logits, labels, weight = rng.normal(size=(3, 4)), np.array([0, -100, 1]), np.array([1.0, 2.0, 3.0, 4.0])
    labels.setflags(write=False)
    weight.setflags(write=False)
    for call in (cross_entropy_forward, cross_entropy_backward, nll_loss_forward, nll_loss_backward):
        call(np.asfortranarray(logits)[::-1], labels[::-1], weight[::-1])


def test_a_guess_that_knows_nothing_costs_log_of_the_classes() -> None:
    loss = cross_entropy_forward(np.zeros((4, 7), np.float32), np.array([0, 2, 4, 6], np.uint8))
    assert isinstance(loss, float)
    assert loss == pytest.approx(math.log(7), rel=1e-6)
