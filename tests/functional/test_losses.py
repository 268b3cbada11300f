"""Losses over numbers: squared, absolute, and binary cross-entropy, against PyTorch."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
DTYPES = st.sampled_from([np.float32, np.float64])
SEEDS = st.integers(0, 2**32 - 1)


def same_as_torch(name: str, array: np.ndarray, target: np.ndarray, **how: Any) -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor(array, requires_grad=True)
    tensors = {key: torch.tensor(a.astype(array.dtype)) for key, a in how.items()}
    theirs = getattr(torch.nn.functional, name)(x, torch.tensor(target.astype(array.dtype)), **tensors)
    theirs.backward()
    loss = getattr(F, f"{name}_forward")(array, target, **how)
    grad = getattr(F, f"{name}_backward")(array, target, **how)
    assert isinstance(loss, float)
    assert grad.dtype == array.dtype
    # of a binary cross-entropy PyTorch takes 1 - t and something nearly as large apart: its small losses and gradients are off by
    # an ulp of 1, now and then with the wrong sign
    close = {"rtol": 1e-10, "atol": 1e-14} if array.dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-6}
    np.testing.assert_allclose(loss, theirs.item(), **close)
    np.testing.assert_allclose(grad, x.grad.numpy(), **close)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss"])
@given(SHAPES, DTYPES, st.sampled_from([1e-3, 1.0, 1e4]), SEEDS)
@pytest.mark.filterwarnings("error")
def test_errors_of_a_prediction_as_torch(name: str, shape: list[int], dtype: type, size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, target = rng.normal(size=shape) * size, rng.normal(size=shape) * size
    same = rng.random(shape) < 0.2
    x[same] = target[same]
    same_as_torch(name, x.astype(dtype), target.astype(dtype))


@given(SHAPES, DTYPES, st.sampled_from([1e-3, 1.0, 50.0, 1e4]), st.booleans(), st.booleans(), st.booleans(), SEEDS)
@pytest.mark.filterwarnings("error")
def test_binary_cross_entropy_as_torch(
    shape: list[int], dtype: type, size: float, hard: bool, weighted: bool, pos: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    logits, target = rng.normal(size=shape) * size, rng.random(shape)
    how = {}
    if weighted:  # for all of them, for the last axis, or one for everything
        how["weight"] = rng.uniform(0, 3, shape[int(rng.integers(len(shape) + 1)) :])
    if pos:
        how["pos_weight"] = rng.uniform(0, 3, shape[int(rng.integers(len(shape) + 1)) :])
    target = target > 0.5 if hard else target.astype(dtype)
    same_as_torch("binary_cross_entropy_with_logits", logits.astype(dtype), target, **how)


def test_binary_cross_entropy_is_that_of_two_classes(rng: np.random.Generator) -> None:
    z, t = rng.normal(size=9), rng.integers(2, size=9)
    two = np.stack([np.zeros(9), z], axis=1)
    loss = F.binary_cross_entropy_with_logits_forward(z, t)
    assert loss == pytest.approx(F.cross_entropy_forward(two, t), rel=1e-12)
    np.testing.assert_allclose(
        F.binary_cross_entropy_with_logits_backward(z, t), F.cross_entropy_backward(two, t)[:, 1], rtol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_ten_thousand_does_not_overflow(dtype: type) -> None:
    z, t = np.array([1e4, -1e4, 1e4, -1e4], dtype), np.array([1, 0, 0, 1], dtype)
    assert F.binary_cross_entropy_with_logits_forward(z, t) == 5_000
    assert F.binary_cross_entropy_with_logits_forward(z, t, pos_weight=3) == 10_000
    np.testing.assert_array_equal(F.binary_cross_entropy_with_logits_backward(z, t), [0, 0, 0.25, -0.25])
    assert F.mse_loss_forward(z, -z) == 4e8
    assert F.l1_loss_forward(z, -z) == 2e4


def test_a_gradient_keeps_its_digits_where_the_answer_is_sure() -> None:
    """p - t with t = 0 and z = -30 is exp(-30); with t = 1 and z = 30 it is -exp(-30), and 1 - p would be 0 in float32."""
    grad = F.binary_cross_entropy_with_logits_backward(np.array([-30, 30], np.float32), np.array([0, 1]))
    np.testing.assert_allclose(grad, [math.exp(-30) / 2, -math.exp(-30) / 2], rtol=1e-5)


LOSSES = ["mse_loss", "l1_loss", "binary_cross_entropy_with_logits"]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64])
def test_a_target_of_whole_numbers_takes_the_dtype_of_the_prediction(name: str, kind: type) -> None:
    x, target = np.array([0.5, -2.0, 1.0], np.float32), np.array([1, 0, 1], kind)
    grad = getattr(F, f"{name}_backward")(x, target)
    assert grad.dtype == np.float32
    np.testing.assert_array_equal(grad, getattr(F, f"{name}_backward")(x, target.astype(np.float32)))


@pytest.mark.parametrize("name", LOSSES)
def test_targets_are_left_as_they_are_in_any_memory_order(name: str, rng: np.random.Generator) -> None:
    x, target = rng.normal(size=(3, 4)), rng.random((3, 4))
    expected = getattr(F, f"{name}_forward")(x, target), getattr(F, f"{name}_backward")(x, target)
    other = np.asfortranarray(target[::-1])[::-1]
    other.setflags(write=False)
    assert getattr(F, f"{name}_forward")(x, other) == expected[0]
    grad = getattr(F, f"{name}_backward")(x, other)
    np.testing.assert_array_equal(grad, expected[1])
    assert not np.may_share_memory(grad, other)
