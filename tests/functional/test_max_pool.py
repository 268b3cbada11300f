"""Max pooling: values, winners and gradients as PyTorch has them, ties and NaN included; and back again by unpooling."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from course.functional import (
    max_pool2d_backward,
    max_pool2d_backward_plain,
    max_pool2d_forward,
    max_pool2d_forward_plain,
    max_pool2d_with_indices,
    max_unpool2d_backward,
    max_unpool2d_forward,
)

Drawn = tuple[np.ndarray, dict[str, Any], np.random.Generator]


@st.composite
def pools(draw: st.DrawFn) -> Drawn:
    """Images and a pooling that mostly fits: windows that overlap or leave gaps, with ties or NaN, below zero or not."""
    kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    how = {
        "kernel_size": kernel,
        "stride": draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4))),
        "padding": (draw(st.integers(0, kernel[0] // 2)), draw(st.integers(0, kernel[1] // 2))),
        "dilation": draw(st.just((1, 1)) | st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "ceil_mode": draw(st.booleans()),
    }
    reach = [d * (k - 1) + 1 - 2 * p for k, p, d in zip(kernel, how["padding"], how["dilation"], strict=True)]
    H, W = (max(1, draw(st.integers(-1, 5)) + n) for n in reach)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(draw(st.integers(1, 3)), draw(st.integers(1, 2)), H, W)) + draw(st.sampled_from([0, -9]))
    x = x.astype(draw(st.sampled_from([np.float32, np.float64])))
    x = x.round() if draw(st.booleans()) else x
    if draw(st.booleans()):
        x[rng.random(x.shape) < 0.1] = np.nan
        x[rng.random(x.shape) < 0.1] = -np.inf
    return x, how, rng


# the last window begins in the second pixel from the end and reaches beyond; none begins in the border after the end
beyond = example(
    (np.arange(2.0 * 7 * 5).reshape(1, 2, 7, 5), {"kernel_size": 3, "stride": (2, 3), "ceil_mode": True}, None)
)
border = example(
    (np.arange(-20.0, 0).reshape(1, 1, 4, 5), {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}, None)
)
larger = example((np.ones((1, 1, 2, 3)), {"kernel_size": (3, 4), "stride": 2, "ceil_mode": True}, None))


@given(pools())
@beyond
@border
@larger
def test_same_as_torch(drawn: Drawn) -> None:
    torch = pytest.importorskip("torch")
    array, how, rng = drawn
    rng = rng or np.random.default_rng(0)
    x = torch.tensor(array, requires_grad=True)
    try:
        theirs, places = torch.nn.functional.max_pool2d(x, **how, return_indices=True)
    except RuntimeError:
        with pytest.raises(ValueError, match=r"^max_pool2d: kernel"):
            max_pool2d_forward(array, **how)
        return
    try:
        out, index = max_pool2d_with_indices(array, **how)
    except (
        ValueError
    ) as error:  # where a window sees no pixel PyTorch names a winner that is not in it, often not in the image
        assert "all of them lie outside" in str(error)
        assert (theirs == -np.inf).any()
        return
    np.testing.assert_array_equal(out, theirs.detach().numpy())
    np.testing.assert_array_equal(index, places.numpy())
    assert (out.dtype, index.dtype) == (array.dtype, np.int64)
    grad_out = rng.normal(size=out.shape).astype(array.dtype)
    theirs.backward(torch.tensor(grad_out))
    close = {"rtol": 1e-12, "atol": 1e-12} if array.dtype == np.float64 else {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(max_pool2d_backward(grad_out, array, **how), x.grad.numpy(), **close)


@given(pools())
@beyond
@border
@larger
def test_fast_and_plain_agree(drawn: Drawn) -> None:
    x, how, rng = drawn
    rng = rng or np.random.default_rng(0)
    try:
        out = max_pool2d_forward(x, **how)
    except ValueError as error:
        with pytest.raises(ValueError) as plain:
            max_pool2d_forward_plain(x, **how)
        assert str(plain.value) == str(error)
        return
    np.testing.assert_array_equal(out, max_pool2d_forward_plain(x, **how))
    grad_out = rng.normal(size=out.shape)
    fast, plain = max_pool2d_backward(grad_out, x, **how), max_pool2d_backward_plain(grad_out, x, **how)
    np.testing.assert_allclose(fast, plain, rtol=1e-12, atol=1e-12)


def test_several_pieces_agree_with_one_image_at_a_time(rng: np.random.Generator, threads: int) -> None:
    x = rng.normal(size=(21, 3, 7, 9)).astype(np.float32)
    grad_out = rng.normal(size=(21, 3, 3, 4)).astype(np.float32)
    out, grad_x = max_pool2d_forward(x, 3, 2), max_pool2d_backward(grad_out, x, 3, 2)
    for n in range(21):
        np.testing.assert_array_equal(out[n : n + 1], max_pool2d_forward_plain(x[n : n + 1], 3, 2))
        np.testing.assert_array_equal(grad_x[n : n + 1], max_pool2d_backward(grad_out[n : n + 1], x[n : n + 1], 3, 2))


@pytest.mark.parametrize("places", [[(0, 0)], [(1, 1)], [(2, 3)], [(0, 1), (1, 0), (1, 1)]], ids=str)
def test_a_nan_wins_every_window_it_is_in_and_of_several_the_last(places: list[tuple[int, int]]) -> None:
    x = np.arange(20.0).reshape(1, 1, 4, 5)
    for place in places:
        x[0, 0][place] = np.nan
    out, index = max_pool2d_with_indices(x, 3, 1, 1)
    last = places[-1][0] * 5 + places[-1][1]
    for h, w in np.ndindex(4, 5):
        inside = [y * 5 + z for y, z in places if abs(y - h) <= 1 and abs(z - w) <= 1]
        assert np.isnan(out[0, 0, h, w]) == bool(inside)
        assert not inside or index[0, 0, h, w] == inside[-1]
    assert (index == last).sum() > 1
    np.testing.assert_array_equal(max_pool2d_forward_plain(x, 3, 1, 1), out)


def test_infinities_of_both_signs_are_numbers_like_others() -> None:
    """Their sum is NaN, which is where the loop begins to look for one."""
    x = np.array([[[[-np.inf, 1.0, np.inf, 3.0], [2.0, -np.inf, -np.inf, -np.inf]]]])
    out, index = max_pool2d_with_indices(x, 2, 1)
    np.testing.assert_array_equal(out[0, 0], [[2, np.inf, np.inf]])
    np.testing.assert_array_equal(index[0, 0], [[4, 2, 2]])


def test_the_first_of_equal_numbers_gets_the_gradient() -> None:
    grad_x = max_pool2d_backward(np.full((1, 1, 1, 1), 7.0), np.zeros((1, 1, 2, 2)), 2)
    np.testing.assert_array_equal(grad_x[0, 0], [[7, 0], [0, 0]])


def test_padding_never_wins_over_negative_numbers() -> None:
    np.testing.assert_array_equal(max_pool2d_forward(np.full((1, 1, 2, 2), -5.0), 2, 1, 1), np.full((1, 1, 3, 3), -5.0))


def test_ceil_mode_sees_the_pixels_that_floor_leaves_out() -> None:
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    assert 24 not in max_pool2d_forward(x, 2)
    np.testing.assert_array_equal(
        max_pool2d_forward(x, 2, ceil_mode=True)[0, 0], [[6, 8, 9], [16, 18, 19], [21, 23, 24]]
    )


def test_a_dilated_window_sees_every_other_pixel() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    x[0, 0, 1, 1] = 99
    assert max_pool2d_forward(x, 2, dilation=2) == 8


@given(pools(), st.data())
def test_unpooling_as_torch(drawn: Drawn, data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    x, how, rng = drawn
    assume(how.pop("dilation") == (1, 1) and not how.pop("ceil_mode"))
    try:
        out, indices = max_pool2d_with_indices(x, **how)
    except ValueError:
        assume(False)
    if data.draw(st.booleans()):
        indices = rng.permuted(indices.reshape(*indices.shape[:2], -1), axis=2).reshape(indices.shape)
    # numbers that depend on their place: of several for one, PyTorch keeps one or another, as its threads have it
    out = np.cos(indices)
    pooled = torch.tensor(out, requires_grad=True)
    size = x.shape if data.draw(st.booleans()) else x.shape[2:]
    theirs = torch.nn.functional.max_unpool2d(pooled, torch.tensor(indices), **how, output_size=list(size))
    ours = max_unpool2d_forward(out, indices, **how, output_size=size)
    np.testing.assert_array_equal(ours, theirs.detach().numpy())
    grad_out = rng.normal(size=ours.shape)
    theirs.backward(torch.tensor(grad_out))
    ours = max_unpool2d_backward(grad_out, out, indices, **how, output_size=size)
    np.testing.assert_array_equal(ours, pooled.grad.numpy())


def test_of_several_numbers_for_one_place_the_last_stays() -> None:
    x, indices = np.arange(1.0, 13).reshape(1, 2, 3, 2), np.full((1, 2, 3, 2), 8)
    indices[0, 1, 2, 1] = 3
    out = max_unpool2d_forward(x, indices, 2)
    np.testing.assert_array_equal(out[0].reshape(2, 24)[:, 8], [6, 11])
    assert out[0, 1, 0, 3] == 12


def test_unpooling_goes_to_the_smallest_size_unless_told() -> None:
    torch = pytest.importorskip("torch")
    x, indices = np.array([[[[1.0, 2.0]]]]), np.array([[[[5, 1]]]])
    for window in ((2,), (2, 3), ((3, 2), (1, 4), 1)):
        try:
            theirs = torch.nn.functional.max_unpool2d(torch.tensor(x), torch.tensor(indices), *window).numpy()
        except RuntimeError:
            with pytest.raises(ValueError, match=r"^max_unpool2d: "):
                max_unpool2d_forward(x, indices, *window)
        else:
            np.testing.assert_array_equal(max_unpool2d_forward(x, indices, *window), theirs)


@pytest.mark.parametrize("change", [-2, -1, 0, 1, 2])
def test_unpooling_takes_the_sizes_that_torch_takes(change: int) -> None:
    torch = pytest.importorskip("torch")
    x, indices = np.ones((1, 1, 2, 3)), np.zeros((1, 1, 2, 3), int)
    size = 4 + change, 7
    tensors = torch.tensor(x), torch.tensor(indices)
    if abs(change) < 2:  # the stride
        theirs = torch.nn.functional.max_unpool2d(*tensors, 2, output_size=size)
        np.testing.assert_array_equal(max_unpool2d_forward(x, indices, 2, output_size=size), theirs.numpy())
    else:
        with pytest.raises(ValueError, match="invalid output_size"):
            torch.nn.functional.max_unpool2d(*tensors, 2, output_size=size)
        with pytest.raises(ValueError, match="from a height of 3 to 5 and a width of 5 to 7"):
            max_unpool2d_forward(x, indices, 2, output_size=size)
