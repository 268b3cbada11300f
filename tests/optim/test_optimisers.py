"""Every optimiser takes PyTorch's path, step for step, and can be saved between two steps."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from course.nn import Parameter
from course.optim import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
    adagrad_step,
    adam_step,
    adamw_step,
    rmsprop_step,
    sgd_step,
)

SHAPES = [(3, 2, 2, 2), (4,)]

MAKERS: dict[str, tuple[type[Optimizer], dict]] = {
    "sgd": (SGD, {}),
    "sgd momentum": (SGD, {"lr": 0.05, "momentum": 0.9}),
    "sgd decay": (SGD, {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.03}),
    "sgd nesterov": (SGD, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True}),
    "adagrad": (Adagrad, {}),
    "adagrad all": (
        Adagrad,
        {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.03, "initial_accumulator_value": 0.2, "eps": 1e-3},
    ),
    "rmsprop": (RMSprop, {}),
    "rmsprop all": (RMSprop, {"lr": 0.02, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.03, "momentum": 0.7}),
    "adam": (Adam, {}),
    "adam all": (Adam, {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.03}),
    "adamw": (AdamW, {}),
    "adamw all": (AdamW, {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
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


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
@every_optimiser
def test_fifty_steps_of_pytorch(name: str, dtype: type, tolerance: float, rng: np.random.Generator) -> None:
    """With its defaults and with everything changed, also where a gradient is 0 or a parameter has none."""
    torch = pytest.importorskip("torch")
    make, how = MAKERS[name]
    params = [Parameter(p.data.astype(dtype)) for p in start(rng)]
    tensors = [torch.tensor(p.data, requires_grad=True) for p in params]
    ours, theirs = make(params, **how), getattr(torch.optim, make.__name__)(tensors, **how)
    for t, step in enumerate(gradients(rng, 50), start=1):
        if t == 20:
            ours.lr = theirs.param_groups[0]["lr"] = ours.lr / 3
        for i, (p, tensor, g) in enumerate(zip(params, tensors, step, strict=True)):
            g[rng.random(g.shape) < 0.1] = 0
            p.grad = None if (i, t) == (1, 50) else g.astype(dtype)
            tensor.grad = None if p.grad is None else torch.tensor(p.grad)
        ours.step()
        theirs.step()
        for p, tensor in zip(params, tensors, strict=True):
            assert p.data.dtype == dtype
            wanted = tensor.detach().numpy()
            np.testing.assert_allclose(p.data, wanted, rtol=tolerance, atol=tolerance, err_msg=f"step {t}")


@every_optimiser
def test_saved_in_the_middle_and_taken_up_gives_the_same_bits(name: str, rng: np.random.Generator) -> None:
    make, how = MAKERS[name]
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
    "sgd_step nesterov": lambda p, g, a, b, lr: sgd_step(p, g, a, lr, momentum=0.9, nesterov=True),
    "adagrad_step": lambda p, g, a, b, lr: adagrad_step(p, g, a, lr),
    "rmsprop_step": lambda p, g, a, b, lr: rmsprop_step(p, g, a, lr),
    "adam_step": lambda p, g, a, b, lr: adam_step(p, g, a, b, 3, lr),
    "adamw_step": lambda p, g, a, b, lr: adamw_step(p, g, a, b, 3, lr),
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
    outs = [*sgd_step(f, f, f, wide, momentum=wide, weight_decay=wide, nesterov=True)]
    outs += adagrad_step(f, f, f, wide, eps=wide, weight_decay=wide)
    outs += rmsprop_step(f, f, f, wide, alpha=wide, eps=wide, weight_decay=wide)
    outs += adam_step(f, f, f, f, 1, wide, betas=(wide, wide), eps=wide, weight_decay=wide)
    outs += adamw_step(f, f, f, f, np.int64(1), wide, betas=(wide, wide), eps=wide, weight_decay=wide)
    assert {out.dtype for out in outs} == {np.dtype(np.float32)}


@every_optimiser
def test_the_class_takes_the_step_of_the_function(name: str, rng: np.random.Generator) -> None:
    """With momentum, RMSprop goes further than its function; without, it is the function to the bit."""
    make, how = MAKERS[name]
    p, g = Parameter(rng.normal(size=5)), rng.normal(size=5)
    before, p.grad = p.data.copy(), g
    optimizer = make([p], **{**how, "momentum": 0.0} if make is RMSprop else how)
    state, o = [a.copy() for a in optimizer.state[0]], optimizer
    optimizer.step()
    if isinstance(o, SGD):
        wanted, *_ = sgd_step(before, g, state[0], o.lr, o.momentum, o.weight_decay, o.nesterov)
    elif isinstance(o, Adagrad):
        wanted, *_ = adagrad_step(before, g, state[0], o.lr, o.eps, o.weight_decay)
    elif isinstance(o, RMSprop):
        wanted, *_ = rmsprop_step(before, g, state[0], o.lr, o.alpha, o.eps, o.weight_decay)
    else:
        assert isinstance(o, Adam)
        step = adamw_step if isinstance(o, AdamW) else adam_step
        wanted, *_ = step(before, g, *state, 1, o.lr, o.betas, o.eps, o.weight_decay)
    np.testing.assert_array_equal(p.data, wanted)


def test_adamw_pulls_all_weights_alike_and_adam_does_not() -> None:
    """Two weights of 1, one with gradients a hundred times the other's: the decay alone moves AdamW's apart from Adam's."""
    param, grad, zeros = np.ones(2), np.array([0.01, 1.0]), np.zeros(2)
    bare = adam_step(param, grad, zeros, zeros, 1, lr=0.1)[0]
    np.testing.assert_allclose(bare - adamw_step(param, grad, zeros, zeros, 1, lr=0.1, weight_decay=0.1)[0], 0.01)
    np.testing.assert_allclose(
        bare - adam_step(param, grad, zeros, zeros, 1, lr=0.1, weight_decay=0.1)[0], 0, atol=1e-6
    )


def test_weights_keep_their_dtype_whatever_the_gradient() -> None:
    p = Parameter(np.ones(3, np.float32))
    p.grad = np.ones(3, np.float64)
    optimizer = Adam([p])
    optimizer.step()
    assert {a.dtype for a in (p.data, *optimizer.state[0])} == {np.dtype(np.float32)}


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


@every_optimiser
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_parameter_is_changed_in_pieces_to_the_same_bits(
    name: str, dtype: type, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    make, how = MAKERS[name]
    first, steps = rng.normal(size=(37, 41)).astype(dtype), [rng.normal(size=(37, 41)).astype(dtype) for _ in range(5)]
    whole, pieces = Parameter(first.copy()), Parameter(first.copy())
    walk([whole], make([whole], **how), [[g] for g in steps])
    monkeypatch.setattr("course.optim.optimizer.PIECE", 100)
    pieces.data.setflags(write=False)  # nor does the order in memory matter, or that others hold the array
    walk([pieces], make([pieces], **how), [[np.asfortranarray(g)] for g in steps])
    assert pieces.data.dtype == dtype and pieces.data.shape == (37, 41)
    np.testing.assert_array_equal(pieces.data, whole.data)


P = [Parameter(np.zeros(2))]
A = np.zeros((2, 3))

SENTENCES: dict[str, Callable[[], object]] = {
    "SGD: lr is -0.1; it must be a finite number of at least 0.": lambda: SGD(P, -0.1),
    "SGD: momentum is 1.0, the share that stays; it must be at least 0 and below 1.": lambda: SGD(P, 0.1, momentum=1.0),
    "SGD: momentum is -0.5, the share that stays; it must be at least 0 and below 1.": lambda: SGD(P, momentum=-0.5),
    "SGD: weight_decay is -1; it must be a finite number of at least 0.": lambda: SGD(P, 0.1, weight_decay=-1),
    "SGD: nesterov=True looks ahead along the velocity; it needs a momentum above 0, such as 0.9.": (
        lambda: SGD(P, 0.1, nesterov=True)
    ),
    "Adagrad: lr_decay is -1; it must be a finite number of at least 0.": lambda: Adagrad(P, lr_decay=-1),
    "Adagrad: eps is 'x'; it must be a finite number of at least 0.": lambda: Adagrad(P, eps="x"),  # type: ignore[arg-type]
    "Adagrad: initial_accumulator_value is -2; it must be a finite number of at least 0.": (
        lambda: Adagrad(P, initial_accumulator_value=-2)
    ),
    "RMSprop: alpha is 1, the share that stays; it must be at least 0 and below 1.": lambda: RMSprop(P, alpha=1),
    "RMSprop: lr is nan; it must be a finite number of at least 0.": lambda: RMSprop(P, lr=np.nan),
    "Adam: betas[0] is 1.0, the share that stays; it must be at least 0 and below 1.": lambda: Adam(
        P, betas=(1.0, 0.9)
    ),
    "Adam: betas[1] is -0.1, the share that stays; it must be at least 0 and below 1.": (
        lambda: Adam(P, betas=(0.9, -0.1))
    ),
    "AdamW: eps is -1; it must be a finite number of at least 0.": lambda: AdamW(P, eps=-1),
    "AdamW: weight_decay is -1; it must be a finite number of at least 0.": lambda: AdamW(P, weight_decay=-1),
    "sgd_step: grad has shape (3,), but param has shape (2, 3).": lambda: sgd_step(A, A[0], A, 0.1),
    "sgd_step: velocity has shape (1, 3), but param has shape (2, 3).": lambda: sgd_step(A, A, A[:1], 0.1),
    "adagrad_step: square_sum has shape (3,), but param has shape (2, 3).": lambda: adagrad_step(A, A, A[0], 0.1),
    "rmsprop_step: grad has shape (), but param has shape (2, 3).": lambda: rmsprop_step(A, A[0, 0], A, 0.1),
    "adam_step: v has shape (3,), but param has shape (2, 3).": lambda: adam_step(A, A, A, A[0], 1, 0.1),
    "adamw_step: m has shape (3,), but param has shape (2, 3).": lambda: adamw_step(A, A, A[0], A, 1, 0.1),
    "adam_step: t is 0; it must be a whole number of at least 1.": lambda: adam_step(A, A, A, A, 0, 0.1),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_wrong_arguments_get_a_sentence(sentence: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(sentence)}$"):
        SENTENCES[sentence]()
