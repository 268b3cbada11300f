"""What `course train` takes for granted: the data sets, what may be done to their images, how long to train, which loss."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from course import models
from course.data import Dataset, brain, cifar10, fashion_mnist, fashion_sample, mnist
from course.data.augmentation import compose, random_crop, random_flip, random_rotation, random_scale, random_shift
from course.data.loader import Augment
from course.nn import CrossEntropyLoss, Loss, MarginLoss, Module
from course.training.metrics import Metric, mean_dice

MODELS = {
    **models.MODELS,
    "fcn_small": models.fcn_small,
    "unet_small": models.unet_small,
    "capsnet_small": models.capsnet_small,
}
"""What can be trained on any of the data sets, by name: functions of seed, input_shape and num_classes."""


class Sets(NamedTuple):
    """What to train on, what to test with in the end, and what to choose the best weights by where chance must not draw it."""

    train: Dataset
    test: Dataset
    validation: Dataset | None = None


class Recipe(NamedTuple):
    """How to train on a data set.

    Attributes
    ----------
    sets : reads the data
    augment : what keeps its labels right
    epochs, batch_size : for a first good result
    """

    sets: Callable[[], Sets]
    augment: Augment
    epochs: int = 3
    batch_size: int = 64


def _two_sets(read: Callable[[bool], Dataset]) -> Sets:
    return Sets(read(True), read(False))


def _brain() -> Sets:
    return Sets(brain("train"), brain("test"), brain("validation"))


_turned_digits = compose(partial(random_shift, pixels=2), partial(random_rotation, degrees=10))
_mirrored_clothes = compose(random_flip, partial(random_shift, pixels=2))
_mirrored_crops = compose(random_flip, partial(random_crop, size=32, padding=4))
_other_heads = compose(partial(random_rotation, degrees=10), random_scale)

RECIPES = {
    "mnist": Recipe(partial(_two_sets, mnist), _turned_digits),
    "fashion_sample": Recipe(partial(_two_sets, fashion_sample), _mirrored_clothes, epochs=10),
    "fashion_mnist": Recipe(partial(_two_sets, fashion_mnist), _mirrored_clothes, epochs=5),
    "cifar10": Recipe(partial(_two_sets, cifar10), _mirrored_crops, epochs=10),
    "brain": Recipe(_brain, _other_heads, epochs=25, batch_size=3),
}


def usual_data(model: str) -> str:
    """The data that a network of this name was made for."""
    return "brain" if model in ("fcn_small", "unet_small") else "mnist"


def check_fit(model: str, data: str, train_set: Dataset) -> None:
    """Raise unless the network gives an answer of the kind that the data asks for: one for an image, or one for each pixel."""
    if (usual_data(model) == "brain") != train_set.has_label_maps:
        what = "names the class of every pixel" if usual_data(model) == "brain" else "gives one answer for an image"
        raise ValueError(f"{model} {what}, which {data} has no labels for; train it with --data {usual_data(model)}.")


def loss_for(network: Module) -> Loss:
    """Cross-entropy of logits; capsules end in lengths, which have a loss of their own."""
    return MarginLoss() if isinstance(network, models.CapsNet) else CrossEntropyLoss()


def metric_for(train_set: Dataset) -> Metric | None:
    """What people ask for besides accuracy."""
    return mean_dice if train_set.has_label_maps else None
