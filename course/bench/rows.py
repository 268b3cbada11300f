"""What is timed: for each row the same work, in up to four ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course import functional as F
from course.bench import naive, pytorch
from course.models import VGG, lenet5
from course.models.vgg import A
from course.nn import AvgPool2d, BatchNorm2d, MaxPool2d, Module, ReLU
from course.optim import Adam
from course.training import training_step

Work = Callable[[], object]
Step = Callable[..., object]

# (C, C_out, side): three layers of a VGG on 32x32 images
VGG_LAYERS = ((64, 64, 32), (64, 128, 16), (128, 256, 8))
BATCH = 32


@dataclass
class Row:
    """One line of the table.

    Attributes
    ----------
    name : as in the JSON file
    target : the least ratio to PyTorch's speed that we mean to have; None where there is none
    ways : contender -> the work; "course" is ours, "torch" PyTorch's
    flops : operations (two for each multiply-add) of the plain formula, to compare with the machine's peak; 0 where memory decides
    shares : contender -> the part of the work that it does, where the whole would take minutes
    """

    name: str
    target: float | None
    ways: dict[str, Work]
    flops: float = 0
    shares: dict[str, float] = field(default_factory=dict)


def rows(threads: int, quick: bool = False) -> Iterator[Row]:
    """The rows in order; `quick` leaves only the first four."""
    torch = pytorch.torch_or_none(threads)
    rng = np.random.default_rng(0)
    yield _lenet(torch, rng)
    yield _all_layers("vgg_conv_forward", 1.3, [_conv(torch, rng, *layer, train=False) for layer in VGG_LAYERS])
    yield _all_layers("vgg_conv_train", 1.0, [_conv(torch, rng, *layer, train=True) for layer in VGG_LAYERS])
    yield _vgg(torch, rng)
    if quick:
        return
    for layer in VGG_LAYERS:
        yield _conv(torch, rng, *layer, train=False)
        yield _conv(torch, rng, *layer, train=True)
    yield from _small_operations(torch, rng)
    yield from _against_loops(rng)


def _with_torch(ways: dict[str, Work], torch: Any, make: Callable[[], Work]) -> dict[str, Work]:
    return {**ways, "torch": make()} if torch else ways


def training(model: Module, images: np.ndarray, labels: np.ndarray) -> Step:
    """A step on the first `n` images, or all."""
    optimizer = Adam(model.parameters())
    return lambda n=None: training_step(model, optimizer, images[:n], labels[:n])


def vgg11() -> VGG:
    """VGG-11 with batch norm for 32x32 images, 512 hidden units."""
    return VGG(A, (3, 32, 32), 10, batch_norm=True, pooled=1, hidden=512, rng=np.random.default_rng(0))


def _lenet(torch: Any, rng: np.random.Generator) -> Row:
    from course.data import mnist

    data = mnist()[:64]
    images, labels = data.normalize(data.images), data.labels.copy()
    ways = {"course": training(lenet5(), images, labels)}
    ways = _with_torch(ways, torch, lambda: pytorch.training_step(torch, pytorch.lenet5(torch), images, labels))
    return Row("lenet5_train_step", 2.0, ways, flops=64 * 3 * 2 * 416_520)


def _vgg(torch: Any, rng: np.random.Generator) -> Row:
    images, labels = _normal(rng, BATCH, 3, 32, 32), rng.integers(0, 10, BATCH)
    ways = {"course": training(vgg11(), images, labels)}
    ways = _with_torch(ways, torch, lambda: pytorch.training_step(torch, pytorch.vgg11(torch), images, labels))
    return Row("vgg11_train_step", 1.0, ways, flops=BATCH * 3 * 2 * 152_700_000)


def training_steps() -> dict[str, Work]:
    """Ours, by the names of their rows."""
    rng = np.random.default_rng(0)
    return {row.name: row.ways["course"] for row in (_lenet(None, rng), _vgg(None, rng))}


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, np.float32)


def _conv(torch: Any, rng: np.random.Generator, C: int, C_out: int, side: int, train: bool) -> Row:
    x, weight, bias = _normal(rng, BATCH, C, side, side), _normal(rng, C_out, C, 3, 3), _normal(rng, C_out)
    grad_out = _normal(rng, BATCH, C_out, side, side)
    flops = 2 * 9 * BATCH * C * C_out * side * side
    name = f"conv_{'train' if train else 'forward'} {C}->{C_out} {side}x{side}"
    if not train:
        ways: dict[str, Work] = {
            "course": lambda: F.conv2d_forward(x, weight, bias, padding=1),
            "numpy": lambda: naive.numpy_conv(x, weight, 1),
        }
        if torch:
            ways["torch"] = pytorch.forward(
                torch, lambda *a: torch.nn.functional.conv2d(*a, padding=1), x, weight, bias
            )
        return Row(name, 1.3, ways, flops)

    def ours() -> None:
        F.conv2d_forward(x, weight, bias, padding=1)
        F.conv2d_backward(grad_out, x, weight, padding=1)

    ways = {"course": ours}
    if torch:
        ways["torch"] = pytorch.forward_backward(
            torch, lambda *a: torch.nn.functional.conv2d(*a, padding=1), grad_out, x, weight, bias
        )
    return Row(name, 1.0, ways, 3 * flops)


def _all_layers(name: str, target: float, parts: list[Row]) -> Row:
    """One row that does the work of several, one after another."""

    def one_after_another(way: str) -> Work:
        works = [part.ways[way] for part in parts]
        return lambda: [work() for work in works]

    return Row(name, target, {way: one_after_another(way) for way in parts[0].ways}, sum(part.flops for part in parts))


def _small_operations(torch: Any, rng: np.random.Generator) -> Iterator[Row]:
    """Forward and backward of what stands between the convolutions, on 32 images of 64 channels, 32x32."""
    x, half, ones, zeros = (
        _normal(rng, BATCH, 64, 32, 32),
        _normal(rng, BATCH, 64, 16, 16),
        np.ones(64, np.float32),
        np.zeros(64, np.float32),
    )
    like_x = _normal(rng, *x.shape)
    f: Any = torch.nn.functional if torch else None

    def row(name: str, ours: Work, theirs: Callable[..., Any], grad_out: np.ndarray, *arrays: np.ndarray) -> Row:
        ways: dict[str, Work] = {"course": ours}
        if torch:
            ways["torch"] = pytorch.forward_backward(torch, theirs, grad_out, *arrays)
        return Row(name, 1.5, ways)

    def both(layer: Module, grad_out: np.ndarray) -> Work:
        def work() -> None:
            layer(x)
            layer.backward(grad_out)
            layer.zero_grad()

        return work

    yield row("max_pool_train", both(MaxPool2d(2), half), lambda a: f.max_pool2d(a, 2), half, x)
    yield row("avg_pool_train", both(AvgPool2d(2), half), lambda a: f.avg_pool2d(a, 2), half, x)
    yield row(
        "batch_norm_train",
        both(BatchNorm2d(64), like_x),
        lambda a, w, b: f.batch_norm(a, None, None, w, b, training=True),
        like_x,
        x,
        ones,
        zeros,
    )
    yield row("relu_train", both(ReLU(), like_x), lambda a: f.relu(a), like_x, x)


def _against_loops(rng: np.random.Generator) -> Iterator[Row]:
    """conv2d_forward beside loops: the compiled one on a whole batch, the pure Python one on one small image."""
    x, weight = _normal(rng, 8, 64, 34, 34), _normal(rng, 64, 64, 3, 3)
    out = np.empty((8, 64, 32, 32), np.float32)
    loop = naive.njit_conv()
    ways: dict[str, Work] = {"course": lambda: F.conv2d_forward(x, weight)}
    if loop:
        ways["njit"] = lambda: loop(x, weight, out)
    yield Row("conv_vs_njit_loop", None, ways, flops=2 * 9 * 8 * 64 * 64 * 32 * 32)
    small, few = x[:1, :, :6, :6], weight[:4]
    nested = small[0].tolist(), few.tolist()
    # the loops take the same time for every output number, so a small case stands for the batch
    ways = {"course": lambda: F.conv2d_forward(x, weight), "python": lambda: naive.python_conv(*nested)}
    yield Row("conv_vs_python_loops", None, ways, shares={"python": 4 * 4 * 4 / out.size})
