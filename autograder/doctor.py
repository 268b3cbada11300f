"""Is this machine fit to grade? One line for each thing that was looked at."""

import importlib
import os
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_NEEDED = {"nbgrader": (0, 9, 5), "nbconvert": (7, 0), "nbclient": (0, 8), "ipykernel": (6, 0), "SQLAlchemy": (2, 0)}
_FREE_BYTES = 2_000_000_000
_BYTES_PER_WORKER = 1_500_000_000


@dataclass(frozen=True)
class Finding:
    """What was found: good or not, and a sentence."""

    good: bool
    sentence: str


def examine(root: Path) -> list[Finding]:
    """Look at versions, PATH, disk, memory, gradebook and engine.

    Parameters
    ----------
    root
        The course folder.

    Returns
    -------
    list of Finding
    """
    return [_python(), *_packages(), _alembic(), _disk(root), _writable(root), _memory(), *_gradebook(root), engine()]


def _python() -> Finding:
    return Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} in {sys.prefix}.")


def _packages() -> list[Finding]:
    found, missing = [], []
    for name, least in _NEEDED.items():
        try:
            text = version(name)
        except PackageNotFoundError:
            missing.append(f"{name} is not installed: pip install 'sobel-to-vgg[grade]'.")
            continue
        found.append(f"{name} {text}")
        if tuple(int(part) for part in text.split(".")[: len(least)] if part.isdigit()) < least:
            missing.append(f"{name} {text} is too old: at least {'.'.join(map(str, least))} is needed.")
    return [Finding(True, f"Packages: {', '.join(found)}."), *(Finding(False, sentence) for sentence in missing)]


def _alembic() -> Finding:
    here = Path(sys.executable).parent
    path = os.pathsep.join([str(here), os.environ.get("PATH", "")])  # what configure(c) makes of it
    where = shutil.which("alembic", path=path)
    if where:
        return Finding(True, f"nbgrader will find alembic: {where}.")
    return Finding(False, f"nbgrader needs the program alembic, which is neither in {here} nor on the PATH.")


def _disk(root: Path) -> Finding:
    places = {"the course folder": root, "temporary files": Path(tempfile.gettempdir())}
    free = {name: shutil.disk_usage(path).free for name, path in places.items()}
    text = ", ".join(f"{bytes_ / 1e9:.1f} GB for {name}" for name, bytes_ in free.items())
    return Finding(min(free.values()) > _FREE_BYTES, f"Free disk: {text} (2 GB are enough for most classes).")


def _writable(root: Path) -> Finding:
    good = os.access(root / "autograder" if (root / "autograder").is_dir() else root, os.W_OK)
    return Finding(good, f"{root / 'autograder'} can {'' if good else 'not '}be written.")


def _memory() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return Finding(True, f"{cores} cores.")
    fits = max(1, int(free // _BYTES_PER_WORKER))
    return Finding(
        free > _BYTES_PER_WORKER, f"{cores} cores and {free / 1e9:.1f} GB of free memory: -j {min(cores, fits)} fits."
    )


def _gradebook(root: Path) -> list[Finding]:
    path = root / "autograder" / "gradebook.db"
    if not path.is_file():
        return [Finding(True, "There is no gradebook yet; the first run makes it.")]
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            state = connection.execute("PRAGMA quick_check").fetchone()[0]
            students = connection.execute("SELECT count(*) FROM student").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        return [Finding(False, f"The gradebook {path} cannot be read: {error}.")]
    good = state == "ok"
    return [
        Finding(good, f"The gradebook is {'sound' if good else f'damaged ({state})'} and knows {students} students.")
    ]


def engine() -> Finding:
    """Say where students' code runs, as the engine itself describes it."""
    try:
        engines = importlib.import_module("autograder.outside.engines")
    except ImportError:
        return Finding(False, "Engine: checks run inside the student's kernel; nothing is isolated.")
    try:
        chosen = engines.choose(os.environ.get("AUTOGRADER_ENGINE") or "auto")
    except engines.EngineError as error:
        return Finding(False, f"Engine: {error}")
    lost = "; ".join(f"{e.name} does not work ({e.reason})" for e in engines.available() if not e.works)
    isolates = "isolates nothing" if chosen == "none" else "works here"
    return Finding(chosen != "none", f"Engine: {chosen}, which {isolates}.{f' {lost}.' if lost else ''}")
