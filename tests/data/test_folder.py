"""Pictures of one's own: any kind of file, always in the same order, and a sentence that names the file that is none."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.data import DataLoader, Normalization, image_folder
from course.data.picture import open_picture

Make = Callable[[str, Image.Image], Path]
RED, GREEN = (200, 30, 10), (20, 180, 40)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    return tmp_path / "pets"


@pytest.fixture
def put(pets: Path) -> Make:
    """put("cat/1.png", picture) writes a picture into the folder."""

    def write(name: str, picture: Image.Image) -> Path:
        path = pets / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
        return path

    return write


def gradient(height: int, width: int) -> Image.Image:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([255 * x // max(1, width - 1), 255 * y // max(1, height - 1), 0 * x], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8))


def test_classes_are_folders_in_the_order_of_their_names(put: Make, pets: Path) -> None:
    for i, name in enumerate(["zebra/b.png", "Ant/10.png", "Ant/9.png", "zebra/a.jpg", "cat/1.bmp"]):
        put(name, Image.new("RGB", (9, 7), (40 * i, 0, 0)))
    (pets / "zebra" / ".hidden").write_text("no picture")
    (pets / "zebra" / "Thumbs.db").write_text("no picture")
    (pets / "zebra" / "more").mkdir()
    (pets / ".ipynb_checkpoints").mkdir()
    (pets / "readme.txt").write_text("about them")
    data = image_folder(pets, 4)
    assert data.classes == ("Ant", "cat", "zebra")
    assert data.labels.tolist() == [0, 0, 1, 2, 2]
    assert (data.images.shape, data.images.dtype) == ((5, 3, 4, 4), np.uint8)
    np.testing.assert_allclose(data.images[:, 0, 0, 0], [40, 80, 160, 120, 0], atol=3)
    assert data.images.flags.writeable and data.images.flags.c_contiguous
    images, labels = next(iter(DataLoader(data, 5)))
    assert images.dtype == np.float32


@pytest.mark.parametrize(
    "height, width, size", [(40, 40, 10), (30, 60, 10), (60, 30, 10), (50, 41, (8, 20)), (3, 2, (12, 8))]
)
def test_proportions_are_kept_and_the_middle_is_taken(
    height: int, width: int, size: int | tuple[int, int], put: Make, pets: Path
) -> None:
    put("cat/1.png", gradient(height, width))
    h, w = (size, size) if isinstance(size, int) else size
    image = image_folder(pets, size).images[0].astype(float)
    assert image.shape == (3, h, w)
    scale = max(h / height, w / width)
    for channel, n, m, axis in ((0, width, w, 0), (1, height, h, 1)):
        line = image[channel].mean(axis=axis)
        seen = m / scale  # pixels of the picture that remain
        places = (n - seen) / 2 + (np.arange(m) + 0.5) / scale - 0.5
        if n > 5:
            np.testing.assert_allclose(line[1:-1], (255 * places / (n - 1))[1:-1], atol=6)
        assert abs(line.mean() - 127.5) < 4  # the middle


def test_grey_and_colour(put: Make, pets: Path) -> None:
    put("cat/1.png", Image.new("RGB", (5, 5), RED))
    put("cat/2.png", Image.new("L", (5, 5), 90))
    colour, grey = image_folder(pets, 5), image_folder(pets, 5, channels=1)
    assert colour.images[:, :, 2, 2].tolist() == [list(RED), [90, 90, 90]]
    assert grey.images.shape == (2, 1, 5, 5)
    assert grey.images[:, 0, 2, 2].tolist() == [round(0.299 * 200 + 0.587 * 30 + 0.114 * 10), 90]


def test_the_normalization_is_measured_or_given(put: Make, pets: Path) -> None:
    for i in range(3):
        put(f"cat/{i}.png", gradient(20 + i, 24))
    data = image_folder(pets, 16)
    np.testing.assert_allclose(data.normalize(data.images).mean(axis=(0, 2, 3)), 0, atol=1e-4)
    given = Normalization((0.1, 0.2, 0.3), (0.5, 0.5, 0.5))
    assert image_folder(pets, 16, normalize=given).normalize is given


def levels(path: Path) -> np.ndarray:
    return np.asarray(open_picture(path, "L"))


STEPS = np.array([[0, 64, 128, 255]], np.uint8).repeat(3, axis=0)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_become_eight(ending: str, tmp_path: Path) -> None:
    Image.fromarray(STEPS.astype(np.uint16) * 257).save(tmp_path / f"deep.{ending}")
    with Image.open(tmp_path / f"deep.{ending}") as picture:
        assert picture.mode.startswith("I")  # it is 16 bits deep indeed
    np.testing.assert_array_equal(levels(tmp_path / f"deep.{ending}"), STEPS)


def test_other_byte_orders_and_depths(tmp_path: Path) -> None:
    deep = Image.fromarray((STEPS.astype(np.uint16) * 257).astype(">u2"))
    deep.save(tmp_path / "big.tif")
    Image.fromarray(STEPS.astype(np.int32) * 257).save(tmp_path / "int.tif")
    Image.fromarray((STEPS / 255).astype(np.float32)).save(tmp_path / "float.tif")
    for name in ("big", "int", "float"):
        np.testing.assert_array_equal(levels(tmp_path / f"{name}.tif"), STEPS)


def test_strange_floats_become_black_or_white(tmp_path: Path) -> None:
    Image.fromarray(np.array([[np.nan, -3, 7, np.inf]], np.float32)).save(tmp_path / "float.tif")
    assert levels(tmp_path / "float.tif").tolist() == [[0, 0, 255, 255]]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
def test_transparent_parts_become_white(mode: str, tmp_path: Path) -> None:
    picture = Image.new("RGBA", (4, 2), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 2, 2))
    if mode == "P":
        indexed = Image.fromarray(np.array([[0, 0, 1, 1]] * 2, np.uint8), "P")
        indexed.putpalette([0, 0, 0, 9, 9, 9])
        indexed.save(tmp_path / "picture.png", transparency=1)
    else:
        ending = "tif" if mode == "PA" else "png"
        converted = picture.convert("LA") if mode == "PA" else picture.convert(mode)
        converted.save(tmp_path / f"picture.{ending}")
    (path,) = tmp_path.iterdir()
    assert levels(path).tolist() == [[0, 0, 255, 255]] * 2


@pytest.mark.parametrize("mode, ending", [("1", "png"), ("P", "gif"), ("CMYK", "jpg"), ("YCbCr", "jpg"), ("L", "webp")])
def test_other_kinds_of_pictures(mode: str, ending: str, tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 255]], np.uint8).repeat(16, axis=0).repeat(8, axis=1))
    picture.convert(mode).save(tmp_path / f"picture.{ending}")
    found = levels(tmp_path / f"picture.{ending}")
    assert found[:, :6].max() < 20
    assert found[:, 10:].min() > 235


@pytest.mark.parametrize("deep", [False, True])
def test_a_picture_taken_sideways_is_put_upright(deep: bool, tmp_path: Path) -> None:
    upright = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    stored = np.rot90(upright, 1)  # orientation 6 says: turn me clockwise to look at me
    picture = Image.fromarray(np.ascontiguousarray(stored.astype(np.uint16) * 257 if deep else stored))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "picture.png", exif=exif)
    np.testing.assert_array_equal(levels(tmp_path / "picture.png"), upright)


def one_line(path: Path, rest: str) -> str:
    return f"^{re.escape(str(path))}: {re.escape(rest)}$"


@pytest.mark.parametrize("raw", [b"", b"no picture", None], ids=["empty", "text", "cut short"])
def test_an_unreadable_file_is_named(raw: bytes | None, put: Make, pets: Path) -> None:
    whole = put("cat/1.png", gradient(30, 30))
    path = pets / "cat" / "2.png"
    path.write_bytes(whole.read_bytes()[:60] if raw is None else raw)
    sentence = "not a picture that can be read. Remove it, or say skip_unreadable=True."
    with pytest.raises(ValueError, match=one_line(path, sentence)):
        image_folder(pets, 8)
    with pytest.warns(UserWarning, match=one_line(path, "not a picture that can be read. It is left out.")):
        data = image_folder(pets, 8, skip_unreadable=True)
    assert len(data) == 1


def test_a_class_without_pictures(put: Make, pets: Path) -> None:
    put("cat/1.png", gradient(5, 5))
    (pets / "dog").mkdir()
    with pytest.raises(
        ValueError, match=one_line(pets / "dog", "there are no pictures of this class; add some or remove the folder.")
    ):
        image_folder(pets, 4)


def test_no_subfolders(put: Make, pets: Path) -> None:
    put("1.png", gradient(5, 5))
    sentence = "there are no subfolders here; make one for each class and put its pictures there."
    with pytest.raises(ValueError, match=one_line(pets, sentence)):
        image_folder(pets, 4)


def test_no_folder(pets: Path) -> None:
    with pytest.raises(FileNotFoundError, match=one_line(pets, "there is no such folder.")):
        image_folder(str(pets), 4)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"size": 0}, "image_folder: size is 0; it must be a whole number of at least 1, or a pair (h, w) of them."),
        ({"size": 4, "channels": 2}, "image_folder: channels is 2; it must be 3 for colour or 1 for grey."),
    ],
)
def test_bad_arguments_get_a_sentence(arguments: dict[str, int], sentence: str, pets: Path) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        image_folder(pets, **arguments)  # type: ignore[arg-type]
