"""From blocks to modules that can be trained, or to a sentence that says why they do not fit together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from course import nn
from course.explore.architecture.blocks import Block, parse
from course.insight import summary
from course.models.resnet_small import PadChannels

Shape = tuple[int, ...]
Rng = np.random.Generator


def assemble(blocks: Iterable[object], input_shape: Shape, seed: int = 0) -> nn.Sequential:
    """Put a network together from blocks; it can be trained like any other.

    Parameters
    ----------
    blocks : texts as `parse` reads them, or modules
    input_shape : (C, H, W) of one image
    seed : of the first weights

    Returns
    -------
    Sequential

    Raises
    ------
    ValueError
        The first block that cannot follow the one before, with the reason.

    Examples
    --------
    >>> network = assemble(["conv 8 bn", "pool", "residual 16 s2 1x1", "mean", "dense 10"], (1, 28, 28))
    >>> network(np.zeros((5, 1, 28, 28), np.float32)).shape
    (5, 10)
    """
    rng, shape, modules = np.random.default_rng(seed), input_shape, []
    read = [parse(block) for block in blocks]
    for i, block in enumerate(read):
        try:
            module, shape = join(block, shape, rng, last=i == len(read) - 1)
        except ValueError as error:
            raise ValueError(f"assemble: block {i + 1}, {block}: {error}") from error
        modules.append(module)
    return nn.Sequential(*modules)


def join(block: Block, shape: Shape, rng: Rng, last: bool) -> tuple[nn.Module, Shape]:
    """Make the module for one block, if it can follow a map or vector of this shape.

    Returns
    -------
    module, shape : the module, and the shape behind it
    """
    module = make(block, shape, rng, last)
    out = summary(nn.Sequential(module, nn.Identity()), shape)[-1].output
    if out is None or 0 in out:
        raise ValueError(f"nothing is left: {times(shape)} becomes {times(out or ())}.")
    return module, out


def make(block: Block, shape: Shape, rng: Rng, last: bool) -> nn.Module:
    """Make the module for one block; what its own layers refuse is found when it is tried."""
    if block.module is not None:
        return block.module
    if block.kind == "dense":
        if len(shape) != 1:
            raise ValueError(
                f"a dense layer wants a row of numbers and gets maps, {times(shape)}; put flatten "
                f"({int(np.prod(shape)):,} numbers) or mean ({shape[0]:,} numbers) before it."
            )
        dense = nn.Linear(shape[0], block.filters, rng=rng)
        return dense if last else nn.Sequential(dense, nn.ReLU())
    if len(shape) != 3:
        raise ValueError(
            f"{block.kind} wants maps and gets a row of {shape[0]:,} numbers; neighbours are lost in it. Put it before."
        )
    C, H, W = shape
    if block.kind == "conv":
        conv = nn.Conv2d(C, block.filters, block.kernel, block.stride, block.padding, bias=not block.norm, rng=rng)
        return nn.Sequential(conv, *([nn.BatchNorm2d(block.filters)] if block.norm else []), nn.ReLU())
    if block.kind == "pool":
        return nn.MaxPool2d(block.kernel, block.stride, block.padding)
    if block.kind == "mean":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if block.kind == "flatten":
        return nn.Flatten()
    if block.kind == "inception":
        return _inception(block, shape, rng)
    body = _body(C, block, rng)
    return body if block.kind == "plain" else _residual(body, block, shape, rng)


def _body(C: int, block: Block, rng: Rng) -> nn.Sequential:
    """Two 3x3 convolutions with batch normalisation; a plain block ends with a ReLU, a residual one takes it after the sum."""
    parts = [
        nn.Conv2d(C, block.filters, 3, block.stride, padding=1, bias=False, rng=rng),
        nn.BatchNorm2d(block.filters),
        nn.ReLU(),
        nn.Conv2d(block.filters, block.filters, 3, padding=1, bias=False, rng=rng),
        nn.BatchNorm2d(block.filters),
    ]
    return nn.Sequential(*parts, *([nn.ReLU()] if block.kind == "plain" else []))


def _residual(body: nn.Module, block: Block, shape: Shape, rng: Rng) -> nn.Module:
    C, H, W = shape
    behind = (block.filters, (H - 1) // block.stride + 1, (W - 1) // block.stride + 1)
    if behind == shape:  # nothing has to be changed on the way past
        return nn.Residual(body, None, nn.ReLU())
    if block.join == "identity":
        raise ValueError(
            f"the two ways cannot be added: the convolutions give {times(behind)}, the shortcut hands on {times(shape)}. "
            "Let the shortcut be a 1x1 convolution with the same stride, or pad it with zeros."
        )
    if block.join == "zeros":
        if block.filters < C:
            raise ValueError(
                f"a shortcut with zeros can add channels, not take away any: {C} do not become {block.filters}."
            )
        return nn.Residual(body, PadChannels(block.stride, block.filters - C), nn.ReLU())
    projection = nn.Conv2d(C, block.filters, 1, block.stride, bias=False, rng=rng)
    return nn.Residual(body, nn.Sequential(projection, nn.BatchNorm2d(block.filters)), nn.ReLU())


def _inception(block: Block, shape: Shape, rng: Rng) -> nn.Module:
    """Four branches in the proportions of GoogLeNet's 3a: a quarter, a half, an eighth, an eighth of the filters."""
    from course.models.googlenet import Inception

    C, H, W = shape
    f = block.filters
    if f % 16:
        raise ValueError(
            f"{f} filters cannot be divided among the four branches (1/4, 1/2, 1/8, 1/8); take a multiple of 16."
        )
    if block.join == "unpadded":
        sides = ", ".join(times((n, H - k, W - k)) for n, k in ((f // 4, 0), (f // 2, 2), (f // 8, 4), (f // 8, 2)))
        raise ValueError(
            f"the four branches cannot be put one behind the other: without padding they give {sides}. Channels may "
            "differ, height and width may not; pad each window by half its size."
        )
    return Inception(C, f // 4, 3 * f // 8, f // 2, f // 16, f // 8, f // 8, rng=rng)


def times(shape: Shape) -> str:
    """Write a shape: 64×56×56, and 25,088 for a row of numbers."""
    return "×".join(f"{n:,}" for n in shape)
