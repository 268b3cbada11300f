"""Local response normalisation: PyTorch's reading against PyTorch, the paper's against the paper's sum, number by number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.tuples(st.integers(0, 3), st.integers(1, 7), st.integers(1, 4), st.integers(1, 4))
SIZES = st.integers(1, 9)
NUMBERS = st.fixed_dictionaries(
    {"alpha": st.floats(1e-4, 2), "beta": st.sampled_from([0.75, 0.5, 1.0, 1.3]), "k": st.floats(0.5, 3)}
)


def of_the_paper(a: np.ndarray, n: int, alpha: float, beta: float, k: float) -> np.ndarray:
    """Section 3.3: b[i] = a[i] / (k + alpha * sum over j from max(0, i - n/2) to min(N - 1, i + n/2) of a[j]**2)**beta."""
    b = np.empty_like(a)
    channels = a.shape[1]
    for image, i, y, x in np.ndindex(a.shape):
        total = 0.0
        for j in range(max(0, i - n // 2), min(channels - 1, i + n // 2) + 1):
            total += a[image, j, y, x] ** 2
        b[image, i, y, x] = a[image, i, y, x] / (k + alpha * total) ** beta
    return b


@given(
    SHAPES, SIZES.filter(lambda n: n % 2), NUMBERS, SEEDS
)  # for an even n the paper's n/2 on either side makes n + 1
def test_the_papers_reading(shape: tuple[int, ...], size: int, numbers: dict[str, float], seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=shape)
    out = F.local_response_norm_forward(x, size, **numbers, divide_alpha=False)
    np.testing.assert_allclose(out, of_the_paper(x, size, **numbers), rtol=1e-10)
    by_size = F.local_response_norm_forward(x, size, numbers["alpha"] * size, numbers["beta"], numbers["k"])
    np.testing.assert_allclose(out, by_size, rtol=1e-10)


@pytest.mark.parametrize("divide_alpha", [True, False])
def test_alexnets_numbers(divide_alpha: bool, rng: np.random.Generator) -> None:
    """k = 2, n = 5, alpha = 1e-4, beta = 0.75, on activations large enough for alpha to matter."""
    x = rng.normal(0, 100, (2, 8, 3, 4))
    wanted = of_the_paper(x, 5, 1e-4, 0.75, 2)
    out = F.local_response_norm_forward(x, 5, 5e-4 if divide_alpha else 1e-4, 0.75, 2, divide_alpha)
    np.testing.assert_allclose(out, wanted, rtol=1e-12)
    other = F.local_response_norm_forward(x, 5, 1e-4, 0.75, 2, divide_alpha=True)
    assert abs(other / wanted - 1).max() > 0.1  # the two readings are not the same


@given(SHAPES, SIZES, NUMBERS, st.sampled_from([(np.float64, 1e-10), (np.float32, 1e-5)]), SEEDS)
def test_pytorchs_reading(
    shape: tuple[int, ...], size: int, numbers: dict[str, float], precision: tuple[type, float], seed: int
) -> None:
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    rng = np.random.default_rng(seed)
    x, grad_out = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    tensor = torch.tensor(x, requires_grad=True)
    wanted = torch.nn.functional.local_response_norm(tensor, size, **numbers)
    wanted.backward(torch.tensor(grad_out))
    out = F.local_response_norm_forward(x, size, **numbers)
    assert out.dtype == dtype
    np.testing.assert_allclose(out, wanted.detach().numpy(), rtol=tolerance, atol=tolerance)
    grad_x = F.local_response_norm_backward(grad_out, x, size, **numbers)
    assert grad_x.dtype == dtype
    np.testing.assert_allclose(grad_x, tensor.grad.numpy(), rtol=tolerance, atol=10 * tolerance)


@given(SHAPES, SIZES, NUMBERS, st.booleans(), SEEDS)
def test_fast_and_plain_agree(
    shape: tuple[int, ...], size: int, numbers: dict[str, float], divide_alpha: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, grad_out = rng.normal(size=shape), rng.normal(size=shape)
    how = {**numbers, "divide_alpha": divide_alpha}
    np.testing.assert_allclose(
        F.local_response_norm_forward(x, size, **how), F.local_response_norm_forward_plain(x, size, **how), rtol=1e-11
    )
    np.testing.assert_allclose(
        F.local_response_norm_backward(grad_out, x, size, **how),
        F.local_response_norm_backward_plain(grad_out, x, size, **how),
        rtol=1e-9,
        atol=1e-12,
    )


def test_an_even_window_reaches_one_further_down_than_up() -> None:
    x = np.array([1.0, 0.0, 0.0, 1.0]).reshape(1, 4, 1, 1)
    squares = 1 / F.local_response_norm_forward(x + 1e-9, 2, alpha=2, beta=1).ravel() * (x.ravel() + 1e-9) - 1
    np.testing.assert_allclose(
        squares, [1, 1, 0, 1], atol=1e-6
    )  # the second channel sees the first, the third not the last


def test_one_thread_and_two_give_the_same_bits(threads: int, rng: np.random.Generator) -> None:
    x = rng.normal(size=(11, 6, 5, 7)).astype(np.float32)
    out, grad_x = F.local_response_norm_forward(x, 5), F.local_response_norm_backward(x, x, 5)
    for n in range(len(x)):
        assert out[n : n + 1].tobytes() == F.local_response_norm_forward(x[n : n + 1], 5).tobytes()
        assert grad_x[n : n + 1].tobytes() == F.local_response_norm_backward(x[n : n + 1], x[n : n + 1], 5).tobytes()
