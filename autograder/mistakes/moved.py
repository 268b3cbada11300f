"""Wrong shift tests with a name: what goes wrong when fn(T(x)) is compared with T(fn(x))."""

from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array

Shape = tuple[int, int]

SHIFT: list[Mistake] = []
wrong = collect(SHIFT)


def roll(image: Array, down: int, across: int) -> Array:
    """Move an image; what leaves comes in again on the other side."""
    return np.roll(image, (down, across), axis=(0, 1))


def gap(
    fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1, back: Any = None, move: Any = roll
) -> Array:
    """Return the differences of fn(T(x)) and T(fn(x)) inside the margin; `back` is how far the map moves."""
    back = (shift[0] // stride, shift[1] // stride) if back is None else back
    difference = fn(move(image, *shift)).astype(float) - move(fn(image), *back)
    H, W = difference.shape
    return np.asarray(difference[margin : H - margin, margin : W - margin])


@wrong(
    "Your result is the largest difference with its sign; a large negative one counts as well: take absolute values."
)
def sign_kept(*args: Any, **kwargs: Any) -> float:
    return float(gap(*args, **kwargs).max())


@wrong("Your result is the mean of the absolute differences; asked for is the largest.")
def mean_difference(*args: Any, **kwargs: Any) -> float:
    return float(np.abs(gap(*args, **kwargs)).mean())


@wrong("Your result is the root mean square of the differences; asked for is the largest absolute one.")
def root_mean_square(*args: Any, **kwargs: Any) -> float:
    return float(np.sqrt((gap(*args, **kwargs) ** 2).mean()))


@wrong("Your result is the sum of the absolute differences; asked for is the largest.")
def sum_of_differences(*args: Any, **kwargs: Any) -> float:
    return float(np.abs(gap(*args, **kwargs)).sum())


@wrong("Your function says whether the two maps are equal; asked for is by how much they differ.")
def only_yes_or_no(*args: Any, **kwargs: Any) -> bool:
    return bool(np.abs(gap(*args, **kwargs)).max() < 1e-9)


@wrong("Your function compares fn(T(x)) with fn(x): that is invariance; for equivariance the map fn(x) is moved too.")
def invariance_instead(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, margin, stride, (0, 0))).max())


@wrong("Your function moves the map the opposite way of the image; T is the same on both sides.")
def moved_back(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, margin, stride, (-shift[0] // stride, -shift[1] // stride))).max())


@wrong("Your function takes the shift as (across, down) for one of the two; it is (down, across) for both.")
def shift_pair_swapped(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, margin, stride, (shift[1] // stride, shift[0] // stride))).max())


@wrong("Your function takes the shift as (across, down); it is (down, across): rows first.")
def across_first(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift[::-1], margin, stride)).max())


@wrong("Your function fills with zeros where the image has left; here it comes in again on the other side (np.roll).")
def fills_with_zeros(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    def move(array: Array, down: int, across: int) -> Array:
        kept = np.ones(array.shape, bool)
        kept[: max(down, 0)] = kept[:, : max(across, 0)] = False
        if down < 0:
            kept[down:] = False
        if across < 0:
            kept[:, across:] = False
        return np.where(kept, roll(array, down, across), 0).astype(array.dtype)

    return float(np.abs(gap(fn, image, shift, margin, stride, move=move)).max())


@wrong("Your result counts the border too: the margin is not used.")
def margin_ignored(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, 0, stride)).max())


@wrong("Your function leaves out the margin at the top and on the left only; it goes along all four sides.")
def margin_top_and_left_only(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, 0, stride)[margin:, margin:]).max())


@wrong("Your function moves the map as far as the image; behind a stride it moves by shift // stride.")
def stride_ignored(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    return float(np.abs(gap(fn, image, shift, margin, 1)).max())


@wrong("Your function subtracts whole numbers of 8 bits, where 3 - 5 is 254; make floats of the maps first.")
def wraps_around(fn: Function, image: Array, shift: Shape, margin: int = 0, stride: int = 1) -> float:
    difference = fn(roll(image, *shift)) - roll(fn(image), shift[0] // stride, shift[1] // stride)
    H, W = difference.shape
    return float(np.abs(difference[margin : H - margin, margin : W - margin]).max())
