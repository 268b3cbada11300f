"""Modules: names, state dicts, training mode, gradients that add up, and how a network prints."""

import numpy as np
import pytest

from course import functional as F
from course.functional import conv2d_backward
from course.models import lenet5
from course.nn import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, Module, Parameter, ReLU, Sequential


def small(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Conv2d(1, 2, 3, rng=rng), ReLU(), Flatten(), Sequential(Linear(8, 3, rng=rng)))


def test_names_are_dotted_and_in_order() -> None:
    names = [name for name, _ in small().named_parameters()]
    assert names == ["0.weight", "0.bias", "3.0.weight", "3.0.bias"]
    assert [name for name, _ in small().leaves()] == ["0", "1", "2", "3.0"]


def test_the_state_dict_is_a_copy() -> None:
    model = small()
    model.state_dict()["0.weight"][:] = 7
    assert not (model[0].weight.data == 7).any()


def test_a_state_dict_makes_two_networks_one(rng: np.random.Generator) -> None:
    one, other = small(1), small(2)
    x = rng.normal(size=(2, 1, 4, 4)).astype(np.float32)
    assert not np.array_equal(one(x), other(x))
    state = one.state_dict()
    other.load_state_dict(state)
    np.testing.assert_array_equal(one(x), other(x))
    state["0.weight"][:] = 7  # the network must not live in the caller's arrays
    np.testing.assert_array_equal(one(x), other(x))


def test_loading_keeps_the_dtype_of_the_network() -> None:
    model = small()
    model.load_state_dict({name: a.astype(np.float64) for name, a in model.state_dict().items()})
    assert {p.data.dtype for p in model.parameters()} == {np.dtype(np.float32)}


BAD = {
    "missing": (
        lambda s: {k: a for k, a in s.items() if k != "3.0.bias"},
        r"^Sequential: the state dict lacks 3\.0\.bias\.$",
    ),
    "unknown": (lambda s: {**s, "4.weight": np.ones(2)}, r"^Sequential: the state dict has unknown 4\.weight\.$"),
    "both": (
        lambda s: {("0.wight" if k == "0.weight" else k): a for k, a in s.items()},
        r"^Sequential: the state dict lacks 0\.weight and has unknown 0\.wight\.$",
    ),
    "shape": (
        lambda s: {**s, "3.0.bias": np.ones(4)},
        r"^Sequential: 3\.0\.bias has shape \(4,\) in the state dict but \(3,\) here\.$",
    ),
    "no numbers": (lambda s: {**s, "3.0.bias": np.array(["a", "b", "c"])}, "."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_state_dict_that_does_not_fit_changes_nothing(name: str) -> None:
    spoil, sentence = BAD[name]
    model = small()
    before = model.state_dict()
    with pytest.raises(ValueError, match=sentence):
        model.load_state_dict(spoil({key: a + 1 for key, a in before.items()}))
    for key, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[key], err_msg=key)


def test_training_mode_reaches_every_layer() -> None:
    model = small()
    assert all(layer.training for _, layer in model.leaves())
    assert model.eval() is model
    assert not model.training
    assert not any(layer.training for _, layer in model.leaves())
    assert model.train() is model
    assert all(layer.training for _, layer in model.leaves())


def test_gradients_add_up_until_they_are_zeroed(rng: np.random.Generator) -> None:
    model = small()
    x, grad_out = rng.normal(size=(2, 1, 4, 4)), rng.normal(size=(2, 3))
    assert all(p.grad is None for p in model.parameters())
    model(x)
    model.backward(grad_out)
    once = [p.grad.copy() for p in model.parameters()]
    model.backward(grad_out)
    for p, a in zip(model.parameters(), once, strict=True):
        np.testing.assert_array_equal(p.grad, 2 * a)
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_a_shared_parameter_is_listed_once() -> None:
    """Else an optimiser would take two steps with it. PyTorch lists it once, too."""
    one, other = Linear(3, 3), Linear(3, 3)
    other.weight = one.weight
    assert len(Sequential(one, other).parameters()) == 3


def test_a_sequential_is_indexed_and_has_a_length() -> None:
    model = small()
    assert len(model) == 4
    assert isinstance(model[0], Conv2d)
    assert isinstance(model[-1], Sequential)


def test_how_a_network_prints() -> None:
    model = Sequential(
        Conv2d(1, 6, (5, 3), padding=2), ReLU(), MaxPool2d(2), Sequential(AvgPool2d(3, 2, 1), Flatten()), Linear(4, 2)
    )
    assert repr(model) == "\n".join(
        [
            "Sequential(",
            "  (0): Conv2d(1, 6, kernel_size=(5, 3), stride=1, padding=2)",
            "  (1): ReLU()",
            "  (2): MaxPool2d(kernel_size=2, stride=2, padding=0)",
            "  (3): Sequential(",
            "    (0): AvgPool2d(kernel_size=3, stride=2, padding=1)",
            "    (1): Flatten()",
            "  )",
            "  (4): Linear(4, 2)",
            ")",
        ]
    )
    assert repr(Parameter(np.zeros((2, 3)))) == "Parameter(2, 3)"


def test_a_layer_without_a_forward_says_so() -> None:
    class Empty(Module):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty has no forward pass$"):
        Empty()(np.zeros(1))
    with pytest.raises(NotImplementedError, match=r"^Empty has no backward pass$"):
        Empty().backward(np.zeros(1))


def test_no_images_give_no_logits() -> None:
    model = lenet5()
    assert model(np.zeros((0, 1, 28, 28), np.float32)).shape == (0, 10)
    assert model.backward(np.zeros((0, 10), np.float32)).shape == (0, 1, 28, 28)  # type: ignore[union-attr]


class Halved(Sequential):
    """A network with a way back of its own."""

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return super().backward(grad_out / 2)


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_the_parameters_gradients_alone_are_those_of_backward(factor: float, rng: np.random.Generator) -> None:
    x, grad_out = rng.normal(size=(20, 1, 28, 28)).astype(np.float32), rng.normal(size=(20, 10)).astype(np.float32)
    whole, alone = lenet5(seed=3), lenet5(seed=3)
    whole(x)
    whole.backward(grad_out * np.float32(factor))
    network = alone if factor == 1 else Halved(alone)
    network(x)
    network.backward_parameters(grad_out)
    for mine, theirs in zip(network.parameters(), whole.parameters(), strict=True):
        assert mine.grad is not None
        np.testing.assert_array_equal(mine.grad, theirs.grad)


def test_a_first_layer_in_training_makes_no_gradient_of_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(F, "conv2d_backward", lambda *a, **how: made.append(a[1].shape) or conv2d_backward(*a, **how))
    model = lenet5()
    model(np.ones((2, 1, 28, 28), np.float32))
    model.backward_parameters(np.ones((2, 10), np.float32))
    assert made == [(2, 6, 14, 14)]
