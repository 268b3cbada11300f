"""Each loss is the pair of functions of its name with the arguments it was built with, and refuses bad ones at once."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F
from course.nn import BCEWithLogitsLoss, CrossEntropyLoss, DiceLoss, L1Loss, Loss, MSELoss, NLLLoss

X = np.random.default_rng(5).normal(size=(3, 4))
LABELS, TARGET = np.array([1, 0, 3]), np.random.default_rng(6).random((3, 4))
WEIGHT = np.array([1.0, 2.0, 0.5, 3.0])

LOSSES = [
    (CrossEntropyLoss(), "cross_entropy", LABELS, ()),
    (CrossEntropyLoss(WEIGHT, 1, 0.25), "cross_entropy", LABELS, (WEIGHT, 1, 0.25)),
    (CrossEntropyLoss(label_smoothing=1), "cross_entropy", LABELS, (None, -100, 1)),
    (NLLLoss(), "nll_loss", LABELS, ()),
    (NLLLoss(WEIGHT, 0), "nll_loss", LABELS, (WEIGHT, 0)),
    (MSELoss(), "mse_loss", TARGET, ()),
    (L1Loss(), "l1_loss", TARGET, ()),
    (BCEWithLogitsLoss(), "binary_cross_entropy_with_logits", TARGET, ()),
    (BCEWithLogitsLoss(WEIGHT, WEIGHT[::-1]), "binary_cross_entropy_with_logits", TARGET, (WEIGHT, WEIGHT[::-1])),
    (DiceLoss(), "dice_loss", LABELS, ()),
    (DiceLoss(0.25, 3), "dice_loss", LABELS, (0.25, 3)),
]


@pytest.mark.parametrize("loss, name, target, arguments", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_is_the_functions(loss: Loss, name: str, target: np.ndarray, arguments: tuple, dtype: type) -> None:
    x, target = X.astype(dtype), target if target is LABELS else target.astype(dtype)
    value = loss(x, target)
    assert isinstance(value, float)
    assert value == loss.forward(x, target) == getattr(F, f"{name}_forward")(x, target, *arguments)
    grad = loss.backward()
    assert grad.dtype == dtype
    np.testing.assert_array_equal(grad, getattr(F, f"{name}_backward")(x, target, *arguments))


def test_a_loss_keeps_weights_of_its_own() -> None:
    weight = WEIGHT.copy()
    losses = [CrossEntropyLoss(weight), NLLLoss(weight)]
    others = [BCEWithLogitsLoss(weight), BCEWithLogitsLoss(pos_weight=weight)]
    before = [loss(X, LABELS) for loss in losses] + [loss(X, TARGET) for loss in others]
    weight[:] = 7
    weight[0] = 0
    assert [loss(X, LABELS) for loss in losses] + [loss(X, TARGET) for loss in others] == before


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "weight below 0": (
        lambda: CrossEntropyLoss([1, -1]),
        "CrossEntropyLoss: weight is [1.0, -1.0]; a class counts 0 or more, and finitely.",
    ),
    "one weight": (lambda: NLLLoss(2.0), "NLLLoss: weight has shape (), 0 axes; it needs 1, (classes)."),
    "ignore_index": (
        lambda: CrossEntropyLoss(ignore_index=None),
        "CrossEntropyLoss: ignore_index is None; it must be a whole number, a label.",
    ),
    "ignore_index of nll": (
        lambda: NLLLoss(ignore_index=1.0),
        "NLLLoss: ignore_index is 1.0; it must be a whole number, a label.",
    ),
    "ignore_index of dice": (
        lambda: DiceLoss(1.0, "255"),
        "DiceLoss: ignore_index is '255'; it must be a whole number, a label.",
    ),
    "label_smoothing": (
        lambda: CrossEntropyLoss(label_smoothing=1.1),
        "CrossEntropyLoss: label_smoothing is 1.1; it must be a number from 0 to 1.",
    ),
    "weight of bce": (
        lambda: BCEWithLogitsLoss(np.nan),
        "BCEWithLogitsLoss: weight is nan; it must be 0 or more, and finite.",
    ),
    "pos_weight": (
        lambda: BCEWithLogitsLoss(pos_weight=[1, -1]),
        "BCEWithLogitsLoss: pos_weight is [1.0, -1.0]; it must be 0 or more, and finite.",
    ),
    "smooth": (lambda: DiceLoss(0), "DiceLoss: smooth is 0; it must be above 0."),
    "smooth in words": (lambda: DiceLoss("1"), "DiceLoss: smooth is '1'; it must be a finite number."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_argument_is_refused_at_once(name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == sentence


def test_a_loss_without_a_forward_says_so() -> None:
    class Empty(Loss):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty has no forward pass$"):
        Empty()(np.zeros(1), np.zeros(1))
    with pytest.raises(NotImplementedError, match=r"^Empty has no backward pass$"):
        Empty().backward()
