"""A digit drawn at any size and place comes back as MNIST would have it."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.data import mnist, read_digit

DIGITS = mnist(train=False).images[:40, 0]


def on_canvas(digit: np.ndarray, scale: int, place: tuple[int, int], size: tuple[int, int] = (340, 400)) -> np.ndarray:
    """A digit enlarged and put down somewhere on black."""
    canvas = np.zeros(size, np.uint8)
    large = np.asarray(Image.fromarray(digit).resize((28 * scale, 28 * scale)))
    canvas[place[0] : place[0] + 28 * scale, place[1] : place[1] + 28 * scale] = large
    return canvas


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of two images, 1 for the same picture."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.slow
@pytest.mark.parametrize("white", [False, True], ids=["on black", "on white"])
@pytest.mark.parametrize("scale, place", [(1, (3, 9)), (4, (120, 11)), (7, (31, 170)), (10, (40, 80))])
def test_mnists_digits_come_back(scale: int, place: tuple[int, int], white: bool, tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    found = []
    for digit in DIGITS:
        canvas = on_canvas(digit, scale, place)
        Image.fromarray(255 - canvas if white else canvas).save(path)
        image = read_digit(path)
        assert (image.shape, image.dtype) == ((1, 1, 28, 28), np.uint8)
        found.append(likeness(image[0, 0], digit))
    # the box is fitted to the ink, so faint edges cost a pixel here and there; one pixel off everywhere would give 0.75
    assert np.mean(found) > 0.9


def test_the_centre_of_mass_is_where_mnist_has_it(tmp_path: Path) -> None:
    """At 14.0 down and across, which is the corner between the four middle pixels plus half a pixel."""
    rows = np.arange(28)
    theirs = [(d.sum(axis=1) @ rows / d.sum(), d.sum(axis=0) @ rows / d.sum()) for d in DIGITS.astype(float)]
    assert np.round(np.mean(theirs, axis=0), 0).tolist() == [14, 14]
    ours = []
    for digit in DIGITS:
        Image.fromarray(on_canvas(digit, 5, (90, 30))).save(tmp_path / "digit.png")
        d = read_digit(tmp_path / "digit.png")[0, 0].astype(float)
        ours.append((d.sum(axis=1) @ rows / d.sum(), d.sum(axis=0) @ rows / d.sum()))
    np.testing.assert_allclose(np.mean(ours, axis=0), np.mean(theirs, axis=0), atol=0.25)


def test_where_it_was_drawn_does_not_matter(tmp_path: Path) -> None:
    images = []
    for place in ((0, 0), (60, 31), (37, 118)):
        Image.fromarray(on_canvas(DIGITS[3], 10, place)).save(tmp_path / "digit.png")
        images.append(read_digit(tmp_path / "digit.png"))
    np.testing.assert_array_equal(images[0], images[1])
    np.testing.assert_array_equal(images[0], images[2])


def test_an_mnist_image_is_taken_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(DIGITS[5]).save(tmp_path / "digit.png")
    np.testing.assert_array_equal(read_digit(str(tmp_path / "digit.png"))[0, 0], DIGITS[5])


def test_transparency_counts_as_white(tmp_path: Path) -> None:
    canvas = on_canvas(DIGITS[2], 6, (70, 90))
    black = np.zeros_like(canvas)
    Image.fromarray(np.dstack([black, black, black, canvas])).save(tmp_path / "pen.png")
    Image.fromarray(255 - canvas).save(tmp_path / "white.png")
    difference = read_digit(tmp_path / "pen.png").astype(int) - read_digit(tmp_path / "white.png")
    assert abs(difference).max() <= 2


@pytest.mark.parametrize("mode, ending", [("RGB", "jpg"), ("P", "png"), ("1", "png"), ("LA", "png"), ("CMYK", "jpg")])
def test_other_kinds_of_pictures(mode: str, ending: str, tmp_path: Path) -> None:
    picture = Image.fromarray(on_canvas(DIGITS[4], 8, (20, 30)))
    picture.save(tmp_path / "grey.png")
    picture.convert(mode).save(tmp_path / f"other.{ending}")
    assert likeness(read_digit(tmp_path / f"other.{ending}"), read_digit(tmp_path / "grey.png")) > 0.9


@pytest.mark.parametrize("white", [False, True], ids=["on black", "on white"])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_are_as_good_as_eight(ending: str, white: bool, tmp_path: Path) -> None:
    canvas = on_canvas(DIGITS[6], 8, (50, 60))
    canvas = 255 - canvas if white else canvas
    Image.fromarray(canvas).save(tmp_path / "eight.png")
    Image.fromarray(canvas.astype(np.uint16) * 257).save(tmp_path / f"sixteen.{ending}")
    np.testing.assert_array_equal(read_digit(tmp_path / f"sixteen.{ending}"), read_digit(tmp_path / "eight.png"))


def test_an_mnist_image_of_sixteen_bits_is_taken_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(DIGITS[5].astype(np.uint16) * 257).save(tmp_path / "digit.png")
    np.testing.assert_array_equal(read_digit(tmp_path / "digit.png")[0, 0], DIGITS[5])


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (200, 90)])
@pytest.mark.parametrize("grey", [0, 90, 255])
def test_an_empty_sheet_gets_a_sentence(grey: int, size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    Image.new("L", size, grey).save(path)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: there is nothing drawn on it [^\n]*$"):
        read_digit(path)


def test_what_is_not_a_picture_gets_a_sentence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(on_canvas(DIGITS[0], 8, (9, 9))).save(whole)
    for raw in (b"", b"five", whole.read_bytes()[:200]):
        path = tmp_path / "broken.png"
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: not a picture that can be read\\.$"):
            read_digit(path)


def test_a_missing_picture_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.png"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(str(path))}: there is no such file\\.$"):
        read_digit(path)
