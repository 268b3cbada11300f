"""The files that come with a notebook: pictures and data are taken along, what could take a module's place is not."""

import os
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from autograder.intake.find import is_notebook_name, regular_files

MOST_BYTES = 20_000_000


def read_extras(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Read the plain files of a submission besides its notebooks.

    Parameters
    ----------
    folder
        What was handed in.

    Returns
    -------
    dict of str to bytes, list of str
        The files by their path in the folder, and what was left out: links, modules that would shadow
        installed ones, and what goes beyond 20 MB in all.
    """
    files: dict[str, bytes] = {}
    notes, total = [], 0
    for path in regular_files(folder):
        name = path.relative_to(folder).as_posix()
        if is_notebook_name(path.name) or name == "timestamp.txt":
            continue
        top = name.split("/")[0].removesuffix(".py")
        if path.suffix in (".py", ".pth", ".so", ".pyc") and top.split(".")[0] in _taken():
            notes.append(f"{name} would stand in for the installed {top} and was left out")
            continue
        size = path.stat().st_size
        if total + size > MOST_BYTES:
            notes.append(f"{name} was left out: more than {MOST_BYTES // 10**6} MB were handed in")
            continue
        total += size
        files[name] = path.read_bytes()
    links = sum(os.path.islink(os.path.join(where, name)) for where, a, b in os.walk(folder) for name in [*a, *b])
    if links:
        notes.append(f"{links} symbolic link{'s' * (links > 1)} not followed")
    return files, notes


@cache
def _taken() -> frozenset[str]:
    """The names of all modules that are installed here."""
    return frozenset(sys.stdlib_module_names) | frozenset(packages_distributions()) | {"course", "autograder"}
