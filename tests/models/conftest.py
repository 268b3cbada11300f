"""What the tests of whole networks share: torchvision, and one comparison for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course.nn import Buffer, Module
from course.nn.parameter import Parameter

Forward = Callable[[dict[str, Any], Any, bool], Any]
"""forward(tensors by name, x, training) -> logits, or a tuple of them, in PyTorch."""


@pytest.fixture(scope="session")
def torchvision_models() -> Any:
    """torchvision.models, with or without the compiled operations, none of which a classifier needs.

    A torchvision that was built for CUDA cannot load them beside a PyTorch that was not; its import then fails for want of the
    declarations of two operations.
    """
    torch = pytest.importorskip("torch")
    try:
        from torchvision import models
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision import models
    except ImportError:
        pytest.skip("torchvision is not installed")
    return models


@pytest.fixture
def on_meta() -> Callable[[Callable[[], Any]], Any]:
    """on_meta(build) -> a network of PyTorch's with names and shapes and no memory."""
    torch = pytest.importorskip("torch")

    def build(make: Callable[[], Any]) -> Any:
        with torch.device("meta"):
            return make()

    return build


def to(model: Module, dtype: type) -> Module:
    """All parameters and running statistics in another precision."""
    places = dict(model._places())
    for value in places.values():
        if value.data.dtype.kind == "f":
            value.data = value.data.astype(dtype)
    return model


@pytest.fixture
def agree(rng: np.random.Generator) -> Callable[..., None]:
    """agree(ours, forward, x): in float64 and training, logits, all gradients and running statistics; then logits in use."""
    torch = pytest.importorskip("torch")

    def compare(ours: Module, forward: Forward, x: np.ndarray, close: float = 1e-9) -> None:
        to(ours, np.float64).train()
        places = dict(ours._places())
        for value in places.values():  # first weights of batch norm are all alike, which would hide a mix-up
            if isinstance(value, Parameter) and len(np.unique(value.data)) == 1:
                value.data = value.data + rng.uniform(0.1, 0.5, value.shape)
        theirs = {
            name: torch.tensor(value.data)
            if isinstance(value, Buffer)
            else torch.from_numpy(value.data).requires_grad_()
            for name, value in places.items()
        }
        image = torch.tensor(x, requires_grad=True)
        wanted = forward(theirs, image, True)
        found = ours(x)
        many = isinstance(wanted, tuple)
        assert many == isinstance(found, tuple)
        pairs = list(zip(found, wanted, strict=True)) if many else [(found, wanted)]
        grads = [rng.normal(size=a.shape) for a, _ in pairs]
        for a, b in pairs:
            near(a, b, close, "logits")
        torch.autograd.backward([b for _, b in pairs], [torch.tensor(g) for g in grads])
        near(ours.backward(tuple(grads) if many else grads[0]), image.grad, close, "the input's gradient")
        # a bias before batch norm has no effect: its gradient is rounding errors alone, so measure against the others, too
        largest = max(float(t.grad.abs().max()) for t in theirs.values() if t.grad is not None)
        for name, value in places.items():
            if isinstance(value, Buffer):
                near(value.data, theirs[name], close, name)
            else:
                near(value.grad, theirs[name].grad, close, name, least=1e-3 * largest)
        with torch.no_grad():
            near(ours.eval()(x), forward(theirs, image, False), close, "logits in use")

    return compare


def near(found: np.ndarray, wanted: Any, close: float, what: str, least: float = 1e-12) -> None:
    """Equal but for rounding errors, measured against the largest number of the array, or `least`."""
    wanted = wanted.detach().numpy()
    assert found.shape == wanted.shape, what
    scale = max(least, float(abs(wanted).max(initial=0)))
    np.testing.assert_allclose(found / scale, wanted / scale, rtol=0, atol=close, err_msg=what)
