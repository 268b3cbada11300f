"""Weights on disk, as safetensors: no pickle, readable by PyTorch, never half-written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

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
    raw = to_bytes({name: np.ascontiguousarray(a) for name, a in arrays.items()}, {"facts": json.dumps(facts)})
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
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
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, json.JSONDecodeError):
        raise ValueError(f"{path}: not a whole safetensors file.") from None
