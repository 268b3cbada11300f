"""Padding: a border of zeros, of repeated edges or of mirrored pixels around an image, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.functional._arguments import floats, whole_numbers

Padding = int | str | tuple[int, ...]
MODES = ("zeros", "replicate", "reflect")


def pad2d(image: np.ndarray, padding: int | tuple[int, ...], mode: str = "zeros") -> np.ndarray:
    """Put a border around an image, or around every image of a batch.

    Three ways to treat the edge of an image have names in the lectures: *zero* is ``mode="zeros"``, *extend* is
    ``mode="replicate"``, *crop* is no padding at all.

    Parameters
    ----------
    image : (H, W) or (..., H, W); NaN is copied like any number
    padding : pixels to add: an int, a pair (h, w), or four (top, bottom, left, right)
    mode : "zeros"; "replicate", which repeats the pixel at the edge; or "reflect", which mirrors the image at that pixel
        without repeating it

    Returns
    -------
    (..., top + H + bottom, left + W + right)

    Raises
    ------
    ValueError : fewer than two axes, a wrong dtype, a negative padding, an unknown mode, or more mirrored pixels than there are

    Examples
    --------
    >>> row = np.array([[1, 2, 3]])
    >>> pad2d(row, (0, 2), "zeros"), pad2d(row, (0, 2), "replicate"), pad2d(row, (0, 2), "reflect")
    (array([[0., 0., 1., 2., 3., 0., 0.]]),
     array([[1., 1., 1., 2., 3., 3., 3.]]),
     array([[3., 2., 1., 2., 3., 2., 1.]]))
    """
    (image,) = floats("pad2d", image=image)
    _two_axes("pad2d", "image", image)
    border = read_border("pad2d: padding", padding)
    check_border("pad2d", "mode", image.shape[-2:], border, mode)
    return pad(image, border, mode) if any(border) else image.copy()


def pad2d_backward(grad_out: np.ndarray, padding: int | tuple[int, ...], mode: str = "zeros") -> np.ndarray:
    """Hand the gradient of a padded image back: what a border pixel was copied from gets the border pixel's share as well.

    Parameters
    ----------
    grad_out : (..., top + H + bottom, left + W + right), the gradient of the loss with respect to the padded image
    padding, mode : as they went into `pad2d`

    Returns
    -------
    grad_image (..., H, W)

    Raises
    ------
    ValueError : as `pad2d`, or a `grad_out` that is smaller than its border

    Examples
    --------
    >>> grad_out = np.array([[1, 2, 3, 4, 5]])
    >>> pad2d_backward(grad_out, (0, 1), "zeros"), pad2d_backward(grad_out, (0, 1), "replicate")
    (array([[2., 3., 4.]]), array([[3., 3., 9.]]))
    """
    (grad_out,) = floats("pad2d_backward", grad_out=grad_out)
    _two_axes("pad2d_backward", "grad_out", grad_out)
    border = read_border("pad2d_backward: padding", padding)
    top, bottom, left, right = border
    H, W = grad_out.shape[-2] - top - bottom, grad_out.shape[-1] - left - right
    if min(H, W) < 0:
        raise ValueError(
            f"pad2d_backward: grad_out has shape {grad_out.shape}, which is smaller than the border "
            f"(top, bottom, left, right) = {border}; it needs the shape of the padded image."
        )
    check_border("pad2d_backward", "mode", (H, W), border, mode)
    return unpad(grad_out.copy(), border, mode).copy()


def pad(images: np.ndarray, border: tuple[int, ...], mode: str) -> np.ndarray:
    """Checked images (..., H, W) with their border; without one, the images themselves."""
    if not any(border):
        return images
    top, bottom, left, right = border
    *lead, H, W = images.shape
    padded = np.zeros((*lead, top + H + bottom, left + W + right), images.dtype)
    padded[..., top : top + H, left : left + W] = images
    # columns first, then whole rows: so the corners are copied from columns that are there already
    for place, source in _copies(W, left, right, mode):
        padded[..., place] = padded[..., source]
    for place, source in _copies(H, top, bottom, mode):
        padded[..., place, :] = padded[..., source, :]
    return padded


def unpad(padded: np.ndarray, border: tuple[int, ...], mode: str) -> np.ndarray:
    """The transpose of `pad`: its copies in reverse order, each added back. Writes into `padded` and returns a part of it."""
    top, bottom, left, right = border
    H, W = padded.shape[-2] - top - bottom, padded.shape[-1] - left - right
    for place, source in _copies(H, top, bottom, mode):
        padded[..., source, :] += padded[..., place, :]
    for place, source in _copies(W, left, right, mode):
        padded[..., source] += padded[..., place]
    return padded[..., top : top + H, left : left + W]


def _copies(n: int, before: int, after: int, mode: str) -> Iterator[tuple[int, int]]:
    """Along one axis of the padded image: each place in the border, and the place inside that it is copied from."""
    if mode == "zeros":
        return
    first, last = before, before + n - 1
    for d in range(1, before + 1):
        yield first - d, first + d * (mode == "reflect")
    for d in range(1, after + 1):
        yield last + d, last - d * (mode == "reflect")


def read_border(name: str, padding: Any, expected: str = "") -> tuple[int, int, int, int]:
    """An int, a pair (h, w) or four numbers as (top, bottom, left, right), each at least 0; `expected` is what else would do."""
    given = padding if isinstance(padding, (tuple, list, np.ndarray)) else (padding,)
    match whole_numbers(given, least=0):
        case [p]:
            return p, p, p, p
        case [h, w]:
            return h, h, w, w
        case [top, bottom, left, right]:
            return top, bottom, left, right
    raise ValueError(
        f"{name} is {padding!r}; it must be {expected}a whole number of at least 0, a pair (h, w) "
        f"or four (top, bottom, left, right) of them."
    )


def check_mode(operation: str, name: str, mode: str) -> None:
    """Raise unless `mode`, the argument `name`, is one of the three."""
    if mode not in MODES:
        raise ValueError(f'{operation}: {name} is {mode!r}; it must be "zeros", "replicate" or "reflect".')


def check_border(operation: str, name: str, size: tuple[int, ...], border: tuple[int, ...], mode: str) -> None:
    """Raise unless `mode` is known and finds enough pixels in an image (or a signal) of `size` to make the border of."""
    check_mode(operation, name, mode)
    if mode == "zeros":
        return
    for axis, n in enumerate(size):
        most, pixels = max(border[2 * axis : 2 * axis + 2]), n - (mode == "reflect")
        if most > 0 and (n < 1 or (mode == "reflect" and most > pixels)):
            along = "long" if len(size) == 1 else ("high", "wide")[axis]
            raise ValueError(
                f"{operation}: {name}={mode!r} cannot make a border of {most} from an input that is {n} {along} "
                f"(at most {max(0, pixels)}); use less padding or another {name}."
            )


def _two_axes(operation: str, name: str, array: np.ndarray) -> None:
    if array.ndim < 2:
        raise ValueError(f"{operation}: {name} has shape {array.shape}; it needs at least 2 axes, (H, W).")
