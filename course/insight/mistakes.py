"""The mistakes a classifier is surest of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.data import DataLoader, Dataset
from course.functional import softmax
from course.insight._passes import untouched
from course.nn import Module


@dataclass(frozen=True)
class Mistake:
    """An image that was taken for something else.

    Attributes
    ----------
    index : which image of the data set
    label, prediction : its class, and the one it was taken for
    loss : minus the logarithm of the probability that was left to its class, in nats
    confidence : the probability of the class it was taken for
    """

    index: int
    label: int
    prediction: int
    loss: float
    confidence: float


def worst_mistakes(model: Module, dataset: Dataset, n: int = 12, batch_size: int = 500) -> list[Mistake]:
    """The wrong answers with the largest loss: where the network was sure, and not right.

    Half of them usually tell about the network, the other half about the labels.

    Parameters
    ----------
    model : a classifier, used in evaluation mode and left as it was
    dataset : images with their labels
    n : how many at most
    batch_size : images at a time

    Returns
    -------
    list of Mistake, the worst first; equal ones in the order of the data set
    """
    found = []
    with untouched(model):
        for start, (images, labels) in enumerate(DataLoader(dataset, batch_size)):
            logits = np.asarray(model(images), np.float64)
            probabilities, predictions = softmax(logits), logits.argmax(axis=1)
            largest = logits.max(axis=1)
            # log(sum(exp(z))) - z[label], so that a probability that rounds to 0 has a finite loss
            losses = (
                largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1)) - logits[np.arange(len(labels)), labels]
            )
            for i in np.flatnonzero(predictions != labels):
                numbers = losses[i], probabilities[i, predictions[i]]
                found.append(
                    Mistake(start * batch_size + int(i), int(labels[i]), int(predictions[i]), *map(float, numbers))
                )
    return sorted(found, key=lambda mistake: -mistake.loss)[:n]
