"""LeNet-5 beside the same network in torch.nn: the state dict goes there and back, logits and gradients agree."""

from typing import Any

import numpy as np
import pytest

from course.models import lenet5
from course.nn import CrossEntropyLoss

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_logits_and_gradients(
    dtype: type, tolerance: float, rng: np.random.Generator, threads: int, torch_lenet5: Any
) -> None:
    ours = lenet5(seed=4)
    for p in ours.parameters():
        p.data = p.data.astype(dtype)
    torch_lenet5.load_state_dict({name: torch.tensor(a) for name, a in ours.state_dict().items()}, strict=True)
    theirs = torch_lenet5.to(torch.float64 if dtype is np.float64 else torch.float32)
    images, labels = rng.normal(size=(70, 1, 28, 28)).astype(dtype), rng.integers(10, size=70)
    x = torch.tensor(images, requires_grad=True)
    logits = theirs(x)
    torch.nn.functional.cross_entropy(logits, torch.tensor(labels)).backward()

    loss = CrossEntropyLoss()
    mine = ours(images)
    assert mine.dtype == dtype
    np.testing.assert_allclose(mine, logits.detach().numpy(), rtol=tolerance, atol=tolerance)
    loss(mine, labels)
    grad_x = ours.backward(loss.backward())
    np.testing.assert_allclose(grad_x, x.grad.numpy(), rtol=10 * tolerance, atol=tolerance)
    wanted = dict(theirs.named_parameters())
    for name, p in ours.named_parameters():
        assert p.grad.dtype == dtype, name
        np.testing.assert_allclose(p.grad, wanted[name].grad.numpy(), rtol=10 * tolerance, atol=tolerance, err_msg=name)


def test_names_and_order_are_pytorchs(torch_lenet5: Any) -> None:
    theirs = {name: tuple(a.shape) for name, a in torch_lenet5.state_dict().items()}
    ours = {name: a.shape for name, a in lenet5().state_dict().items()}
    assert list(ours.items()) == list(theirs.items())


def test_pytorchs_state_dict_loads_here(rng: np.random.Generator, torch_lenet5: Any) -> None:
    theirs, ours = torch_lenet5, lenet5()
    ours.load_state_dict(theirs.state_dict())  # tensors, as they are
    images = rng.normal(size=(3, 1, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(ours(images), theirs(torch.tensor(images)).detach().numpy(), rtol=1e-4, atol=1e-5)
