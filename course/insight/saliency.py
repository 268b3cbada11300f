"""Which pixels a network's answer hangs on: by the gradient, and by covering them."""

from __future__ import annotations

import numpy as np

from course.functional import softmax
from course.functional._arguments import Pair, floats, pair, rank
from course.insight._passes import gradient_at, untouched
from course.nn import Module

Labels = int | np.ndarray | None


def saliency(model: Module, x: np.ndarray, labels: Labels = None) -> np.ndarray:
    """How fast the score of a class changes with each pixel: the largest absolute gradient over the channels.

    The score is the logit, not the probability, which could also rise because other classes fall. The map answers "which pixel,
    changed a little, changes the score most", and not "which pixels show the thing".

    Parameters
    ----------
    model : a classifier, used in evaluation mode and left as it was
    x : (N, C, H, W) images
    labels : the class for all images, or one for each, (N,); each image's most likely class unless given

    Returns
    -------
    (N, H, W)

    Raises
    ------
    ValueError : an input of another rank, or a label out of range

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks: visualising image classification models and
    saliency maps*, arXiv:1312.6034 (2013), section 3.

    Examples
    --------
    >>> from course.nn import Flatten, Linear, Sequential
    >>> model = Sequential(Flatten(), Linear(4, 2))
    >>> model[1].weight.data = np.array([[1.0, 0.0, -3.0, 0.5], [0.0, 0.0, 0.0, 2.0]])
    >>> saliency(model, np.zeros((1, 1, 2, 2)), labels=0)[0]
    array([[1. , 0. ],
           [3. , 0.5]])
    """
    x, labels = _images_and_labels("saliency", x, labels)

    def score(logits: np.ndarray) -> np.ndarray:
        return _one_hot("saliency", logits, labels)

    _, grad_x = gradient_at(model, x, model, score)
    return abs(grad_x).max(axis=1)  # (N, C, H, W) -> (N, H, W)


def occlusion(
    model: Module, x: np.ndarray, labels: Labels = None, size: Pair = 4, stride: Pair = 2, value: float = 0.0
) -> np.ndarray:
    """Cover one square of the image after another, and see how much of the class's probability is lost.

    Slower than `saliency`, one forward pass for each position, and easier to believe: it tries what it claims. But a grey square
    is something that the network has never seen, too.

    Parameters
    ----------
    model : a classifier, used in evaluation mode and left as it was
    x : (N, C, H, W) images
    labels : as in `saliency`
    size, stride : int or pair (h, w): of the square, and from one to the next, in pixels
    value : what covered pixels become, in all channels; 0 is the mean where images are normalised

    Returns
    -------
    (N, H_out, W_out) with H_out = floor((H - size) / stride) + 1: probability before minus after, -1 to 1

    Raises
    ------
    ValueError : as `saliency`, or a square larger than the image

    References
    ----------
    M. D. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014, section 4.2.
    """
    x, labels = _images_and_labels("occlusion", x, labels)
    (h, w), (sH, sW) = pair("occlusion: size", size, least=1), pair("occlusion: stride", stride, least=1)
    N, _, H, W = x.shape
    if h > H or w > W:
        raise ValueError(f"occlusion: a square of {h}x{w} is larger than the image of {H}x{W}; use a smaller size.")
    with untouched(model):
        logits = model(x)
        chosen = _one_hot("occlusion", logits, labels)
        before = (softmax(logits) * chosen).sum(axis=1)
        lost = np.empty((N, (H - h) // sH + 1, (W - w) // sW + 1), x.dtype)
        for i, j in np.ndindex(lost.shape[1:]):
            covered = x.copy()
            covered[:, :, i * sH : i * sH + h, j * sW : j * sW + w] = value
            lost[:, i, j] = before - (softmax(model(covered)) * chosen).sum(axis=1)
    return lost


def _images_and_labels(operation: str, x: np.ndarray, labels: Labels) -> tuple[np.ndarray, np.ndarray | None]:
    (x,) = floats(operation, x=x)
    rank(operation, "x", x, "N, C, H, W")
    if labels is None:
        return x, None
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.shape not in ((), (len(x),)):
        raise ValueError(
            f"{operation}: labels have shape {labels.shape} and dtype {labels.dtype}; they must be one integer, "
            f"or one for each of {len(x)} images."
        )
    return x, np.broadcast_to(labels, len(x))


def _one_hot(operation: str, logits: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """1 at the class of each image, else 0."""
    chosen = logits.argmax(axis=1) if labels is None else labels
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < logits.shape[1]:
        raise ValueError(
            f"{operation}: labels run from {chosen.min()} to {chosen.max()}, but there are {logits.shape[1]} classes, "
            f"0 .. {logits.shape[1] - 1}."
        )
    return np.eye(logits.shape[1], dtype=logits.dtype)[chosen]
