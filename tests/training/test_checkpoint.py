"""Files of weights: whole or absent, readable by PyTorch, and one sentence for each that is damaged."""

import json
import os
import re
import struct
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course import models
from course.models import lenet5
from course.training import checkpoint, load_model


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return checkpoint.save(tmp_path / "lenet5.safetensors", lenet5(seed=3).state_dict(), {"model": "lenet5"})


def test_there_and_back(tmp_path: Path, rng: np.random.Generator) -> None:
    arrays = {
        "fortran": np.asfortranarray(rng.normal(size=(3, 4)).astype(np.float32)),
        "every other": np.arange(10)[::2],
        "scalar": np.array(7),
        "empty": np.zeros((0, 3)),
    }
    facts = {"model": "lenet5", "plan": {"lr": 0.1}, "list": [1, None]}
    path = checkpoint.save(tmp_path / "deep" / "er" / "file.safetensors", arrays, facts)
    found, found_facts = checkpoint.load(str(path))
    assert found_facts == facts
    assert found.keys() == arrays.keys()
    for name, a in arrays.items():
        assert found[name].dtype == a.dtype
        np.testing.assert_array_equal(found[name], a)


def test_pytorch_reads_our_weights(weights: Path, torch_lenet5: Any) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    torch_lenet5.load_state_dict(load_file(weights), strict=True)
    images = np.random.default_rng(0).normal(size=(2, 1, 28, 28)).astype(np.float32)
    theirs = torch_lenet5(torch.tensor(images)).detach().numpy()
    np.testing.assert_allclose(load_model(weights)(images), theirs, rtol=1e-4, atol=1e-5)


def test_we_read_pytorchs_files(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    save_file({"a": torch.arange(6.0).reshape(2, 3)}, tmp_path / "theirs.safetensors")
    arrays, facts = checkpoint.load(tmp_path / "theirs.safetensors")
    np.testing.assert_array_equal(arrays["a"], np.arange(6.0).reshape(2, 3))
    assert facts == {}


@pytest.mark.parametrize("ml_dtypes", ["not there", "imported"])
def test_bfloat16_comes_as_float32(ml_dtypes: str, tmp_path: Path, run_python: Any) -> None:
    """NumPy has no bfloat16, unless somebody has imported ml_dtypes; either way these are the same numbers."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    if ml_dtypes == "imported":
        pytest.importorskip("ml_dtypes")
    a = torch.randn(3, 4, dtype=torch.bfloat16, generator=torch.Generator().manual_seed(0))
    path = tmp_path / "half.safetensors"
    save_file({"z": torch.ones(2), "a": a, "scalar": torch.tensor(-2.5, dtype=torch.bfloat16)}, path)
    code = f"""
    {"import ml_dtypes" if ml_dtypes == "imported" else ""}
    from course.training import checkpoint
    arrays, facts = checkpoint.load({str(path)!r})
    assert list(arrays) == ["a", "scalar", "z"], list(arrays)
    print(*(array.dtype for array in arrays.values()), arrays["scalar"].shape, arrays["scalar"], arrays["a"].tolist())
    """
    assert run_python(textwrap.dedent(code)) == f"float32 float32 float32 () -2.5 {a.float().tolist()}\n"


def test_numbers_that_numpy_does_not_have_get_a_sentence(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    path = tmp_path / "eighth.safetensors"
    save_file({"a": torch.zeros(2).to(torch.float8_e4m3fn)}, path)
    sentence = f"{path}: holds numbers of a kind that NumPy does not have, F8_E4M3; write it as float32."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        checkpoint.load(path)


def fails_and_changes_nothing(weights: Path) -> None:
    """A file that could not be written: the old one is whole, a new one is absent, no half of it lies about."""
    before = weights.read_bytes()
    for path in (weights, weights.with_name("new.safetensors")):
        with pytest.raises(OSError, match=r"too large|No space left"):
            checkpoint.save(path, {"a": np.zeros(9000)}, {})
    assert weights.read_bytes() == before
    assert list(weights.parent.iterdir()) == [weights]


def test_a_disk_that_fills_up_while_writing(weights: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs POSIX limits")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))  # no file of this process may grow beyond 5,000 bytes
    try:
        fails_and_changes_nothing(weights)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_failure_at_the_last_moment(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", no_space)
        fails_and_changes_nothing(weights)


def test_facts_that_json_cannot_hold_change_nothing(weights: Path) -> None:
    before = weights.read_bytes()
    with pytest.raises(TypeError):
        checkpoint.save(weights, {"a": np.zeros(9)}, {"fact": object()})
    assert weights.read_bytes() == before
    assert list(weights.parent.iterdir()) == [weights]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_others_may_read_it_as_they_may_any_new_file(weights: Path) -> None:
    plain = weights.with_name("plain")
    plain.touch()
    assert weights.stat().st_mode == plain.stat().st_mode


def cut(raw: bytes) -> bytes:
    return raw[:-100]


def header_only(raw: bytes) -> bytes:
    return raw[:300]


def text(raw: bytes) -> bytes:
    return b"these are not weights"


def nothing(raw: bytes) -> bytes:
    return b""


def damaged_header(raw: bytes) -> bytes:
    return raw[:20] + b"\xff" * 5 + raw[25:]


def damaged_facts(raw: bytes) -> bytes:
    (n,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + n])
    header["__metadata__"] = {"facts": "{half"}
    new = json.dumps(header).encode()
    return struct.pack("<Q", len(new)) + new + raw[8 + n :]


@pytest.mark.parametrize("damage", [cut, header_only, text, nothing, damaged_header, damaged_facts])
def test_a_damaged_file_gets_a_sentence(damage, weights: Path) -> None:  # type: ignore[no-untyped-def]
    weights.write_bytes(damage(weights.read_bytes()))
    for read in (checkpoint.load, load_model):
        with pytest.raises(ValueError, match=f"^{re.escape(str(weights))}: not a whole safetensors file\\.$"):
            read(weights)


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.safetensors"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(str(path))}: there is no such file\\.$"):
        checkpoint.load(path)
    sentence = f"^{re.escape(str(path))}: there are no weights here; `course train` makes some\\.$"
    with pytest.raises(FileNotFoundError, match=sentence):
        load_model(path)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"model": "vgg99"},
        {"model": None},
        {"model": ["lenet5"]},
        {"model": "LeNet5"},
        {"model": "np"},
        ["lenet5"],
    ],
    ids=str,
)
def test_weights_of_no_network_of_ours(facts: checkpoint.Facts, tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path / "w.safetensors", {"a": np.zeros(2)}, facts)
    sentence = (
        f"{path}: the file does not say which network of course.models its weights belong to; load them into one of your own "
        "with course.interop.load_weights."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        load_model(path)


@pytest.mark.parametrize("arguments", [{"colour": "blue"}, [], None], ids=str)
def test_arguments_that_the_network_does_not_take(arguments: Any, tmp_path: Path) -> None:
    facts = {"model": "lenet5", "arguments": arguments}
    path = checkpoint.save(tmp_path / "w.safetensors", {"a": np.zeros(2)}, facts)
    sentence = f"{path}: course.models.lenet5 does not take the arguments {arguments}."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        load_model(path)


ARGUMENTS: dict[str, checkpoint.Facts] = {
    "lenet5_rgb": {"num_classes": 3},
    "unet_small": {"input_shape": (1, 16, 8), "num_classes": 3},
    "resnet20": {"input_shape": (3, 8, 8), "num_classes": 4},
    "signal_cnn_small": {"num_classes": 5, "in_channels": 2},
    "net3": {},
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_networks_with_arguments_come_back(name: str, tmp_path: Path) -> None:
    make, arguments = getattr(models, name), ARGUMENTS[name]
    model = make(seed=5, **arguments)
    shape = getattr(model, "input_shape", (2, 12))
    x = np.random.default_rng(1).normal(size=(2, *shape)).astype(np.float32)
    model(x)  # running statistics move
    path = checkpoint.save(tmp_path / "w.safetensors", model.state_dict(), {"model": name, "arguments": arguments})
    loaded = load_model(path)
    np.testing.assert_array_equal(loaded.eval()(x), model.eval()(x))
    assert getattr(loaded, "input_shape", None) == getattr(model, "input_shape", None)


def test_weights_of_another_shape(weights: Path) -> None:
    state = lenet5().state_dict()
    state["classifier.4.bias"] = np.zeros(7, np.float32)
    checkpoint.save(weights, state, {"model": "lenet5"})
    with pytest.raises(ValueError, match=r"classifier\.4\.bias has shape \(7,\) in the state dict but \(10,\) here\.$"):
        load_model(weights)
