"""Paths that are added and paths that lie side by side: against PyTorch, and the sentences when they do not fit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.nn import Concat, Conv2d, Identity, MaxPool2d, Module, ReLU, Residual, Sequential

SIZES = st.integers(1, 5)


class Scale(Module):
    """Times a number for each channel, repeated to more channels: a layer whose way back anyone can check."""

    def __init__(self, factor: float, times: int = 1) -> None:
        self.factor, self.times = factor, times

    def forward(self, x: np.ndarray) -> np.ndarray:
        return np.concatenate([self.factor * (i + 1) * x for i in range(self.times)], axis=1)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        parts = np.split(grad_out, self.times, axis=1)
        return sum(self.factor * (i + 1) * part for i, part in enumerate(parts))  # type: ignore[return-value]


@given(
    N=st.integers(0, 3),
    C=SIZES,
    H=SIZES,
    W=SIZES,
    with_shortcut=st.booleans(),
    with_relu=st.booleans(),
    seed=st.integers(0, 99),
)
def test_residual(N: int, C: int, H: int, W: int, with_shortcut: bool, with_relu: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, grad_out = rng.normal(size=(2, N, C, H, W))
    block = Residual(Scale(3.0), Scale(-0.5) if with_shortcut else None, ReLU() if with_relu else None)
    slope = 2.5 if with_shortcut else 4.0
    passes = (x > 0) if with_relu else np.ones_like(x)
    np.testing.assert_allclose(block(x), slope * x * passes)
    np.testing.assert_allclose(block.backward(grad_out), slope * grad_out * passes)


@given(N=st.integers(0, 3), C=SIZES, times=st.lists(st.integers(1, 3), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_concat(N: int, C: int, times: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, C, 3, 2))
    branches = Concat(*(Scale(i + 1.0, n) for i, n in enumerate(times)))
    factors = [(i + 1.0) * (j + 1) for i, n in enumerate(times) for j in range(n)]
    out = branches(x)
    np.testing.assert_allclose(out, np.concatenate([f * x for f in factors], axis=1))
    grad_out = rng.normal(size=out.shape)
    wanted = sum(f * grad_out[:, i * C : (i + 1) * C] for i, f in enumerate(factors))
    np.testing.assert_allclose(branches.backward(grad_out), wanted, atol=1e-12)


def test_a_network_of_both_against_pytorch(rng: np.random.Generator) -> None:
    """Nested: a residual inside a branch; every gradient, in float64, with a gradient of transposed memory order."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    ours = Sequential(
        Concat(
            {
                "deep": Residual(Conv2d(3, 4, 3, padding=1, rng=rng), Conv2d(3, 4, 1, rng=rng), ReLU()),
                "wide": Sequential(MaxPool2d(3, 1, 1), Conv2d(3, 2, 1, rng=rng)),
                "same": Identity(),
            }
        ),
        Residual(Conv2d(9, 9, 3, padding=1, rng=rng)),
    )
    for p in ours.parameters():
        p.data = p.data.astype(np.float64)
    names = ["deep.body", "deep.shortcut", "wide.1"]
    assert [name for name, _ in ours.named_parameters()] == [
        f"{name}.{what}" for name in (*(f"0.{n}" for n in names), "1.body") for what in ("weight", "bias")
    ]
    t: dict[str, Any] = {name: torch.tensor(p.data, requires_grad=True) for name, p in ours.named_parameters()}

    def conv(name: str, x: Any, padding: int = 0) -> Any:
        return F.conv2d(x, t[f"{name}.weight"], t[f"{name}.bias"], padding=padding)

    x = rng.normal(size=(2, 3, 5, 4))
    image = torch.tensor(x, requires_grad=True)
    deep = F.relu(conv("0.deep.body", image, 1) + conv("0.deep.shortcut", image))
    both = torch.cat([deep, conv("0.wide.1", F.max_pool2d(image, 3, 1, 1)), image], 1)
    wanted = both + conv("1.body", both, 1)
    np.testing.assert_allclose(ours(x), wanted.detach().numpy(), rtol=1e-10, atol=1e-12)
    grad_out = rng.normal(size=(4, 5, 9, 2)).T
    wanted.backward(torch.tensor(grad_out.copy()))
    before = grad_out.copy()
    np.testing.assert_allclose(ours.backward(grad_out), image.grad.numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(grad_out, before)
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad, t[name].grad.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


def test_training_mode_reaches_every_path() -> None:
    model = Concat(Residual(ReLU(), Identity(), ReLU()), ReLU()).eval()
    assert [name for name, _ in model.leaves()] == ["0.body", "0.shortcut", "0.activation", "1"]
    assert not any(layer.training for _, layer in model.leaves())


def test_dtype_and_memory() -> None:
    x = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    x.setflags(write=False)
    for block in (Residual(Identity()), Concat(Identity()), Concat(Identity(), ReLU())):
        out = block(x)
        assert out.dtype == np.float32
        assert not np.shares_memory(out, x)


X = np.zeros((2, 3, 4, 4))
REFUSED = {
    "channels": (
        lambda: Residual(Conv2d(3, 4, 1))(X),
        r"Residual: the body gives \(2, 4, 4, 4\) and the shortcut \(2, 3, 4, 4\), which cannot be added; give a shortcut that "
        r"changes the shape as the body does, or an input whose sides every stride divides\.",
    ),
    "sizes": (
        lambda: Concat(Identity(), MaxPool2d(2))(X),
        r"Concat: the branches give \(2, 3, 4, 4\), \(2, 3, 2, 2\), which do not lie side by side; give them paddings and strides "
        r"that end in the same height and width, or an input whose sides every stride divides\.",
    ),
    "no branch": (Concat, r"Concat: there is no branch; give one layer or more\."),
    "no module": (
        lambda: Sequential(ReLU(), [ReLU()]),  # type: ignore[arg-type]
        r"Sequential: 1 is a list; pass layers one by one, or one dictionary, name -> layer\.",
    ),
    "a method's name": (
        lambda: Concat({"forward": ReLU()}),
        r"Concat: no layer can be called 'forward'; choose a word without a dot that no method has\.",
    ),
    "a dot": (lambda: Sequential({"a.b": ReLU()}), r"Sequential: no layer can be called 'a\.b'; choose a word .*\."),
    "nothing": (lambda: Sequential({"": ReLU()}), r"Sequential: no layer can be called ''; choose a word .*\."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_sentences(name: str) -> None:
    call, sentence = REFUSED[name]
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        call()
