"""im2col and col2im: PyTorch's unfold and fold, and each the transpose of the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import col2im, im2col, pad2d

Pair = tuple[int, int]


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], dict[str, Pair], int]:
    """The shape of some images, a window that fits into them, and a seed."""

    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    how = {"kernel_size": pair(1, 4), "stride": pair(1, 3), "padding": pair(0, 2), "dilation": pair(1, 3)}
    H, W = (
        draw(st.integers(0, 5)) + max(1, d * (k - 1) + 1 - 2 * p)
        for k, p, d in zip(how["kernel_size"], how["padding"], how["dilation"], strict=True)
    )
    return (draw(st.integers(1, 3)), draw(st.integers(1, 3)), H, W), how, draw(st.integers(0, 2**32 - 1))


@given(windows())
def test_same_as_unfold_and_fold(drawn: tuple) -> None:
    torch = pytest.importorskip("torch")
    shape, how, seed = drawn
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    cols = im2col(x, **how)
    np.testing.assert_array_equal(cols, torch.nn.functional.unfold(torch.tensor(x), **how).numpy())
    c = rng.standard_normal(cols.shape)
    folded = torch.nn.functional.fold(torch.tensor(c), shape[2:], **how).numpy()
    np.testing.assert_allclose(col2im(c, shape[2:], **how), folded, rtol=1e-12, atol=1e-12)


@given(windows())
def test_each_is_the_transpose_of_the_other(drawn: tuple) -> None:
    """<im2col(x), c> = <x, col2im(c)> for all x and c says just that, and needs no other library."""
    shape, how, seed = drawn
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape)
    cols = im2col(x, **how)
    c = rng.standard_normal(cols.shape)
    np.testing.assert_allclose((cols * c).sum(), (x * col2im(c, shape[2:], **how)).sum(), rtol=1e-9, atol=1e-9)


def test_a_column_is_a_window_with_its_channels_outermost() -> None:
    x = np.arange(2 * 2 * 3 * 4).reshape(2, 2, 3, 4)
    cols = im2col(x, (2, 3), stride=(1, 1))
    np.testing.assert_array_equal(cols[1, :, 2], x[1, :, 1:3, 0:3].ravel())  # position 2 is (h, w) = (1, 0)


@given(windows(), st.tuples(*[st.integers(0, 2)] * 4))
def test_a_border_of_four_is_padding_first(drawn: tuple, border: tuple[int, ...]) -> None:
    shape, how, seed = drawn
    how = {**how, "dilation": 1, "padding": border}
    x = np.random.default_rng(seed).standard_normal((*shape[:2], shape[2] + 4, shape[3] + 4))
    cols = im2col(x, **how)
    np.testing.assert_array_equal(cols, im2col(pad2d(x, border), **{**how, "padding": 0}))
    c = np.random.default_rng(seed + 1).standard_normal(cols.shape)
    np.testing.assert_allclose((cols * c).sum(), (x * col2im(c, x.shape[2:], **how)).sum(), rtol=1e-9, atol=1e-9)
