"""A picture file of any kind as 8-bit grey or colour."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image


def open_picture(path: str | Path, mode: Literal["L", "RGB"]) -> Image:
    """Read a picture (PNG, JPEG, TIFF ...) the right way up; transparent parts become white.

    16 bits are brought down to 8; in pictures of floats 0 is black and 1 is white; of several frames the first is taken.

    Parameters
    ----------
    path : the file
    mode : "L" for grey, "RGB" for colour

    Returns
    -------
    a Pillow image of that mode

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, or not a picture that can be read
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file.")
    return _open(path, str(path), mode)


def open_picture_bytes(content: bytes, name: str, mode: Literal["L", "RGB"]) -> Image:
    """As `open_picture`, of a file that somebody has sent: its content, and its name for messages."""
    return _open(io.BytesIO(content), name, mode)


def _open(source: Path | io.BytesIO, name: str, mode: Literal["L", "RGB"]) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(source) as file:
            rgba = _eight_bits(ImageOps.exif_transpose(file)).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValueError(f"{name}: not a picture that can be read.") from None
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert(mode)


def _eight_bits(picture: Image) -> Image:
    """Pillow would cut numbers above 255 off; these are scaled instead."""
    from PIL import Image

    if picture.mode == "F":
        scale = 255.0
    elif picture.mode.startswith("I"):  # "I;16" and its byte orders; "I", in which some 16-bit files come
        scale = 255 / 65535
    else:
        return picture
    levels = np.nan_to_num(np.asarray(picture, np.float64) * scale)
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))
