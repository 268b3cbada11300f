"""Read a notebook file of any size in little memory: outputs, pictures and widget states are passed over.

A notebook with 100 MB of output becomes half a gigabyte when it is parsed whole. So the text is gone through
token by token, and the three places where bulk collects are left out before anything is parsed.
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 300_000_000  # a larger file is not looked into
MOST_KEPT = 8_000_000  # what may be left of it; the notebooks of this course are below 200 kB
_WINDOW = 8_000_000
_DEEPEST = 100
_MOST_TOKENS = 20_000_000  # some ten seconds
_STRUCTURE = re.compile(rb'["{}\[\]]')
# Possessive, so that nothing is kept for going back: a string may be 100 MB of backslashes.
_STRING_PART = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BULK = {
    (b'"cells"', b'"outputs"'): b"[]",
    (b'"cells"', b'"attachments"'): b"{}",
    (b'"metadata"', b'"widgets"'): b"{}",
}


class TooMuch(ValueError):
    """The file is too large or too deep to be a notebook; the message says which."""


def read_thin(path: Path) -> bytes:
    """Return the text of a notebook without its bulk.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        JSON if the file was JSON; a small file comes back as it is.

    Raises
    ------
    TooMuch
        If the file is larger than 300 MB, holds more than 8 MB besides outputs, or is nested deeper than 100.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise TooMuch(f"it is {size / 1e6:.0f} MB large")
    if size <= MOST_KEPT // 8:
        return path.read_bytes()
    kept: list[bytes] = []
    total = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for start, end, instead in _pieces(text):
            total += end - start + len(instead)
            if total > MOST_KEPT:
                raise TooMuch(f"it holds more than {MOST_KEPT / 1e6:.0f} MB besides its outputs")
            kept += [text[start:end], instead]
    return b"".join(kept)


def _pieces(text: mmap.mmap) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, replacement of what follows) for the parts that are kept."""
    stack: list[tuple[bytes, bytes]] = []  # the open brackets, each with the key that it belongs to
    key, kept_from, skipping, freed, place = b"", 0, -1, 0, 0
    tokens = 0
    while found := _STRUCTURE.search(text, place):
        tokens += 1
        if tokens > _MOST_TOKENS:
            raise TooMuch(f"it has more than {_MOST_TOKENS} strings and brackets")
        place = found.end()
        sign = found[0]
        if sign == b'"':
            place = _end_of_string(text, place)
            if place - found.start() < 40 and skipping < 0:
                key = text[found.start() : place]
        elif sign in b"{[":
            if len(stack) >= _DEEPEST:
                raise TooMuch(f"it is nested deeper than {_DEEPEST}")
            stack.append((sign, key))
            instead = _BULK.get((_root_key(stack), key)) if skipping < 0 else None
            if instead is not None and instead[:1] == sign and len(stack) == (4 if b"cells" in _root_key(stack) else 3):
                yield kept_from, found.start(), instead
                skipping = len(stack)
            key = b""
        elif stack:
            if len(stack) == skipping:
                kept_from, skipping = place, -1
            stack.pop()
            key = b""
        if skipping < 0 and place - kept_from > _WINDOW:
            yield kept_from, place, b""
            kept_from = place
        if place - freed > _WINDOW:
            _free(text, freed, place)
            freed = place
    if skipping < 0:
        yield kept_from, len(text), b""


def _root_key(stack: list[tuple[bytes, bytes]]) -> bytes:
    return stack[1][1] if len(stack) > 1 else b""


def _end_of_string(text: mmap.mmap, place: int) -> int:
    """Return the place behind the closing quote, or the end of the text."""
    size = len(text)
    while place < size:
        found = _STRING_PART.match(text, place, min(size, place + _WINDOW))
        end = found.end() if found else place
        if end < size and text[end : end + 1] == b'"':
            return end + 1
        if end - place > _WINDOW // 2:
            _free(text, place, end)
        if end == place:  # a lone backslash at the very end
            return size
        place = end
    return size


def _free(text: mmap.mmap, start: int, end: int) -> None:
    """Give back the memory of what has been read, where the system can."""
    if hasattr(mmap, "MADV_DONTNEED"):
        page = mmap.PAGESIZE
        first, last = start // page * page, end // page * page
        if last > first:
            text.madvise(mmap.MADV_DONTNEED, first, last - first)
