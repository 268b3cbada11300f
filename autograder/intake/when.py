"""Read the time at which something was handed in, as people and systems write it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_FORMATS: tuple[str, ...] = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d-%H-%M-%S",
)
_FORMATS += ("%A, %d %B %Y, %I:%M %p", "%d %B %Y, %I:%M %p", "%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %Y")


def read_timestamp(path: Path, now: datetime | None = None) -> tuple[datetime | None, str]:
    """Read nbgrader's `timestamp.txt`.

    Parameters
    ----------
    path
        The file; it need not be there.
    now
        The present; None asks the clock.

    Returns
    -------
    datetime or None, str
        The time in UTC, and a note if what stands in the file is no time that can be believed: then the
        submission counts as on time.
    """
    if path.is_symlink() or not path.is_file():
        return None, ""
    text = path.read_bytes()[:200].decode("utf-8-sig", "replace").strip()
    found = parse_time(text)
    if found is None:
        shown = re.sub(r"[^ -~]+", "?", text)[:40]
        return None, f"timestamp.txt holds no time ({shown!r}), so the submission counts as on time"
    now = now or datetime.now(UTC)
    if not datetime(2000, 1, 1, tzinfo=UTC) < found < now + timedelta(days=1):
        return None, f"timestamp.txt says {found:%Y-%m-%d %H:%M}, so the submission counts as on time"
    return found, ""


def parse_time(text: str) -> datetime | None:
    """Understand a time; one that could be read in two ways, as 03/04/2026 could, is not understood.

    Without a zone it is UTC, as nbgrader has it.

    >>> parse_time("2026-02-01 23:59:30.5 Europe/Berlin").isoformat()
    '2026-02-01T22:59:30.500000+00:00'
    >>> parse_time("1769990370").isoformat(), parse_time("03/04/2026 12:00")
    ('2026-02-01T23:59:30+00:00', None)
    """
    text = " ".join(text.split())
    if re.fullmatch(r"\d{9,11}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    zone: ZoneInfo | None = None
    if match := re.fullmatch(r"(.+\d) ([A-Za-z_]+(?:/[A-Za-z_/]+)?)", text):
        try:
            zone, text = ZoneInfo(match[2]), match[1]
        except (ValueError, OSError, KeyError):
            zone = None
    text = re.sub(r" ([+-]\d{2}:?\d{2})$", r"\1", text)
    for read in (datetime.fromisoformat, *(lambda t, f=f: datetime.strptime(t, f) for f in _FORMATS)):
        try:
            found = read(text)
        except ValueError:
            continue
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone or UTC)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            return None
    return None
