"""Networks that torchvision has, too: the same names, shapes, logits, gradients and running statistics."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import models
from course.models.vgg import A
from course.nn import Module

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

torch = pytest.importorskip("torch")

NAMES = [
    *("alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn", "googlenet"),
    *("resnet18", "resnet34", "resnet50"),
]


def build(torchvision_models: Any, name: str, **how: Any) -> Any:
    if name == "googlenet":
        how = {"aux_logits": False, "init_weights": False} | how
    return getattr(torchvision_models, name)(weights=None, **how)


@pytest.mark.parametrize("name", NAMES)
def test_names_order_and_shapes(name: str, torchvision_models: Any, on_meta: Callable) -> None:
    theirs = on_meta(lambda: build(torchvision_models, name)).state_dict()
    assert [(n, tuple(t.shape)) for n, t in theirs.items()] == [
        (n, value.shape) for n, value in getattr(models, name)()._places()
    ]


def test_names_and_shapes_of_googlenet_with_heads(torchvision_models: Any, on_meta: Callable) -> None:
    theirs = on_meta(lambda: build(torchvision_models, "googlenet", aux_logits=True)).state_dict()
    ours = {n: value.shape for n, value in models.googlenet_with_heads()._places()}
    assert {n: tuple(t.shape) for n, t in theirs.items()} == ours


def runs(theirs: Any) -> Callable:
    """The forward pass of a torchvision network, with tensors from outside."""

    def forward(tensors: dict[str, Any], x: Any, training: bool) -> Any:
        out = torch.func.functional_call(theirs.train(training), tensors, (x,), strict=True)
        return tuple(out) if isinstance(out, tuple) else out

    return forward


def narrow(torchvision_models: Any, name: str, *widths: int) -> Any:
    """torchvision's, with other fully connected layers: as they are, their numbers and gradients in float64 would take 4 GB."""
    model = build(torchvision_models, name, dropout=0)
    linear = [i for i, layer in enumerate(model.classifier) if isinstance(layer, torch.nn.Linear)]
    for i, features, units in zip(linear, widths, widths[1:], strict=False):
        model.classifier[i] = torch.nn.Linear(features, units)
    return model


VGG = {"num_classes": 7, "hidden": 32, "dropout": 0}
TRAINED: dict[str, tuple[Callable[[], Module], Callable[[Any], Any], tuple[int, int]]] = {
    "alexnet": (
        lambda: models.AlexNet(num_classes=7, hidden=32, dropout=0),
        lambda tv: narrow(tv, "alexnet", 9_216, 32, 32, 7),
        (95, 127),
    ),
    "vgg11": (lambda: models.VGG(A, **VGG), lambda tv: narrow(tv, "vgg11", 25_088, 32, 32, 7), (45, 33)),
    "vgg11_bn": (
        lambda: models.VGG(A, batch_norm=True, **VGG),
        lambda tv: narrow(tv, "vgg11_bn", 25_088, 32, 32, 7),
        (64, 37),
    ),
    "googlenet": (
        lambda: models.GoogLeNet(num_classes=7, dropout=0),
        lambda tv: build(tv, "googlenet", num_classes=7, dropout=0),
        (51, 70),
    ),
    "googlenet with heads": (
        lambda: models.GoogLeNetWithHeads(num_classes=7, dropout=0, dropout_aux=0),
        lambda tv: build(tv, "googlenet", num_classes=7, aux_logits=True, dropout=0, dropout_aux=0),
        (70, 51),
    ),
    "resnet18": (
        lambda: models.resnet18(num_classes=7),
        lambda tv: build(tv, "resnet18", num_classes=7),
        (63, 45),
    ),
    "resnet50": (
        lambda: models.resnet50(num_classes=7),
        lambda tv: build(tv, "resnet50", num_classes=7),
        (57, 45),
    ),
}
SLOW = {"vgg11", "googlenet", "resnet50"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in TRAINED])
def test_a_training_step(
    name: str, torchvision_models: Any, on_meta: Callable, agree: Callable, rng: np.random.Generator
) -> None:
    ours, theirs, size = TRAINED[name]
    agree(ours(), runs(on_meta(lambda: theirs(torchvision_models))), rng.normal(size=(2, 3, *size)))


@pytest.mark.slow
def test_vgg16_in_use(torchvision_models: Any, on_meta: Callable, rng: np.random.Generator) -> None:
    """All 138 million, in float32, once in memory for both."""
    ours, theirs = models.vgg16(seed=1).eval(), on_meta(lambda: build(torchvision_models, "vgg16"))
    x = rng.normal(size=(1, 3, 96, 64)).astype(np.float32)
    tensors = {name: torch.from_numpy(p.data) for name, p in ours.named_parameters()}
    with torch.no_grad():
        wanted = runs(theirs)(tensors, torch.tensor(x), False).numpy()
    np.testing.assert_allclose(ours(x), wanted, rtol=0, atol=1e-4 * abs(wanted).max())


def test_their_weights_load_here(torchvision_models: Any, rng: np.random.Generator) -> None:
    theirs, ours = build(torchvision_models, "googlenet", num_classes=5).eval(), models.googlenet(num_classes=5).eval()
    with torch.no_grad():
        for tensor in theirs.state_dict().values():
            if tensor.dtype == torch.float32:
                tensor.add_(0.1 * torch.rand_like(tensor))
        ours.load_state_dict(theirs.state_dict())
        x = rng.normal(size=(1, 3, 40, 56)).astype(np.float32)
        wanted = theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(ours(x), wanted, rtol=0, atol=1e-4 * abs(wanted).max())


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "resnet18", "resnet50"])
def test_first_weights_are_drawn_as_theirs(name: str, torchvision_models: Any) -> None:
    """Constants are equal, and what is random has the same spread and no drift."""
    how = {"init_weights": True} if name == "googlenet" else {}
    theirs = dict(build(torchvision_models, name, **how).named_parameters())
    for key, p in getattr(models, name)().named_parameters():
        if p.size > 5e6:  # two of AlexNet's, which take long to draw
            continue
        wanted, found = theirs[key].detach().numpy(), p.data
        if wanted.std() == 0:
            np.testing.assert_array_equal(found, wanted, err_msg=key)
            continue
        error = 5 / np.sqrt(found.size)  # five times the standard error, and more than it for the normal's spread
        assert abs(found.std() / wanted.std() - 1) < error + 0.01, key
        assert abs(found.mean()) < error * wanted.std(), key
        assert (abs(found).max() > 3 * found.std()) == (abs(wanted).max() > 3 * wanted.std()), key  # normal or uniform


def test_first_weights_of_vgg() -> None:
    """Without torchvision, which would draw 130 million: normal, sqrt(2 / (C_out * 9)) in the convolutions and 0.01 elsewhere."""
    for key, p in models.VGG(A, hidden=64, num_classes=64).named_parameters():
        if key.endswith("bias"):
            assert not p.data.any(), key
            continue
        std = np.sqrt(2 / (p.shape[0] * 9)) if p.data.ndim == 4 else 0.01
        assert abs(p.data.std() / std - 1) < 4 / np.sqrt(p.size), key
        assert abs(p.data).max() > 3 * std, key
