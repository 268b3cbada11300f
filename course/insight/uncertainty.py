"""How sure a network is: many passes with dropout switched on, and how far they disagree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.functional import softmax
from course.insight._passes import untouched
from course.nn import Module, enable_dropout


class Uncertainty(NamedTuple):
    """What the passes say together; one number for each image (N,), or for each pixel (N, H, W).

    Attributes
    ----------
    mean : the mean probabilities, (N, classes) or (N, classes, H, W)
    entropy : of the mean probabilities, in nats: 0 is sure, log(classes) knows nothing
    mutual_information : the part of the entropy that comes from the passes' disagreement, in nats; the rest is there in each pass
    """

    mean: np.ndarray
    entropy: np.ndarray
    mutual_information: np.ndarray


def uncertainty(model: Module, x: np.ndarray, samples: int = 50, seed: int = 0) -> Uncertainty:
    """Ask a network with dropout several times, each time with other numbers dropped (Monte-Carlo dropout).

    Where all passes are undecided alike, an image is ambiguous (entropy without mutual information); where each is sure of
    something else, the network does not know such images (mutual information).

    Parameters
    ----------
    model : a classifier with at least one dropout layer; these work as in training, all else as in use; it is left as it was
    x : (N, ...) images
    samples : passes
    seed : of what is dropped; the same seed, the same answer

    Returns
    -------
    Uncertainty : mean, entropy, mutual_information, float64

    Raises
    ------
    ValueError : a network without dropout, or no passes

    References
    ----------
    Y. Gal, Z. Ghahramani, *Dropout as a Bayesian approximation: representing model uncertainty in deep learning*, ICML 2016.
    N. Houlsby, F. Huszar, Z. Ghahramani, M. Lengyel, *Bayesian active learning for classification and preference learning*,
    arXiv:1112.5745 (2011), for the mutual information.

    Examples
    --------
    >>> from course.nn import Dropout, Linear, Sequential
    >>> model = Sequential(Dropout(0.5), Linear(1, 2))
    >>> model[1].weight.data, model[1].bias.data = np.array([[20.0], [-20.0]]), np.array([-20.0, 20.0])
    >>> doubt = uncertainty(model, np.array([[1.0]]), samples=400)  # kept, 1 becomes 2: class 0; dropped: class 1
    >>> doubt.mean.round(1), doubt.entropy.round(2), doubt.mutual_information.round(2)  # all doubt is disagreement: log(2)
    (array([[0.5, 0.5]]), array([0.69]), array([0.69]))
    """
    if samples < 1:
        raise ValueError(f"uncertainty: samples is {samples}; at least one pass is needed.")
    passes = []
    with untouched(model, training=None):
        enable_dropout(model)
        if not any(layer.training for _, layer in model.leaves()):
            raise ValueError(
                f"uncertainty: {type(model).__name__} has no dropout layer, so every pass would be the same; add a Dropout."
            )
        for i, (_, generator) in enumerate(model.named_generators()):
            kind = type(generator.bit_generator)
            generator.bit_generator.state = kind(np.random.SeedSequence((seed, i))).state
        for _ in range(samples):
            logits = np.asarray(model(x), np.float64)
            passes.append(softmax(np.moveaxis(logits, 1, -1)))  # (N, ..., classes)
    probabilities = np.stack(passes)
    mean = probabilities.mean(axis=0)
    entropy = _entropy(mean)
    disagreement = entropy - _entropy(probabilities).mean(axis=0)
    return Uncertainty(np.moveaxis(mean, -1, 1), entropy, np.maximum(disagreement, 0))  # below 0 only by rounding


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    """-sum p log p over the last axis, in nats; 0 log 0 is 0."""
    logs = np.log(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    return -(probabilities * logs).sum(axis=-1)
