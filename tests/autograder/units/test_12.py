"""Unit 12: right answers in other styles get all points."""

from functools import partial

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find
from course.data.augmentation import principal_colours

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=777, hidden=True)


def shift_by_indices(images, pixels, rng):
    print("moving")
    N, _, H, W = images.shape
    down, right = rng.integers(-pixels, pixels + 1, (N, 2)).T
    rows, columns = np.arange(H) - down[:, None], np.arange(W) - right[:, None]  # (N, H), (N, W)
    inside = ((rows >= 0) & (rows < H))[:, None, :, None] & ((columns >= 0) & (columns < W))[:, None, None, :]
    taken = images[np.arange(N)[:, None, None], :, rows.clip(0, H - 1)[:, :, None], columns.clip(0, W - 1)[:, None, :]]
    return np.where(inside, taken.transpose(0, 3, 1, 2), 0).astype(images.dtype)


def flip_by_where(images, p, rng):
    chosen = (rng.random(len(images)) < p)[:, None, None, None]
    return np.asfortranarray(np.where(chosen, np.flip(images, 3), images))


def directions_by_svd(image):
    pixels = image.reshape(3, -1)
    u, s, _ = np.linalg.svd(pixels - pixels.mean(1)[:, None], full_matrices=False)
    return s**2 / pixels.shape[1], u * np.sign(u[np.abs(u).argmax(0), np.arange(3)])


def colours_by_the_library(image, alphas):
    return image + (principal_colours(image[None]) @ alphas).reshape(3, 1, 1)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("random_shift", shift_by_indices),
        ("random_flip", flip_by_where),
        ("colour_directions", directions_by_svd),
        ("shift_colours", colours_by_the_library),
    ],
)
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text


def test_what_is_a_matter_of_taste_costs_nothing():
    right = find("choose_policies")[0].oracle()
    tasteful = right | {
        "clothes": ["mirror", "shift", "scale", "turn a little"],
        "stained cells": [*right["stained cells"], "shift"],
    }
    assert checked("choose_policies", lambda: tasteful).status == "right"
    none = checked("choose_policies", lambda: right | {"digits": None})
    assert none.score == 3
    assert "not the form that is asked for" in none.text
    assert checked("choose_policies", dict).score == 0
