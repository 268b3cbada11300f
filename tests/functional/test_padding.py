"""Borders: NumPy's and PyTorch's padding, and each backward the transpose of its forward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import pad2d, pad2d_backward

NUMPYS = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}


@st.composite
def borders(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], str, int]:
    """The shape of some images, a border that fits, a mode and a seed."""
    mode = draw(st.sampled_from(sorted(NUMPYS)))
    H, W = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    most = [n - 1 if mode == "reflect" else 7 for n in (H, H, W, W)]
    border = tuple(draw(st.integers(0, m)) for m in most)
    lead = draw(st.lists(st.integers(0, 3), max_size=3))
    return (*lead, H, W), border, mode, draw(st.integers(0, 2**32 - 1))


@given(borders())
def test_same_as_numpy(drawn: tuple) -> None:
    shape, (top, bottom, left, right), mode, seed = drawn
    image = np.random.default_rng(seed).standard_normal(shape)
    sides = [(0, 0)] * (len(shape) - 2) + [(top, bottom), (left, right)]
    np.testing.assert_array_equal(pad2d(image, (top, bottom, left, right), mode), np.pad(image, sides, NUMPYS[mode]))


@given(borders())
def test_backward_is_the_transpose(drawn: tuple) -> None:
    """<pad(x), g> = <x, backward(g)> for all x and g says just that."""
    shape, border, mode, seed = drawn
    rng = np.random.default_rng(seed)
    image = rng.standard_normal(shape)
    padded = pad2d(image, border, mode)
    grad_out = rng.standard_normal(padded.shape)
    grad_image = pad2d_backward(grad_out, border, mode)
    assert grad_image.shape == shape
    np.testing.assert_allclose((padded * grad_out).sum(), (image * grad_image).sum(), rtol=1e-9, atol=1e-9)


@given(borders())
def test_same_as_torch(drawn: tuple) -> None:
    torch = pytest.importorskip("torch")
    shape, (top, bottom, left, right), mode, seed = drawn
    rng = np.random.default_rng(seed)
    image = rng.standard_normal((1, 2, *shape[-2:])).astype(np.float32)
    x = torch.tensor(image, requires_grad=True)
    sides, name = (left, right, top, bottom), "constant" if mode == "zeros" else mode
    out = torch.nn.functional.pad(x, sides, name)
    ours = pad2d(image, (top, bottom, left, right), mode)
    np.testing.assert_array_equal(ours, out.detach().numpy())
    grad_out = rng.standard_normal(ours.shape).astype(np.float32)
    out.backward(torch.tensor(grad_out))
    mine = pad2d_backward(grad_out, (top, bottom, left, right), mode)
    np.testing.assert_allclose(mine, x.grad.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padding, four", [(2, (2, 2, 2, 2)), ((1, 3), (1, 1, 3, 3)), (np.int64(1), (1, 1, 1, 1))])
def test_a_short_form_is_the_long_one(padding: object, four: tuple[int, ...], rng: np.random.Generator) -> None:
    image = rng.normal(size=(5, 6))
    np.testing.assert_array_equal(pad2d(image, padding, "reflect"), pad2d(image, four, "reflect"))
    grad_out = rng.normal(size=(11, 12))
    np.testing.assert_array_equal(
        pad2d_backward(grad_out, padding, "reflect"), pad2d_backward(grad_out, four, "reflect")
    )


def test_the_border_of_nothing() -> None:
    assert pad2d(np.zeros((0, 3)), (1, 2), "zeros").shape == (2, 7)


def test_a_nan_is_copied_like_any_number() -> None:
    np.testing.assert_array_equal(pad2d([[np.nan, 1]], (0, 1), "replicate"), [[np.nan, np.nan, 1, 1]])
