"""The training loop, plain: everything else in this room is comfort around these lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.data import DataLoader, Dataset
from course.nn import CrossEntropyLoss, Module
from course.optim import Optimizer


class Score(NamedTuple):
    """Mean loss, in nats, and the share of right answers, 0 to 1."""

    loss: float
    accuracy: float


def train(model: Module, loader: DataLoader, optimizer: Optimizer, epochs: int = 1) -> None:
    """Show the network every image `epochs` times, a step downhill after each batch."""
    model.train()
    for _ in range(epochs):
        for images, labels in loader:
            training_step(model, optimizer, images, labels)


def training_step(model: Module, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray) -> Score:
    """Forward, loss, backward, update: one step on one batch, and how the network did before it.

    Parameters
    ----------
    model, optimizer : the optimiser holds the model's parameters
    images : (N, C, H, W) float32
    labels : (N,) integers
    """
    loss = CrossEntropyLoss()
    optimizer.zero_grad()
    logits = model(images)
    value = loss(logits, labels)
    model.backward(loss.backward())
    optimizer.step()
    return Score(value, float((logits.argmax(axis=1) == labels).mean()))


def evaluate(model: Module, dataset: Dataset, batch_size: int = 500) -> Score:
    """Mean loss and accuracy over a data set, in evaluation mode; the mode is put back afterwards."""
    was_training = model.training
    model.eval()
    loss = CrossEntropyLoss()
    total, right = 0.0, 0
    for images, labels in DataLoader(dataset, batch_size):
        logits = model(images)
        total += loss(logits, labels) * len(labels)
        right += int((logits.argmax(axis=1) == labels).sum())
    model.train(was_training)
    return Score(total / len(dataset), right / len(dataset))
