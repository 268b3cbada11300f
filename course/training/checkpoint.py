"""Weights on disk, as safetensors: no pickle, readable by PyTorch, never half-written."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course.models import MODELS
from course.nn import Module

Facts = dict[str, Any]


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

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = to_bytes({name: np.asarray(a, order="C") for name, a in arrays.items()}, {"facts": json.dumps(facts)})
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(raw)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def load(path: str | Path) -> tuple[dict[str, np.ndarray], Facts]:
    """Read what `save` wrote, or any safetensors file (whose facts are then empty).

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
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return arrays, facts if isinstance(facts, dict) else {}
    except (SafetensorError, json.JSONDecodeError):
        raise ValueError(f"{path}: not a whole safetensors file.") from None
    except TypeError:
        raise ValueError(f"{path}: holds numbers of a kind that NumPy does not have, such as bfloat16.") from None


def load_model(path: str | Path) -> Module:
    """The network whose weights `course train` left in a file.

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, damaged, or weights of no network of ours
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there are no weights here; `course train` makes some.")
    state, facts = load(path)
    name = facts.get("model")
    if not isinstance(name, str) or name not in MODELS:
        raise ValueError(
            f"{path}: the file does not say which of our networks ({', '.join(MODELS)}) its weights belong to."
        )
    model = MODELS[name](seed=0)
    model.load_state_dict(state)
    return model
