"""Unit 08: right answers in other styles get all points."""

from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=99, hidden=True)


def norm_by_torch(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    torch = pytest.importorskip("torch")
    x, weight, bias, mean, var = (torch.from_numpy(np.array(a)) for a in (x, weight, bias, running_mean, running_var))
    out = torch.nn.functional.batch_norm(x, mean, var, weight, bias, training, momentum, eps)
    return out.numpy(), mean.numpy(), var.numpy()


def backward_by_torch(grad_out, x, weight, eps=1e-5):
    torch = pytest.importorskip("torch")
    x, weight = (torch.from_numpy(np.array(a)).requires_grad_() for a in (x, weight))
    bias = torch.zeros_like(weight, requires_grad=True)
    out = torch.nn.functional.batch_norm(x, None, None, weight, bias, True, 0.1, eps)
    return [g.numpy() for g in torch.autograd.grad(out, (x, weight, bias), torch.from_numpy(np.array(grad_out)))]


def lrn_by_torch(x, size, alpha, beta, k):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.local_response_norm(torch.from_numpy(np.array(x)), size, alpha * size, beta, k).numpy()


def dropout_by_product(x, p, rng):
    print("dropping")
    keep = np.greater_equal(rng.random(x.shape), p)
    return np.asfortranarray(x * keep.astype(x.dtype) * x.dtype.type(1 / (1 - p))), keep


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("batch_norm2d_forward", norm_by_torch),
        ("batch_norm2d_backward", backward_by_torch),
        ("local_response_norm_forward", lrn_by_torch),
        ("dropout_forward", dropout_by_product),
        ("dropout_backward", lambda g, mask, p: np.where(mask, g, 0) / (1 - p)),
    ],
)
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text
