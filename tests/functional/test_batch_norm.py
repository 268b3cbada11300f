"""Batch norm against PyTorch over several batches and against its own plain version; and that its numbers are accurate."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SEEDS = st.integers(0, 2**32 - 1)
IMAGES = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 6), st.integers(1, 6))
SIGNALS = st.tuples(st.integers(1, 6), st.integers(1, 4)) | st.tuples(
    st.integers(1, 5), st.integers(1, 4), st.integers(1, 7)
)
DTYPES = st.sampled_from([(np.float64, 1e-10), (np.float32, 2e-5)])

FUNCTIONS = {
    4: (F.batch_norm2d_forward, F.batch_norm2d_backward, F.batch_norm2d_eval_backward),
    3: (F.batch_norm1d_forward, F.batch_norm1d_backward, F.batch_norm1d_eval_backward),
    2: (F.batch_norm1d_forward, F.batch_norm1d_backward, F.batch_norm1d_eval_backward),
}


def several(shape: tuple[int, ...]) -> bool:
    """Whether a channel has more than one number, as training asks for."""
    return shape[0] * int(np.prod(shape[2:])) > 1


def close(mine: np.ndarray, theirs: Any, tolerance: float, name: str) -> None:
    wanted = theirs.detach().numpy()
    assert mine.dtype == wanted.dtype, name
    scale = max(1.0, float(abs(wanted).max(initial=0)))
    np.testing.assert_allclose(mine, wanted, rtol=tolerance, atol=tolerance * scale, err_msg=name)


@given(st.data(), st.one_of(IMAGES, SIGNALS).filter(several), DTYPES, st.booleans(), st.booleans(), SEEDS)
def test_three_batches_and_one_in_use_as_in_torch(
    data: st.DataObject, shape: tuple[int, ...], precision: tuple[type, float], affine: bool, keeps: bool, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    rng = np.random.default_rng(seed)
    C, momentum, eps = (
        shape[1],
        data.draw(st.sampled_from([0.1, 0.0, 1.0, 0.37])),
        data.draw(st.sampled_from([1e-5, 0.1])),
    )
    weight, bias = (rng.normal(size=C).astype(dtype) if affine else None for _ in range(2))
    mean, var = (rng.uniform(0.5, 2, C).astype(dtype) if keeps else None for _ in range(2))
    their_mean, their_var = (None if a is None else torch.tensor(a) for a in (mean, var))
    forward, backward, eval_backward = FUNCTIONS[len(shape)]
    for training in (True, True, True, False) if keeps else (True,):
        x, grad_out = rng.normal(2, 3, shape).astype(dtype), rng.normal(size=shape).astype(dtype)
        tensors = [None if a is None else torch.tensor(a, requires_grad=True) for a in (x, weight, bias)]
        theirs = torch.nn.functional.batch_norm(
            tensors[0], their_mean, their_var, *tensors[1:], training=training, momentum=momentum, eps=eps
        )
        theirs.backward(torch.tensor(grad_out))
        statistics = mean, var
        out, mean, var = forward(x, weight, bias, mean, var, training, momentum, eps)
        # where a channel's numbers are almost alike, 1/deviation is large and so are the errors of either side
        spread = 1 + 1 / np.sqrt(x.astype(np.float64).var(axis=(0, *range(2, len(shape)))).min() + eps)
        close(out, theirs, tolerance * spread, "out")
        for mine, their_state, name in ((mean, their_mean, "mean"), (var, their_var, "variance")):
            if mine is not None:
                close(mine, their_state, tolerance, name)
        found = (
            backward(grad_out, x, weight, eps) if training else eval_backward(grad_out, x, weight, *statistics, eps)  # type: ignore[arg-type]
        )
        for mine, tensor, name in zip(found, tensors, ("grad_x", "grad_weight", "grad_bias"), strict=True):
            if tensor is not None:
                close(mine, tensor.grad, tolerance * spread**2, name)


@given(IMAGES.filter(several), st.booleans(), st.booleans(), SEEDS)
def test_fast_and_plain_agree(shape: tuple[int, int, int, int], training: bool, affine: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, grad_out, C = rng.normal(1, 2, shape), rng.normal(size=shape), shape[1]
    weight, bias = (rng.normal(size=C) if affine else None for _ in range(2))
    state = rng.normal(size=C), rng.uniform(0.5, 2, C)
    for fast, plain in zip(
        F.batch_norm2d_forward(x, weight, bias, *state, training, 0.3),
        F.batch_norm2d_forward_plain(x, weight, bias, *state, training, 0.3),
        strict=True,
    ):
        np.testing.assert_allclose(fast, plain, rtol=1e-9, atol=1e-9)
    for fast, plain in zip(
        F.batch_norm2d_backward(grad_out, x, weight),
        F.batch_norm2d_backward_plain(grad_out, x, weight),
        strict=True,
    ):
        np.testing.assert_allclose(fast, plain, rtol=1e-6, atol=1e-6)


def test_the_variance_that_normalises_is_biased_and_the_one_that_is_kept_is_not(rng: np.random.Generator) -> None:
    x = rng.normal(3, 2, (2, 3, 2, 2))  # 8 numbers a channel
    out, mean, var = F.batch_norm2d_forward(x, None, None, np.zeros(3), np.zeros(3), True, momentum=1.0, eps=1e-12)
    np.testing.assert_allclose(out.var(axis=(0, 2, 3)), 1)
    np.testing.assert_allclose(var, x.var(axis=(0, 2, 3), ddof=1))
    np.testing.assert_allclose(mean, x.mean(axis=(0, 2, 3)))


@pytest.mark.parametrize("shape", [(64, 3, 40, 40), (4, 3, 9, 9), (3000, 3, 1, 1)])
@pytest.mark.parametrize("level", [0, 1000])
def test_float32_loses_no_more_than_its_last_digits(
    level: float, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    """Also at a mean of 1000 times the deviation, where sums of squares in float32 would keep one digit of the variance."""
    x = (rng.normal(size=shape) + level).astype(np.float32)
    exact = x.astype(np.float64)
    axes = (0, 2, 3)
    centred = exact - exact.mean(axes, keepdims=True)
    wanted = centred / np.sqrt((centred**2).mean(axes, keepdims=True) + 1e-5)
    out, mean, var = F.batch_norm2d_forward(x, None, None, np.zeros(3, np.float32), np.zeros(3, np.float32), True, 1.0)
    np.testing.assert_allclose(out, wanted, rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(mean, exact.mean(axes), rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(var, exact.var(axes, ddof=1), rtol=1e-6)
    grad_out = (rng.normal(size=shape) + wanted).astype(np.float32)  # goes along with x_hat, so that all terms matter
    mine, in_float64 = F.batch_norm2d_backward(grad_out, x, None), F.batch_norm2d_backward(grad_out, exact, None)
    for a, b in zip(mine, in_float64, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


def test_a_batch_of_no_images_leaves_the_running_statistics() -> None:
    mean, var = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    for training in (True, False):
        out, new_mean, new_var = F.batch_norm2d_forward(np.zeros((0, 2, 3, 3)), None, None, mean, var, training)
        assert out.shape == (0, 2, 3, 3)
        np.testing.assert_array_equal(new_mean, mean)
        np.testing.assert_array_equal(new_var, var)


def test_one_number_a_channel_is_normalised_in_use() -> None:
    one = np.ones(1)
    out, _, _ = F.batch_norm2d_forward(np.full((1, 1, 1, 1), 5.0), None, None, one, 4 * one, False, eps=1e-12)
    np.testing.assert_allclose(out, [[[[2.0]]]])


def test_a_nan_spoils_its_own_channel_only(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 4, 4))
    x[0, 1, 2, 2] = np.nan
    out, mean, _ = F.batch_norm2d_forward(x, None, None, np.zeros(3), np.ones(3), True)
    assert np.isnan(out).all(axis=(0, 2, 3)).tolist() == [False, True, False]
    assert np.isnan(out).any(axis=(0, 2, 3)).tolist() == [False, True, False]
    assert np.isnan(mean).tolist() == [False, True, False]


def test_one_thread_and_two_give_the_same_bits(rng: np.random.Generator) -> None:
    import course

    x, grad_out = (rng.normal(size=(40, 12, 21, 19)).astype(np.float32) for _ in range(2))
    weight, var = (rng.uniform(0.5, 2, 12).astype(np.float32) for _ in range(2))
    before = course.num_threads()
    found = []
    try:
        for n in (1, 2, 3):
            course.set_num_threads(n)
            arrays = [
                *F.batch_norm2d_forward(x, weight, weight, weight, var, True),
                *F.batch_norm2d_backward(grad_out, x, weight),
                *F.batch_norm2d_eval_backward(grad_out, x, weight, weight, var),
            ]
            found.append([a.tobytes() for a in arrays])
    finally:
        course.set_num_threads(before)
    assert found[0] == found[1] == found[2]
