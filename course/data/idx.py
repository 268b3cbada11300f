"""The IDX format of MNIST: a magic number, the sizes, then the numbers, nothing else."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from course.data.dataset import Dataset, Normalization

# the third byte of the magic number names the type; all of them are big-endian
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | Path) -> np.ndarray:
    """Read an IDX file, gzip'd or not.

    Returns
    -------
    array of the shape and type that the file states, in this machine's byte order

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence: no such file, not IDX, cut short, or longer than it says

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*, "File formats for the MNIST database".
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no such file.") from None
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise ValueError(f"{path}: the gzip stream is cut short or damaged; fetch the file again.") from None
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in TYPES:
        raise ValueError(
            f"{path}: not an IDX file (it starts with {raw[:4].hex(' ') or 'nothing'}, not with 00 00 and a type)."
        )
    kind, axes = np.dtype(TYPES[raw[2]]), raw[3]
    start = 4 + 4 * axes
    if axes > 32:
        raise ValueError(f"{path}: not an IDX file (it claims {axes} axes).")
    if len(raw) < start:
        raise ValueError(f"{path}: cut short inside its header; fetch the file again.")
    shape = tuple(int(n) for n in np.frombuffer(raw, ">u4", axes, offset=4))
    expected = math.prod(shape) * kind.itemsize
    if len(raw) - start != expected:
        what = "cut short" if len(raw) - start < expected else "too long"
        raise ValueError(
            f"{path}: {what}: the header says {'x'.join(map(str, shape))} = {expected:,} bytes, "
            f"but {len(raw) - start:,} follow; fetch the file again."
        )
    return np.frombuffer(raw, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))


def read_labelled(
    images: str | Path, labels: str | Path, classes: tuple[str, ...], normalize: Normalization
) -> Dataset:
    """A data set from two IDX files: grey images (N, H, W) and their labels (N,).

    Returns
    -------
    Dataset : images (N, 1, H, W) and labels int64 (N,), both read-only, since whoever asks again may get the same arrays

    Raises
    ------
    FileNotFoundError, ValueError : in one sentence, as in `read_idx`; or the two files do not belong together
    """
    pixels, numbers = read_idx(images)[:, None], read_idx(labels).astype(np.int64)
    for array in (pixels, numbers):
        array.setflags(write=False)
    return Dataset(pixels, numbers, classes, normalize)
