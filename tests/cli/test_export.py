"""`course export`: trained weights as an ONNX file, or one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from course.data import mnist
from course.models import capsnet_small, signal_cnn_small
from course.training import checkpoint, load_model

Course = Callable[..., Result]


@pytest.mark.slow
def test_a_trained_network(course: Course, trained: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    result = course("export", trained / "best.safetensors", "digits.onnx")
    assert result.exit_code == 0, result.output
    assert result.stdout == "digits.onnx: images (N, 1, 28, 28) float32, normalised as in training\n"
    data = mnist(train=False)[:20]
    images = data.normalize(data.images)
    session = onnxruntime.InferenceSession("digits.onnx", providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {"input": images})
    np.testing.assert_allclose(logits, load_model(trained / "best.safetensors").eval()(images), rtol=1e-5, atol=1e-5)


def test_a_network_without_a_size_of_its_own(course: Course) -> None:
    pytest.importorskip("onnx")
    checkpoint.save("w.safetensors", signal_cnn_small().state_dict(), {"model": "signal_cnn_small"})
    assert course("export", "w.safetensors", "w.onnx").exit_code == 0


def fails(result: Result, sentence: str) -> None:
    assert result.exit_code == 1, result.output
    assert (result.stdout, result.stderr) == ("", f"Error: {sentence}\n")
    assert not Path("out.onnx").exists()


def test_no_weights(course: Course) -> None:
    fails(
        course("export", "w.safetensors", "out.onnx"),
        "w.safetensors: there are no weights here; `course train` makes some.",
    )


def test_a_network_that_onnx_has_no_words_for(course: Course) -> None:
    pytest.importorskip("onnx")
    checkpoint.save("w.safetensors", capsnet_small().state_dict(), {"model": "capsnet_small"})
    result = course("export", "w.safetensors", "out.onnx")
    fails(result, result.stderr.removeprefix("Error: ").strip())
    assert (
        "export_onnx: digits is a CapsuleLayer, which has no counterpart in ONNX here; there is one for "
        in result.stderr
    )
