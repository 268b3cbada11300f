"""Unit 12: wrong solutions with a name."""

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array
from autograder.registry import part

CHECKS = part("checks", "12_augmentation")
Dice = np.random.Generator

# random_shift

SHIFT: list[Mistake] = []
wrong = collect(SHIFT)


def move(image: Array, down: int, right: int) -> Array:
    """Move one image (C, H, W); zeros come in."""
    _, H, W = image.shape
    out = np.zeros_like(image)
    down, right = max(-H, min(H, down)), max(-W, min(W, right))
    out[:, max(down, 0) : H + min(down, 0), max(right, 0) : W + min(right, 0)] = image[
        :, max(-down, 0) : H + min(-down, 0), max(-right, 0) : W + min(-right, 0)
    ]
    return out


def shifted(images: Array, moves: Array) -> Array:
    """Move all of them."""
    return np.stack([move(image, int(d), int(r)) for image, (d, r) in zip(images, moves, strict=True)])


def draws(images: Array, pixels: int, rng: Dice) -> Array:
    """Draw as asked for."""
    return rng.integers(-pixels, pixels + 1, (len(images), 2))


@wrong("Your images wrap round: what leaves at one side comes back at the other; black should come in.")
def wraps_round(images: Array, pixels: int, rng: Dice) -> Array:
    moves = draws(images, pixels, rng).tolist()
    return np.stack([np.roll(image, (d, r), axis=(1, 2)) for image, (d, r) in zip(images, moves, strict=True)])


@wrong("Every image moves the same way; each one has its own.")
def one_move_for_all(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, np.repeat(draws(images, pixels, rng)[:1], len(images), axis=0))


@wrong("Your first number moves across and the second down; asked for is (down, right).")
def down_and_right_swapped(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, draws(images, pixels, rng)[:, ::-1])


@wrong("Your images move the other way: a positive number moves down and right.")
def other_way(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, -draws(images, pixels, rng))


@wrong("Your images never move by the full number of pixels that way: `rng.integers` leaves out its upper end.")
def upper_end_missing(images: Array, pixels: int, rng: Dice) -> Array:
    if pixels == 0:
        return images.copy()
    return shifted(images, rng.integers(-pixels, pixels, (len(images), 2)))


@wrong("Your images only move down and right: draw from -pixels on.")
def only_down_and_right(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, rng.integers(0, pixels + 1, (len(images), 2)))


@wrong("The border of your images is repeated where black should come in.")
def border_repeated(images: Array, pixels: int, rng: Dice) -> Array:
    H, W = images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (pixels, pixels), (pixels, pixels)), mode="edge")
    moves = draws(images, pixels, rng).tolist()
    cut = [
        p[:, pixels - d : pixels - d + H, pixels - r : pixels - r + W] for p, (d, r) in zip(padded, moves, strict=True)
    ]
    return np.stack(cut)


@wrong("Your images are floats; bytes stay bytes.")
def always_float(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, draws(images, pixels, rng)).astype(np.float64)


@wrong("Your function draws from a generator of its own; all chance comes from the rng that it is given.")
def generator_of_its_own(images: Array, pixels: int, rng: Dice) -> Array:
    return shifted(images, draws(images, pixels, np.random.default_rng(987)))


@wrong("Your output is right, but the images that came in are moved as well; work on a copy.")
def shift_modifies_its_input(images: Array, pixels: int, rng: Dice) -> Array:
    out = shifted(images, draws(images, pixels, rng))
    images[...] = out
    return out


# random_flip

FLIP: list[Mistake] = []
wrong = collect(FLIP)


def chosen(images: Array, p: float, rng: Dice) -> Array:
    """Draw as asked for."""
    return rng.random(len(images)) < p


def flip(images: Array, which: Array, axis: int) -> Array:
    """Mirror some images along an axis."""
    out = images.copy()
    out[which] = np.flip(images[which], axis)
    return out


@wrong("Your images are turned upside down; left and right are the last axis.")
def upside_down(images: Array, p: float, rng: Dice) -> Array:
    return flip(images, chosen(images, p, rng), 2)


@wrong("Your images are turned by 180 degrees; only left and right change places.")
def turned_round(images: Array, p: float, rng: Dice) -> Array:
    return flip(flip(images, which := chosen(images, p, rng), 2), which, 3)


@wrong("Your channels change places, not left and right: axis 1 is the channels.")
def channels_flipped(images: Array, p: float, rng: Dice) -> Array:
    return flip(images, chosen(images, p, rng), 1) if images.shape[1] > 1 else images.copy()


@wrong("Your batch is put in the opposite order; the images themselves stay as they are.")
def batch_reversed(images: Array, p: float, rng: Dice) -> Array:
    which = chosen(images, p, rng)
    out = images.copy()
    out[which] = images[which][::-1]
    return out


@wrong("All images are mirrored, or none: each one has its own chance.")
def all_or_none(images: Array, p: float, rng: Dice) -> Array:
    return flip(images, np.full(len(images), chosen(images, p, rng)[0]), 3)


@wrong("Your images are mirrored with chance 1 - p: an image is mirrored where the drawn number is *below* p.")
def chance_reversed(images: Array, p: float, rng: Dice) -> Array:
    return flip(images, ~chosen(images, p, rng), 3)


@wrong("Your images are floats; bytes stay bytes here too.")
def flip_always_float(images: Array, p: float, rng: Dice) -> Array:
    return flip(images, chosen(images, p, rng), 3).astype(np.float64)


@wrong("Your output is right, but the images that came in are mirrored as well; work on a copy.")
def flip_modifies_its_input(images: Array, p: float, rng: Dice) -> Array:
    images[...] = flip(images, chosen(images, p, rng), 3)
    return images.copy()


# colour

DIRECTIONS: list[Mistake] = []
wrong = collect(DIRECTIONS)
Pair = tuple[Array, Array]


@wrong("Your variances come smallest first, as `eigh` gives them; turn both results round.")
def smallest_first(image: Array) -> Pair:
    variances, vectors = CHECKS.colour_directions(image)
    vectors = vectors[:, ::-1].copy()
    return variances[::-1].copy(), vectors


@wrong("Your directions are the rows of the matrix; a direction is a column.")
def rows_for_columns(image: Array) -> Pair:
    variances, vectors = CHECKS.colour_directions(image)
    return variances, vectors.T.copy()


@wrong("Your variances are divided by the number of pixels less one; here it is the number of pixels.")
def divided_by_one_less(image: Array) -> Pair:
    variances, vectors = CHECKS.colour_directions(image)
    n = image[0].size
    return variances * n / (n - 1), vectors


@wrong("Your variances are standard deviations: leave out the root.")
def roots(image: Array) -> Pair:
    variances, vectors = CHECKS.colour_directions(image)
    return np.sqrt(variances), vectors


@wrong("The mean colour is not subtracted: your first direction is mostly the mean itself.")
def mean_not_subtracted(image: Array) -> Pair:
    pixels = image.reshape(3, -1).astype(float)
    variances, vectors = np.linalg.eigh(pixels @ pixels.T / pixels.shape[1])
    vectors = vectors[:, ::-1]
    return variances[::-1].copy(), vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), range(3)])


@wrong("Your directions have any sign; turn each so that its largest entry is positive.")
def sign_as_it_comes(image: Array) -> Pair:
    variances, vectors = CHECKS.colour_directions(image)
    return variances, -vectors


@wrong("Your result is right, but the mean is subtracted from the image that came in; work on a copy.")
def directions_modify_their_input(image: Array) -> Pair:
    result: Pair = CHECKS.colour_directions(image)
    image -= image.mean(axis=(1, 2), keepdims=True)
    return result


COLOURS: list[Mistake] = []
wrong = collect(COLOURS)


def lit(image: Array, alphas: Array, scale: Function | None = None, flipped: bool = False) -> Array:
    """Shift the colours, with something spoilt."""
    variances, vectors = CHECKS.colour_directions(image)
    weights = alphas * (variances if scale is None else scale(variances))
    return image + ((vectors.T if flipped else vectors) @ weights)[:, None, None]


@wrong("Your colour is added without the variances: alpha times direction alone is far too much.")
def without_variances(image: Array, alphas: Array) -> Array:
    return lit(image, alphas, np.ones_like)


@wrong("Your colour is scaled with the standard deviations; the paper takes the variances.")
def with_standard_deviations(image: Array, alphas: Array) -> Array:
    return lit(image, alphas, np.sqrt)


@wrong("Your colour is that of the transposed matrix: the directions are its columns.")
def transposed_directions(image: Array, alphas: Array) -> Array:
    return lit(image, alphas, flipped=True)


@wrong("Your colour is subtracted; it is added.")
def subtracted(image: Array, alphas: Array) -> Array:
    return lit(image, -alphas)


@wrong("Your image is multiplied by the colour; it is added to every pixel alike.")
def multiplied(image: Array, alphas: Array) -> Array:
    return image * (1 + lit(np.array(image), alphas) - image)


@wrong("Your function takes the first direction alone; all three count.")
def first_direction_only(image: Array, alphas: Array) -> Array:
    return lit(image, alphas * np.array([1.0, 0, 0]))


@wrong("Your output is right, but the image that came in is recoloured as well; work on a copy.")
def colours_modify_their_input(image: Array, alphas: Array) -> Array:
    image[...] = lit(image, alphas)
    return image.copy()


# policies


def policies(**changes: list[str]) -> dict[str, list[str]]:
    """Choose right but for some data sets."""
    right: dict[str, list[str]] = CHECKS.choose_policies()
    return right | {name.replace("_", " "): value for name, value in changes.items()}


POLICY = [
    Mistake(
        "digits_that_become_others",
        "Your policy makes other digits: a mirrored 2 is no 2, and a 6 turned by 180 degrees is a 9.",
        lambda: policies(digits=["shift", "scale", "turn a little", "mirror"]),
    ),
    Mistake(
        "clothes_upside_down",
        "Your policy turns clothes upside down: nobody photographs them so, and the network has to learn it all the same.",
        lambda: policies(clothes=["shift", "mirror", "upside down"]),
    ),
    Mistake(
        "clothes_not_mirrored",
        "Your policy does not use that a mirrored shirt is a shirt.",
        lambda: policies(clothes=["shift"]),
    ),
    Mistake(
        "mirrored_signs",
        "Road signs are mirrored in your policy: *turn left* becomes *turn right*, and both are classes.",
        lambda: policies(road_signs=["shift", "scale", "mirror"]),
    ),
    Mistake(
        "recoloured_stains",
        "Your policy changes the colour of cells that are told apart by the colour of their stain.",
        lambda: policies(stained_cells=["turn by any angle", "mirror", "upside down", "colour"]),
    ),
    Mistake(
        "cells_with_an_up",
        "Your policy does not use that under a microscope no direction is up: any angle will do.",
        lambda: policies(stained_cells=["mirror"]),
    ),
]

MISTAKES = {
    "random_shift": SHIFT,
    "random_flip": FLIP,
    "colour_directions": DIRECTIONS,
    "shift_colours": COLOURS,
    "choose_policies": POLICY,
}
