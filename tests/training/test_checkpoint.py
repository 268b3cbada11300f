"""Files of weights: whole or absent, readable by PyTorch, and one sentence for each that is damaged."""

import json
import os
import re
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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


def test_numbers_that_numpy_does_not_have_get_a_sentence(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    path = tmp_path / "half.safetensors"
    save_file({"a": torch.zeros(2, dtype=torch.bfloat16)}, path)
    with pytest.raises(ValueError, match=re.escape(str(path))):
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
        ["lenet5"],
    ],
    ids=str,
)
def test_weights_of_no_network_of_ours(facts: checkpoint.Facts, tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path / "w.safetensors", {"a": np.zeros(2)}, facts)
    with pytest.raises(
        ValueError, match=r"the file does not say which of our networks \(lenet5\) its weights belong to\.$"
    ):
        load_model(path)


def test_weights_of_another_shape(weights: Path) -> None:
    state = lenet5().state_dict()
    state["classifier.4.bias"] = np.zeros(7, np.float32)
    checkpoint.save(weights, state, {"model": "lenet5"})
    with pytest.raises(ValueError, match=r"classifier\.4\.bias has shape \(7,\) in the state dict but \(10,\) here\.$"):
        load_model(weights)
