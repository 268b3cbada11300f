"""Five networks, each broken in one place, and a healthy one: trained here in under a second each, and examined."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from course.data import mnist
from course.nn import CrossEntropyLoss, Dropout, Flatten, Linear, Module, Parameter, ReLU, Sequential
from course.nn.init import kaiming_normal, normal
from course.optim import SGD

NAMES = ("healthy", "A", "B", "C", "D", "E")
IMAGES, HELD_OUT, BATCH, EPOCHS = 500, 500, 50, 20
SIZES = (784, 100, 100, 100, 10)
WOUND = 75  # the step before which one patient is hurt


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    lr : float
        Learning rate of SGD with momentum 0.9.
    std : float or None
        Standard deviation of the first weights; None: as Kaiming He and others say.
    true_labels : bool
        Whether the training images keep their own labels.
    eval_mode : bool
        Whether the network is put into evaluation mode before it is evaluated.
    wound : float
        What is taken from every bias of the hidden layers once, in the middle, as one wild step would.
    """

    lr: float = 0.02
    std: float | None = None
    true_labels: bool = True
    eval_mode: bool = True
    wound: float = 0.0


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured of a network in training.

    Parameters
    ----------
    losses : array, (steps,)
        Loss of each batch.
    training, held_out : arrays, (epochs, 3)
        After each epoch: its number, loss, and share of right answers.
    silent : array, (layers,)
        After training: share of the units of each hidden layer that are 0 for all held-out images.
    spread : array, (layers,)
        Before the first step: standard deviation of each hidden layer's numbers.
    agreement : float
        Share of the held-out images that got the same answer when they were evaluated a second time.
    """

    losses: NDArray[np.float64]
    training: NDArray[np.float64]
    held_out: NDArray[np.float64]
    silent: NDArray[np.float64]
    spread: NDArray[np.float64]
    agreement: float


def recipe(name: str) -> Recipe:
    """Return what is wrong with a patient: the answers of the clinic, so do not read on before you have your own."""
    return {
        "healthy": Recipe(),
        "A": Recipe(eval_mode=False),
        "B": Recipe(lr=0.1),
        "C": Recipe(wound=20.0),
        "D": Recipe(true_labels=False),
        "E": Recipe(std=0.005),
    }[name]


@cache
def patient(name: str, seed: int = 0) -> Record:
    """Train a patient and examine it.

    Parameters
    ----------
    name : str
        Of `NAMES`.
    seed : int
        Of weights, order, dropout, and of wrong labels.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        If there is no such patient.
    """
    if name not in NAMES:
        raise ValueError(f"There is no patient {name!r}; they are {', '.join(NAMES)}.")
    return train(recipe(name), seed)


def train(plan: Recipe, seed: int) -> Record:
    """Train a network as a recipe says, and write down what it does."""
    digits = mnist()
    held_out = digits[IMAGES : IMAGES + HELD_OUT]
    x, labels = digits.normalize(digits.images[:IMAGES]), digits.labels[:IMAGES]
    if not plan.true_labels:
        labels = np.random.default_rng(seed).permutation(labels)
    model, loss = _network(plan, seed), CrossEntropyLoss()
    optimizer = SGD(model.parameters(), lr=plan.lr, momentum=0.9)
    seen = held_out.normalize(held_out.images)
    spread = np.array([float(layer.std()) for layer in _hidden(model, seen)])
    losses: list[float] = []
    training, outside = [], []
    for epoch in range(EPOCHS):
        model.train()
        order = np.random.default_rng([seed, epoch]).permutation(IMAGES)
        for start in range(0, IMAGES, BATCH):
            if len(losses) == WOUND and plan.wound:
                _hurt(model, plan.wound)
            batch = order[start : start + BATCH]
            optimizer.zero_grad()
            losses.append(loss(model(x[batch]), labels[batch]))
            model.backward(loss.backward())
            optimizer.step()
        model.train(not plan.eval_mode)
        training.append((epoch + 1, *_score(model(x), labels)))
        answers = model(seen)
        outside.append((epoch + 1, *_score(answers, held_out.labels)))
    again = model(seen)
    silent = np.array([float((layer.max(axis=0) <= 0).mean()) for layer in _hidden(model, seen)])
    agreement = float((answers.argmax(axis=1) == again.argmax(axis=1)).mean())
    return Record(np.array(losses), np.array(training), np.array(outside), silent, spread, agreement)


def _network(plan: Recipe, seed: int) -> Sequential:
    rng = np.random.default_rng(seed)
    draw = kaiming_normal(nonlinearity="relu", rng=rng) if plan.std is None else normal(plan.std, rng=rng)
    layers: list[Module] = [Flatten()]
    for inputs, outputs in pairwise(SIZES):
        linear = Linear(inputs, outputs, rng=rng)
        linear.weight.data = draw((outputs, inputs))
        linear.bias = Parameter(np.zeros(outputs, np.float32))
        layers += [linear, ReLU(), Dropout(0.2, rng=rng)]
    return Sequential(*layers[:-2])  # the last layer gives logits


def _hurt(model: Sequential, wound: float) -> None:
    for i in range(len(model) - 1):
        layer = model[i]
        if isinstance(layer, Linear) and layer.bias is not None:
            layer.bias.data = layer.bias.data - np.float32(wound)


def _hidden(model: Sequential, x: np.ndarray) -> list[np.ndarray]:
    """What the hidden layers give in evaluation mode, each (N, units)."""
    model.eval()
    found = []
    for i in range(len(model)):
        layer = model[i]
        x = layer(x)
        if isinstance(layer, ReLU):
            found.append(x)
    return found


def _score(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    return float(CrossEntropyLoss()(logits, labels)), float((logits.argmax(axis=1) == labels).mean())
