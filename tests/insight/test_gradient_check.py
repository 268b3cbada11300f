"""The gradient check: right ones pass, named wrong ones do not, corners are excused, and the report says what is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import functional as F
from course.insight import gradient_check, gradient_check_module
from course.models import lenet5
from course.nn import (
    BatchNorm2d,
    Buffer,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Residual,
    Sequential,
)

STRIDE = {"stride": (2, 1), "padding": (1, 0)}


def conv_arrays(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"x": rng.normal(size=(2, 2, 5, 4)), "weight": rng.normal(size=(3, 2, 3, 2)), "bias": rng.normal(size=3)}


def conv(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return F.conv2d_forward(x, weight, bias, **STRIDE)


def conv_backward(grad_out: np.ndarray, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, ...]:
    return F.conv2d_backward(grad_out, x, weight, **STRIDE)


def test_a_right_backward_pass(rng: np.random.Generator) -> None:
    report = gradient_check(conv, conv_backward, conv_arrays(rng))
    assert report.ok
    assert report.worst < 1e-6
    assert [(f.name, f.shape, f.checked, f.corners) for f in report.findings] == [
        ("x", (2, 2, 5, 4), 80, 0),
        ("weight", (3, 2, 3, 2), 36, 0),
        ("bias", (3,), 3, 0),
    ]
    assert str(report).startswith("gradient check: all right\narray ")


MISTAKES: dict[str, tuple[Callable[..., Any], str]] = {
    "sign": (lambda gx, gw, gb: (-gx, gw, gb), "x: backward gives -1 times the slope everywhere."),
    "mean": (lambda gx, gw, gb: (gx, gw, gb / 8), "bias: backward gives 0.125 times the slope everywhere."),
    "zeros": (lambda gx, gw, gb: (gx, 0 * gw, gb), "weight: backward gives 0 everywhere."),
    "none": (lambda gx, gw, gb: (gx, None, gb), "weight: backward gives none, but weight has shape (3, 2, 3, 2)."),
    "shape": (lambda gx, gw, gb: (gx, gw, gb[:, None]), "bias: backward gives shape (3, 1), but bias has shape (3,)."),
    "nan": (lambda gx, gw, gb: (gx * np.nan, gw, gb), "x: backward gives numbers that are not finite."),
    "flipped": (lambda gx, gw, gb: (gx, gw[:, :, ::-1], gb), ""),
    "one number": (lambda gx, gw, gb: (gx + 1e-3 * (gx == gx[1, 0, 2, 3]), gw, gb), ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_backward_pass(name: str, rng: np.random.Generator) -> None:
    spoil, remark = MISTAKES[name]
    report = gradient_check(conv, lambda *a: spoil(*conv_backward(*a)), conv_arrays(rng))
    assert not report.ok
    wrong = [f.name for f in report.findings if not f.ok]
    assert len(wrong) == 1
    lines = str(report).splitlines()
    assert lines[0] == f"gradient check: {wrong[0]} is wrong"
    assert lines[6:] == ([remark] if remark else [])


def test_the_worst_place_is_named(rng: np.random.Generator) -> None:
    def spoilt(*a: np.ndarray) -> tuple[np.ndarray, ...]:
        gx, gw, gb = conv_backward(*a)
        gx[1, 0, 2, 3] += 0.01
        return gx, gw, gb

    arrays = conv_arrays(rng)
    (finding, *_) = gradient_check(conv, spoilt, arrays).findings
    assert finding.at == (1, 0, 2, 3)
    assert finding.backward - finding.slope == pytest.approx(0.01, abs=1e-6)
    assert finding.error == pytest.approx(0.01 / max(abs(finding.backward), abs(finding.slope)), rel=1e-3)


def test_one_number_that_is_none_is_the_worst() -> None:
    (finding,) = gradient_check(np.sin, lambda g, x: np.where(x == 2, np.nan, 3 * g), {"x": np.arange(4.0)}).findings
    assert (finding.ok, finding.at) == (False, (2,))
    assert np.isnan(finding.error)


def test_a_gradient_of_ones_would_hide_this() -> None:
    """Softmax adds up to 1, so with a gradient of ones its backward pass may return zeros; a random one sees it."""
    z = np.array([[1.0, 2.0, 0.5]])
    assert gradient_check(F.softmax, lambda g, z: F.softmax(z) * (g - (g * F.softmax(z)).sum(1)[:, None]), {"z": z}).ok
    assert not gradient_check(F.softmax, lambda g, z: 0 * z, {"z": z}).ok


def test_a_loss_is_a_number(rng: np.random.Generator) -> None:
    loss, labels = CrossEntropyLoss(), np.array([2, 0])

    def backward(grad_out: np.ndarray, z: np.ndarray) -> np.ndarray:
        loss(z, labels)
        return grad_out * loss.backward()

    assert gradient_check(lambda z: loss(z, labels), backward, {"logits": rng.normal(size=(2, 3))}).ok


def test_corners_are_excused_but_only_between_the_slopes() -> None:
    x = np.array([0.0, 1e-9, -1e-9, 2.0, -3.0])
    report = gradient_check(F.relu_forward, F.relu_backward, {"x": x})
    assert report.ok
    assert report.findings[0].corners == 3
    assert str(report).splitlines()[-1].startswith("corners: the slopes on both sides differ there")
    # beyond the slopes on both sides nothing is excused: 2 at x = 0, where they are 0 and 1
    assert not gradient_check(F.relu_forward, lambda g, x: np.where(x == 0, 2 * g, g * (x > 0)), {"x": x}).ok
    assert not gradient_check(F.relu_forward, lambda g, x: np.where(x == 0, -g, g * (x > 0)), {"x": x}).ok
    ties = np.array([[[[1.0, 1.0], [0.0, 1.0]]]])
    report = gradient_check(
        lambda x: F.max_pool2d_forward(x, 2), lambda g, x: F.max_pool2d_backward(g, x, 2), {"x": ties}
    )
    assert report.ok
    assert report.findings[0].corners == 3


def test_rounding_is_no_error() -> None:
    """1e9 + x: of the slope 1, rounding leaves hardly a digit, and the check knows it; twice the slope of 1e6 + x it sees."""
    x = np.array([0.25])
    report = gradient_check(lambda x: 1e9 + x, lambda g, x: g, {"x": x})
    assert (report.ok, report.findings[0].corners) == (True, 0)
    assert gradient_check(lambda x: x - x.mean(), lambda g, x: g - g.mean(), {"x": np.full(3, 1e6)}).ok
    assert not gradient_check(lambda x: 1e6 + x, lambda g, x: 2 * g, {"x": x}).ok


def test_large_arrays_are_sampled() -> None:
    x = np.zeros((30, 40))
    report = gradient_check(np.sin, lambda g, x: g * np.cos(x), {"x": x}, at_most=17)
    assert (report.findings[0].checked, report.findings[0].size) == (17, 1200)
    assert "17 of 1200" in str(report)
    again = gradient_check(np.sin, lambda g, x: g * np.cos(x), {"x": x}, at_most=17)
    assert str(again) == str(report)
    assert str(gradient_check(np.sin, lambda g, x: g * np.cos(x), {"x": x}, at_most=17, seed=1)) != str(report)


def test_inputs_are_safe(rng: np.random.Generator) -> None:
    """From functions that write into them; and numbers of any dtype are taken in float64."""

    def spiteful(x: np.ndarray) -> np.ndarray:
        out = x**2
        x[:] = 0
        return out

    def spiteful_backward(grad_out: np.ndarray, x: np.ndarray) -> np.ndarray:
        grad_out *= 2 * x
        x[:] = 0
        return grad_out

    x = rng.normal(size=(2, 3)).astype(np.float32)
    x.setflags(write=False)
    assert gradient_check(spiteful, spiteful_backward, {"x": x}).ok
    assert gradient_check(lambda x: x, lambda g, x: g, {"x": np.arange(3)}).ok  # an output that is its input
    out = np.empty(3)
    assert gradient_check(
        lambda x: np.multiply(x, 2, out=out), lambda g, x: 2 * g, {"x": np.ones(3)}
    ).ok  # or always the same


def test_an_empty_array_has_a_right_gradient() -> None:
    report = gradient_check(lambda x: x.sum(), lambda g, x: g + 0 * x, {"x": np.zeros((0, 3))})
    assert report.ok
    assert "0 of 0" in str(report)


def test_too_few_gradients(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError) as error:
        gradient_check(conv, lambda *a: conv_backward(*a)[:2], conv_arrays(rng))
    assert str(error.value) == (
        "gradient_check: backward returns 2 gradients for 3 arrays (x, weight, bias); "
        "it must return one for each, in their order."
    )


@pytest.mark.parametrize("seed", [2, 13, 18, 23, 27])  # with these the slope as measured is 0 exactly
def test_a_slope_of_0_is_right_up_to_rounding(seed: int) -> None:
    """Batch norm takes a bias before it away again, so what backward says of it is rounding and nothing else."""
    rng = np.random.default_rng(seed)
    body = Sequential(Conv2d(2, 2, 3, padding=1, rng=rng), BatchNorm2d(2), ReLU(), Dropout(0.4, rng=rng))
    model = Sequential(Residual(body), MaxPool2d(2))
    report = gradient_check_module(model, rng.normal(size=(3, 2, 4, 4)), at_most=5)
    assert report.ok, str(report)


def test_whole_networks(rng: np.random.Generator) -> None:
    report = gradient_check_module(lenet5(), rng.normal(size=(2, 1, 28, 28)), at_most=5)
    assert report.ok, str(report)
    assert len(report.findings) == 11
    body = Sequential(Conv2d(2, 2, 3, padding=1, rng=rng), BatchNorm2d(2), ReLU(), Dropout(0.4, rng=rng))
    model = Sequential(Residual(body), MaxPool2d(2))
    for mode in (True, False):
        report = gradient_check_module(model.train(mode), rng.normal(size=(3, 2, 4, 4)), at_most=30)
        assert report.ok, str(report)


@pytest.mark.parametrize("spoilt", ["input", "weight", "bias"])
def test_a_layer_with_a_mistake(spoilt: str, rng: np.random.Generator) -> None:
    class Wrong(Linear):
        def backward(self, grad_out: np.ndarray) -> np.ndarray:
            grad_x = super().backward(grad_out)
            if spoilt == "weight":
                self.weight.grad = self.weight.grad[::-1].copy()  # type: ignore[index]
            elif spoilt == "bias":
                self.bias.grad = None  # type: ignore[union-attr]
            return grad_x * (2 if spoilt == "input" else 1)

    report = gradient_check_module(Wrong(3, 2), rng.normal(size=(4, 3)))
    assert [f.name for f in report.findings if not f.ok] == [spoilt]


def test_whole_numbers_stay_whole() -> None:
    class Picks(Module):
        def __init__(self) -> None:
            self.order = Buffer(np.array([2, 0]))

        def forward(self, x: np.ndarray) -> np.ndarray:
            self._shape = x.shape
            return x[:, self.order.data]

        def backward(self, grad_out: np.ndarray) -> np.ndarray:
            grad_x = np.zeros(self._shape)
            grad_x[:, self.order.data] = grad_out
            return grad_x

    assert gradient_check_module(Picks(), np.ones((2, 3))).ok


def test_a_module_of_single_precision_is_checked_in_double(rng: np.random.Generator) -> None:
    seen = set[np.dtype]()

    class Watched(Linear):
        def forward(self, x: np.ndarray) -> np.ndarray:
            seen.update({x.dtype, self.weight.dtype, self.bias.dtype})  # type: ignore[union-attr]
            return super().forward(x)

    layer: Module = Watched(3, 2)
    before = [p.data for p in layer.parameters()]
    assert gradient_check_module(layer, rng.normal(size=(2, 3)).astype(np.float32)).ok
    assert seen == {np.dtype(np.float64)}
    assert all(p.data is a and a.dtype == np.float32 for p, a in zip(layer.parameters(), before, strict=True))
