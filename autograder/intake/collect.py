"""Put what an LMS hands out into `submitted/STUDENT/UNIT/`, each file as it is; a single notebook gets the unit's name."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.find import is_notebook_name, regular_files
from autograder.intake.lms import Sender, sender
from autograder.intake.thin import MOST_BYTES
from autograder.intake.when import parse_time

_MOST_FILES = 50_000
_MOST_INSIDE = 20  # files in a student's own archive


@dataclass
class Collected:
    """What came of a download.

    Parameters
    ----------
    senders
        Who handed something in, by student.
    files
        The files of each student.
    strangers
        Files that name nobody, with the reason.
    replaced
        Students whose earlier submission was moved aside.
    """

    senders: dict[str, Sender] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def collect(source: Path, root: Path, unit: str) -> Collected:
    """Sort a download into `autograder/submitted/`.

    A submission that is there already is kept beside, in `autograder/grades/replaced/`, if the new one differs.

    Parameters
    ----------
    source
        A folder or a ZIP archive as an LMS hands it out.
    root
        The course folder.
    unit
        Name of the unit.

    Returns
    -------
    Collected

    Raises
    ------
    UsageError
        If the source is neither, or holds no notebook of anybody.
    """
    if not source.exists():
        raise UsageError(f"{source} is not there.")
    found = Collected()
    with tempfile.TemporaryDirectory(dir=_work(root), prefix=".intake-") as folder:
        new = Path(folder)
        contents = list(_contents(source))
        outer = _outer([path for path, _, _ in contents], unit)
        for path, when, read in contents:
            who = sender(path.removeprefix(outer), unit)
            if who is None:
                found.strangers.append(f"{path}: its name says nothing of whose it is")
                continue
            found.senders.setdefault(who.student, who)
            name = Path(who.file or path).name
            target = _free(new / who.student / unit / name)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                read(target)
            except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
                found.strangers.append(f"{path}: it could not be read ({error})")
                continue
            found.files.setdefault(who.student, []).append(name)
            _unpack_own_archive(target, found.strangers)
            stamp = target.parent / "timestamp.txt"
            when = _time(who, when)
            if is_notebook_name(name) and when is not None and not stamp.exists():
                stamp.write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
        if not found.files:
            raise UsageError(f"{source} holds no file whose name says whose it is.")
        for student in sorted(found.files):
            _name_notebook(new / student / unit, unit)
            _file_away(new / student / unit, root, student, unit, found)
    return found


def _time(who: Sender, when: datetime | None) -> datetime | None:
    """Return when something was handed in: as the name says, else the file's time; Canvas says itself who is late."""
    if who.when:
        return parse_time(who.when)
    return None if who.system == "canvas" and not who.late else when


def _outer(paths: list[str], unit: str) -> str:
    """Return the folder that a download is wrapped in, with its slash, or "": without it all must name somebody."""
    tops = {path.split("/")[0] for path in paths}
    if len(tops) != 1 or not all("/" in path for path in paths):
        return ""
    outer = tops.pop() + "/"
    inner = [sender(path.removeprefix(outer), unit) for path in paths if is_notebook_name(path)]
    several = len({who.student for who in inner if who is not None}) > 1
    return outer if several and None not in inner else ""


def _work(root: Path) -> Path:
    folder = root / "autograder" / "submitted"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _contents(source: Path) -> Iterator[tuple[str, datetime | None, "_Read"]]:
    """Yield path, time and reader of every file of the download."""
    if source.is_dir():
        for path in regular_files(source):
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield path.relative_to(source).as_posix(), when, _Read(file=path)
        return
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{source} is neither a folder nor a ZIP archive.") from error
    for entry in archive.infolist()[:_MOST_FILES]:
        parts = [part for part in entry.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if entry.is_dir() or not parts or hidden or link:
            continue
        yield "/".join(parts), _zip_time(entry), _Read(archive=archive, entry=entry)


def _zip_time(entry: zipfile.ZipInfo) -> datetime | None:
    """Return the time of an entry, which is when the student's file was handed in; 1980 means that nobody knows."""
    try:
        when = datetime(*entry.date_time).astimezone(UTC)  # archives keep local time
    except (ValueError, OverflowError, OSError):
        return None
    return when if when.year > 1990 else None


class _Read:
    """Copies one file to where it belongs, and no more than the most that a submission may have."""

    def __init__(
        self, file: Path | None = None, archive: zipfile.ZipFile | None = None, entry: zipfile.ZipInfo | None = None
    ) -> None:
        self.file, self.archive, self.entry = file, archive, entry

    def __call__(self, target: Path) -> None:
        if self.file is not None:
            if self.file.stat().st_size > MOST_BYTES:
                raise ValueError(f"larger than {MOST_BYTES / 1e6:.0f} MB")
            shutil.copyfile(self.file, target)
            return
        assert self.archive is not None and self.entry is not None
        left = MOST_BYTES  # the size that an archive states may be a lie
        with self.archive.open(self.entry) as source, target.open("wb") as copy:
            while part := source.read(1 << 20):
                left -= len(part)
                if left < 0:
                    raise ValueError(f"larger than {MOST_BYTES / 1e6:.0f} MB")
                copy.write(part)


def _unpack_own_archive(path: Path, strangers: list[str]) -> None:
    """Take the notebooks out of an archive that a student handed in."""
    if path.suffix.lower() != ".zip":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:_MOST_INSIDE]:
                name = entry.filename.replace("\\", "/").split("/")[-1]
                if is_notebook_name(name) and not name.startswith("."):
                    _Read(archive=archive, entry=entry)(_free(path.parent / name))
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        strangers.append(f"{path.name} of {path.parent.parent.name}: it could not be unpacked ({error})")


def _name_notebook(folder: Path, unit: str) -> None:
    """Call the only notebook as the unit is called, so that nbgrader's own commands find it too."""
    notebooks = [path for path in regular_files(folder) if is_notebook_name(path.name)]
    if len(notebooks) == 1 and notebooks[0].name != f"{unit}.ipynb":
        os.replace(notebooks[0], folder / f"{unit}.ipynb")


def _free(path: Path) -> Path:
    """Return the path, or one with a number, as a browser would, if there is a file."""
    number = 0
    new = path
    while new.exists():
        number += 1
        new = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return new


def _file_away(new: Path, root: Path, student: str, unit: str, found: Collected) -> None:
    target = root / "autograder" / "submitted" / student / unit
    if target.exists():
        if _same(new, target):
            return
        before = root / "autograder" / "grades" / "replaced" / student / f"{unit}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
        before.parent.mkdir(parents=True, exist_ok=True)
        os.replace(target, before)
        found.replaced.append(student)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(new, target)


def _same(one: Path, other: Path) -> bool:
    """Say whether two submissions are the same but for their times."""
    contents = [
        {p.relative_to(folder): p.read_bytes() for p in regular_files(folder) if p.name != "timestamp.txt"}
        for folder in (one, other)
    ]
    return contents[0] == contents[1]
