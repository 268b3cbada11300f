"""Dropout as a layer: on in training, off in use, on again for Monte-Carlo guesses; masks from a seed, saved with the network."""

import numpy as np
import pytest

from course.nn import BatchNorm2d, Dropout, Dropout2d, Flatten, Linear, Module, Sequential, enable_dropout

X = np.random.default_rng(5).uniform(1, 2, (6, 4, 3, 5))


def layer(kind: type[Module], p: float = 0.4, seed: int = 0) -> Module:
    return kind(p, rng=np.random.default_rng(seed))  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
def test_in_training_the_mask_of_the_forward_pass_leads_back(kind: type[Module], rng: np.random.Generator) -> None:
    dropout = layer(kind)
    out = dropout(X)
    grad_out = rng.normal(size=X.shape)
    grad_x = dropout.backward(grad_out)
    np.testing.assert_allclose(out[out != 0], (X / 0.6)[out != 0])
    np.testing.assert_allclose(grad_x, np.where(out != 0, grad_out / 0.6, 0))
    assert 0 < (out == 0).mean() < 1
    if kind is Dropout2d:
        assert set((out == 0).sum(axis=(2, 3)).ravel()) == {0, 15}


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
def test_in_use_nothing_happens(kind: type[Module], rng: np.random.Generator) -> None:
    dropout, grad_out = layer(kind), rng.normal(size=X.shape)
    dropout(X)
    dropout.eval()
    np.testing.assert_array_equal(dropout(X), X)
    np.testing.assert_array_equal(dropout.backward(grad_out), grad_out)


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
def test_masks_differ_from_pass_to_pass_and_not_from_run_to_run(kind: type[Module]) -> None:
    one, other = layer(kind, seed=1), layer(kind, seed=1)
    first = one(X)
    np.testing.assert_array_equal(first, other(X))
    assert not np.array_equal(first, one(X))
    assert not np.array_equal(first, layer(kind, seed=2)(X))


def test_layers_built_from_one_generator_have_masks_of_their_own() -> None:
    rng = np.random.default_rng(0)
    one, other = Dropout(rng=rng), Dropout(rng=rng)
    rng.random(7)  # what others draw does not change a layer's masks
    first = one(X)
    assert not np.array_equal(first, other(X))
    np.testing.assert_array_equal(Dropout(rng=np.random.default_rng(0))(X), first)


def test_the_generator_is_found_so_that_a_run_can_be_taken_up(rng: np.random.Generator) -> None:
    model = Sequential(Linear(5, 5, rng=rng), Dropout(rng=rng), Sequential(Dropout2d(0.2, rng=rng)))
    found = dict(model.named_generators())
    assert list(found) == ["1.rng", "2.0.rng"]
    state = found["1.rng"].bit_generator.state
    first = model[1](X)
    model[1](X)
    found["1.rng"].bit_generator.state = state
    np.testing.assert_array_equal(model[1](X), first)
    assert list(model.state_dict()) == ["0.weight", "0.bias"]


def test_without_a_generator_every_layer_drops_elsewhere() -> None:
    assert not np.array_equal(Dropout()(X), Dropout()(X))


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
def test_no_images(kind: type[Module]) -> None:
    dropout, empty = layer(kind), np.zeros((0, 4, 3, 5), np.float32)
    assert dropout(empty).shape == empty.shape
    assert dropout.backward(empty).shape == empty.shape


def test_monte_carlo_dropout_guesses_while_batch_norm_stands_still(rng: np.random.Generator) -> None:
    inner = Sequential(BatchNorm2d(4), Dropout2d(0.5, rng=rng))
    model = Sequential(inner, Flatten(), Dropout(0.5, rng=rng), Linear(60, 3, rng=rng))
    model(X)
    before = model.state_dict()
    assert enable_dropout(model) is model
    modes = {name: module.training for name, module in model.leaves()}
    assert modes == {"0.0": False, "0.1": True, "1": False, "2": True, "3": False}
    assert (model.training, inner.training) == (False, False)
    guesses = np.stack([model(X) for _ in range(200)])
    assert (guesses.std(axis=0) > 0.01).all()
    for name, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[name], err_msg=name)
    sure = model.eval()(X)
    np.testing.assert_array_equal(sure, model(X))
    np.testing.assert_allclose(guesses.mean(axis=0), sure, atol=5 * guesses.std(axis=0).max() / np.sqrt(200))


def test_how_it_prints_and_what_it_refuses() -> None:
    assert (
        repr(Sequential(Dropout(), Dropout2d(0.2))) == "Sequential(\n  (0): Dropout(p=0.5)\n  (1): Dropout2d(p=0.2)\n)"
    )
    with pytest.raises(ValueError, match=r"^Dropout2d: p is 1\.2; it must be a number from 0 to 1\.$"):
        Dropout2d(1.2)
