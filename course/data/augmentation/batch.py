"""What the augmentations have in common: a batch with or without label maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from course.functional._arguments import rank

B = TypeVar("B", bound=np.ndarray | tuple[np.ndarray, np.ndarray])
"""Images (N, C, H, W), or a pair of them and their label maps (N, H, W); what goes in comes out."""


def compose(*steps: Callable[[Any, np.random.Generator], Any]) -> Callable[[B, np.random.Generator], B]:
    """One augmentation out of several, the first one first; all of them draw from one generator.

    Examples
    --------
    >>> from course.data.augmentation import cutout, random_flip
    >>> augment = compose(random_flip, cutout)
    >>> augment(np.ones((2, 1, 9, 9), np.float32), np.random.default_rng(0)).shape
    (2, 1, 9, 9)
    """

    def augment(batch: B, rng: np.random.Generator) -> B:
        for step in steps:
            batch = step(batch, rng)
        return batch

    return augment


def images_of(operation: str, batch: Any, rng: np.random.Generator) -> np.ndarray:
    """The images of a batch, once batch and generator are what they must be.

    Raises
    ------
    ValueError : images that are not bytes or floats (N, C, H, W), label maps that do not fit them, or no generator
    """
    images, masks = batch if isinstance(batch, tuple) else (batch, None)
    images = np.asarray(images)
    rank(operation, "images", images, "N, C, H, W")
    if images.dtype not in (np.uint8, np.float32, np.float64):
        raise ValueError(f"{operation}: images have dtype {images.dtype}; use uint8 (0 to 255), float32 or float64.")
    wanted = (len(images), *images.shape[2:])
    if masks is not None and (np.shape(masks) != wanted or np.asarray(masks).dtype.kind not in "iu"):
        raise ValueError(
            f"{operation}: the label maps are {np.asarray(masks).dtype} {np.shape(masks)}; images of shape {images.shape} "
            f"need integers {wanted}."
        )
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"{operation}: rng is {rng!r}; it must be a generator such as np.random.default_rng(0).")
    return images


def changed(batch: B, images: np.ndarray, masks: Callable[[np.ndarray], np.ndarray] = np.copy) -> B:
    """The new images, with the batch's label maps changed by `masks`, which sees them as (N, 1, H, W), where there are some."""
    if isinstance(batch, tuple):
        return cast(B, (images, masks(np.asarray(batch[1])[:, None])[:, 0]))
    return cast(B, images)


def as_dtype(levels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Float levels as the images had them: bytes are rounded and kept within 0-255."""
    if dtype == np.uint8:
        return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return levels.astype(dtype, copy=False)


def check_fill(operation: str, fill: float, dtype: np.dtype) -> None:
    """Raise where bytes cannot hold the level that new pixels get."""
    if dtype == np.uint8 and (fill != fill or not 0 <= fill <= 255 or fill != int(fill)):
        raise ValueError(f"{operation}: fill is {fill!r}; for uint8 images it must be a whole number from 0 to 255.")


def number(name: str, value: float, least: float, most: float = np.inf) -> float:
    """A finite number within its bounds.

    Examples
    --------
    >>> number("random_flip: p", 2, 0, 1)
    Traceback (most recent call last):
    ValueError: random_flip: p is 2; it must be a number from 0 to 1.
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = np.nan
    if not (least <= found <= most and np.isfinite(found)):
        bounds = f"from {least:g} to {most:g}" if np.isfinite(most) else f"of at least {least:g}"
        raise ValueError(f"{name} is {value!r}; it must be a number {bounds}.")
    return found
