"""Looking at a network must not change it, and what the looks find is what PyTorch finds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import insight
from course.functional import softmax
from course.insight import _passes
from course.models import lenet5
from course.nn import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Residual, Sequential

IMAGES = np.random.default_rng(1).normal(size=(3, 1, 28, 28))


def restless(seed: int = 0) -> Sequential:
    """A small network in which everything that can change does: running statistics, generators, modes."""
    rng = np.random.default_rng(seed)
    body = Sequential(Conv2d(2, 2, 3, padding=1, rng=rng), BatchNorm2d(2))
    model = Sequential(
        Conv2d(1, 2, 3, stride=3, rng=rng),
        Residual(body),
        ReLU(),
        Flatten(),
        Dropout(0.3, rng=rng),
        Linear(162, 4, rng=rng),
    )
    model[2].eval()
    return model


LOOKS: dict[str, Callable[[Module, np.ndarray], object]] = {
    "activations": lambda m, x: insight.activations(m, x),
    "saliency": lambda m, x: insight.saliency(m, x),
    "occlusion": lambda m, x: insight.occlusion(m, x, size=20, stride=8),
    "maximise": lambda m, x: insight.maximise(m, "0", 1, x.shape[1:], steps=2),
    "deep_dream": lambda m, x: insight.deep_dream(m, x[0], "0", octaves=1, steps=2),
    "measured_receptive_field": lambda m, x: insight.measured_receptive_field(m, x.shape[1:], "1.body.0"),
    "receptive_field": lambda m, x: insight.receptive_field(m, x.shape[1:]),
    "gradient_check_module": lambda m, x: insight.gradient_check_module(m, x, at_most=2),
    "uncertainty": lambda m, x: insight.uncertainty(m, x, samples=2),
    "invariance_curve": lambda m, x: insight.invariance_curve(m, x, lambda a, n: a * n, [1, 2]),
    "summary": lambda m, x: insight.summary(m, x.shape[1:]),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_leaves_no_trace(name: str) -> None:
    """A training step before the look, the look, the step's backward pass after it: as without the look."""
    looked_at, left_alone = restless(), restless()
    grad_out = np.random.default_rng(2).normal(size=(3, 4))
    for model in (looked_at, left_alone):
        model(IMAGES)
        for p in model.parameters():
            p.grad = np.ones(p.shape)
    grads = [p.grad for p in looked_at.parameters()]
    data = [p.data for p in looked_at.parameters()]
    LOOKS[name](looked_at, IMAGES)
    assert all(p.grad is grad and (grad == 1).all() for p, grad in zip(looked_at.parameters(), grads, strict=True))
    assert all(p.data is a for p, a in zip(looked_at.parameters(), data, strict=True))
    results = [[model.backward(grad_out), model(IMAGES), model.backward(grad_out)] for model in (looked_at, left_alone)]
    for mine, other in zip(*results, strict=True):
        np.testing.assert_array_equal(mine, other)
    for key, a in left_alone.state_dict().items():
        np.testing.assert_array_equal(looked_at.state_dict()[key], a, err_msg=key)
    assert [(n, vars(m).keys(), m.training) for n, m in _passes.modules(looked_at)] == [
        (n, vars(m).keys(), m.training) for n, m in _passes.modules(left_alone)
    ]


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_that_fails_leaves_no_trace(name: str) -> None:
    model = restless()
    broken = model[5].weight
    model[5].weight = Linear(5, 4).weight
    keys = [set(vars(m)) for _, m in _passes.modules(model)]
    with pytest.raises(ValueError, match=r"^linear: x has 162 features"):
        LOOKS[name](model, IMAGES)
    assert [set(vars(m)) for _, m in _passes.modules(model)] == keys
    assert [m.training for m in (model, model[0], model[1].body, model[2])] == [True, True, True, False]
    model[5].weight = broken
    assert model(IMAGES).shape == (3, 4)


@pytest.mark.parametrize("name", LOOKS)
def test_a_second_look_sees_the_same(name: str) -> None:
    model = restless()
    first, second = LOOKS[name](model, IMAGES), LOOKS[name](model, IMAGES)
    assert repr(first) == repr(second)


def in_torch(ours: Module, theirs: Any) -> Any:
    """Their network with our weights, in float64; ours in float64 too."""
    import torch

    for p in ours.parameters():
        p.data = p.data.astype(np.float64)
    theirs = theirs.to(torch.float64)
    theirs.load_state_dict({name: torch.tensor(a) for name, a in ours.state_dict().items()})
    return theirs.eval()


def test_activations_are_pytorchs(torch_lenet5: Any) -> None:
    torch = pytest.importorskip("torch")
    ours = lenet5(seed=3)
    theirs, heard = in_torch(ours, torch_lenet5), {}
    for name, module in theirs.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda m, i, out, name=name: heard.update({name: out.detach().numpy()}))
    theirs(torch.tensor(IMAGES))
    found = insight.activations(ours, IMAGES)
    assert list(found) == list(heard)
    for name, out in found.items():
        np.testing.assert_allclose(out, heard[name], atol=1e-12, err_msg=name)


def test_activations_of_the_parts_asked_for() -> None:
    model = lenet5()
    found = insight.activations(model, IMAGES, ["classifier", "features.2"])
    assert {name: out.shape for name, out in found.items()} == {"features.2": (3, 6, 14, 14), "classifier": (3, 10)}
    np.testing.assert_array_equal(found["classifier"], model(IMAGES))
    kept = insight.activations(Sequential(Dropout()), IMAGES)["0"]
    np.testing.assert_array_equal(kept, IMAGES)
    assert not np.shares_memory(kept, IMAGES)
    with pytest.raises(ValueError) as error:
        insight.activations(model, IMAGES, ["conv1"])
    assert str(error.value) == (
        "activations: no layer is called 'conv1'; there are features, features.0, features.1, features.2, features.3, "
        "features.4, features.5, features.6, ..., classifier.4."
    )


def test_saliency_is_pytorchs_gradient(torch_lenet5: Any) -> None:
    torch = pytest.importorskip("torch")
    ours = lenet5(seed=3)
    theirs, x, labels = in_torch(ours, torch_lenet5), torch.tensor(IMAGES, requires_grad=True), [7, 0, 3]
    theirs(x)[torch.arange(3), torch.tensor(labels)].sum().backward()
    found = insight.saliency(ours, IMAGES, np.array(labels))
    np.testing.assert_allclose(found, x.grad.abs().amax(dim=1).numpy(), atol=1e-12)
    np.testing.assert_array_equal(insight.saliency(ours, IMAGES, 7)[0], found[0])
    best = ours(IMAGES).argmax(axis=1)
    np.testing.assert_array_equal(insight.saliency(ours, IMAGES), insight.saliency(ours, IMAGES, best))


def test_saliency_takes_the_strongest_channel(rng: np.random.Generator) -> None:
    model = Sequential(Flatten(), Linear(2 * 3 * 2, 2))
    weight = model[1].weight.data = rng.normal(size=(2, 12))
    found = insight.saliency(model, rng.normal(size=(1, 2, 3, 2)), labels=1)
    np.testing.assert_allclose(found[0], abs(weight[1].reshape(2, 3, 2)).max(axis=0))


def test_occlusion_is_what_covering_does(rng: np.random.Generator) -> None:
    model, x = lenet5(), rng.normal(size=(2, 1, 28, 28))
    found = insight.occlusion(model, x, labels=4, size=(5, 8), stride=(7, 10), value=0.5)
    assert found.shape == (2, 4, 3)
    covered = x.copy()
    covered[:, :, 14:19, 20:28] = 0.5
    before, after = softmax(model(x))[:, 4], softmax(model(covered))[:, 4]
    np.testing.assert_allclose(found[:, 2, 2], before - after, atol=1e-12)


def test_gradients_start_in_the_middle_of_a_branch(rng: np.random.Generator) -> None:
    """PyTorch's autograd can start anywhere; here zeros run back until the layer, in both paths of a residual."""
    torch = pytest.importorskip("torch")
    n = torch.nn
    conv1, conv2 = Conv2d(2, 3, 3, padding=1, rng=rng), Conv2d(3, 2, 3, padding=1, rng=rng)
    model = Sequential(Residual(Sequential(conv1, ReLU(), conv2)), MaxPool2d(2), Flatten(), Linear(8, 2, rng=rng))
    for p in model.parameters():
        p.data = p.data.astype(np.float64)
    x, grad_out = rng.normal(size=(2, 2, 4, 4)), rng.normal(size=(2, 2, 4, 4))
    out, grad_x = _passes.gradient_at(model, x, conv2, lambda out: grad_out)
    tx = torch.tensor(x, requires_grad=True)
    hidden = n.functional.conv2d(tx, *(torch.tensor(p.data) for p in conv1.parameters()), padding=1).relu()
    expected = n.functional.conv2d(hidden, *(torch.tensor(p.data) for p in conv2.parameters()), padding=1)
    expected.backward(torch.tensor(grad_out))
    np.testing.assert_allclose(out, expected.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(grad_x, tx.grad.numpy(), atol=1e-12)


SENTENCES = {
    "labels": (
        lambda: insight.saliency(lenet5(), IMAGES, np.array([1, 2])),
        "saliency: labels have shape (2,) and dtype int64; they must be one integer, or one for each of 3 images.",
    ),
    "label range": (
        lambda: insight.saliency(lenet5(), IMAGES, 10),
        "saliency: labels run from 10 to 10, but there are 10 classes, 0 .. 9.",
    ),
    "one image": (
        lambda: insight.occlusion(lenet5(), IMAGES[0]),
        "occlusion: x has shape (1, 28, 28), 3 axes; it needs 4, (N, C, H, W); add the batch axis with x[None].",
    ),
    "square": (
        lambda: insight.occlusion(lenet5(), IMAGES, size=29),
        "occlusion: a square of 29x29 is larger than the image of 28x28; use a smaller size.",
    ),
    "unit": (
        lambda: insight.maximise(lenet5(), "features.0", 6, (1, 28, 28)),
        "maximise: unit is 6, but features.0 has 6, 0 .. 5.",
    ),
    "octaves": (
        lambda: insight.deep_dream(lenet5().features, IMAGES[0], octaves=5),
        "deep_dream: 5 octaves with scale 1.4 make 28x28 pixels into 7x7; at least 1 octave and 8 pixels are needed.",
    ),
    "no dropout": (
        lambda: insight.uncertainty(lenet5(), IMAGES),
        "uncertainty: LeNet5 has no dropout layer, so every pass would be the same; add a Dropout.",
    ),
    "no passes": (
        lambda: insight.uncertainty(restless(), IMAGES, samples=0),
        "uncertainty: samples is 0; at least one pass is needed.",
    ),
    "position": (
        lambda: insight.measured_receptive_field(lenet5(), (1, 28, 28), "features.5", (5, 0)),
        "measured_receptive_field: position is (5, 0), but the map has 5x5 pixels.",
    ),
    "shapes": (
        lambda: insight.equivariance(lambda a: a[..., ::2, ::2], lambda a: a[..., 1:, :], IMAGES[:, :, :4]),
        "equivariance: f(T(x)) has shape (3, 1, 2, 14), but T(f(x)) (3, 1, 1, 14); use transform_out for maps.",
    ),
    "margin": (
        lambda: insight.equivariance(lambda a: a, lambda a: a, IMAGES, margin=14),
        "equivariance: a margin of 14 leaves nothing of maps of shape (3, 1, 28, 28).",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_bad_input_gets_one_sentence(name: str) -> None:
    call, sentence = SENTENCES[name]
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == sentence
