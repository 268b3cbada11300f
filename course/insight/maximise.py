"""The image that a unit answers to most, found by walking uphill from noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.insight._passes import find, gradient_at
from course.nn import Module
from course.vision import gaussian


class Maximised(NamedTuple):
    """What filter maximisation found.

    Attributes
    ----------
    image : float32 (C, H, W), in the units of normalised images
    activations : (steps + 1,), the unit's mean activation before each step and at the end
    """

    image: np.ndarray
    activations: np.ndarray


def maximise(
    model: Module,
    layer: str,
    unit: int,
    input_shape: tuple[int, int, int],
    steps: int = 100,
    lr: float = 0.1,
    decay: float = 0.01,
    blur: float = 0.5,
    blur_every: int = 4,
    seed: int = 0,
) -> Maximised:
    """Change noise, step by step, into an image to which one unit answers more and more.

    Each step goes along the gradient of the unit's mean activation, scaled to a root mean square of 1 so that `lr` means the same
    for every unit. Left alone, this ends in fine noise that fools the network; shrinking the image a little (`decay`) and blurring
    it now and then (`blur`) leaves what is smooth.

    Parameters
    ----------
    model : any network, used in evaluation mode and left as it was
    layer : the dotted name of a layer
    unit : a channel of its map, whose mean is made large, or a feature of its vector
    input_shape : (C, H, W) of the image
    steps : how many
    lr : how far each goes, per pixel, in the units of normalised images
    decay : which share of the image each step takes away
    blur, blur_every : sigma of a Gaussian, in pixels, and how many steps lie between two; a blur of 0 is none
    seed : of the noise

    Returns
    -------
    Maximised : image (C, H, W) and activations (steps + 1,)

    Raises
    ------
    ValueError : no such layer, no such unit, or an image that does not fit

    References
    ----------
    D. Erhan, Y. Bengio, A. Courville, P. Vincent, *Visualizing higher-layer features of a deep network*, University of Montreal
    (2009). J. Yosinski, J. Clune, A. Nguyen, T. Fuchs, H. Lipson, *Understanding neural networks through deep visualization*,
    ICML workshop (2015), for decay and blur.

    Examples
    --------
    >>> from course.models import lenet5
    >>> found = maximise(lenet5(), "features.3", unit=5, input_shape=(1, 28, 28), steps=10)
    >>> found.image.shape, bool(found.activations[-1] > found.activations[0])
    ((1, 28, 28), True)
    """
    target = find("maximise", model, layer)

    def mean_of_unit(out: np.ndarray) -> np.ndarray:
        if not 0 <= unit < out.shape[1]:
            raise ValueError(f"maximise: unit is {unit}, but {layer} has {out.shape[1]}, 0 .. {out.shape[1] - 1}.")
        gradient = np.zeros_like(out)
        gradient[:, unit] = 1 / out[:, unit].size
        return gradient

    x = np.random.default_rng(seed).normal(scale=0.1, size=(1, *input_shape)).astype(np.float32)
    activations = []
    for step in range(steps):
        out, grad_x = gradient_at(model, x, target, mean_of_unit)
        activations.append(out[:, unit].mean())
        size = np.sqrt(np.mean(grad_x**2))
        if size > 0:  # a unit that is off everywhere says nothing about the way
            x = (1 - decay) * x + lr * grad_x / size
        if blur and (step + 1) % blur_every == 0:
            x = gaussian(x, blur)
    activations.append(gradient_at(model, x, target, mean_of_unit)[0][:, unit].mean())
    return Maximised(x[0].astype(np.float32), np.array(activations))
