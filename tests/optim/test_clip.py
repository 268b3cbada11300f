"""Gradient clipping as in PyTorch, and without reaching into arrays that others hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.nn import Parameter
from course.optim import clip_grad_norm, clip_grad_value

SHAPES = [(3, 2, 2), (4,), (1,)]
DTYPES = st.sampled_from([(np.float64, 1e-12), (np.float32, 1e-6)])


def with_gradients(rng: np.random.Generator, dtype: type, size: float) -> list[Parameter]:
    """Three parameters and one that has no gradient."""
    params = [Parameter(np.zeros(shape, dtype)) for shape in (*SHAPES, (2, 2))]
    for p in params[:-1]:
        p.grad = (size * rng.normal(size=p.shape)).astype(dtype)
    return params


def tensors(params: list[Parameter]) -> list:
    torch = pytest.importorskip("torch")
    made = [torch.tensor(p.data, requires_grad=True) for p in params]
    for tensor, p in zip(made, params, strict=True):
        tensor.grad = None if p.grad is None else torch.tensor(p.grad)
    return made


def same(params: list[Parameter], theirs: list, tolerance: float) -> None:
    for p, tensor in zip(params, theirs, strict=True):
        if p.grad is None:
            assert tensor.grad is None
        else:
            assert p.grad.dtype == p.dtype
            np.testing.assert_allclose(p.grad, tensor.grad.numpy(), rtol=tolerance)


@given(st.floats(0, 100), st.floats(1e-3, 100), DTYPES, st.integers(0, 2**32 - 1))
def test_norm_as_in_torch(max_norm: float, size: float, precision: tuple[type, float], seed: int) -> None:
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    params = with_gradients(np.random.default_rng(seed), dtype, size)
    theirs = tensors(params)
    wanted = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    assert clip_grad_norm(params, np.float64(max_norm)) == pytest.approx(float(wanted), rel=tolerance)
    same(params, theirs, 3 * tolerance)


@given(st.floats(0, 10), st.floats(1e-3, 100), DTYPES, st.integers(0, 2**32 - 1))
def test_value_as_in_torch(clip_value: float, size: float, precision: tuple[type, float], seed: int) -> None:
    torch = pytest.importorskip("torch")
    dtype, _ = precision
    params = with_gradients(np.random.default_rng(seed), dtype, size)
    theirs = tensors(params)
    torch.nn.utils.clip_grad_value_(theirs, clip_value)
    clip_grad_value(params, np.float64(clip_value))
    same(params, theirs, 0)


def test_short_gradients_are_left_as_they_are(rng: np.random.Generator) -> None:
    params = with_gradients(rng, np.float32, 0.01)
    before = [p.grad for p in params]
    clip_grad_norm(params, 10.0)
    assert all(p.grad is g for p, g in zip(params, before, strict=True))


def test_the_arrays_of_others_are_not_written_to(rng: np.random.Generator) -> None:
    params = with_gradients(rng, np.float32, 10)
    held = [p.grad for p in params]
    before = [None if g is None else g.copy() for g in held]
    clip_grad_norm(params, 0.1)
    clip_grad_value(params, 0.001)
    for g, b in zip(held, before, strict=True):
        if g is not None:
            np.testing.assert_array_equal(g, b)


def test_the_factor_is_pytorchs() -> None:
    p = Parameter(np.zeros(2))
    p.grad = np.array([3e-6, 4e-6])
    assert clip_grad_norm([p], 3e-6) == pytest.approx(5e-6)
    np.testing.assert_allclose(p.grad, [1.5e-6, 2e-6])  # 3e-6 / (5e-6 + 1e-6): a half, not 3/5


def test_a_length_that_float32_cannot_square() -> None:
    p = Parameter(np.zeros(2, np.float32))
    p.grad = np.array([3e25, 4e25], np.float32)
    assert clip_grad_norm([p], 1.0) == pytest.approx(5e25, rel=1e-6)
    np.testing.assert_allclose(p.grad, [0.6, 0.8], rtol=1e-6)


def test_one_nan_shows_in_all_gradients() -> None:
    """As in PyTorch: the loss of the next step is no number either, and the trainer stops."""
    one, other = Parameter(np.zeros(2)), Parameter(np.zeros(1))
    one.grad, other.grad = np.array([1.0, np.nan]), np.array([2.0])
    assert np.isnan(clip_grad_norm([one, other], 1.0))
    assert np.isnan(other.grad).all()


def test_nothing_to_clip() -> None:
    assert clip_grad_norm([], 1.0) == 0
    assert clip_grad_norm([Parameter(np.zeros(2))], 1.0) == 0


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (
            lambda: clip_grad_norm([], -1),
            r"^clip_grad_norm: max_norm is -1; it must be a finite number of at least 0\.$",
        ),
        (
            lambda: clip_grad_value([], np.nan),
            r"^clip_grad_value: clip_value is nan; it must be a finite number of at least 0\.$",
        ),
    ],
)
def test_wrong_arguments_get_a_sentence(wrong, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        wrong()
