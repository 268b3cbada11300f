"""Weights to and from PyTorch, as state dicts and as safetensors files, without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from course.nn import Module
from course.training import checkpoint

PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x04")  # how files of torch.save begin: a zip, or a bare pickle


def from_torch(state: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """A state dict of PyTorch's, on whatever device, as arrays that `Module.load_state_dict` takes.

    The other direction needs no function: names and shapes are PyTorch's already, so
    ``theirs.load_state_dict({name: torch.as_tensor(a) for name, a in ours.state_dict().items()})`` is all.

    Parameters
    ----------
    state : name -> tensor; also arrays, which are copied

    Returns
    -------
    name -> array of the same shape and type, in memory of its own; bfloat16 and float16 become float32, which holds their values

    Raises
    ------
    ValueError : something is neither tensor nor array

    Examples
    --------
    >>> from_torch({"weight": np.ones(2, np.float16)})  # or torch.nn.Linear(2, 3).state_dict()
    {'weight': array([1., 1.], dtype=float32)}
    """
    return {name: _array(name, value) for name, value in state.items()}


def _array(name: str, value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # a tensor, and all that has to be known of it
        value = value.detach().cpu()
        value = (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
    if not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "iubf":
        raise ValueError(f"from_torch: {name} is a {type(value).__name__}; give a state dict, name -> tensor.")
    return np.array(value, np.float32 if value.dtype == np.float16 else value.dtype)


def save_weights(path: str | Path, model: Module) -> Path:
    """Write a network's state dict as safetensors, for `load_weights` or for PyTorch's ``safetensors.torch.load_file``.

    Parameters
    ----------
    path : where to; the file appears whole or not at all
    model : any network

    Returns
    -------
    the path
    """
    return checkpoint.save(path, model.state_dict(), {})


def load_weights(path: str | Path, model: Module) -> None:
    """Fill a network with the weights of a safetensors file, ours or one that PyTorch wrote; nothing changes unless all of it fits.

    Parameters
    ----------
    path : the file
    model : a network with the same names and shapes

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, damaged, a pickle, or weights of another network
    """
    path = Path(path)
    if path.is_file():
        with path.open("rb") as file:
            if file.read(4).startswith(PICKLES):
                raise ValueError(
                    f"{path}: a pickle, which may run any program when it is opened; if you trust it, open it in PyTorch "
                    "and write it anew with safetensors.torch.save_file."
                )
    model.load_state_dict(checkpoint.load(path)[0])
