"""SGD and Adam take PyTorch's path, step for step, and can be saved between two steps."""

from collections.abc import Callable

import numpy as np
import pytest

from course.nn import Parameter
from course.optim import SGD, Adam, Optimizer, adam_step, sgd_step

SHAPES = [(3, 2, 2, 2), (4,)]

MAKERS: dict[str, tuple[type[Optimizer], str, dict]] = {
    "sgd": (SGD, "SGD", {"lr": 0.1}),
    "momentum": (SGD, "SGD", {"lr": 0.05, "momentum": 0.9}),
    "decay": (SGD, "SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.03}),
    "adam": (Adam, "Adam", {"lr": 0.02}),
    "adam betas": (Adam, "Adam", {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3}),
}

every_optimiser = pytest.mark.parametrize("name", MAKERS)


def start(rng: np.random.Generator) -> list[Parameter]:
    return [Parameter(rng.normal(size=shape)) for shape in SHAPES]


def walk(params: list[Parameter], optimizer: Optimizer, gradients: list[list[np.ndarray]]) -> list[np.ndarray]:
    for step in gradients:
        for p, g in zip(params, step, strict=True):
            p.grad = g
        optimizer.step()
    return [p.data for p in params]


def gradients(rng: np.random.Generator, steps: int) -> list[list[np.ndarray]]:
    return [[rng.normal(size=shape) for shape in SHAPES] for _ in range(steps)]


@every_optimiser
def test_fifty_steps_of_pytorch(name: str, rng: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    make, theirs_name, how = MAKERS[name]
    params = start(rng)
    tensors = [torch.tensor(p.data, requires_grad=True) for p in params]
    ours, theirs = make(params, **how), getattr(torch.optim, theirs_name)(tensors, **how)
    for t, step in enumerate(gradients(rng, 50), start=1):
        walk(params, ours, [step])
        for tensor, g in zip(tensors, step, strict=True):
            tensor.grad = torch.tensor(g)
        theirs.step()
        for p, tensor in zip(params, tensors, strict=True):
            np.testing.assert_allclose(p.data, tensor.detach().numpy(), rtol=1e-11, atol=1e-12, err_msg=f"step {t}")


@every_optimiser
def test_saved_in_the_middle_and_taken_up_gives_the_same_bits(name: str, rng: np.random.Generator) -> None:
    make, _, how = MAKERS[name]
    params, steps = start(rng), gradients(rng, 20)
    copies = [Parameter(p.data) for p in params]
    whole = walk(params, make(params, **how), steps)
    first = make(copies, **how)
    half = [a.copy() for a in walk(copies, first, steps[:9])]
    saved = first.state_dict()
    kept = first.state_dict()
    for a in kept.values():
        a[...] = 7  # a copy: what is done to it does not reach into the optimiser, nor the other way round
    assert not any((a == 7).any() for name, a in first.state_dict().items() if name != "t")
    walk(copies, first, steps[9:12])
    again = [Parameter(a) for a in half]
    second = make(again, **how)
    second.load_state_dict(saved)
    for a, b in zip(whole, walk(again, second, steps[9:]), strict=True):
        assert a.tobytes() == b.tobytes()


def test_a_state_of_another_kind_or_network_is_refused() -> None:
    sentence = r"^Adam: this state belongs to another optimiser or another network\.$"
    adam = Adam([Parameter(np.zeros(3))])
    for other in (SGD([Parameter(np.zeros(3))], 0.1), Adam([Parameter(np.zeros(4))]), Adam([])):
        with pytest.raises(ValueError, match=sentence):
            adam.load_state_dict(other.state_dict())


STEPS: dict[str, Callable[..., tuple[np.ndarray, ...]]] = {
    "sgd_step": lambda p, g, a, b, lr: sgd_step(p, g, a, lr, momentum=0.9, weight_decay=0.1),
    "sgd_step plain": lambda p, g, a, b, lr: sgd_step(p, g, a, lr),
    "adam_step": lambda p, g, a, b, lr: adam_step(p, g, a, b, 3, lr),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_leaves_its_arguments_alone(name: str, rng: np.random.Generator) -> None:
    arrays = [abs(rng.normal(size=(3, 4))) for _ in range(4)]
    for a in arrays:
        a.setflags(write=False)
    for out in STEPS[name](*arrays, 0.1):
        assert out.flags.writeable
        assert not any(np.may_share_memory(out, a) for a in arrays)


@pytest.mark.parametrize(
    "lr",
    [
        pytest.param(0.1, id="python"),
        pytest.param(np.float64(0.1), id="numpy"),
    ],
)
@pytest.mark.parametrize("name", STEPS)
def test_float32_stays_float32(name: str, lr: float, rng: np.random.Generator) -> None:
    """Also with a learning rate out of numpy.logspace, which is a float64 and would pull everything along."""
    arrays = [abs(rng.normal(size=(3, 4))).astype(np.float32) for _ in range(4)]
    assert {out.dtype for out in STEPS[name](*arrays, lr)} == {np.dtype(np.float32)}


def test_no_number_widens_float32() -> None:
    f, wide = np.ones(3, np.float32), np.float64(0.5)
    outs = [*sgd_step(f, f, f, wide, momentum=wide, weight_decay=wide)]
    outs += adam_step(f, f, f, f, 1, wide, betas=(wide, wide), eps=wide)
    assert {out.dtype for out in outs} == {np.dtype(np.float32)}


def test_a_parameter_without_a_gradient_stays() -> None:
    moved, left = Parameter(np.ones(2)), Parameter(np.ones(2))
    moved.grad = np.ones(2)
    optimizer = SGD([moved, left], lr=0.5)
    optimizer.step()
    np.testing.assert_array_equal(moved.data, [0.5, 0.5])
    np.testing.assert_array_equal(left.data, [1, 1])
    optimizer.zero_grad()
    assert moved.grad is None


def test_the_learning_rate_may_change_between_steps() -> None:
    p = Parameter(np.zeros(1))
    optimizer = SGD([p], lr=1.0)
    for lr in (1.0, 0.1):
        p.grad, optimizer.lr = np.ones(1), lr
        optimizer.step()
    np.testing.assert_allclose(p.data, [-1.1])


def test_an_optimiser_without_a_rule_says_so() -> None:
    p = Parameter(np.zeros(1))
    p.grad = np.zeros(1)
    with pytest.raises(NotImplementedError, match=r"^Optimizer has no update rule$"):
        Optimizer([p], 0.1).step()
