"""More pictures out of those there are: each pass over the data sees them moved, turned or lit a little differently.

An augmentation is a function ``(images, rng) -> images`` of a batch (N, C, H, W) of bytes 0-255 or of floats. Given a pair of
images and label maps (N, H, W) instead, it returns such a pair: what moves the pixels moves their labels alike. Bytes stay
bytes (rounded, kept within 0-255), floats stay floats. All chance comes from `rng`, and each image of the batch has its own.
Own functions of this form do as well; `compose` makes one out of several, `functools.partial` sets their numbers:

>>> from functools import partial
>>> import numpy as np
>>> augment = compose(partial(random_shift, pixels=2), partial(random_rotation, degrees=10))
>>> augment(np.zeros((5, 1, 28, 28), np.uint8), np.random.default_rng(0)).shape
(5, 1, 28, 28)

Not every change keeps what a picture shows: each function says which labels it is safe for.
"""

from course.data.augmentation.batch import compose
from course.data.augmentation.colour import pca_colour, principal_colours, random_brightness, random_contrast
from course.data.augmentation.cutout import cutout
from course.data.augmentation.moves import random_crop, random_flip, random_shift
from course.data.augmentation.warps import random_rotation, random_scale

__all__ = [
    "compose",
    "cutout",
    "pca_colour",
    "principal_colours",
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip",
    "random_rotation",
    "random_scale",
    "random_shift",
]
