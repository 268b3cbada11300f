"""What unit 01 says in numbers: pixels, sums, edges, waves, patterns."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.checks.sobel_by_hand import ROWS
from course import vision as V
from course.data import brain_slice, photo
from course.functional import pad2d

SOURCE = (Path(__file__).parents[2] / "solutions" / "01_images_and_filters.py").read_text()
PROSE = " ".join(line.removeprefix("#").strip() for line in SOURCE.splitlines() if line.startswith("#"))
HEAD = brain_slice()
PATCH = HEAD[84:92, 84:92].astype(int)


def said(pattern: str) -> re.Match[str]:
    """The place in the prose where something is promised."""
    found = re.search(pattern, PROSE)
    assert found, f"the unit no longer says {pattern!r}"
    return found


def matrix(text: str) -> np.ndarray:
    """A matrix in LaTeX as an array."""
    return np.array([[int(n) for n in row.split("&")] for row in text.split(r"\\")])


def test_the_wall_of_the_question():
    rows = re.findall(r"\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", PROSE)
    wall = np.array(rows, dtype=int)
    assert str(wall.tolist()).replace(" ", "") in re.sub(r"\s|,(?=\s*\])", "", SOURCE), "prose and code differ"
    out = V.sharpen(wall, border="zeros")
    assert (out[1, 1], out[1, 2], out[0, 0], out[1, 0]) == (89, 111, 320, 210)
    assert out.max() == 320
    said(r"leaves 89"), said(r"89, and 111 to the right"), said(r"so 320"), said(r"Below it stands 210")
    inside = V.sharpen(wall, border="crop")
    assert inside.max() < 120, "inside all is modest"


def test_the_64_pixels_and_the_windows_on_paper():
    matrices = [matrix(text) for text in re.findall(r"\\begin\{matrix\}([\d&\\]+)\\end\{matrix\}", PROSE)]
    assert np.array_equal(matrices[0], PATCH[3:6, 2:5])
    assert np.array_equal(matrices[1], PATCH[0:3, 4:7]) and np.array_equal(matrices[1], ROWS)
    gx, gy, magnitude = (a[4, 3] for a in V.sobel(PATCH))
    assert (gx, gy) == (-67.5, 35)
    assert round(magnitude, 1) == float(said(r"\\approx (76\.\d)\$").group(1))
    assert round(np.degrees(np.arctan2(gy, gx))) == int(said(r"\\approx (153)°").group(1))
    assert [a[88, 87] for a in V.sobel(HEAD)[:2]] == [gx, gy], "the demo prints the same window"
    said(r"last row and watch it drop from 178 to 86 within two steps")
    assert PATCH[-1, 3:6].tolist() == [178, 141, 86]


def test_tissue_on_the_left_fluid_on_the_right():
    assert abs(PATCH[4:, 0] - 180).max() <= 5
    assert abs(PATCH[4:, 6:] - 60).max() <= 20


def test_a_step_from_10_to_100_gives_270_both_ways():
    step = np.array([[10] * 3 + [100] * 3] * 6)
    assert V.correlate(step, 3 * V.PREWITT_X, "crop").max() == 270
    assert V.correlate(step.T, 3 * V.PREWITT_Y, "crop").max() == 270
    assert V.correlate(step, V.SOBEL_X).max() == 90


def test_the_strongest_edge_is_the_rim_of_the_brain():
    magnitude = V.sobel(HEAD).magnitude
    h, w = np.unravel_index(magnitude.argmax(), magnitude.shape)
    assert (HEAD[h - 2 : h + 3, w - 2 : w + 3] == 0).any()
    assert magnitude[70:150, 60:136].max() < magnitude.max()


def test_kernels_add_up_and_light_changes_nothing():
    identity = np.pad([[1.0]], 1)
    assert np.allclose(V.HIGH_PASS, identity - 1 / 9)
    assert np.array_equal(V.SHARPEN, identity - V.LAPLACIAN)
    for zero in (V.SOBEL_X, V.SOBEL_Y, V.PREWITT_X, V.LAPLACIAN, V.HIGH_PASS):
        assert np.allclose(V.correlate(PATCH, zero), V.correlate(PATCH + 50, zero))


def response(kernel: np.ndarray, fy: float, fx: float) -> float:
    """By how much a 3x3 kernel multiplies a wave of fy and fx cycles per pixel."""
    waves = np.exp(-2j * np.pi * (fy * np.arange(3)[:, None] + fx * np.arange(3)))
    return float(abs((kernel * waves).sum()))


def test_what_is_said_of_waves():
    said("dims the fastest waves to a third, and some, of three pixels, to 0")
    box = np.full((3, 3), 1 / 9)
    assert np.isclose(response(box, 0, 0.5), 1 / 3) and np.isclose(response(box, 0, 1 / 3), 0)
    said("upright waves of 4 pixels, and the fastest waves, of 2 pixels, it does not see at all")
    grid = np.linspace(0, 0.5, 51)
    best = max((response(V.SOBEL_X, fy, fx), fy, fx) for fy in grid for fx in grid)
    assert np.allclose(best[1:], (0, 0.25))
    assert np.isclose(response(V.SOBEL_X, 0, 0.5), 0) and np.isclose(response(V.SOBEL_X, 0.3, 0), 0)
    for kernel in (V.HIGH_PASS, V.LAPLACIAN):
        assert np.isclose(response(kernel, 0, 0), 0) and response(kernel, 0.5, 0.5) > 0.8
    low = V.low_frequencies(HEAD, 0.1)
    assert 0.5 < abs(low[:20]).max() < 10, "faint rings in the black"


def test_eight_bits_go_round():
    falling = np.array([10], np.uint8) - np.array([100], np.uint8)
    assert falling[0] == int(said(r"256 - 90 = (\d+)").group(1))


def test_the_noise_of_the_laplacian():
    said("more than four times as much noise as it gets")
    assert np.sqrt((V.LAPLACIAN**2).sum()) > 4
    assert np.sqrt((V.SOBEL_X**2).sum()) < 1


def test_equalising_wins_no_level():
    dull = (photo().mean(axis=0) / 4 + 90).astype(int)
    even = (255 * V.equalize(dull)).round().astype(int)
    assert len(np.unique(even)) <= len(np.unique(dull)) < 80
    assert np.ptp(even) > 200
    inside = HEAD[HEAD > 0]
    bright = (inside > 180).mean()
    assert bright > 0.5, "white matter takes up most of the slice"


@pytest.mark.parametrize(("picture", "least"), [(HEAD.astype(float), 0.945), (photo().mean(axis=0), 0.92)])
def test_the_patterns_of_small_windows_are_sobels(picture, least):
    said("cosine of 0.95")
    windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3)).reshape(-1, 9)
    windows = windows[(windows > 0).all(axis=1)]
    patterns = np.linalg.eigh(np.cov(windows.T))[1].T[::-1].reshape(-1, 3, 3)
    for kernel in (V.SOBEL_X, V.SOBEL_Y):
        cosines = [abs((pattern * kernel).sum()) / np.sqrt((kernel**2).sum()) for pattern in patterns[1:3]]
        assert max(cosines) > least


def test_surfs_boxes_and_gabors_do_not_see_even_areas():
    said("directions")
    even = np.full((30, 30), 7.0)
    down = np.zeros((9, 9))
    down[0:3, 2:7], down[3:6, 2:7], down[6:9, 2:7] = 1, -2, 1
    assert np.allclose(V.correlate(even, down), 0)


def test_the_borders_that_are_named():
    row = np.array([[1, 2, 3]])
    assert pad2d(row, (0, 2), "reflect")[0, -3:].tolist() == [3, 2, 1], "1 2 3 goes on with 2 1"
