"""The soft Dice loss against its formula, a place at a time, and against PyTorch's own derivatives of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.functional import dice_loss_backward, dice_loss_forward, softmax


def by_the_formula(logits: np.ndarray, labels: np.ndarray, smooth: float, ignore_index: int) -> float:
    """The loss of (N, C, H, W): three sums for each class, pixel by pixel."""
    coefficients = []
    for c in range(logits.shape[1]):
        overlap = predicted = true = 0.0
        for n, h, w in np.ndindex(labels.shape):
            if labels[n, h, w] != ignore_index:
                p, g = softmax(logits[n, :, h, w])[c], float(labels[n, h, w] == c)
                overlap, predicted, true = overlap + p * g, predicted + p**2, true + g**2
        coefficients.append((2 * overlap + smooth) / (predicted + true + smooth))
    return 1 - sum(coefficients) / len(coefficients)


@given(st.data())
def test_same_as_the_formula_and_its_derivative(data: st.DataObject) -> None:
    torch = pytest.importorskip("torch")
    shape = tuple(data.draw(st.tuples(st.integers(1, 3), st.integers(2, 4), st.integers(1, 4), st.integers(1, 4))))
    N, C, H, W = shape
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    logits = rng.normal(size=shape) * data.draw(st.sampled_from([1.0, 20.0]))
    labels = rng.integers(0, data.draw(st.integers(1, C)), size=(N, H, W))  # some classes may be missing
    labels[rng.random(labels.shape) < 0.2] = 9
    labels[0, 0, 0] = 0
    smooth = data.draw(st.sampled_from([1e-5, 0.5, 1.0, 10.0]))
    loss = dice_loss_forward(logits, labels, smooth, 9)
    np.testing.assert_allclose(loss, by_the_formula(logits, labels, smooth, 9), rtol=1e-9, atol=1e-14)

    z = torch.tensor(logits, requires_grad=True)
    p, counts = torch.softmax(z, 1), torch.tensor(labels != 9)[:, None]
    g = torch.tensor((labels[:, None] == np.arange(C)[:, None, None]).astype(float))
    sums = [(a * counts).sum((0, 2, 3)) for a in (p * g, p * p, g)]
    (1 - ((2 * sums[0] + smooth) / (sums[1] + sums[2] + smooth)).mean()).backward()
    np.testing.assert_allclose(dice_loss_backward(logits, labels, smooth, 9), z.grad.numpy(), rtol=1e-8, atol=1e-12)


def test_classes_count_alike_however_few_their_pixels(rng: np.random.Generator) -> None:
    """One pixel of a hundred missed: hardly a loss for the large class, all of it for the small one."""
    labels = np.zeros((1, 10, 10), int)
    labels[0, 3, 4] = 1
    logits = np.zeros((1, 2, 10, 10))
    logits[:, 0] = 50  # everything is background
    small = dice_loss_forward(logits, labels, smooth=1e-6)
    assert small == pytest.approx((1 - 2 * 99 / 199 + 1) / 2, rel=1e-6)


def test_a_class_that_is_neither_there_nor_predicted_is_perfect() -> None:
    logits = np.full((2, 3, 2, 2), -1e4)
    logits[:, 0] = 1e4
    assert dice_loss_forward(logits, np.zeros((2, 2, 2), int)) == 0
    assert not dice_loss_backward(logits, np.zeros((2, 2, 2), int)).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("smooth", [1e-30, 1.0])
@pytest.mark.filterwarnings("error")
def test_ten_thousand_does_not_overflow(dtype: type, smooth: float) -> None:
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    assert dice_loss_forward(logits, np.array([0, 1]), smooth) == 0
    assert dice_loss_forward(logits, np.array([1, 0]), smooth) == pytest.approx(1 - smooth / (2 + smooth), rel=1e-6)
    grad = dice_loss_backward(logits, np.array([1, 0]), smooth)
    assert grad.dtype == dtype
    assert np.isfinite(grad).all()
