"""Generated pictures of shapes, whose every pixel is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.data.dataset import Dataset, Normalization
from course.functional._arguments import whole

CLASSES = ("disc", "rectangle", "triangle")
NOISE, CONTRAST = 8, 60  # standard deviation of the noise; least difference of grey levels between shape and background


class Shapes(NamedTuple):
    """Pictures with one shape each, and all there is to know about them.

    Attributes
    ----------
    images : uint8 (N, 1, H, W)
    labels : int64 (N,): 0 disc, 1 rectangle, 2 triangle
    masks : int64 (N, H, W): 0 background, 1 disc, 2 rectangle, 3 triangle
    boxes : int64 (N, 4): x0, y0, x1, y1 of the smallest box around the shape; x1 and y1 lie one beyond it, so the box is
        ``image[y0:y1, x0:x1]`` and x1 - x0 pixels wide
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray
    boxes: np.ndarray

    def classification(self) -> Dataset:
        """The images with the name of their shape."""
        return Dataset(self.images, self.labels, CLASSES, Normalization(0.5, 0.25))

    def segmentation(self) -> Dataset:
        """The images with a label for each pixel."""
        return Dataset(self.images, self.masks, ("background", *CLASSES), Normalization(0.5, 0.25))


def shapes(n: int, seed: int = 0, size: int = 32) -> Shapes:
    """Pictures of a disc, a rectangle or a triangle each, of any size, place, angle and brightness, with masks and boxes.

    Shape and background have even grey levels that differ by 60 or more, either way, and noise of standard deviation 8. Each shape
    lies wholly inside the picture. Picture i depends on seed, size and i alone, so 20 pictures begin with the 10 of the same seed;
    another seed gives a test set.

    Parameters
    ----------
    n : pictures
    seed : 0 or more
    size : height and width in pixels, at least 16

    Returns
    -------
    Shapes : images uint8 (n, 1, size, size), labels (n,), masks (n, size, size), boxes (n, 4)

    Raises
    ------
    ValueError : n or seed below 0, size below 16

    Examples
    --------
    >>> few = shapes(4, seed=1)
    >>> few.images.shape, few.labels, few.boxes[0]
    ((4, 1, 32, 32), array([2, 2, 1, 1]), array([14, 17, 25, 28]))
    """
    n, seed = whole("shapes: n", n, least=0), whole("shapes: seed", seed, least=0)
    size = whole("shapes: size", size, least=16)
    images = np.zeros((n, 1, size, size), np.uint8)
    labels, boxes = np.zeros(n, np.int64), np.zeros((n, 4), np.int64)
    masks = np.zeros((n, size, size), np.int64)
    for i in range(n):
        rng = np.random.default_rng((seed, size, i + 1))
        labels[i] = rng.integers(len(CLASSES))
        inside = _draw(CLASSES[labels[i]], rng, size)
        masks[i] = inside * (labels[i] + 1)
        images[i, 0] = _paint(inside, rng)
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        boxes[i] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return Shapes(images, labels, masks, boxes)


def _draw(name: str, rng: np.random.Generator, size: int) -> np.ndarray:
    """Which pixels (size, size) have their centre inside a shape that fits into a circle within the picture."""
    radius = rng.uniform(size / 6, size / 3)
    middle_x, middle_y = rng.uniform(radius, size - 1 - radius, 2)
    y, x = np.mgrid[:size, :size]
    x, y = x - middle_x, y - middle_y
    if name == "disc":
        return x**2 + y**2 <= radius**2
    turn = rng.uniform(0, 2 * np.pi)
    if name == "rectangle":
        half = rng.uniform(np.pi / 7, np.pi / 2 - np.pi / 7)  # its diagonals cross at twice this angle
        corners = turn + np.array([half, np.pi - half, np.pi + half, -half])
    else:
        corners = turn + np.array([0, 2, 4]) * np.pi / 3 + rng.uniform(-0.3, 0.3, 3)
    px, py = radius * np.cos(corners), radius * np.sin(corners)
    qx, qy = np.roll(px, -1), np.roll(py, -1)
    # corners go round the middle one way, so a point inside lies on the same side of every edge from p to q
    sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for ax, ay, bx, by in zip(px, py, qx, qy, strict=True)]
    return np.logical_and.reduce(sides)


def _paint(inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey levels of shape and background, and noise on both: uint8 (size, size)."""
    background, shape = rng.uniform(0, 255, 2)
    while abs(background - shape) < CONTRAST:
        background, shape = rng.uniform(0, 255, 2)
    levels = np.where(inside, shape, background) + rng.normal(0, NOISE, inside.shape)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
