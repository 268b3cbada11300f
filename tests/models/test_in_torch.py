"""The small networks, each beside a few lines of PyTorch that say what its picture says: logits, gradients, running statistics."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import models
from course.models.resnet import BasicBlock, PlainBlock
from course.models.resnet_small import SmallResNet
from course.nn import Module

torch = pytest.importorskip("torch")
F = torch.nn.functional
Tensors = dict[str, Any]


def conv(t: Tensors, name: str, x: Any, **how: Any) -> Any:
    return F.conv2d(x, t[f"{name}.weight"], t.get(f"{name}.bias"), **how)


def linear(t: Tensors, name: str, x: Any) -> Any:
    return F.linear(x, t[f"{name}.weight"], t[f"{name}.bias"])


def norm(t: Tensors, name: str, x: Any, training: bool, eps: float = 1e-5) -> Any:
    if training:
        t[f"{name}.num_batches_tracked"] += 1
    numbers = (t[f"{name}.{what}"] for what in ("running_mean", "running_var", "weight", "bias"))
    return F.batch_norm(x, *numbers, training, eps=eps)


def lenet5_bn(t: Tensors, x: Any, training: bool) -> Any:
    for i in (0, 4):
        x = norm(t, f"features.{i + 1}", conv(t, f"features.{i}", x), training)
        x = F.max_pool2d(F.relu(x), 2)
    x = x.flatten(1)
    for i in (0, 3):
        x = F.relu(norm(t, f"classifier.{i + 1}", linear(t, f"classifier.{i}", x), training))
    return linear(t, "classifier.6", x)


def mlp(t: Tensors, x: Any, training: bool) -> Any:
    x = F.relu(linear(t, "1", x.flatten(1)))
    return linear(t, "5", F.relu(linear(t, "3", x)))


def local(t: Tensors, name: str, x: Any, stride: int, padding: int) -> Any:
    """Every position with filters of its own."""
    weight, bias = t[f"{name}.weight"], t[f"{name}.bias"]  # (H_out, W_out, C_out, C, kH, kW), (H_out, W_out, C_out)
    kH, kW = weight.shape[4:]
    x = F.pad(x, (padding,) * 4)
    windows = x.unfold(2, kH, stride).unfold(3, kW, stride)  # (N, C, H_out, W_out, kH, kW)
    return torch.einsum("nchwij,hwocij->nohw", windows, weight) + bias.permute(2, 0, 1)


def locally_connected(t: Tensors, x: Any, training: bool) -> Any:
    x = F.max_pool2d(F.relu(local(t, "features.0", x, 1, 2)), 2)
    x = F.max_pool2d(F.relu(local(t, "features.3", x, 1, 0)), 2).flatten(1)
    return linear(t, "classifier.4", F.relu(linear(t, "classifier.2", F.relu(linear(t, "classifier.0", x)))))


def net3(t: Tensors, x: Any, training: bool) -> Any:
    x = torch.tanh(local(t, "h2", torch.tanh(local(t, "h1", x, 2, 1)), 2, 2))
    return linear(t, "output", x.flatten(1))


def two_towers(t: Tensors, x: Any, training: bool) -> Any:
    """Two halves that meet in the third convolution and in the fully connected layers."""

    def split(name: str, x: Any, **how: Any) -> Any:
        halves = zip(x.chunk(2, 1), t[f"{name}.weight"].chunk(2), t[f"{name}.bias"].chunk(2), strict=True)
        return torch.cat([F.conv2d(*half, **how) for half in halves], 1)

    def response(x: Any) -> Any:
        return F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2.0)  # PyTorch divides alpha by 5

    x = F.max_pool2d(response(F.relu(conv(t, "features.0", x, stride=4, padding=2))), 3, 2)
    x = F.max_pool2d(response(F.relu(split("features.4", x, padding=2))), 3, 2)
    x = F.relu(conv(t, "features.8", x, padding=1))
    x = F.relu(split("features.10", x, padding=1))
    x = F.max_pool2d(F.relu(split("features.12", x, padding=1)), 3, 2)
    x = F.adaptive_avg_pool2d(x, 6).flatten(1)
    return linear(t, "classifier.6", F.relu(linear(t, "classifier.4", F.relu(linear(t, "classifier.1", x)))))


def alexnet_small(t: Tensors, x: Any, training: bool) -> Any:
    x = F.max_pool2d(F.relu(conv(t, "features.0", x, padding=2)), 3, 2)
    x = F.max_pool2d(F.relu(conv(t, "features.3", x, padding=2)), 3, 2)
    for i in (6, 8, 10):
        x = F.relu(conv(t, f"features.{i}", x, padding=1))
    x = F.adaptive_avg_pool2d(F.max_pool2d(x, 3, 2), 2).flatten(1)
    return linear(t, "classifier.6", F.relu(linear(t, "classifier.4", F.relu(linear(t, "classifier.1", x)))))


def vgg_small(t: Tensors, x: Any, training: bool) -> Any:
    for block in (0, 7, 14):
        for i in (block, block + 3):
            x = F.relu(norm(t, f"features.{i + 1}", conv(t, f"features.{i}", x, padding=1), training))
        x = F.max_pool2d(x, 2)
    x = x.flatten(1)
    return linear(t, "classifier.6", F.relu(linear(t, "classifier.3", F.relu(linear(t, "classifier.0", x)))))


def googlenet_small(t: Tensors, x: Any, training: bool) -> Any:
    def basic(name: str, x: Any) -> Any:
        padding = t[f"{name}.conv.weight"].shape[-1] // 2
        return F.relu(norm(t, f"{name}.bn", conv(t, f"{name}.conv", x, padding=padding), training, eps=0.001))

    def inception(name: str, x: Any) -> Any:
        two, three = (basic(f"{name}.branch{i}.1", basic(f"{name}.branch{i}.0", x)) for i in (2, 3))
        four = basic(f"{name}.branch4.1", F.max_pool2d(x, 3, 1, 1))
        return torch.cat([basic(f"{name}.branch1", x), two, three, four], 1)

    x = F.max_pool2d(basic("conv1", x), 3, 2, ceil_mode=True)
    x = F.max_pool2d(inception("inception3b", inception("inception3a", x)), 3, 2, ceil_mode=True)
    x = inception("inception4e", inception("inception4a", x))
    return linear(t, "fc", x.mean((2, 3)))


def small_resnet(shortcut: str) -> Callable[[Tensors, Any, bool], Any]:
    """Three stages of two blocks."""

    def forward(t: Tensors, x: Any, training: bool) -> Any:
        x = F.relu(norm(t, "bn1", conv(t, "conv1", x, padding=1), training))
        for stage in (1, 2, 3):
            for block in (0, 1):
                name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
                out = conv(t, f"{name}.conv1", x, stride=stride, padding=1)
                out = F.relu(norm(t, f"{name}.bn1", out, training))
                out = norm(t, f"{name}.bn2", conv(t, f"{name}.conv2", out, padding=1), training)
                if shortcut == "none":
                    past = 0
                elif stride == 1:
                    past = x
                elif shortcut == "zeros":
                    past = torch.cat([x[:, :, ::2, ::2], torch.zeros_like(x[:, :, ::2, ::2])], 1)
                else:
                    past = norm(t, f"{name}.downsample.1", conv(t, f"{name}.downsample.0", x, stride=2), training)
                x = F.relu(out + past)
        return linear(t, "fc", x.mean((2, 3)))

    return forward


def twice_convolved(t: Tensors, name: str, x: Any, training: bool) -> Any:
    for i in (0, 3):
        x = F.relu(norm(t, f"{name}.{i + 1}", conv(t, f"{name}.{i}", x, padding=1), training))
    return x


def unet(t: Tensors, x: Any, training: bool) -> Any:
    """Of depth 2."""
    one = twice_convolved(t, "body.down", x, training)
    below = "body.bridge.below"
    two = twice_convolved(t, f"{below}.level.down", F.max_pool2d(one, 2), training)
    deepest = f"{below}.level.bridge.below"
    three = twice_convolved(t, f"{deepest}.level", F.max_pool2d(two, 2), training)
    up = F.conv_transpose2d(three, t[f"{deepest}.up.weight"], t[f"{deepest}.up.bias"], stride=2)
    two = twice_convolved(t, f"{below}.level.merge", torch.cat([two, up], 1), training)
    up = F.conv_transpose2d(two, t[f"{below}.up.weight"], t[f"{below}.up.bias"], stride=2)
    return conv(t, "scores", twice_convolved(t, "body.merge", torch.cat([one, up], 1), training))


def fcn(t: Tensors, x: Any, training: bool) -> Any:
    def up(name: str, x: Any) -> Any:
        return F.conv_transpose2d(x, t[f"{name}.weight"], stride=2, padding=1, groups=x.shape[1])

    half = F.max_pool2d(twice_convolved(t, "stage1", x, training), 2)
    quarter = F.max_pool2d(twice_convolved(t, "fuse1.body.stage2", half, training), 2)
    eighth = F.max_pool2d(twice_convolved(t, "fuse1.body.fuse2.body.stage3", quarter, training), 2)
    scores = up("fuse1.body.fuse2.body.up", conv(t, "fuse1.body.fuse2.body.score3", eighth))
    scores = up("fuse1.body.up", scores + conv(t, "fuse1.body.fuse2.shortcut", quarter))
    return up("up", scores + conv(t, "fuse1.shortcut", half))


def signal_cnn(t: Tensors, x: Any, training: bool) -> Any:
    for i in (0, 3, 6):
        weight = t[f"features.{i}.weight"]
        same = F.pad(
            x, ((weight.shape[2] - 1) // 2, weight.shape[2] // 2)
        )  # where it cannot be even, one more at the end
        x = F.conv1d(same, weight, t[f"features.{i}.bias"])
        x = F.relu(norm(t, f"features.{i + 1}", x, training))
    return linear(t, "fc", x.mean(2))


def capsnet(t: Tensors, x: Any, training: bool) -> Any:
    """Procedure 1 of the paper; the gradient goes through the routing, too."""

    def squash(s: Any) -> Any:
        square = (s * s).sum(-1, keepdim=True)
        return square / (1 + square) * s / square.sqrt()

    x = conv(t, "primary.conv", F.relu(conv(t, "conv1", x)), stride=2)
    N, _, H, W = x.shape
    u = squash(x.reshape(N, -1, 8, H, W).permute(0, 1, 3, 4, 2).reshape(N, -1, 8))
    u_hat = torch.einsum("jiod,nid->njio", t["digits.weight"], u)
    b = torch.zeros(u_hat.shape[:3], dtype=x.dtype)
    for i in range(3):
        v = squash((b.softmax(1)[..., None] * u_hat).sum(2))
        if i < 2:
            b = b + torch.einsum("njio,njo->nji", u_hat, v)
    return v.norm(dim=-1)


def without_dropout(model: Module) -> Module:
    for _, layer in model.leaves():
        if hasattr(layer, "p"):
            layer.p = 0.0
    return model


BESIDE: dict[str, tuple[Callable[[], Module], Callable[[Tensors, Any, bool], Any], tuple[int, ...]]] = {
    "lenet5_bn": (lambda: models.lenet5_bn(input_shape=(3, 32, 32)), lenet5_bn, (3, 32, 32)),
    "mlp": (models.mlp, mlp, (1, 28, 28)),
    "locally_connected": (models.locally_connected, locally_connected, (1, 28, 28)),
    "net3": (models.net3, net3, (1, 16, 16)),
    "alexnet, two towers": (
        lambda: models.AlexNet(
            (3, 95, 63), 7, widths=(16, 32, 24, 24, 16), towers=2, response_norm=True, hidden=32, dropout=0
        ),
        two_towers,
        (3, 95, 63),
    ),
    "alexnet_small": (models.alexnet_small, alexnet_small, (1, 28, 28)),
    "alexnet_small, 32x32": (lambda: models.alexnet_small(input_shape=(3, 32, 32)), alexnet_small, (3, 32, 32)),
    "vgg_small": (models.vgg_small, vgg_small, (1, 28, 28)),
    "vgg_small, 32x32": (lambda: models.vgg_small(input_shape=(3, 32, 32)), vgg_small, (3, 32, 32)),
    "googlenet_small": (models.googlenet_small, googlenet_small, (1, 27, 30)),
    "resnet": (lambda: SmallResNet(BasicBlock, 2), small_resnet("projections"), (3, 19, 14)),
    "resnet, padded": (lambda: SmallResNet(models.PaddedBlock, 2), small_resnet("zeros"), (3, 19, 14)),
    "plain": (lambda: SmallResNet(PlainBlock, 2), small_resnet("none"), (3, 19, 14)),
    "unet": (lambda: models.UNet((2, 12, 20), 3, width=6, depth=2), unet, (2, 12, 20)),
    "fcn": (lambda: models.FCN((2, 16, 24), 3, widths=(4, 6, 8)), fcn, (2, 16, 24)),
    "signal_cnn": (lambda: models.signal_cnn_small(in_channels=2, num_classes=3), signal_cnn, (2, 37)),
    "capsnet": (
        lambda: models.CapsNet((1, 20, 21), 5, channels=8, kinds=2, dims=(8, 6)),
        capsnet,
        (1, 20, 21),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BESIDE)
def test_a_training_step(name: str, agree: Callable, rng: np.random.Generator) -> None:
    ours, theirs, shape = BESIDE[name]
    agree(without_dropout(ours()), theirs, rng.normal(size=(3, *shape)))
