"""The IDX reader: every type there and back, and one sentence for each way a file can be broken."""

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from course.data import read_idx

# the type's byte in the magic number, as the format's description lists them
TYPES = {">u1": 0x08, ">i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}


def idx(array: np.ndarray) -> bytes:
    """A whole IDX file of a big-endian array."""
    kind = TYPES[array.dtype.newbyteorder(">").str.replace("|", ">")]
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("shape", [(7,), (2, 3, 4), (1, 1), (0, 5)])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", TYPES)
def test_there_and_back(
    kind: str, packed: bool, shape: tuple[int, ...], tmp_path: Path, rng: np.random.Generator
) -> None:
    array = (rng.normal(size=shape) * 100).astype(np.int8).astype(kind)
    if array.dtype.itemsize > 1:
        array = array * array.dtype.type(3)  # numbers that one byte cannot hold, so that the byte order shows
        array = array.astype(kind)
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = read_idx(path)
    assert found.dtype == array.dtype.newbyteorder("=")
    assert found.dtype.isnative
    assert found.flags.writeable
    np.testing.assert_array_equal(found, array)


WHOLE = idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
PACKED = gzip.compress(WHOLE * 50)

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not an IDX file (it starts with nothing, not with 00 00 and a type)."),
    "text": (b"hello", "not an IDX file (it starts with 68 65 6c 6c, not with 00 00 and a type)."),
    "unknown type": (
        b"\0\0\x0a\x01" + WHOLE[4:],
        "not an IDX file (it starts with 00 00 0a 01, not with 00 00 and a type).",
    ),
    "header cut short": (WHOLE[:14], "cut short inside its header; fetch the file again."),
    "data cut short": (
        WHOLE[:-1],
        "cut short: the header says 2x3x4 = 24 bytes, but 23 follow; fetch the file again.",
    ),
    "no data": (WHOLE[:16], "cut short: the header says 2x3x4 = 24 bytes, but 0 follow; fetch the file again."),
    "too long": (
        WHOLE + b"!!",
        "too long: the header says 2x3x4 = 24 bytes, but 26 follow; fetch the file again.",
    ),
    "huge": (
        b"\0\0\x0e\x02" + b"\xff" * 8,
        "cut short: the header says 4294967295x4294967295 = 147,573,952,520,972,304,392 bytes, but 0 follow; fetch the file again.",
    ),
    "gzip cut short": (PACKED[:-9], "the gzip stream is cut short or damaged; fetch the file again."),
    "gzip only begun": (PACKED[:4], "the gzip stream is cut short or damaged; fetch the file again."),
    "gzip damaged": (
        PACKED[:30] + bytes([PACKED[30] ^ 0xFF]) + PACKED[31:],
        "the gzip stream is cut short or damaged; fetch the file again.",
    ),
    "gzip checksum": (
        PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:],
        "the gzip stream is cut short or damaged; fetch the file again.",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_a_sentence(name: str, tmp_path: Path) -> None:
    raw, sentence = BROKEN[name]
    path = tmp_path / "broken"
    path.write_bytes(raw)
    if name == "huge":
        sentence = sentence.replace("147,573,952,520,972,304,392", f"{(2**32 - 1) ** 2 * 8:,}")
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {sentence}')}[^\n]*$"):
        read_idx(path)


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(str(path))}: there is no such file\\.$"):
        read_idx(str(path))


def test_more_axes_than_numpy_has(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"\0\0\x08" + bytes([200]) + b"\0" * 800)
    with pytest.raises(ValueError, match=re.escape(str(path))):
        read_idx(path)
