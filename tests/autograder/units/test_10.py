"""Unit 10: right answers in other styles get all points; partly right ones get theirs."""

import warnings
from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find
from course import functional as F
from course import optim

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function, seed=1234, hidden=True):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=seed, hidden=hidden)


def sgd_in_torch(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):
    torch = pytest.importorskip("torch")
    p = torch.nn.Parameter(torch.from_numpy(param.copy()))
    p.grad = torch.from_numpy(grad.copy())
    # Without momentum PyTorch keeps no velocity: the smallest momentum of all stands for none.
    optimizer = torch.optim.SGD([p], lr, momentum=momentum or 1e-300, weight_decay=weight_decay)
    optimizer.state[p]["momentum_buffer"] = torch.from_numpy(velocity.copy())
    optimizer.step()
    return p.detach().numpy(), optimizer.state[p]["momentum_buffer"].numpy()


def sgd_with_noise(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):
    print("a step")
    warnings.warn("costs nothing", stacklevel=1)
    new = np.asfortranarray(velocity * momentum)
    new += grad
    new += param * weight_decay
    return np.asfortranarray(param - new * lr), new


def rmsprop_by_elements(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):
    kept = np.empty_like(square_avg)
    new = np.empty_like(param)
    for i, g in np.ndenumerate(grad):
        kept[i] = square_avg[i] + (1 - alpha) * (g * g - square_avg[i])
        new[i] = param[i] - lr * g / (kept[i] ** 0.5 + eps)
    return new, kept


def adam_as_in_the_paper(param, grad, m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
    """Kingma and Ba's faster order of operations, with the eps that belongs to it."""
    m, v = m + (1 - betas[0]) * (grad - m), v + (1 - betas[1]) * (grad * grad - v)
    root = (1 - betas[1] ** t) ** 0.5
    return param - lr * root / (1 - betas[0] ** t) * m / (np.sqrt(v) + eps * root), m, v


def loop_with_an_optimiser(
    x, labels, x_held, labels_held, weight, bias, orders, batch_size, lr, momentum=0.0, patience=None
):
    from course.nn import CrossEntropyLoss, Linear

    layer, loss = Linear(weight.shape[1], weight.shape[0]), CrossEntropyLoss()
    layer.weight.data, layer.bias.data = weight.copy(), bias.copy()
    optimizer = optim.SGD(layer.parameters(), lr, momentum)
    rows, held = [], []
    for order in orders.tolist():
        total = 0
        while order:
            batch, order = order[:batch_size], order[batch_size:]
            optimizer.zero_grad()
            total += loss(layer(x[batch]), labels[batch]) * len(batch)
            layer.backward(loss.backward())
            optimizer.step()
        held.append(loss(layer(x_held), labels_held))
        rows.append([total / len(x), held[-1]])
        if held[-1] == min(held) and held.count(held[-1]) == 1:
            best = [layer.weight.data.copy(), layer.bias.data.copy()]
        if patience and len(held) - int(np.argmin(held)) > patience:
            break
    return *best, np.array(rows)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("sgd_step", sgd_in_torch),
        ("sgd_step", sgd_with_noise),
        ("sgd_step", optim.sgd_step),
        ("rmsprop_step", rmsprop_by_elements),
        ("rmsprop_step", optim.rmsprop_step),
        ("adam_step", adam_as_in_the_paper),
        ("adam_step", optim.adam_step),
        ("train_loop", loop_with_an_optimiser),
        ("clinic", lambda: {key: np.int64(value) for key, value in find("clinic")[0].oracle().items()}),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text


def test_a_loop_without_the_best_keeps_the_points_of_the_rest():
    def all_but_the_best(
        x, labels, x_held, labels_held, weight, bias, orders, batch_size, lr, momentum=0.0, patience=None
    ):
        u, c = 0.0, 0.0
        rows = []
        for order in orders:
            for i in range(0, len(order), batch_size):
                b = order[i : i + batch_size]
                g = F.cross_entropy_backward(x[b] @ weight.T + bias, labels[b])
                u, c = momentum * u + g.T @ x[b], momentum * c + g.sum(axis=0)
                weight, bias = weight - lr * u, bias - lr * c
            rows.append((0.0, 0.0))
        return weight, bias, np.array(rows)

    report = checked("train_loop", all_but_the_best)
    assert report.score == 3.5  # one step, batches, momentum


def test_one_diagnosis_gives_one_point_and_a_wrong_one_is_answered():
    right = find("clinic")[0].oracle()
    assert checked("clinic", lambda: {"A": right["A"]}).score == 1
    report = checked("clinic", lambda: right | {"C": 5})
    assert report.score == 4
    assert report.mistakes == ("C_high_rate",)
