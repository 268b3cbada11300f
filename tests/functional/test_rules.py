"""The rules that every operation keeps, whatever it computes: dtype, untouched inputs, fresh outputs, any memory order."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from course import functional as F

Arrays = dict[str, np.ndarray]
Operation = tuple[dict[str, tuple[int, ...]], Callable[..., object]]


def drawn(operation: Operation, rng: np.random.Generator) -> Arrays:
    """Read-only numbers for an operation, positive and negative, whole so that every dtype can hold them."""
    arrays = {key: rng.integers(-9, 10, shape).astype(np.float64) for key, shape in operation[0].items()}
    for a in arrays.values():
        a.setflags(write=False)
    return arrays


def outputs(operation: Operation, arrays: Arrays) -> list[np.ndarray]:
    """What an operation returns, as a list of arrays."""
    found = operation[1](**arrays)
    return list(found) if isinstance(found, tuple) else [found]  # type: ignore[list-item]


def test_no_operation_is_left_out(names: dict[str, set[str]]) -> None:
    numbers = {"output_size"} | {
        name for name in F.__all__ if name.endswith(("entropy_forward", "loss_forward", "with_logits_forward"))
    }
    indices = {
        name for name in F.__all__ if name.endswith("_with_indices")
    }  # integers beside floats; _forward calls it
    assert set(F.__all__) - numbers - indices == names["OPERATIONS"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_goes_in_comes_out(operation: Operation, dtype: type, rng: np.random.Generator) -> None:
    arrays = {key: a.astype(dtype) for key, a in drawn(operation, rng).items()}
    assert [a.dtype for a in outputs(operation, arrays)] == [dtype] * len(outputs(operation, arrays))


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, np.bool_])
def test_whole_numbers_count_as_float64(operation: Operation, dtype: type, rng: np.random.Generator) -> None:
    whole = {key: abs(a).astype(dtype) for key, a in drawn(operation, rng).items()}
    as_floats = {key: a.astype(np.float64) for key, a in whole.items()}
    for out, expected in zip(outputs(operation, whole), outputs(operation, as_floats), strict=True):
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out, expected)


def test_float32_beside_float64_gives_float64(operation: Operation, rng: np.random.Generator) -> None:
    arrays = drawn(operation, rng)
    first = next(iter(arrays))
    mixed = {key: a.astype(np.float32) if key == first and len(arrays) > 1 else a for key, a in arrays.items()}
    for out, expected in zip(outputs(operation, mixed), outputs(operation, arrays), strict=True):
        assert out.dtype == np.float64
        np.testing.assert_array_equal(out, expected)


def test_inputs_are_left_as_they_are(operation: Operation, rng: np.random.Generator) -> None:
    for dtype in (np.float32, np.float64):
        arrays = {key: a.astype(dtype) for key, a in drawn(operation, rng).items()}  # writable, so that harm would show
        before = {key: a.copy() for key, a in arrays.items()}
        outputs(operation, arrays)
        for key, a in arrays.items():
            np.testing.assert_array_equal(a, before[key], err_msg=key)


def test_outputs_are_new_memory_that_may_be_written(operation: Operation, rng: np.random.Generator) -> None:
    arrays = {key: a.copy() for key, a in drawn(operation, rng).items()}
    found = outputs(operation, arrays)
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


def test_any_memory_order_is_accepted(operation: Operation, rng: np.random.Generator) -> None:
    arrays = drawn(operation, rng)
    expected = outputs(operation, arrays)
    for changed in zip(*(other_orders(a) for a in arrays.values()), strict=True):
        for out, wanted in zip(outputs(operation, dict(zip(arrays, changed, strict=True))), expected, strict=True):
            np.testing.assert_array_equal(out, wanted)


def test_a_second_call_knows_nothing_of_the_first(operation: Operation, rng: np.random.Generator) -> None:
    arrays, others = drawn(operation, rng), drawn(operation, rng)
    first = [a.copy() for a in outputs(operation, arrays)]
    kept = outputs(operation, arrays)
    outputs(operation, others)
    for a, b, c in zip(first, kept, outputs(operation, arrays), strict=True):
        np.testing.assert_array_equal(a, b)  # a buffer used again would have changed
        np.testing.assert_array_equal(a, c)
