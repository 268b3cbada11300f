"""To and from the world outside: PyTorch's state dicts, safetensors files, ONNX."""

from course.interop.onnx import export_onnx
from course.interop.weights import from_torch, load_weights, save_weights

__all__ = ["export_onnx", "from_torch", "load_weights", "save_weights"]
