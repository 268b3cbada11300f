"""Capsules against loops, PyTorch's gradients of the same formulas, and what the paper says of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import course
from course import functional as F

SEEDS = st.integers(0, 2**32 - 1)
SMALL = st.integers(1, 4)
DTYPES = st.sampled_from([(np.float64, 1e-9), (np.float32, 2e-4)])


def squashed(torch: Any, s: Any) -> Any:
    square = (s * s).sum(-1, keepdim=True)
    return square / (1 + square) * s / square.sqrt()


@given(st.lists(SMALL, min_size=1, max_size=3), st.floats(1e-3, 1e3), DTYPES, SEEDS)
def test_squash(shape: list[int], size: float, precision: tuple[type, float], seed: int) -> None:
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    rng = np.random.default_rng(seed)
    s, grad_out = (size * rng.normal(size=shape)).astype(dtype), rng.normal(size=shape).astype(dtype)
    tensor = torch.tensor(s.astype(np.float64), requires_grad=True)
    wanted = squashed(torch, tensor)
    wanted.backward(torch.tensor(grad_out.astype(np.float64)))
    np.testing.assert_allclose(F.squash_forward(s), wanted.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(F.squash_backward(grad_out, s), tensor.grad.numpy(), rtol=tolerance, atol=tolerance)


def test_squash_keeps_the_direction_and_bounds_the_length(rng: np.random.Generator) -> None:
    s = rng.normal(size=(50, 3)) * np.geomspace(1e-4, 1e4, 50)[:, None]
    v = F.squash_forward(s)
    lengths, wanted = np.linalg.norm(v, axis=1), (s**2).sum(axis=1)
    np.testing.assert_allclose(lengths, wanted / (1 + wanted))
    assert (lengths < 1).all()
    np.testing.assert_allclose(v / lengths[:, None], s / np.linalg.norm(s, axis=1)[:, None])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_vector_of_zeros_or_almost(dtype: type) -> None:
    for s in (np.zeros(3, dtype), np.array([0, np.finfo(dtype).tiny, 0], dtype)):
        assert not F.squash_forward(s).any()
        assert not F.squash_backward(np.ones(3, dtype), s).any()
    assert not F.capsule_lengths_backward(np.ones((), dtype), np.zeros(3, dtype)).any()


@given(st.integers(0, 3), SMALL, st.integers(1, 70), SMALL, SMALL, SEEDS)
def test_predictions(N: int, J: int, I: int, D: int, d: int, seed: int) -> None:
    """Up to 70 capsules below: more than one piece."""
    rng = np.random.default_rng(seed)
    u, weight, grad_out = rng.normal(size=(N, I, d)), rng.normal(size=(J, I, D, d)), rng.normal(size=(N, J, I, D))
    u_hat = F.capsule_predictions_forward(u, weight)
    np.testing.assert_allclose(u_hat, F.capsule_predictions_forward_plain(u, weight), rtol=1e-10, atol=1e-12)
    grad_u, grad_weight = F.capsule_predictions_backward(grad_out, u, weight)
    np.testing.assert_allclose(grad_u, np.einsum("njiD,jiDd->nid", grad_out, weight), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(grad_weight, np.einsum("njiD,nid->jiDd", grad_out, u), rtol=1e-9, atol=1e-11)


@given(st.integers(0, 3), SMALL, SMALL, SMALL, SMALL, DTYPES, SEEDS)
def test_routing(N: int, J: int, I: int, D: int, rounds: int, precision: tuple[type, float], seed: int) -> None:
    """The gradient by PyTorch's tape, which goes through the coefficients as ours does."""
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    rng = np.random.default_rng(seed)
    u_hat, grad_out = rng.normal(size=(N, J, I, D)).astype(dtype), rng.normal(size=(N, J, D)).astype(dtype)
    tensor = torch.tensor(u_hat.astype(np.float64), requires_grad=True)
    b = torch.zeros(N, J, I, dtype=torch.float64)
    for _ in range(rounds):
        v = squashed(torch, (b.softmax(1)[..., None] * tensor).sum(2))
        b = b + (tensor * v[:, :, None]).sum(-1)
    v.backward(torch.tensor(grad_out.astype(np.float64)))
    found = F.routing_forward(u_hat, rounds)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, v.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(F.routing_forward_plain(u_hat, rounds), found, rtol=tolerance, atol=tolerance)
    grad = F.routing_backward(grad_out, u_hat, rounds)
    assert grad.dtype == dtype
    np.testing.assert_allclose(grad, tensor.grad.numpy(), rtol=tolerance, atol=10 * tolerance)


def test_holding_the_coefficients_would_be_another_gradient(rng: np.random.Generator) -> None:
    """So a test that mixes the two up would fail."""
    u_hat, grad_out = rng.normal(size=(1, 3, 5, 2)), rng.normal(size=(1, 3, 2))
    held = F.routing_backward(grad_out, u_hat, 1)
    assert abs(F.routing_backward(grad_out, u_hat, 2) - held).max() > 0.01


def test_agreement_is_rewarded(rng: np.random.Generator) -> None:
    """Of two capsules above, that on whose position all below agree wins, more with every round."""
    agreed, scattered = np.tile([[1.0, 0.5]], (8, 1)), rng.normal(size=(8, 2))
    u_hat = np.stack([agreed, scattered])[None]
    lengths = [np.linalg.norm(F.routing_forward(u_hat, rounds)[0], axis=-1) for rounds in (1, 2, 4)]
    assert lengths[0][0] < lengths[1][0] < lengths[2][0]
    assert lengths[2][0] > lengths[2][1]


def test_one_thread_and_two_give_the_same_bits(rng: np.random.Generator) -> None:
    u, weight = rng.normal(size=(30, 100, 4)).astype(np.float32), rng.normal(size=(6, 100, 8, 4)).astype(np.float32)
    grad_out = rng.normal(size=(30, 6, 8)).astype(np.float32)
    before, found = course.num_threads(), []
    try:
        for n in (1, 2, 3):
            course.set_num_threads(n)
            u_hat = F.capsule_predictions_forward(u, weight)
            grad = F.routing_backward(grad_out, u_hat)
            arrays = [u_hat, F.routing_forward(u_hat), grad, *F.capsule_predictions_backward(grad, u, weight)]
            found.append([a.tobytes() for a in arrays])
    finally:
        course.set_num_threads(before)
    assert found[0] == found[1] == found[2]


@given(st.integers(1, 5), st.integers(1, 6), DTYPES, SEEDS)
def test_margin_loss(N: int, classes: int, precision: tuple[type, float], seed: int) -> None:
    dtype, tolerance = precision
    rng = np.random.default_rng(seed)
    lengths, labels = rng.uniform(0, 1, (N, classes)).astype(dtype), rng.integers(classes, size=N)
    total = 0.0
    for n in range(N):
        for k in range(classes):
            if k == labels[n]:
                total += max(0.0, 0.9 - lengths[n, k]) ** 2
            else:
                total += 0.5 * max(0.0, lengths[n, k] - 0.1) ** 2
    np.testing.assert_allclose(F.margin_loss_forward(lengths, labels), total / N, rtol=tolerance, atol=1e-7)
    assert F.margin_loss_backward(lengths, labels).dtype == dtype


def test_margin_loss_is_content_beyond_the_margins() -> None:
    lengths, labels = np.array([[0.9, 0.1], [0.05, 0.97]]), np.array([0, 1])
    assert F.margin_loss_forward(lengths, labels) == 0
    assert not F.margin_loss_backward(lengths, labels).any()
