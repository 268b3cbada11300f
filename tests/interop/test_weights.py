"""Weights go to PyTorch and come back: as state dicts, as safetensors files, in every type of number that has one."""

import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course import nn
from course.interop import from_torch, load_weights, save_weights
from course.nn import Module, Sequential


def ours(seed: int) -> Module:
    rng = np.random.default_rng(seed)
    down = Sequential(nn.Conv2d(3, 4, 3, groups=1, bias=False, rng=rng), nn.BatchNorm2d(4), nn.ReLU())
    up = Sequential(nn.ConvTranspose2d(4, 2, (3, 2), stride=2, padding=1, output_padding=1, rng=rng), nn.Flatten())
    return Sequential({"down": down, "up": up, "head": nn.Linear(2 * 8 * 7, 5, rng=rng)})


def theirs() -> Any:
    n = pytest.importorskip("torch").nn
    down = n.Sequential(n.Conv2d(3, 4, 3, bias=False), n.BatchNorm2d(4), n.ReLU())
    up = n.Sequential(n.ConvTranspose2d(4, 2, (3, 2), stride=2, padding=1, output_padding=1), n.Flatten())
    return n.Sequential(OrderedDict(down=down, up=up, head=n.Linear(2 * 8 * 7, 5)))


@pytest.fixture
def x(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(4, 3, 6, 6)).astype(np.float32)


def same_answers(model: Module, module: Any, x: np.ndarray) -> None:
    """In use, and in training, where the running statistics move as well."""
    import torch

    for training in (False, True):
        out = module.train(training)(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(model.train(training)(x), out, rtol=1e-4, atol=1e-5)
    for name, tensor in module.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], tensor.numpy(), rtol=1e-4, atol=1e-5)


def test_there(x: np.ndarray) -> None:
    torch = pytest.importorskip("torch")
    model, module = ours(1), theirs()
    model(x)  # the running statistics and the count of batches are no longer those at the start
    module.load_state_dict({name: torch.as_tensor(a) for name, a in model.state_dict().items()}, strict=True)
    assert int(module.down[1].num_batches_tracked) == 1
    same_answers(model, module, x)


def test_back(x: np.ndarray) -> None:
    torch = pytest.importorskip("torch")
    model, module = ours(1), theirs()
    module(torch.tensor(x))
    model.load_state_dict(from_torch(module.state_dict()))
    assert int(model.state_dict()["down.1.num_batches_tracked"]) == 1
    same_answers(model, module, x)


def test_there_as_a_file(x: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from safetensors.torch import load_file

    model, module = ours(1), theirs()
    model(x)
    path = save_weights(tmp_path / "ours.safetensors", model)
    module.load_state_dict(load_file(path), strict=True)
    same_answers(model, module, x)


def test_back_as_a_file(x: np.ndarray, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    model, module = ours(1), theirs()
    module(torch.tensor(x))
    save_file(module.state_dict(), tmp_path / "theirs.safetensors")
    load_weights(str(tmp_path / "theirs.safetensors"), model)
    same_answers(model, module, x)


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_halves(kind: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    module = theirs().to(getattr(torch, kind))
    expected = {name: tensor.float().numpy() for name, tensor in module.state_dict().items()}
    save_file(module.state_dict(), tmp_path / "half.safetensors")
    direct, from_file = ours(1), ours(2)
    direct.load_state_dict(from_torch(module.state_dict()))
    load_weights(tmp_path / "half.safetensors", from_file)
    for model in (direct, from_file):
        for name, a in model.state_dict().items():
            np.testing.assert_array_equal(a, expected[name])
    assert from_torch(module.state_dict())["head.weight"].dtype == np.float32


def test_tensors_become_arrays_of_their_own(rng: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    tensors = {
        "needs a gradient": torch.nn.Parameter(torch.arange(6.0).reshape(2, 3)),
        "transposed": torch.arange(6.0, dtype=torch.float64).reshape(2, 3).t(),
        "scalar": torch.tensor(7),
        "flags": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3),
    }
    arrays = from_torch(tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(arrays[name], tensor.detach().numpy())
        assert arrays[name].dtype == tensor.detach().numpy().dtype
        arrays[name][...] = 1
    assert tensors["needs a gradient"].detach()[1, 2] == 5


@pytest.mark.parametrize("value", ["x", [1.0], None, np.array("x")], ids=str)
def test_what_is_no_tensor(value: Any) -> None:
    sentence = f"from_torch: head.weight is a {type(value).__name__}; give a state dict, name -> tensor."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        from_torch({"head.weight": value})


STRICT = {
    "missing": (lambda state: state.pop("down.1.running_var"), "the state dict lacks down.1.running_var."),
    "unexpected": (lambda state: state.update({"fc.w": np.ones(1)}), "the state dict has unknown fc.w."),
    "shape": (
        lambda state: state.update({"head.bias": np.ones(4)}),
        "head.bias has shape (4,) in the state dict but (5,) here.",
    ),
}


@pytest.mark.parametrize("name", STRICT)
def test_weights_of_another_network(name: str, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    change, sentence = STRICT[name]
    state = ours(1).state_dict()
    change(state)
    save_file(state, tmp_path / "other.safetensors")
    model = ours(2)
    before = model.state_dict()
    with pytest.raises(ValueError, match=f"^Sequential: {re.escape(sentence)}$"):
        load_weights(tmp_path / "other.safetensors", model)
    for key, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[key])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_is_not_opened(zipped: bool, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "weights.pth"
    torch.save(theirs().state_dict(), path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: a pickle, which may run any program [^\n]*\\.$"):
        load_weights(path, ours(1))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.safetensors: there is no such file\.$"):
        load_weights(tmp_path / "none.safetensors", ours(1))


def test_interop_imports_neither_torch_nor_onnx(run_python: Any) -> None:
    run_python("import sys, course.interop; assert not {'torch', 'onnx', 'safetensors'} & set(sys.modules)")
