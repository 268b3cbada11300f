"""What is known of a network: a row for each block, up to the first that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course import nn
from course.explore.architecture.assemble import Shape, join
from course.explore.architecture.blocks import Block, parse
from course.explore.architecture.presets import NETWORKS
from course.explore.architecture.words import ask
from course.insight import receptive_field, summary

MOST_BLOCKS = 28


@dataclass(frozen=True)
class Row:
    """One block of the network.

    Attributes
    ----------
    block : what it is
    output : the shape behind it; None where it does not fit or is not reached
    parameters, multiply_adds : of the block, for one image
    field : side of the receptive field behind it, the longer one; None where it is not known
    problem : why it cannot follow the block before; "" where it can
    """

    block: Block
    output: Shape | None
    parameters: int = 0
    multiply_adds: int = 0
    field: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Architecture:
    """What the figure shows: rows, the chosen one, and what a student's function says about them."""

    name: str
    input_shape: Shape
    rows: tuple[Row, ...]
    index: int = 0
    answer: str = ""

    @property
    def broken(self) -> int | None:
        """Which block does not fit, counted from 0."""
        return next((i for i, row in enumerate(self.rows) if row.problem), None)

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        return sum(row.multiply_adds for row in self.rows)


def read(network: Any, input_shape: Any) -> tuple[str, tuple[Block, ...], Shape]:
    """Understand what somebody asks to see: a name, or blocks and the shape of an image.

    Raises
    ------
    ValueError
        In one sentence.
    """
    if isinstance(network, str):
        if network not in NETWORKS:
            raise ValueError(
                f"architecture: network must be one of {', '.join(NETWORKS)} or a list, got {network!r:.60}."
            )
        own_shape, texts = NETWORKS[network]
        name, blocks = network, tuple(map(parse, texts))
    elif isinstance(network, Iterable):
        name, blocks, own_shape = "your network", tuple(map(parse, network)), (1, 28, 28)
    else:
        raise ValueError(f"architecture: network must be a name or a list of blocks, got {type(network).__name__}.")
    if not 1 <= len(blocks) <= MOST_BLOCKS:
        raise ValueError(f"architecture: a network has 1 to {MOST_BLOCKS} blocks here, got {len(blocks)}.")
    shape = own_shape if input_shape is None else input_shape
    if not isinstance(shape, tuple | list) or len(shape) != 3 or not all(_side(n) for n in shape):
        raise ValueError(f"architecture: input_shape must be (C, H, W) with 1 to 512 each, got {input_shape!r:.60}.")
    return name, blocks, tuple(int(n) for n in shape)


def look(
    name: str, blocks: tuple[Block, ...], input_shape: Shape, index: int = 0, fn: Callable[..., Any] | None = None
) -> Architecture:
    """Work out the rows, and ask the student's function about them."""
    rows = _rows(blocks, input_shape)
    answer = ask(fn, [(row.block, row.output, row.parameters) for row in rows], input_shape)
    return Architecture(name, input_shape, rows, index, answer)


@lru_cache(maxsize=64)
def _rows(blocks: tuple[Block, ...], input_shape: Shape) -> tuple[Row, ...]:
    rng, shape = np.random.default_rng(0), input_shape
    modules: list[nn.Module] = []
    rows: list[Row] = []
    for i, block in enumerate(blocks):
        if rows and rows[-1].output is None:
            rows.append(Row(block, None))
            continue
        try:
            module, behind = join(block, shape, rng, last=i == len(blocks) - 1)
            table = summary(module, shape)
        except ValueError as error:
            rows.append(Row(block, None, problem=str(error)))
            continue
        modules.append(module)
        rows.append(Row(block, behind, table.parameters, table.multiply_adds))
        shape = behind
    fields = _fields(nn.Sequential(*modules), input_shape) if modules else {}
    return tuple(Row(**{**vars(row), "field": fields.get(i)}) for i, row in enumerate(rows))


def _fields(network: nn.Module, input_shape: Shape) -> dict[int, int]:
    """The receptive field behind each block; none where one of them cannot be followed."""
    try:
        found = receptive_field(network, input_shape)
    except ValueError:  # a module of somebody's own
        return {}
    return {int(row.name.split(".")[0]): max(row.field.size) for row in found if row.name}


def _side(n: Any) -> bool:
    return isinstance(n, int | np.integer) and not isinstance(n, bool) and bool(1 <= n <= 512)
