"""A colour photograph to filter."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PHOTO = Path(__file__).parent / "files" / "astronaut.png"


def photo() -> np.ndarray:
    """The astronaut Eileen Collins in front of a flag and a model of the Space Shuttle, NASA, 1993; public domain.

    Returns
    -------
    uint8 (3, 128, 128): red, green and blue, 0-255, reduced from scikit-image's ``data.astronaut()``
    """
    from PIL import Image

    with Image.open(PHOTO) as picture:
        return np.ascontiguousarray(np.asarray(picture.convert("RGB")).transpose(2, 0, 1))
