"""Dropout: how many are dropped, what becomes of the others, which masks a seed gives; PyTorch's backward for the same mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

PROBABILITIES = st.floats(0, 1)
SEEDS = st.integers(0, 2**32 - 1)


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.lists(st.integers(0, 5), max_size=4), PROBABILITIES, st.sampled_from([np.float32, np.float64]), SEEDS)
def test_what_is_kept_is_divided_by_the_chance_to_be_kept(shape: list[int], p: float, dtype: type, seed: int) -> None:
    rng = seeded(seed)
    x = rng.normal(size=shape).astype(dtype)
    out, mask = F.dropout_forward(x, p, rng)
    assert (out.dtype, mask.dtype, mask.shape) == (dtype, np.bool_, x.shape)
    np.testing.assert_array_equal(out[~mask], 0)
    np.testing.assert_allclose(out[mask] * (1 - p), x[mask], rtol=1e-6)
    np.testing.assert_array_equal(F.dropout_backward(x, mask, p), out)  # the way back is the same product


@pytest.mark.parametrize("p", [0.1, 0.5, 0.73])
def test_p_is_the_share_that_goes_and_the_mean_stays(p: float) -> None:
    out, mask = F.dropout_forward(np.ones(200_000), p, seeded())
    deviation = np.sqrt(p * (1 - p) / 200_000)
    assert abs((~mask).mean() - p) < 4 * deviation
    assert abs(out.mean() - 1) < 4 * deviation / (1 - p)


@pytest.mark.parametrize("forward", [F.dropout_forward, F.dropout2d_forward])
def test_the_ends(forward, rng: np.random.Generator) -> None:  # type: ignore[no-untyped-def]
    x = rng.normal(size=(20, 30, 2, 2))
    out, mask = forward(x, 0, seeded())
    np.testing.assert_array_equal(out, x)
    assert mask.all()
    out, mask = forward(x, 1, seeded())
    np.testing.assert_array_equal(out, np.zeros_like(x))
    assert not mask.any()
    assert not F.dropout_backward(x, np.broadcast_to(mask, x.shape), 1).any()


def test_what_is_dropped_is_0_even_where_it_was_infinite() -> None:
    """PyTorch multiplies and gets NaN."""
    out, mask = F.dropout_forward(np.full(100, np.inf), 0.5, seeded())
    assert set(out.tolist()) == {0.0, np.inf}
    assert (F.dropout_backward(np.full(100, -np.inf), mask, 0.5)[~mask] == 0).all()


def test_a_seed_gives_its_masks_one_after_another() -> None:
    one, other = seeded(3), seeded(3)
    x = np.ones((4, 5))
    masks = [F.dropout_forward(x, 0.5, one)[1] for _ in range(3)]
    for mask in masks:
        np.testing.assert_array_equal(mask, F.dropout_forward(x.astype(np.float32), 0.5, other)[1])
    assert not np.array_equal(masks[0], masks[1])
    assert not np.array_equal(masks[0], F.dropout_forward(x, 0.5, seeded(4))[1])


@given(PROBABILITIES, PROBABILITIES, SEEDS)
def test_a_larger_p_drops_the_same_and_more(p: float, q: float, seed: int) -> None:
    few, many = (F.dropout_forward(np.ones(50), chance, seeded(seed))[1] for chance in (min(p, q), max(p, q)))
    assert not (many & ~few).any()


@given(st.integers(0, 4), st.integers(1, 5), st.floats(0, 0.95), SEEDS)
def test_spatial_dropout_takes_whole_channels_each_image_its_own(N: int, C: int, p: float, seed: int) -> None:
    rng = seeded(seed)
    x, grad_out = rng.uniform(1, 2, (N, C, 3, 2)), rng.normal(size=(N, C, 3, 2))
    out, mask = F.dropout2d_forward(x, p, rng)
    assert mask.shape == (N, C, 1, 1)
    np.testing.assert_allclose(out, x * mask / (1 - p), rtol=1e-12)
    np.testing.assert_allclose(F.dropout2d_backward(grad_out, mask, p), grad_out * mask / (1 - p), rtol=1e-12)


def test_spatial_dropout_draws_for_each_image_and_channel() -> None:
    _, mask = F.dropout2d_forward(np.ones((50, 40, 2, 2)), 0.3, seeded())
    assert 0 < mask.sum(axis=0).min() < mask.sum(axis=0).max() < 50
    assert 0 < mask.sum(axis=1).min() < mask.sum(axis=1).max() < 40
    assert abs(mask.mean() - 0.7) < 4 * np.sqrt(0.21 / 2000)


def test_a_mask_of_numbers_is_taken_too() -> None:
    grad_out = np.array([1.0, 2.0, 3.0], np.float32)
    for dtype in (np.float64, np.uint8, np.bool_):
        found = F.dropout_backward(grad_out, np.array([1, 0, 1], dtype), 0.5)
        np.testing.assert_array_equal(found, np.array([2, 0, 6], np.float32))
        assert found.dtype == np.float32


def test_the_backward_of_pytorch_for_the_same_mask(rng: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor(rng.uniform(1, 2, (6, 7)), requires_grad=True)
    torch.manual_seed(0)
    out = torch.nn.functional.dropout(x, 0.3)
    grad_out = rng.normal(size=(6, 7))
    out.backward(torch.tensor(grad_out))
    mask = out.detach().numpy() != 0
    np.testing.assert_allclose(F.dropout_backward(grad_out, mask, 0.3), x.grad.numpy(), rtol=1e-12)
