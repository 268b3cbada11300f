"""Direct, im2col and Winograd compute the same convolution; the rule picks by shape alone; a wrong name gets a sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import algorithm as algorithms
from course.functional import conv2d_backward, conv2d_forward
from course.functional.conv import conv2d_backward_parameters
from course.functional.window import place_window

# of the largest number of each result; Winograd adds and subtracts numbers a hundred times as large as what is left of them
BOUND = {"direct": 2e-6, "im2col": 2e-6, "winograd": 3e-5}


def far(mine: np.ndarray, theirs: np.ndarray) -> float:
    assert mine.shape == theirs.shape and mine.dtype == theirs.dtype
    return float(abs(mine - theirs).max() / abs(theirs).max()) if theirs.size and abs(theirs).max() else 0.0


@st.composite
def convolutions(draw: st.DrawFn, kernel: tuple[int, int] | None = None) -> tuple:
    """Arrays and the arguments after them; with the 3x3 kernels of Winograd at stride 1 and in one group."""
    steps = (draw(st.integers(1, 3)), draw(st.integers(1, 3))) if kernel is None else (1, 1)
    dilation = (draw(st.integers(1, 3)), draw(st.integers(1, 2))) if kernel is None else (1, 1)
    groups = draw(st.integers(1, 3)) if kernel is None else 1
    kernel = kernel or (draw(st.integers(1, 4)), draw(st.integers(1, 5)))
    # fewer than sixteen images go another way, and so do more than two filters to a group
    N, each_in, each_out = draw(st.integers(0, 35)), draw(st.integers(1, 3)), draw(st.integers(1, 8))
    padding = tuple(draw(st.integers(0, 3)) for _ in range(4))
    reach = [
        d * (k - 1) + 1 - padding[2 * i] - padding[2 * i + 1]
        for i, (k, d) in enumerate(zip(kernel, dilation, strict=True))
    ]
    size = [draw(st.integers(max(1, least), max(1, least) + 8)) for least in reach]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(N, groups * each_in, *size)).astype(np.float32)
    weight = rng.normal(size=(groups * each_out, each_in, *kernel)).astype(np.float32)
    bias = rng.normal(size=groups * each_out).astype(np.float32)
    return x, weight, bias, {"stride": steps, "padding": padding, "dilation": dilation, "groups": groups}


def agree(case: tuple, name: str) -> None:
    x, weight, bias, how = case
    exact = conv2d_forward(*(a.astype(np.float64) for a in (x, weight, bias)), **how, algorithm="im2col")
    out = conv2d_forward(x, weight, bias, **how, algorithm=name)
    assert far(out.astype(np.float64), exact) <= BOUND[name]
    grad_out = np.random.default_rng(1).normal(size=out.shape).astype(np.float32)
    wanted = conv2d_backward(*(a.astype(np.float64) for a in (grad_out, x, weight)), **how, algorithm="im2col")
    for mine, theirs in zip(conv2d_backward(grad_out, x, weight, **how, algorithm=name), wanted, strict=True):
        assert far(mine.astype(np.float64), theirs) <= BOUND[name]


@given(convolutions())
def test_direct(case: tuple) -> None:
    agree(case, "direct")


@given(convolutions(kernel=(3, 3)))
def test_winograd(case: tuple) -> None:
    agree(case, "winograd")


@pytest.mark.parametrize("name", ["winograd", "im2col"])
def test_few_positions_beside_many_filters(name: str, rng: np.random.Generator, threads: int) -> None:
    """There the filters are cut into pieces, not the batch."""
    x, weight = rng.normal(size=(5, 150, 3, 4)).astype(np.float32), rng.normal(size=(210, 150, 3, 3)).astype(np.float32)
    agree((x, weight, rng.normal(size=210).astype(np.float32), {"padding": 1}), name)


def test_winograd_with_many_channels_and_several_pieces(rng: np.random.Generator, threads: int) -> None:
    x, weight = rng.normal(size=(9, 70, 17, 22)).astype(np.float32), rng.normal(size=(33, 70, 3, 3)).astype(np.float32)
    agree((x, weight, rng.normal(size=33).astype(np.float32), {"padding": 1}), "winograd")


@pytest.mark.slow
@pytest.mark.parametrize(("N", "each", "stride"), [(3, 1, 1), (17, 1, 1), (17, 4, 1), (3, 4, 2), (17, 1, (2, 1))])
@pytest.mark.parametrize("mode", ["reflect", "replicate"])
def test_direct_hands_gradients_back_through_any_border(
    mode: str, N: int, each: int, stride: int, rng: np.random.Generator
) -> None:
    x, weight = rng.normal(size=(N, 2, 6, 5)), rng.normal(size=(2 * each, 1, 3, 2))
    how = {"padding": (1, 2, 0, 1), "groups": 2, "padding_mode": mode, "stride": stride}
    out = conv2d_forward(x, weight, **how, algorithm="im2col")
    np.testing.assert_allclose(conv2d_forward(x, weight, **how, algorithm="direct"), out, rtol=1e-12, atol=1e-12)
    grad_out = rng.normal(size=out.shape)
    for mine, theirs in zip(
        conv2d_backward(grad_out, x, weight, **how, algorithm="direct"),
        conv2d_backward(grad_out, x, weight, **how, algorithm="im2col"),
        strict=True,
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


def test_a_first_layer_may_leave_its_images_gradient_out(rng: np.random.Generator) -> None:
    for N, C in ((64, 1), (5, 3), (32, 64)):
        x, weight = rng.normal(size=(N, C, 12, 12)).astype(np.float32), rng.normal(size=(6, C, 3, 3)).astype(np.float32)
        grad_out = rng.normal(size=(N, 6, 12, 12)).astype(np.float32)
        wanted = conv2d_backward(grad_out, x, weight, padding=1)[1:]
        for mine, theirs in zip(conv2d_backward_parameters(grad_out, x, weight, padding=1), wanted, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def chosen(N: int, C: int, C_out: int, side: int, kernel: int, way: str = "forward", **how: object) -> str:
    groups, dtype = how.pop("groups", 1), how.pop("dtype", np.float32)
    weight = np.empty((C_out, C // groups, kernel, kernel), dtype)  # type: ignore[operator]
    window = place_window("conv2d", (side, side), (kernel, kernel), padding=kernel // 2, **how)  # type: ignore[arg-type]
    return algorithms.choose("conv2d", "auto", N, weight, window, groups, way)  # type: ignore[arg-type]


def test_the_rule() -> None:
    assert chosen(64, 1, 6, 28, 5) == "direct"  # LeNet's first layer
    assert chosen(64, 1, 6, 28, 5, "grad_weight") == "direct"
    assert chosen(32, 64, 64, 32, 3) == "winograd"  # VGG's
    assert chosen(32, 64, 64, 32, 3, "grad_weight") == "winograd"
    assert chosen(32, 512, 512, 4, 3) == chosen(32, 512, 512, 4, 3, "grad_weight") == "winograd"
    assert chosen(8, 512, 512, 4, 3) == "im2col"  # the filters' own transforms would cost more than they save
    assert chosen(32, 512, 512, 2, 3, "grad_weight") == "im2col"
    assert chosen(32, 512, 512, 2, 3) == "im2col"  # three quarters of each tile would lie beyond the edge
    assert (
        chosen(64, 6, 16, 14, 5)
        == chosen(64, 6, 16, 14, 5, "grad_x")
        == chosen(64, 6, 16, 14, 5, "grad_weight")
        == "direct"
    )
    assert chosen(32, 3, 64, 32, 3) == "direct"  # VGG's first layer
    assert chosen(32, 3, 64, 32, 3, "grad_x") == chosen(32, 3, 64, 32, 3, "grad_weight") == "im2col"
    assert chosen(32, 64, 64, 32, 1) == "im2col"  # which for 1x1 copies nothing
    assert chosen(32, 64, 64, 28, 3, groups=64) == "direct"  # depthwise
    assert chosen(1, 1, 1, 28, 5) == "im2col"  # nothing has to be compiled for a student's first example
    assert chosen(32, 64, 64, 32, 3, stride=2) == "im2col"
    assert (
        chosen(32, 64, 64, 32, 3, dtype=np.float64) == "im2col"
    )  # a gradient check wants the plain formula's accuracy
    assert chosen(32, 64, 64, 32, 3, mode="reflect") == "im2col"


def test_what_the_rule_picks_is_what_is_computed(rng: np.random.Generator) -> None:
    x, weight = rng.normal(size=(16, 32, 16, 16)).astype(np.float32), rng.normal(size=(32, 32, 3, 3)).astype(np.float32)
    by_rule = conv2d_forward(x, weight, padding=1)
    np.testing.assert_array_equal(by_rule, conv2d_forward(x, weight, padding=1, algorithm="winograd"))
    assert (by_rule != conv2d_forward(x, weight, padding=1, algorithm="im2col")).any()


def test_sentences() -> None:
    x, weight = np.zeros((1, 2, 5, 5), np.float32), np.zeros((2, 2, 3, 3), np.float32)
    with pytest.raises(
        ValueError, match=r"^conv2d: algorithm is 'fft'; it must be one of auto, direct, im2col, winograd\.$"
    ):
        conv2d_forward(x, weight, algorithm="fft")
    with pytest.raises(
        ValueError,
        match=r'^conv2d_backward: algorithm="winograd" needs stride and dilation 1, 3x3 filters, groups=1, a border of zeros '
        r'and float32; use "auto" or "im2col"\.$',
    ):
        conv2d_backward(
            x.astype(np.float64)[:, :, :3, :3], x.astype(np.float64), weight.astype(np.float64), algorithm="winograd"
        )
