"""The rules that every operation keeps, whatever it computes: dtype, untouched inputs, fresh outputs, any memory order."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from course import functional as F

Arrays = dict[str, np.ndarray]
LABELS = np.array([1, 0, 2])

# name -> the shapes of its float arguments, and the call; sizes such that nothing is square and windows overlap
X, WEIGHT, OUT, POOLED = (3, 2, 6, 5), (4, 2, 3, 2), (3, 4, 3, 2), (3, 2, 3, 3)
CONV = {"stride": (2, 3), "padding": (1, 1)}
OPERATIONS: dict[str, tuple[dict[str, tuple[int, ...]], Callable[..., object]]] = {
    "conv2d_forward_plain": (
        {"x": X, "weight": WEIGHT, "bias": (4,)},
        lambda **a: F.conv2d_forward_plain(**a, **CONV),
    ),
    "conv2d_forward": ({"x": X, "weight": WEIGHT, "bias": (4,)}, lambda **a: F.conv2d_forward(**a, **CONV)),
    "conv2d_forward 1x1": ({"x": X, "weight": (1, 2, 1, 1)}, lambda **a: F.conv2d_forward(**a)),
    "conv2d_backward_plain": (
        {"grad_out": OUT, "x": X, "weight": WEIGHT},
        lambda **a: F.conv2d_backward_plain(**a, **CONV),
    ),
    "conv2d_backward": ({"grad_out": OUT, "x": X, "weight": WEIGHT}, lambda **a: F.conv2d_backward(**a, **CONV)),
    "conv2d_backward 1x1": (
        {"grad_out": (3, 1, 6, 5), "x": X, "weight": (1, 2, 1, 1)},
        lambda **a: F.conv2d_backward(**a),
    ),
    "im2col": ({"x": X}, lambda x: F.im2col(x, (3, 2), **CONV)),
    "im2col 1x1": ({"x": (1, 2, 6, 5)}, lambda x: F.im2col(x, 1)),
    "col2im": ({"cols": (3, 12, 6)}, lambda cols: F.col2im(cols, X[2:], (3, 2), **CONV)),
    "col2im 1x1": ({"cols": (1, 2, 30)}, lambda cols: F.col2im(cols, X[2:], 1)),
    "max_pool2d_forward_plain": ({"x": X}, lambda x: F.max_pool2d_forward_plain(x, (2, 3), (2, 2), (0, 1))),
    "max_pool2d_forward": ({"x": X}, lambda x: F.max_pool2d_forward(x, (2, 3), (2, 2), (0, 1))),
    "max_pool2d_forward 1x1": ({"x": X}, lambda x: F.max_pool2d_forward(x, 1)),
    "max_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward_plain(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "max_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.max_pool2d_backward(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "avg_pool2d_forward_plain": ({"x": X}, lambda x: F.avg_pool2d_forward_plain(x, (2, 3), (2, 2), (0, 1))),
    "avg_pool2d_forward": ({"x": X}, lambda x: F.avg_pool2d_forward(x, (2, 3), (2, 2), (0, 1))),
    "avg_pool2d_forward 1x1": ({"x": X}, lambda x: F.avg_pool2d_forward(x, 1)),
    "avg_pool2d_backward_plain": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward_plain(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "avg_pool2d_backward": (
        {"grad_out": POOLED, "x": X},
        lambda grad_out, x: F.avg_pool2d_backward(grad_out, x, (2, 3), (2, 2), (0, 1)),
    ),
    "relu_forward": ({"x": X}, F.relu_forward),
    "relu_backward": ({"grad_out": X, "x": X}, F.relu_backward),
    "linear_forward": ({"x": (3, 5), "weight": (4, 5), "bias": (4,)}, F.linear_forward),
    "linear_backward": ({"grad_out": (3, 4), "x": (3, 5), "weight": (4, 5)}, F.linear_backward),
    "softmax": ({"logits": (3, 4)}, F.softmax),
    "cross_entropy_backward": ({"logits": (3, 4)}, lambda logits: F.cross_entropy_backward(logits, LABELS)),
}

every_operation = pytest.mark.parametrize("name", OPERATIONS)


def drawn(name: str, rng: np.random.Generator) -> Arrays:
    """Read-only numbers for an operation, positive and negative, whole so that every dtype can hold them."""
    arrays = {key: rng.integers(-9, 10, shape).astype(np.float64) for key, shape in OPERATIONS[name][0].items()}
    for a in arrays.values():
        a.setflags(write=False)
    return arrays


def outputs(name: str, arrays: Arrays) -> list[np.ndarray]:
    """What an operation returns, as a list of arrays."""
    found = OPERATIONS[name][1](**arrays)
    return list(found) if isinstance(found, tuple) else [found]  # type: ignore[list-item]


def test_no_operation_is_left_out() -> None:
    numbers = {"output_size", "cross_entropy_forward"}  # these return no array
    indices = {"max_pool2d_with_indices"}  # max_pool2d_forward calls it
    assert {name.removesuffix(" 1x1") for name in OPERATIONS} == set(F.__all__) - numbers - indices


@every_operation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_goes_in_comes_out(name: str, dtype: type, rng: np.random.Generator) -> None:
    arrays = {key: a.astype(dtype) for key, a in drawn(name, rng).items()}
    assert [a.dtype for a in outputs(name, arrays)] == [dtype] * len(outputs(name, arrays))


@every_operation
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, np.bool_])
def test_whole_numbers_count_as_float64(name: str, dtype: type, rng: np.random.Generator) -> None:
    whole = {key: abs(a).astype(dtype) for key, a in drawn(name, rng).items()}
    as_floats = {key: a.astype(np.float64) for key, a in whole.items()}
    for out, expected in zip(outputs(name, whole), outputs(name, as_floats), strict=True):
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out, expected)


@every_operation
def test_float32_beside_float64_gives_float64(name: str, rng: np.random.Generator) -> None:
    arrays = drawn(name, rng)
    first = next(iter(arrays))
    mixed = {key: a.astype(np.float32) if key == first and len(arrays) > 1 else a for key, a in arrays.items()}
    for out, expected in zip(outputs(name, mixed), outputs(name, arrays), strict=True):
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out, expected)


@every_operation
def test_inputs_are_left_as_they_are(name: str, rng: np.random.Generator) -> None:
    for dtype in (np.float32, np.float64):
        arrays = {key: a.astype(dtype) for key, a in drawn(name, rng).items()}  # writable, so that harm would show
        before = {key: a.copy() for key, a in arrays.items()}
        outputs(name, arrays)
        for key, a in arrays.items():
            np.testing.assert_array_equal(a, before[key], err_msg=key)


@every_operation
def test_outputs_are_new_memory_that_may_be_written(name: str, rng: np.random.Generator) -> None:
    arrays = {key: a.copy() for key, a in drawn(name, rng).items()}
    found = outputs(name, arrays)
    for i, out in enumerate(found):
        assert out.flags.writeable
        others = [*arrays.values(), *found[:i]]
        assert not any(np.may_share_memory(out, other) for other in others)


def other_orders(a: np.ndarray) -> Iterator[np.ndarray]:
    """The same numbers in Fortran order, behind negative strides, and as every other number of a larger array."""
    yield np.asfortranarray(a)
    backwards = (slice(None, None, -1),) * a.ndim
    yield np.ascontiguousarray(a[backwards])[backwards]
    wide = np.full([2 * n for n in a.shape], 77, a.dtype)
    gaps = (slice(None, None, 2),) * a.ndim
    wide[gaps] = a
    yield wide[gaps]


@every_operation
def test_any_memory_order_is_accepted(name: str, rng: np.random.Generator) -> None:
    arrays = drawn(name, rng)
    expected = outputs(name, arrays)
    for changed in zip(*(other_orders(a) for a in arrays.values()), strict=True):
        for out, wanted in zip(outputs(name, dict(zip(arrays, changed, strict=True))), expected, strict=True):
            np.testing.assert_array_equal(out, wanted)


@every_operation
def test_a_second_call_knows_nothing_of_the_first(name: str, rng: np.random.Generator) -> None:
    arrays, others = drawn(name, rng), drawn(name, rng)
    first = [a.copy() for a in outputs(name, arrays)]
    kept = outputs(name, arrays)
    outputs(name, others)
    for a, b, c in zip(first, kept, outputs(name, arrays), strict=True):
        np.testing.assert_array_equal(a, b)  # a buffer used again would have changed
        np.testing.assert_array_equal(a, c)
