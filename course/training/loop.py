"""The training loop, plain: everything else in this room is comfort around these lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.data import DataLoader, Dataset
from course.nn import CrossEntropyLoss, Loss, Module
from course.optim import Optimizer, clip_grad_norm
from course.training.metrics import Metric, accuracy
from course.training.mode import evaluating


def train(model: Module, loader: DataLoader, optimizer: Optimizer, epochs: int = 1, loss: Loss | None = None) -> None:
    """Show the network every image `epochs` times, a step downhill after each batch."""
    loss = loss or CrossEntropyLoss()
    model.train()
    for _ in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss(model(images), labels)
            model.backward(loss.backward())
            optimizer.step()


class Score(NamedTuple):
    """Mean loss; share of right answers, 0 to 1 (see `accuracy`); and what a metric of one's own says, if there is one."""

    loss: float
    accuracy: float
    metric: float | None = None


def compute_gradients(model: Module, images: np.ndarray, labels: np.ndarray, loss: Loss) -> Score:
    """Forward, loss, backward: add the batch's gradient to that of each parameter, and say how the network did."""
    outputs = model(images)
    value = loss(outputs, labels)
    model.backward_parameters(loss.backward())
    return Score(value, accuracy(outputs, labels))


ComputeGradients = Callable[[Module, np.ndarray, np.ndarray, Loss], Score]
"""`compute_gradients`, or what does the same elsewhere, such as `DataParallel`."""


def training_step(
    model: Module,
    optimizer: Optimizer,
    images: np.ndarray,
    labels: np.ndarray,
    loss: Loss | None = None,
    clip: float | None = None,
    compute: ComputeGradients = compute_gradients,
) -> Score:
    """Forward, loss, backward, update: one step on one batch, and how the network did before it.

    Parameters
    ----------
    model, optimizer : the optimiser holds the model's parameters
    images : (N, C, H, W) float32
    labels : (N,) integers, or whatever the loss takes
    loss : cross-entropy unless another one is given
    clip : the largest norm that the gradient of all parameters together may have; None: any
    compute : where the gradient comes from
    """
    optimizer.zero_grad()
    score = compute(model, images, labels, loss or CrossEntropyLoss())
    if clip is not None:
        clip_grad_norm(optimizer.params, clip)
    optimizer.step()
    return score


def evaluate(
    model: Module, dataset: Dataset, batch_size: int = 500, loss: Loss | None = None, metric: Metric | None = None
) -> Score:
    """How a network does on a data set in evaluation mode; afterwards it is in the mode it was in.

    Parameters
    ----------
    model : the network
    dataset : at least one image
    batch_size : images at a time; loss and metric are means over batches, weighted by their images
    loss : cross-entropy unless another one is given
    metric : called with outputs and labels of each batch, such as `mean_dice`

    Raises
    ------
    ValueError : the data set is empty
    """
    if not len(dataset):
        raise ValueError("evaluate: the data set is empty, and a mean over no images is no number; give it some.")
    loss = loss or CrossEntropyLoss()
    sums = np.zeros(3)
    with evaluating(model):
        for images, labels in DataLoader(dataset, batch_size):
            outputs = model(images)
            scores = loss(outputs, labels), accuracy(outputs, labels), metric(outputs, labels) if metric else 0.0
            sums += np.multiply(scores, len(images))
    total, right, own = (sums / len(dataset)).tolist()
    return Score(total, right, own if metric else None)
