"""Unit 12: moves, mirrors, colours, and which of them a data set bears."""

from typing import Any

import numpy as np

from autograder.exercise import MANNERS, SHAPE, TYPES, Behaviour, Case, Exercise
from autograder.oracles import Array, float_dtype


def random_shift(images: Array, pixels: int, rng: np.random.Generator) -> Array:
    """Move each image by its own number of pixels, pixel by pixel."""
    N, _, H, W = images.shape
    moves = rng.integers(-pixels, pixels + 1, (N, 2)).tolist()
    out = np.zeros_like(images)
    for n, (down, right) in enumerate(moves):
        for row in range(H):
            for column in range(W):
                if 0 <= row - down < H and 0 <= column - right < W:
                    out[n, :, row, column] = images[n, :, row - down, column - right]
    return out


def random_flip(images: Array, p: float, rng: np.random.Generator) -> Array:
    """Mirror some images, column by column."""
    out, W = images.copy(), images.shape[3]
    for n, chosen in enumerate((rng.random(len(images)) < p).tolist()):
        for column in range(W if chosen else 0):
            out[n, :, :, column] = images[n, :, :, W - 1 - column]
    return out


def colour_directions(image: Array) -> tuple[Array, Array]:
    """Find the variances along the three main colour directions, and the directions, as columns."""
    pixels = image.reshape(3, -1).astype(float)
    mean = pixels.mean(axis=1)
    covariance = sum(np.outer(p - mean, p - mean) for p in pixels.T) / pixels.shape[1]
    variances, vectors = np.linalg.eigh(covariance)
    variances, vectors = variances[::-1], vectors[:, ::-1]
    for i in range(3):
        if vectors[np.abs(vectors[:, i]).argmax(), i] < 0:
            vectors[:, i] *= -1
    return variances.copy(), vectors.copy()


def shift_colours(image: Array, alphas: Array) -> Array:
    """Add the same colour to every pixel: the sum of alpha * variance * direction."""
    variances, vectors = colour_directions(image)
    out = image.astype(float)
    for i in range(3):
        out += (float(alphas[i]) * variances[i] * vectors[:, i])[:, None, None]
    return out.astype(float_dtype(image))


MENU = ("shift", "scale", "turn a little", "turn by any angle", "mirror", "upside down", "colour")
POLICIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "digits": (("shift", "scale", "turn a little"), ("turn by any angle", "mirror", "upside down")),
    "clothes": (("shift", "mirror"), ("turn by any angle", "upside down")),
    "road signs": (("shift", "scale"), ("turn by any angle", "mirror", "upside down", "colour")),
    "stained cells": (("turn by any angle", "mirror", "upside down"), ("colour",)),
}
"""For each data set what helps, and what changes the label; what is in neither is a matter of taste."""


def choose_policies() -> dict[str, list[str]]:
    """Choose what helps."""
    return {name: list(good) for name, (good, _) in POLICIES.items()}


def verdict(name: str) -> Case:
    """Compare how many of the helpful changes are chosen, and how many of the harmful ones."""
    good, bad = POLICIES[name]
    counted = [f"sum(c in result.get({name!r}, ()) for c in {group})" for group in (good, bad)]
    return Case(then=f"({counted[0]}, {counted[1]})")


BYTES = "rng.integers(0, 256, {}, dtype=np.uint8)"
DICE = "np.random.default_rng({})"


def moved(shape: tuple[int, ...], pixels: int, seed: int, draw: str = "rng.standard_normal({})") -> Case:
    """Write a call of random_shift."""
    return Case(draw.format(shape), pixels, DICE.format(seed))


def flipped(shape: tuple[int, ...], p: float, seed: int, draw: str = "rng.standard_normal({})") -> Case:
    """Write a call of random_flip."""
    return Case(draw.format(shape), p, DICE.format(seed))


RANDOM_SHIFT = Exercise(
    "random_shift",
    random_shift,
    [
        Behaviour("the shape", 0.5, [moved((3, 1, 4, 6), 1, 0)], demands=SHAPE),
        Behaviour("nothing moves by 0 pixels", 0.5, [moved((2, 1, 3, 4), 0, 1)]),
        Behaviour(
            "each image moves by its own way, black comes in",
            2,
            [moved((4, 1, 4, 5), 1, 2), moved((6, 2, 5, 7), 3, 3)],
            [moved((5, 3, 6, 4), 2, 4)],
        ),
        Behaviour("further than the image is large", 0.5, [moved((9, 1, 3, 4), 6, 5)]),
        Behaviour("bytes stay bytes", 0.5, [moved((3, 1, 4, 5), 2, 6, BYTES)], demands=TYPES),
        Behaviour(
            "the images are left as they are, all chance comes from rng",
            1,
            [moved((4, 1, 4, 5), 2, 7)],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.data.augmentation.random_shift", "course.data.augmentation.moves.random_shift"),
)

RANDOM_FLIP = Exercise(
    "random_flip",
    random_flip,
    [
        Behaviour("the shape", 0.5, [flipped((3, 1, 4, 6), 0.5, 0)], demands=SHAPE),
        Behaviour(
            "p = 1: left and right change places", 1, [flipped((2, 2, 3, 5), 1.0, 1), flipped((1, 1, 4, 4), 1.0, 2)]
        ),
        Behaviour("p = 0: nothing changes", 0.5, [flipped((2, 1, 3, 4), 0.0, 3)]),
        Behaviour(
            "each image has its own chance",
            1,
            [flipped((7, 1, 3, 4), 0.5, 4), flipped((9, 2, 2, 3), 0.3, 5)],
            [flipped((12, 1, 4, 3), 0.7, 6)],
        ),
        Behaviour("bytes stay bytes", 0.5, [flipped((4, 1, 2, 3), 0.5, 7, BYTES)], demands=TYPES),
        Behaviour(
            "the images are left as they are, all chance comes from rng",
            0.5,
            [flipped((5, 1, 2, 3), 0.5, 8)],
            demands=MANNERS,
        ),
    ],
    answered_by=("course.data.augmentation.random_flip", "course.data.augmentation.moves.random_flip"),
)

IMAGE = "rng.random((3, {}, {})) * np.array([0.9, 0.5, 0.2])[:, None, None] + 0.2 * rng.random(({}, {}))"


def picture(H: int, W: int) -> str:
    """Write the drawing of a picture whose channels vary differently, and together."""
    return IMAGE.format(H, W, H, W)


def directions(part: str) -> list[Case]:
    """Compare one of the two things that colour_directions returns."""
    return [Case(picture(3, 4), then=part), Case(picture(6, 5), then=part)]


COLOUR_DIRECTIONS = Exercise(
    "colour_directions",
    colour_directions,
    [
        Behaviour(
            "the variances, the largest first", 1.5, directions("result[0]"), [Case(picture(7, 9), then="result[0]")]
        ),
        Behaviour(
            "the directions, as columns, in the same order",
            1.5,
            directions("result[1]"),
            [Case(picture(8, 5), then="result[1]")],
        ),
        Behaviour("the image is left as it is", 0.5, [Case(picture(4, 5))], demands=MANNERS),
    ],
    answered_by=("course.data.augmentation.principal_colours", "course.data.augmentation.colour.principal_colours"),
)

ALPHAS = "rng.standard_normal(3)"
SHIFT_COLOURS = Exercise(
    "shift_colours",
    shift_colours,
    [
        Behaviour("alpha 0 changes nothing", 0.5, [Case(picture(3, 4), "np.zeros(3)")]),
        Behaviour(
            "along the first direction",
            1,
            [Case(picture(3, 4), "np.array([2.0, 0, 0])"), Case(picture(5, 4), "np.array([-1.5, 0, 0])")],
        ),
        Behaviour("along all three", 1, [Case(picture(4, 3), "5 * " + ALPHAS)], [Case(picture(6, 7), "5 * " + ALPHAS)]),
        Behaviour("the image is left as it is", 0.5, [Case(picture(4, 5), ALPHAS)], demands=MANNERS),
    ],
    answered_by=("course.data.augmentation.pca_colour", "course.data.augmentation.colour.pca_colour"),
)

CHOOSE_POLICIES = Exercise(
    "choose_policies", choose_policies, [Behaviour(name, 1, [verdict(name)]) for name in POLICIES]
)

EXERCISES: list[Any] = [RANDOM_SHIFT, RANDOM_FLIP, COLOUR_DIRECTIONS, SHIFT_COLOURS, CHOOSE_POLICIES]
