"""Unit 03: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.exercise import Function, Mistake, collect
from autograder.mistakes.moved import SHIFT
from autograder.mistakes.unshared import LOCAL
from autograder.oracles import Array

MISTAKES: dict[str, list[Mistake]] = {"locally_connected2d": LOCAL, "equivariance_error": SHIFT}
Shape = tuple[int, int]

# parameter_counts


def counts(image: Shape, kernel: Shape) -> tuple[int, int, int]:
    """Count what most mistakes need: numbers of the image, of the kernel, of the output."""
    return image[0] * image[1], kernel[0] * kernel[1], (image[0] - kernel[0] + 1) * (image[1] - kernel[1] + 1)


def three(inputs: int, taps: int, outputs: int) -> dict[str, int]:
    """Count right, once these three numbers are."""
    return {"dense": outputs * (inputs + 1), "local": outputs * (taps + 1), "shared": taps + 1}


def instead(image: Shape, kernel: Shape, kind: str, value: Function) -> dict[str, int]:
    """Count right but for one of the three."""
    numbers = counts(image, kernel)
    return three(*numbers) | {kind: value(*numbers)}


def one_short(image: Shape, kernel: Shape) -> dict[str, int]:
    """Leave out the + 1 of the output's size."""
    inputs, taps, _ = counts(image, kernel)
    return three(inputs, taps, (image[0] - kernel[0]) * (image[1] - kernel[1]))


MISTAKES["parameter_counts"] = [
    Mistake(name, diagnosis, function)
    for name, diagnosis, function in [
        (
            "bias_missing",
            "The biases are not counted: one for each output, and a single one where the kernel is shared.",
            lambda i, k: {
                key: value - (1 if key == "shared" else counts(i, k)[2]) for key, value in three(*counts(i, k)).items()
            },
        ),
        (
            "output_as_large_as_the_image",
            "Your counts have an output for every pixel of the image; without padding a window fits in fewer places.",
            lambda i, k: three(i[0] * i[1], k[0] * k[1], i[0] * i[1]),
        ),
        (
            "output_one_short",
            "Your output has a row and a column too few: a window of 5 fits into 28 pixels at 28 - 5 + 1 places.",
            one_short,
        ),
        (
            "first_size_for_both",
            "Your counts take the kernel's height for its width too; kH and kW may differ.",
            lambda i, k: three(i[0] * i[1], k[0] ** 2, (i[0] - k[0] + 1) * (i[1] - k[0] + 1)),
        ),
        (
            "dense_with_one_bias",
            "Your dense layer has a single bias; every output has its own.",
            lambda i, k: instead(i, k, "dense", lambda n, taps, out: n * out + 1),
        ),
        (
            "dense_adds_sizes",
            "Your dense layer adds inputs and outputs; it has a weight for every pair of them.",
            lambda i, k: instead(i, k, "dense", lambda n, taps, out: n + 2 * out),
        ),
        (
            "dense_through_windows",
            "Your dense layer sees windows; each of its outputs sees every pixel.",
            lambda i, k: instead(i, k, "dense", lambda n, taps, out: out * (taps + 1)),
        ),
        (
            "local_with_one_bias",
            "Your locally connected layer has a single bias; nothing is shared there, so every output has its own.",
            lambda i, k: instead(i, k, "local", lambda n, taps, out: out * taps + 1),
        ),
        (
            "local_is_shared",
            "Your locally connected layer has one kernel; every output has a kernel of its own.",
            lambda i, k: instead(i, k, "local", lambda n, taps, out: taps + 1),
        ),
        (
            "shared_with_a_bias_per_place",
            "Your shared layer has a bias at every place; the bias is shared as the kernel is.",
            lambda i, k: instead(i, k, "shared", lambda n, taps, out: taps + out),
        ),
        (
            "shared_counts_products",
            "Your shared layer counts its weights again at every place: these are its products, not its parameters.",
            lambda i, k: instead(i, k, "shared", lambda n, taps, out: out * taps + 1),
        ),
    ]
]

# find_template

SEARCH: list[Mistake] = []
MISTAKES["find_template"] = SEARCH
wrong = collect(SEARCH)


def scores(image: Array, template: Array, level: float | None = None) -> Array:
    """Return the map of sums of products with the template, less its mean."""
    kernel = template - (template.mean() if level is None else level)
    return np.einsum("ijuv,uv->ij", sliding_window_view(image.astype(float), template.shape), kernel)


def best(found: Array, row: int = 0, column: int = 0) -> dict[str, Any]:
    """Return the largest number of a map and its place, moved by (row, column)."""
    h, w = np.unravel_index(found.argmax(), found.shape)
    return {"score": float(found.max()), "row": int(h) + row, "column": int(w) + column}


@wrong("Your template still has its mean: then the brightest spot wins. Subtract template.mean() first.")
def mean_kept(image: Array, template: Array) -> dict[str, Any]:
    return best(scores(image, template, level=0))


@wrong("Your result equals the one with the template flipped; it is laid on the image as it is.")
def template_flipped(image: Array, template: Array) -> dict[str, Any]:
    return best(scores(image, template[::-1, ::-1]))


@wrong("Your score takes the largest absolute value; a strongly negative sum is the template's opposite, not a match.")
def absolute_score(image: Array, template: Array) -> dict[str, Any]:
    return best(np.abs(scores(image, template)))


@wrong("Your score is the mean of the products; it is their sum.")
def mean_score(image: Array, template: Array) -> dict[str, Any]:
    return best(scores(image, template) / template.size)


@wrong("Your place is the middle of the window; asked for is its upper left corner.")
def middle_of_the_window(image: Array, template: Array) -> dict[str, Any]:
    return best(scores(image, template), template.shape[0] // 2, template.shape[1] // 2)


@wrong("Your row and column are exchanged: rows are counted downwards.")
def row_and_column_swapped(image: Array, template: Array) -> dict[str, Any]:
    right = best(scores(image, template))
    return right | {"row": right["column"], "column": right["row"]}


@wrong("Your place divides the position of the largest sum by the image's width; the map of sums is narrower.")
def width_of_the_image(image: Array, template: Array) -> dict[str, Any]:
    found = scores(image, template)
    row, column = divmod(int(found.argmax()), image.shape[1])
    return {"score": float(found.max()), "row": row, "column": column}


@wrong("Your search leaves out the last row and the last column of windows: there are H - kH + 1 and W - kW + 1.")
def last_windows_missing(image: Array, template: Array) -> dict[str, Any]:
    return best(scores(image, template)[:-1, :-1])


@wrong("Your result is right, but your function writes into the template; work on a copy.")
def writes_into_the_template(image: Array, template: Array) -> dict[str, Any]:
    right = best(scores(image, template))
    template[...] = template - template.mean()
    return right
