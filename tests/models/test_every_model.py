"""What holds for every network: shapes in and out, no images, the seed decides, states go there and back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import models
from course.nn import CrossEntropyLoss
from course.optim import Adam

CLASSIFIERS: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    **{name: (build, (1, 28, 28)) for name, build in models.MODELS.items()},
    "lenet5_rgb": (models.lenet5_rgb, (3, 32, 32)),
    "net3": (models.net3, (1, 16, 16)),
    "plain56": (models.plain56, (1, 12, 10)),
    "googlenet": (lambda seed=0: models.googlenet(seed, num_classes=10), (3, 70, 51)),
    "resnet18": (lambda seed=0: models.resnet18(seed, num_classes=10), (3, 40, 33)),
    "capsnet_small": (models.capsnet_small, (1, 28, 28)),
    "signal_cnn_small": (lambda seed=0: models.signal_cnn_small(seed, num_classes=10), (1, 50)),
}
SEGMENTERS: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "unet_small": (models.unet_small, (1, 24, 16)),
    "fcn_small": (models.fcn_small, (1, 24, 16)),
}
ALL = CLASSIFIERS | SEGMENTERS


def outputs(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    return (10,) if name in CLASSIFIERS else (2, *shape[1:])


@pytest.mark.slow
@pytest.mark.parametrize("N", [1, 3])
@pytest.mark.parametrize("name", ALL)
def test_shapes_and_dtype(name: str, N: int, rng: np.random.Generator) -> None:
    build, shape = ALL[name]
    model = build()
    if name == "lenet5_bn" and N == 1:  # a mean over one image is that image; PyTorch refuses it in training, too
        model.eval()
    x = rng.normal(size=(N, *shape)).astype(np.float32)
    before = x.copy()
    out = model(x)
    assert (out.shape, out.dtype) == ((N, *outputs(name, shape)), np.float32)
    grad_x = model.backward(rng.normal(size=out.shape).astype(np.float32))
    assert (grad_x.shape, grad_x.dtype) == (x.shape, np.float32)
    for key, p in model.named_parameters():
        assert p.grad.shape == p.shape, key
        assert p.grad.dtype == np.float32, key
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", ALL)
def test_no_images(name: str) -> None:
    build, shape = ALL[name]
    model = build().eval()
    assert model(np.zeros((0, *shape), np.float32)).shape == (0, *outputs(name, shape))
    assert model.backward(np.zeros((0, *outputs(name, shape)), np.float32)).shape == (0, *shape)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_seed_decides(name: str, rng: np.random.Generator) -> None:
    """First weights, dropout's masks, and so a whole step; and it does not matter which weight is looked at first."""
    build, shape = ALL[name]
    one, same, other = build(seed=3), build(seed=3), build(seed=4)
    for p in reversed(same.parameters()):
        assert p.data.dtype == np.float32
    x = rng.normal(size=(2, *shape)).astype(np.float32)
    out = one(x)
    np.testing.assert_array_equal(out, same(x))
    assert not np.array_equal(out, other(x))
    grad_out = rng.normal(size=out.shape).astype(np.float32)
    np.testing.assert_array_equal(one.backward(grad_out), same.backward(grad_out))
    for (key, p), q in zip(one.named_parameters(), same.parameters(), strict=True):
        np.testing.assert_array_equal(p.grad, q.grad, err_msg=key)


@pytest.mark.parametrize("name", ALL)
def test_a_state_makes_two_networks_one(name: str, rng: np.random.Generator) -> None:
    build, shape = ALL[name]
    one, other = build(seed=1), build(seed=2)
    x = rng.normal(size=(2, *shape)).astype(np.float32)
    one(x)  # so that running statistics are not those of a new network
    other.load_state_dict(one.state_dict())
    np.testing.assert_array_equal(one.eval()(x), other.eval()(x))


@pytest.mark.parametrize("name", models.MODELS)
@pytest.mark.parametrize("shape, num_classes", [((1, 28, 28), 4), ((3, 32, 32), 10)])
def test_what_the_command_line_trains_takes_grey_and_colour(
    name: str, shape: tuple[int, int, int], num_classes: int, rng: np.random.Generator
) -> None:
    model = models.MODELS[name](seed=1, input_shape=shape, num_classes=num_classes)
    assert model.input_shape == shape
    assert model.eval()(rng.normal(size=(2, *shape)).astype(np.float32)).shape == (2, num_classes)


SLOW = ("googlenet_small", "resnet20", "plain20")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in models.MODELS]
)
def test_it_learns_a_batch_by_heart(name: str, rng: np.random.Generator) -> None:
    """From its own first weights, which neither let the signal fade nor explode."""
    model, loss = models.MODELS[name](seed=1), CrossEntropyLoss()
    for _, layer in model.leaves():
        if hasattr(layer, "p"):
            layer.p = 0.0
    images, labels = rng.normal(size=(8, 1, 28, 28)).astype(np.float32), np.arange(8)
    optimizer, values = Adam(model.parameters(), lr=1e-3), []
    for _ in range(30):
        optimizer.zero_grad()
        values.append(loss(model(images), labels))
        model.backward(loss.backward())
        optimizer.step()
    assert values[0] < 5
    assert values[-1] < values[0] / 2


def test_a_size_that_does_not_fit_is_said() -> None:
    with pytest.raises(
        ValueError,
        match=r"^LeNet5: input_shape is \(1, 64, 64\); the images are 28x28 or 32x32, so scale others to that\.$",
    ):
        models.lenet5(input_shape=(1, 64, 64))
    with pytest.raises(
        ValueError, match=r"^LocallyConnectedNet: input_shape is \(1, 28, 32\); the images are 28x28 or 32x32"
    ):
        models.locally_connected(input_shape=(1, 28, 32))
    odd = np.zeros((1, 1, 20, 24), np.float32)
    with pytest.raises(ValueError, match=r"^Concat: the branches give .* an input whose sides every stride divides\.$"):
        models.unet_small()(odd)
    with pytest.raises(ValueError, match=r"^Residual: the body gives .* an input whose sides every stride divides\.$"):
        models.fcn_small()(odd)


def test_how_a_block_prints() -> None:
    """Under torchvision's names, the projection last."""
    lines = repr(models.BasicBlock(4, 8, stride=2)).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == [
        *("(conv1)", "(bn1)", "(relu1)", "(conv2)", "(bn2)", "(downsample)", "(0)", "(1)", ")", "(relu)")
    ]


def test_fcn_begins_with_bilinear_interpolation(rng: np.random.Generator) -> None:
    """Away from the edge, a ramp twice as large is a ramp of half the slope."""
    up = models.fcn_small(num_classes=1).up
    ramp = np.arange(6.0)[None, None, None, :] + 10 * np.arange(5.0)[None, None, :, None]
    out = up(ramp)[0, 0, 2:-2, 2:-2]
    np.testing.assert_allclose(np.diff(out, axis=1), 0.5)
    np.testing.assert_allclose(np.diff(out, axis=0), 5.0)
