"""Deep Dream: show more of whatever a layer sees in an image."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank
from course.insight._passes import find, gradient_at
from course.nn import Module

SMALLEST = 8  # pixels; below that there is nothing to dream of


def deep_dream(
    model: Module,
    image: np.ndarray,
    layer: str = "",
    octaves: int = 3,
    scale: float = 1.4,
    steps: int = 10,
    lr: float = 0.02,
    seed: int = 0,
) -> np.ndarray:
    """Change an image so that a layer's activations grow: what the layer faintly sees, it sees more of.

    The gradient is that of half the sum of the squared activations, which is the activations themselves: what is strong becomes
    stronger. It starts on a small copy of the image, where patterns are large, and adds what was dreamt there to the next larger
    one. The image is shifted by some pixels before each step, so that no pattern sticks to the grid of the strides.

    Parameters
    ----------
    model : a network that takes images of any size, such as ``model.features``; used in evaluation mode and left as it was
    image : (C, H, W), normalised as the network is used to
    layer : the dotted name of the layer that dreams; the whole network unless given
    octaves, scale : how many sizes, and how much smaller each is than the next
    steps, lr : at each size: how many steps, and how far each changes a pixel on average
    seed : of the shifts

    Returns
    -------
    (C, H, W), in the dtype of the image; may leave its range

    Raises
    ------
    ValueError : an image of another rank, no such layer, or octaves that would make the image smaller than 8 pixels

    References
    ----------
    A. Mordvintsev, C. Olah, M. Tyka, *Inceptionism: going deeper into neural networks*, Google Research blog (2015).

    Examples
    --------
    >>> from course.models import lenet5
    >>> image = np.random.default_rng(0).normal(size=(1, 40, 50)).astype(np.float32)
    >>> deep_dream(lenet5().features, image, layer="3", octaves=2, steps=2).shape
    (1, 40, 50)
    """
    (image,) = floats("deep_dream", image=image)
    rank("deep_dream", "image", image, "C, H, W")
    target = find("deep_dream", model, layer)
    rng = np.random.default_rng(seed)
    sizes = [tuple(round(n / scale**octave) for n in image.shape[1:]) for octave in reversed(range(octaves))]
    if not sizes or min(sizes[0]) < SMALLEST:
        raise ValueError(
            f"deep_dream: {octaves} octaves with scale {scale:g} make {image.shape[1]}x{image.shape[2]} pixels into "
            f"{'none' if not sizes else 'x'.join(map(str, sizes[0]))}; at least 1 octave and {SMALLEST} pixels are needed."
        )
    dreamt = np.zeros((len(image), *sizes[0]), image.dtype)
    for size in sizes:
        seen = _resized(image, size)
        dreamt = _resized(dreamt, size)
        for _ in range(steps):
            down, across = rng.integers(SMALLEST, size=2)
            x = np.roll(seen + dreamt, (down, across), axis=(1, 2))[None]  # (1, C, H, W)
            _, grad_x = gradient_at(model, x, target, lambda out: out)
            dreamt = dreamt + lr * np.roll(grad_x[0], (-down, -across), axis=(1, 2)) / (abs(grad_x).mean() or 1)
    return (image + dreamt).astype(image.dtype)


def _resized(image: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """(C, H, W) -> (C, *size), smoothed before it becomes smaller."""
    from skimage.transform import resize

    if image.shape[1:] == size:
        return image
    smaller = size[0] < image.shape[1]
    return resize(image, (len(image), *size), order=1, mode="edge", anti_aliasing=smaller).astype(image.dtype)
