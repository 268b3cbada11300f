"""A classifier made to slide gives the same logits, and at every place what it says to the crop there."""

from collections.abc import Callable

import numpy as np
import pytest

from course import models
from course.models import to_fully_convolutional
from course.nn import (
    AdaptiveAvgPool2d,
    Conv2d,
    Flatten,
    LayerNorm,
    Linear,
    Module,
    ReLU,
    Residual,
    Sequential,
)

SLIDING: dict[str, Callable[[], Module]] = {
    "lenet5": models.lenet5,
    "lenet5_bn": models.lenet5_bn,
    "lenet5_rgb": models.lenet5_rgb,
    "alexnet": lambda: models.AlexNet((3, 127, 127), pooled=3, hidden=40, num_classes=10),
    "vgg_small": models.vgg_small,
    "googlenet_small": models.googlenet_small,
    "resnet20": models.resnet20,
}


def lived(model: Module, rng: np.random.Generator) -> Module:
    """After a batch, so that running statistics are not those of a new network; in float64, to compare closely."""
    for _, value in model._places():
        if value.data.dtype.kind == "f":
            value.data = value.data.astype(np.float64)
    model(rng.normal(size=(4, *model.input_shape)))
    return model.eval()


@pytest.mark.parametrize("name", SLIDING)
def test_the_same_logits(name: str, rng: np.random.Generator) -> None:
    model = lived(SLIDING[name](), rng)
    x = rng.normal(size=(2, *model.input_shape))
    before = model.state_dict()
    sliding = to_fully_convolutional(model)
    out = sliding(x)
    assert out.shape == (2, 10, 1, 1)
    np.testing.assert_allclose(out[:, :, 0, 0], model(x), rtol=1e-9, atol=1e-9)
    assert not any(isinstance(layer, Linear | Flatten) for _, layer in sliding.leaves())
    for _, p in sliding._places():
        p.data[...] = 7  # the weights are copies
    for key, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[key], err_msg=key)


def test_the_same_gradients(rng: np.random.Generator) -> None:
    model = lived(models.lenet5(), rng)
    sliding, x, grad_out = to_fully_convolutional(model), rng.normal(size=(2, 1, 28, 28)), rng.normal(size=(2, 10))
    model(x)
    sliding(x)
    np.testing.assert_allclose(
        sliding.backward(grad_out[:, :, None, None]), model.backward(grad_out), rtol=1e-9, atol=1e-12
    )
    for (key, p), q in zip(model.named_parameters(), sliding.parameters(), strict=True):
        np.testing.assert_allclose(q.grad.reshape(p.shape), p.grad, rtol=1e-9, atol=1e-12, err_msg=key)


def test_every_place_is_a_crop_without_padding(rng: np.random.Generator) -> None:
    """32x32 windows, 4 pixels apart: LeNet-5 for that size pads nothing."""
    model = lived(models.lenet5_rgb(), rng)
    image = rng.normal(size=(1, 3, 45, 38))
    out = to_fully_convolutional(model)(image)
    assert out.shape == (1, 10, 4, 2)
    for i in range(4):
        for j in range(2):
            crop = image[:, :, 4 * i : 4 * i + 32, 4 * j : 4 * j + 32]
            np.testing.assert_allclose(out[:, :, i, j], model(crop), rtol=1e-9, atol=1e-9)


def test_a_global_mean_slides(rng: np.random.Generator) -> None:
    model = Sequential(Conv2d(1, 4, 3, rng=rng), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(4, 3, rng=rng))
    image = rng.normal(size=(2, 1, 9, 8)).astype(np.float32)
    out = to_fully_convolutional(model, (1, 7, 6))(image)
    assert out.shape == (2, 3, 3, 3)
    np.testing.assert_allclose(out[:, :, 2, 1], model(image[:, :, 2:, 1:7]), rtol=1e-4, atol=1e-5)


def test_the_original_is_not_even_drawn() -> None:
    model = models.VGG((8, "M", 8, "M"), (3, 16, 16), num_classes=5, pooled=4, hidden=6)
    sliding = to_fully_convolutional(model)
    assert all(p._data is None for p in model.parameters())
    np.testing.assert_array_equal(
        sliding[1][0].weight.data.reshape(6, -1),
        model.classifier[0].weight.data,  # type: ignore[index]
    )
    assert sliding.training
    assert all(layer.training for _, layer in sliding.leaves())


def small(*behind: Module) -> Sequential:
    return Sequential(Conv2d(1, 2, 3), Flatten(), *behind)


REFUSED: dict[str, tuple[Callable[[], Module], tuple[int, int, int] | None, str]] = {
    "no shape": (
        lambda: small(Linear(8, 3)),
        None,
        r"Sequential has no input_shape; give that of its images, \(C, H, W\)\.",
    ),
    "no flatten": (
        lambda: Sequential(Conv2d(1, 2, 3), ReLU()),
        (1, 4, 4),
        r"Sequential is no chain of layers with one Flatten between the convolutions and the fully connected layers\.",
    ),
    "no chain": (
        lambda: Residual(small(Linear(8, 3))),
        (1, 4, 4),
        r"Residual is no chain of layers with one Flatten between the convolutions and the fully connected layers\.",
    ),
    "another shape": (
        lambda: small(ReLU(), Linear(8, 3)),
        (1, 5, 4),
        r"a Linear takes 8 features, but 2 maps of 3x2 arrive; give the input_shape that the network was made for\.",
    ),
    "a layer without": (
        lambda: small(LayerNorm(8), Linear(8, 3)),
        (1, 4, 4),
        r"LayerNorm behind the Flatten has no convolutional form here\.",
    ),
    "uneven averaging": (
        lambda: Sequential(Conv2d(1, 2, 3), AdaptiveAvgPool2d(2), Flatten(), Linear(8, 3)),
        (1, 5, 4),
        r"AdaptiveAvgPool2d makes 2x2 of 3x2, with windows that overlap or change size; only a global one and one that does "
        r"nothing can slide\.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_slide_is_refused(name: str) -> None:
    build, shape, sentence = REFUSED[name]
    with pytest.raises(ValueError, match=f"^to_fully_convolutional: {sentence}$"):
        to_fully_convolutional(build(), shape)
