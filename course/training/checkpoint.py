"""Weights on disk, as safetensors: no pickle, readable by PyTorch, never half-written."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course import models
from course.nn import Module

Facts = dict[str, Any]
NUMBERS = {
    "F64",
    "F32",
    "F16",
    "I64",
    "I32",
    "I16",
    "I8",
    "U64",
    "U32",
    "U16",
    "U8",
    "BOOL",
}  # those that NumPy has, too


def save(path: str | Path, arrays: Mapping[str, np.ndarray], facts: Facts) -> Path:
    """Write arrays and facts about them; the file appears whole or not at all.

    Parameters
    ----------
    path : where to; folders are made
    arrays : name -> array
    facts : anything that JSON can hold

    Returns
    -------
    the path
    """
    from safetensors.numpy import save as to_bytes

    raw = to_bytes({name: np.asarray(a, order="C") for name, a in arrays.items()}, {"facts": json.dumps(facts)})
    return write(path, raw)


def write(path: str | Path, raw: bytes) -> Path:
    """Write a file that appears whole or not at all; returns its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(raw)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def load(path: str | Path) -> tuple[dict[str, np.ndarray], Facts]:
    """Read what `save` wrote, or any safetensors file (whose facts are then empty); bfloat16 comes as float32.

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file.")
    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
            kinds = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
            if strange := sorted(set(kinds.values()) - NUMBERS - {"BF16"}):
                raise ValueError(
                    f"{path}: holds numbers of a kind that NumPy does not have, {strange[0]}; write it as float32."
                )
            arrays = {name: file.get_tensor(name) for name, kind in kinds.items() if kind != "BF16"}
    except (SafetensorError, json.JSONDecodeError):
        raise ValueError(f"{path}: not a whole safetensors file.") from None
    if "BF16" in kinds.values():
        arrays |= _bfloat16(path.read_bytes())
    return {name: arrays[name] for name in kinds}, facts if isinstance(facts, dict) else {}


def _bfloat16(raw: bytes) -> dict[str, np.ndarray]:
    """The arrays of that kind in a file: a bfloat16 is the upper half of a float32, and NumPy has only the whole."""
    from safetensors import deserialize

    found = {name: array for name, array in deserialize(raw) if array["dtype"] == "BF16"}
    halves = {name: np.frombuffer(a["data"], "<u2").astype(np.uint32) for name, a in found.items()}
    return {name: (half << 16).view(np.float32).reshape(found[name]["shape"]) for name, half in halves.items()}


def load_model(path: str | Path) -> Module:
    """The network whose weights a run left in a file, with these weights.

    The file says which function of `course.models` made the network, and with which arguments: what the run's `Trainer` was given
    as ``facts={"model": "unet_small", "arguments": {"num_classes": 3}}``.

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, damaged, or weights of no network of ours
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there are no weights here; `course train` makes some.")
    state, facts = load(path)
    model = build(path, facts)
    model.load_state_dict(state)
    return model


def build(path: str | Path, facts: Facts) -> Module:
    """The network, with fresh weights, that the facts of a file tell of."""
    name, arguments = facts.get("model"), facts.get("arguments", {})
    maker = getattr(models, name) if name in models.__all__ else None
    if not inspect.isfunction(maker):
        raise ValueError(
            f"{path}: the file does not say which network of course.models its weights belong to; load them into one of your own "
            "with course.interop.load_weights."
        )
    try:
        # JSON has no tuples
        return maker(**{key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()})
    except (TypeError, AttributeError):
        raise ValueError(f"{path}: course.models.{name} does not take the arguments {arguments}.") from None
