"""Layer, group and instance norm against PyTorch, their plain versions, and one another."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import functional as F

SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from([(np.float64, 1e-9), (np.float32, 3e-4)])
SMALL = st.integers(1, 5)


def same_as_torch(
    arrays: dict[str, np.ndarray | None],
    forward: Callable[..., np.ndarray],
    backward: Callable[..., tuple[np.ndarray, ...]],
    theirs: Callable[..., Any],
    precision: tuple[type, float],
    rng: np.random.Generator,
) -> None:
    """forward(x, weight, bias), backward(grad_out, x, weight) and PyTorch's function of the three, in one dtype."""
    torch = pytest.importorskip("torch")
    dtype, tolerance = precision
    given = {name: None if a is None else a.astype(dtype) for name, a in arrays.items()}
    tensors = {name: None if a is None else torch.tensor(a, requires_grad=True) for name, a in given.items()}
    wanted = theirs(**tensors)
    grad_out = rng.normal(size=wanted.shape).astype(dtype)
    wanted.backward(torch.tensor(grad_out))
    out = forward(**given)
    assert out.dtype == dtype
    np.testing.assert_allclose(out, wanted.detach().numpy(), rtol=tolerance, atol=tolerance)
    found = backward(grad_out, given["x"], given["weight"])
    for mine, (name, tensor) in zip(found, tensors.items(), strict=True):
        if tensor is not None:
            assert mine.dtype == dtype, name
            np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=tolerance, atol=tolerance, err_msg=name)


def affine(rng: np.random.Generator, shape: tuple[int, ...], which: int) -> dict[str, np.ndarray | None]:
    """Neither, weight alone, or both."""
    return {
        "weight": rng.normal(size=shape) if which > 0 else None,
        "bias": rng.normal(size=shape) if which > 1 else None,
    }


@given(st.lists(SMALL, max_size=3), st.lists(SMALL, min_size=1, max_size=3), st.integers(0, 2), DTYPES, SEEDS)
def test_layer_norm(outer: list[int], inner: list[int], which: int, precision: tuple[type, float], seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng, shape = np.random.default_rng(seed), tuple(inner)
    arrays = {"x": rng.normal(2, 3, (*outer, *shape)), **affine(rng, shape, which)}
    same_as_torch(
        arrays,
        lambda x, weight, bias: F.layer_norm_forward(x, shape, weight, bias, eps=0.1),
        lambda grad_out, x, weight: F.layer_norm_backward(grad_out, x, shape, weight, eps=0.1),
        lambda x, weight, bias: torch.nn.functional.layer_norm(x, shape, weight, bias, eps=0.1),
        precision,
        rng,
    )
    np.testing.assert_allclose(
        F.layer_norm_forward(**arrays, normalized_shape=shape),
        F.layer_norm_forward_plain(**arrays, normalized_shape=shape),
        rtol=1e-8,
        atol=1e-8,
    )


@given(SMALL, SMALL, SMALL, st.lists(SMALL, max_size=2), st.integers(0, 2), DTYPES, SEEDS)
def test_group_norm(
    N: int, groups: int, each: int, places: list[int], which: int, precision: tuple[type, float], seed: int
) -> None:
    torch = pytest.importorskip("torch")
    rng, C = np.random.default_rng(seed), groups * each
    if N * each * int(np.prod(places)) == 1:
        N = 2  # PyTorch refuses one number in all of a group's batch, though it takes one number a group
    arrays = {"x": rng.normal(2, 3, (N, C, *places)), **affine(rng, (C,), which)}
    same_as_torch(
        arrays,
        lambda x, weight, bias: F.group_norm_forward(x, groups, weight, bias, eps=0.1),
        lambda grad_out, x, weight: F.group_norm_backward(grad_out, x, groups, weight, eps=0.1),
        lambda x, weight, bias: torch.nn.functional.group_norm(x, groups, weight, bias, eps=0.1),
        precision,
        rng,
    )
    np.testing.assert_allclose(
        F.group_norm_forward(**arrays, num_groups=groups),
        F.group_norm_forward_plain(**arrays, num_groups=groups),
        rtol=1e-8,
        atol=1e-8,
    )


@given(SMALL, SMALL, st.lists(SMALL, min_size=1, max_size=2), st.integers(0, 2), DTYPES, SEEDS)
def test_instance_norm(N: int, C: int, places: list[int], which: int, precision: tuple[type, float], seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    places = places if np.prod(places) > 1 else [2, *places[1:]]
    arrays = {"x": rng.normal(2, 3, (N, C, *places)), **affine(rng, (C,), which)}
    same_as_torch(
        arrays,
        lambda x, weight, bias: F.instance_norm_forward(x, weight, bias, eps=0.1),
        lambda grad_out, x, weight: F.instance_norm_backward(grad_out, x, weight, eps=0.1),
        lambda x, weight, bias: torch.nn.functional.instance_norm(x, weight=weight, bias=bias, eps=0.1),
        precision,
        rng,
    )


def test_they_are_one_another_at_the_ends(rng: np.random.Generator) -> None:
    x = rng.normal(2, 3, (3, 6, 4, 5))
    as_layers = F.layer_norm_forward(x, (6, 4, 5))
    np.testing.assert_allclose(F.group_norm_forward(x, 1), as_layers, atol=1e-12)
    np.testing.assert_array_equal(F.group_norm_forward(x, 6), F.instance_norm_forward(x))
    of_one = F.batch_norm2d_forward(x[:1], None, None, None, None, True)[0]
    np.testing.assert_allclose(F.instance_norm_forward(x[:1]), of_one, atol=1e-12)


@pytest.mark.parametrize(
    "function",
    [lambda x: F.layer_norm_forward(x, x.shape[1:]), lambda x: F.group_norm_forward(x, 2), F.instance_norm_forward],
)
def test_an_image_does_not_depend_on_the_others(
    function: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator
) -> None:
    x = rng.normal(size=(5, 4, 3, 7))
    np.testing.assert_array_equal(function(x)[2:3], function(x[2:3]))


@pytest.mark.parametrize("level", [0, 1000])
def test_float32_is_accurate_at_a_large_mean(level: float, rng: np.random.Generator) -> None:
    x = (rng.normal(size=(4, 6, 15, 17)) + level).astype(np.float32)
    np.testing.assert_allclose(
        F.group_norm_forward(x, 2), F.group_norm_forward(x.astype(np.float64), 2), rtol=2e-6, atol=1e-6
    )
