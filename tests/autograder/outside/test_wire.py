"""The wire: what is sent arrives, and what is forged does not."""

import numpy as np
import pytest

from autograder.outside.wire import Foreign, WireError, decode, encode

RNG = np.random.default_rng(0)
ARRAY = RNG.standard_normal((3, 4, 5))


def there_and_back(value):
    return decode(*encode(value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -7,
        10**40,
        2.5,
        float("inf"),
        1 + 2j,
        "text",
        b"bytes",
        (),
        [1, (2.0, None)],
        {"a": [1], 3: {"b": ()}},
    ],
    ids=repr,
)
def test_simple_values_arrive_as_they_are(value):
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        ARRAY,
        np.asfortranarray(ARRAY),
        ARRAY.transpose(2, 0, 1),
        ARRAY[..., ::2],
        ARRAY.astype(np.float32)[:, 1:3],
        np.zeros((0, 3)),
        np.array(3, dtype=np.uint8),
        np.array(["one", "three"]),
        np.array([True, False]),
        ARRAY.astype(">f8"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}{array.strides}",
)
def test_arrays_keep_their_numbers_and_their_order_in_memory(array):
    back = there_and_back(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)
    assert (back.flags.c_contiguous, back.flags.f_contiguous) == (array.flags.c_contiguous, array.flags.f_contiguous)
    assert back.flags.writeable


def test_scalars_dtypes_and_generators_arrive():
    assert there_and_back(np.float32(0.1)) == np.float32(0.1)
    assert type(there_and_back(np.int16(3))) is np.int16
    assert there_and_back(np.float32) is np.float32
    assert there_and_back(np.dtype("i4")) == np.dtype("i4")
    rng = np.random.default_rng(5)
    assert there_and_back(rng).random() == rng.random()


def test_what_cannot_travel_stays_and_keeps_its_name():
    back = decode(*encode([{1, 2}, range(3)], lambda value: 7))
    assert [type(part).__name__ for part in back] == ["set", "range"]
    assert all(isinstance(part, Foreign) and part.handle == 7 for part in back)
    assert np.array([object(), None]).dtype == there_and_back(np.array([object(), None])).dtype


def test_a_function_is_sent_as_its_text_and_only_to_who_wants_it():
    def double(x):
        return 2 * x

    double.source = "lambda x: 2 * x"
    tree, buffers = encode(double)
    assert decode(tree, buffers, evaluate=eval)(4) == 8
    with pytest.raises(WireError):
        decode(tree, buffers)


def test_depth_and_number_are_bounded_on_both_sides():
    deep: list = []
    for _ in range(500):
        deep = [deep]
    assert isinstance(there_and_back(deep)[0][0], list)  # the deep end stays where it is
    wide = there_and_back([0] * 1_000_000)
    assert isinstance(wide, Foreign)
    tree: list = ["0"]
    for _ in range(500):
        tree = ["l", [tree]]
    with pytest.raises(WireError):
        decode(tree, [])
    with pytest.raises(WireError):
        decode(["l", [["0"]] * 100_000], [])
    with pytest.raises(WireError):
        decode(["y", 0], [bytes(65 << 20)])


FORGED = [
    ["a", "|O", [1], [0], False, 0],
    ["a", "<f8", [2], [0], False, 0],
    ["a", "<f8", [-1], [0], False, 0],
    ["a", "<f8", [1], [1], False, 0],
    ["a", "<f8", [True], [0], False, 0],
    ["a", "<f8", [1 << 62, 1 << 62], [0, 1], False, 0],
    ["a", "<f8", [1], [0], False, 9],
    ["a", "<f8", [1], [0], False, -1],
    ["a", "<f8,<O", [1], [0], False, 0],
    ["a", "<M8[s]", [1], [0], False, 0],
    ["a", "<V8", [1], [0], False, 0],
    ["n", "|O", 0],
    ["o", [1 << 20, 1 << 20], "O"],
    ["i", "zz"],
    ["i", 3],
    ["f", "0x1p99999"],
    ["s", 3],
    ["s", "x" * 300_000],
    ["d", [[["l", []], ["0"]]]],
    ["r", "SystemRandom", {}],
    ["r", "PCG64", {"state": "no"}],
    ["t", "|O", True],
    ["q"],
    [],
    None,
    {"kind": "l"},
    "lambda: 0",
    ["e", "__import__('os').system('true')"],
]


@pytest.mark.parametrize("tree", FORGED, ids=repr)
def test_a_forged_value_is_an_error_and_nothing_else(tree):
    with pytest.raises(WireError):
        decode(tree, [b"\0" * 8])
