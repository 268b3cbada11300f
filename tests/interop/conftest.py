"""A network as onnxruntime sees it, beside itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from course.interop import export_onnx
from course.nn import Module

Same = Callable[[Module, np.ndarray], None]


@pytest.fixture(scope="session")
def same_in_onnx(tmp_path_factory: pytest.TempPathFactory) -> Same:
    """same_in_onnx(model, x): exported and run by onnxruntime, the network says what it says here, whatever the batch."""
    onnxruntime = pytest.importorskip("onnxruntime")
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"

    def same(model: Module, x: np.ndarray) -> None:
        export_onnx(model, path, x.shape[1:])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        model.eval()
        for batch in (x, x[:1], np.concatenate([x, x[::-1]])):
            ours = model(batch)
            (theirs,) = session.run(["output"], {"input": batch.astype(np.float32)})
            assert theirs.shape == ours.shape
            np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)

    return same


@pytest.fixture
def onnx_file(tmp_path: Path) -> Path:
    return tmp_path / "model.onnx"
