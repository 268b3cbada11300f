"""What the dashboard shows at one moment."""

from dataclasses import dataclass, field

import numpy as np

from course.insight import activations
from course.nn import Module
from course.training.background import Step

POINTS = 160  # of a curve: more would cost bytes and show nothing


@dataclass(frozen=True)
class Curve:
    """One network's training so far.

    Parameters
    ----------
    name : str
        What it is called.
    steps : array, (n, 3)
        Epochs done, loss and accuracy, each point a mean over neighbouring steps; n is at most `POINTS`.
    held_out : array, (epochs, 3)
        The same after each epoch, on images that are not trained on.
    """

    name: str
    steps: np.ndarray
    held_out: np.ndarray


@dataclass(frozen=True)
class View:
    """One image's way through a network.

    Parameters
    ----------
    filters : array, (C_out, C, kH, kW)
        Weights of the first convolution.
    maps : array, (C_out, H, W)
        What it makes of the image.
    image : array, (C, H, W)
        The image.
    probabilities : array, (classes,)
        The answer.
    classes : list of str
        Their names.
    label : int
        The right answer.
    """

    filters: np.ndarray
    maps: np.ndarray
    image: np.ndarray
    probabilities: np.ndarray
    classes: list[str]
    label: int


@dataclass(frozen=True)
class DashboardState:
    """Everything that is drawn.

    Parameters
    ----------
    curves : list of Curve
        One for each network; the one that trains now is `present`.
    present : int
        Its number.
    epochs : int
        How many it shall train.
    sentence : str
        What is going on, in words.
    view : View or None
        What the present network does with an image.
    """

    curves: list[Curve]
    present: int
    epochs: int
    sentence: str
    view: View | None = field(default=None)


def make_curve(name: str, steps: list[Step], history: list[dict[str, float]]) -> Curve:
    """Thin a run's steps to a curve.

    Parameters
    ----------
    name : str
        What the network is called.
    steps : list of Step
        All of them.
    history : list of dict
        The trainer's lines, one for each epoch.

    Returns
    -------
    Curve
    """
    table = np.array([step[:3] for step in steps], dtype=float).reshape(-1, 3)
    if len(table) > POINTS:
        table = np.array([part.mean(axis=0) for part in np.array_split(table, POINTS)])
    ends = [(line["epoch"], line["held_out_loss"], line["held_out_accuracy"]) for line in history]
    return Curve(name, table, np.array(ends, dtype=float).reshape(-1, 3))


def look(model: Module, x: np.ndarray, image: np.ndarray, classes: list[str], label: int) -> View | None:
    """Send one image through a network.

    Parameters
    ----------
    model : Module
        Any classifier; it is left as it was.
    x : array, (1, C, H, W)
        The image as the network wants it.
    image : array, (C, H, W)
        The image as it is shown.
    classes : list of str
        Names of the classes.
    label : int
        The right one.

    Returns
    -------
    View or None
        None where the network has no convolution.
    """
    first = next((name for name, p in model.named_parameters() if name.endswith("weight") and len(p.shape) == 4), None)
    if first is None:
        return None
    layer = first.removesuffix(".weight")
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges says so itself
        found = activations(model, x, [layer, ""])  # "" is the network itself: its output are the logits
    logits = found[""][0].astype(float)
    shares = np.exp(logits - logits.max())
    weight = dict(model.named_parameters())[first].data
    return View(weight.copy(), found[layer][0], image, shares / shares.sum(), classes, label)
