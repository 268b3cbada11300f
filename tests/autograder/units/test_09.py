"""Unit 09: right answers in other styles get all points."""

import warnings
from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=4321, hidden=True)


def linear_by_loops(x, weight, bias):
    print("rows", len(x))
    x = x if x.dtype.kind == "f" else x.astype(float)
    out = np.empty((len(x), len(weight)), x.dtype)
    for n, o in np.ndindex(out.shape):
        out[n, o] = (x[n] * weight[o]).sum() + bias[o]
    return out


def backward_by_einsum(grad_out, x, weight):
    warnings.warn("a warning costs nothing", stacklevel=1)
    grads = [np.einsum("no,oi->ni", grad_out, weight), np.einsum("no,ni->oi", grad_out, x)]
    return [np.asfortranarray(g) for g in grads] + [np.einsum("no->o", grad_out)]


def softmax_by_scipy(logits):
    return pytest.importorskip("scipy.special").softmax(logits, axis=1)


def loss_by_logaddexp(logits, labels):
    return np.mean([np.logaddexp.reduce(row) - row[label] for row, label in zip(logits, labels, strict=True)])


def gradient_by_one_hot(logits, labels):
    z = logits - logits.max(1)[:, None]
    p = np.exp(z - np.log(np.exp(z).sum(1))[:, None])
    return (p - np.eye(logits.shape[1], dtype=logits.dtype)[labels]) / np.float32(len(labels))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("linear_forward", linear_by_loops),
        ("linear_backward", backward_by_einsum),
        ("softmax", softmax_by_scipy),
        ("cross_entropy_forward", loss_by_logaddexp),
        ("cross_entropy_backward", gradient_by_one_hot),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text


def test_one_wrong_answer_on_paper_costs_half_a_point():
    right = find("lecture_exercise")[0].oracle()
    report = checked("lecture_exercise", lambda: right | {"top_left": 28, "flat_index": None})
    assert report.score == report.max_score - 1
    assert report.mistakes == ("top_left_without_bias",)
