"""Pictures of one's own: a folder for each class."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from course.data.dataset import Dataset, Normalization
from course.data.picture import open_picture
from course.functional._arguments import Pair, pair

NOT_PICTURES = {"thumbs.db", "desktop.ini"}  # what Windows leaves in folders; hidden files are left out anyway


def image_folder(
    path: str | Path,
    size: Pair,
    channels: int = 3,
    normalize: Normalization | None = None,
    skip_unreadable: bool = False,
) -> Dataset:
    """Pictures of one's own as a data set: each subfolder is a class, and its name the class's name.

    A picture is made as small as it can be while it still covers `size`, its proportions kept, and its middle is cut out. Classes
    and files are taken in the order of their names, so the set is the same on every machine; transparent parts become white;
    16-bit and upside-down pictures (EXIF) are understood. Photographs contain strangers, plates and places: take your own.

    Parameters
    ----------
    path : the folder, such as ``animals`` with ``animals/cat/1.jpg``, ``animals/dog/rex.png``
    size : height and width of the images, a number or a pair
    channels : 3 for colour, 1 for grey
    normalize : measured on these pictures unless given; a test folder is given that of the training folder
    skip_unreadable : whether to warn of a file that is no picture and go on, instead of stopping there

    Returns
    -------
    Dataset : images uint8 (N, channels, H, W), labels int64 (N,)

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such folder, no subfolders, a class without pictures, a file that is none

    Examples
    --------
    >>> animals = image_folder("animals", size=64)  # doctest: +SKIP
    >>> animals.classes, animals.images.shape  # doctest: +SKIP
    (('cat', 'dog'), (23, 3, 64, 64))
    """
    path = Path(path)
    height, width = pair("image_folder: size", size, least=1)
    if channels not in (1, 3):
        raise ValueError(f"image_folder: channels is {channels!r}; it must be 3 for colour or 1 for grey.")
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: there is no such folder.")
    folders = [
        entry for entry in sorted(path.iterdir(), key=_name) if entry.is_dir() and not entry.name.startswith(".")
    ]
    if not folders:
        raise ValueError(f"{path}: there are no subfolders here; make one for each class and put its pictures there.")
    images, labels = [], []
    for label, folder in enumerate(folders):
        found = _read(folder, (height, width), channels, skip_unreadable)
        if not found:
            raise ValueError(f"{folder}: there are no pictures of this class; add some or remove the folder.")
        images += found
        labels += [label] * len(found)
    stacked = np.stack(images)  # (N, channels, H, W)
    classes = tuple(folder.name for folder in folders)
    return Dataset(stacked, np.array(labels), classes, normalize or Normalization.of(stacked))


def _read(folder: Path, size: tuple[int, int], channels: int, skip_unreadable: bool) -> list[np.ndarray]:
    """The pictures of a class, each uint8 (channels, H, W)."""
    found = []
    for path in sorted(folder.iterdir(), key=_name):
        if path.is_dir() or path.name.startswith(".") or path.name.lower() in NOT_PICTURES:
            continue
        try:
            found.append(_fit(path, size, channels))
        except ValueError as error:
            if not skip_unreadable:
                raise ValueError(f"{error} Remove it, or say skip_unreadable=True.") from None
            warnings.warn(f"{error} It is left out.", stacklevel=3)
    return found


def _fit(path: Path, size: tuple[int, int], channels: int) -> np.ndarray:
    from PIL import ImageOps

    picture = open_picture(path, "RGB" if channels == 3 else "L")
    pixels = np.asarray(ImageOps.fit(picture, size[::-1]))  # Pillow says width first
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) if channels == 3 else pixels[None]


def _name(path: Path) -> str:
    return path.name
