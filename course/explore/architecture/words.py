"""The sentences of the architecture figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course.explore.architecture.assemble import Shape, times
from course.explore.architecture.blocks import Block

if TYPE_CHECKING:
    from course.explore.architecture.state import Architecture

LONGEST_MESSAGE = 300
Part = tuple[Block, Shape | None, int]


def status_sentence(state: Architecture) -> str:
    """Say what the chosen block does, what the whole costs, and which block does not fit, and why."""
    row, count = state.rows[state.index], len(state.rows)
    before = state.input_shape if state.index == 0 else state.rows[state.index - 1].output
    text = f"{state.name[0].upper()}{state.name[1:]}, block {state.index + 1} of {count}, {row.block}: "
    if row.problem:
        text += f"it cannot follow. It gets {times(before or ())}; {row.problem} "
    elif row.output is None:
        text += f"not reached, as block {(state.broken or 0) + 1} does not fit. "
    else:
        sees = "" if row.field is None else f", each number can see {row.field}×{row.field} pixels"
        text += (
            f"{times(before or ())} becomes {times(row.output)}; {row.parameters:,} parameters, "
            f"{row.multiply_adds:,} multiply-adds{sees}. "
        )
    if state.broken is not None:
        if state.broken == state.index:
            return text.strip()
        return f"{text}Block {state.broken + 1}, {state.rows[state.broken].block}, does not fit: {state.rows[state.broken].problem}"
    return f"{text}The whole network: {state.parameters:,} parameters, {state.multiply_adds:,} multiply-adds."


def ask(fn: Callable[..., Any] | None, parts: list[Part], input_shape: Shape) -> str:
    """Call a student's ``vgg_table(configuration, input_shape, hidden, num_classes)`` where the network is a VGG.

    Never raises: an exception becomes the sentence.
    """
    if fn is None:
        return ""
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    arguments = as_vgg(parts)
    if arguments is None:
        return (
            f"{name} is not compared: it knows 3x3 convolutions with padding 1 and biases, 2x2 pooling, then flatten, two equal "
            "dense layers and a last one."
        )
    configuration, hidden, num_classes = arguments
    rows = [((*(out or ()), 1, 1)[:3], count) for block, out, count in parts if block.kind != "flatten"]
    right = np.array([[*shape, count] for shape, count in rows])
    try:
        found = np.asarray(fn(configuration, input_shape, hidden, num_classes))
    except NotImplementedError:
        return f"{name} is not written yet (NotImplementedError)."
    except Exception as error:
        return f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}"
    if found.shape != right.shape:
        return (
            f"{name} returned shape {found.shape}, not {right.shape}: a row of C, H, W and parameters for each entry."
        )
    try:
        wrong = [i for i in range(len(right)) if not bool(np.all(found[i] == right[i]))]
    except (TypeError, ValueError):
        return f"{name} returned something else than numbers."
    if wrong:
        return f"{name} differs (≠) in {len(wrong)} of {len(right)} rows, the first of them row {wrong[0]}, counted from 0."
    return f"{name} agrees in all {len(right)} rows."


def as_vgg(parts: list[Part]) -> tuple[tuple[int | str, ...], int, int] | None:
    """The arguments of ``vgg_table`` for a network that is a VGG; None for others."""
    if any(out is None for _, out, _ in parts) or len(parts) < 5:
        return None
    *features, flat, one, two, last = [block for block, _, _ in parts]
    configuration: list[int | str] = []
    for block in features:
        if (block.kind, block.kernel, block.stride, block.padding, block.norm) == ("conv", 3, 1, 1, False):
            configuration.append(block.filters)
        elif (block.kind, block.kernel, block.stride, block.padding) == ("pool", 2, 2, 0):
            configuration.append("M")
        else:
            return None
    dense = one.kind == two.kind == last.kind == "dense" and one.filters == two.filters
    return (tuple(configuration), one.filters, last.filters) if flat.kind == "flatten" and dense else None
