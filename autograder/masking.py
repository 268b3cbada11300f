"""What a student's kernel finds in the place of `course` and `autograder` while it is graded.

A copy of `course` without the functions that answer the unit's exercises: their text is gone, calling one raises a sentence, and
everything else works. Ready-made functions of other packages that an exercise names are taken away when they are imported. Of
`autograder` there is a stub whose `check` does nothing, for checks are made from outside.
"""

import ast
import hashlib
import importlib
import inspect
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from autograder.registry import exercises, units

STUB = '''"""While grading, checks are made from outside of this kernel; here `check` does nothing."""


def check(name, function=None):
    """Do nothing."""
'''


def prepare(unit: str, config: Any) -> None:
    """Tell the sandbox of a unit's kernel what it may see.

    Parameters
    ----------
    unit
        Name of the unit.
    config
        Configuration that the kernel's provisioner will get.
    """
    import course

    real = Path(str(course.__file__)).parent
    masked = answers(unit)
    config.SandboxProvisioner.overlay = [str(overlay(masked))]
    config.SandboxProvisioner.readable = [str(real / "data" / "files")]
    # Where the packages are installed into the environment, or the course folder is inside of it, they are covered.
    here = Path(__file__).parent
    config.SandboxProvisioner.hidden = [str(real / name) for name in _entries(real)] + [str(here), *_sources(here)]
    config.SandboxProvisioner.forbidden = {
        name: _sentence(name, exercise)
        for name, exercise in masked.items()
        if not name.startswith("course.") or (_definition(name) is None and not inspect.ismodule(_resolve(name)))
    }


def answers(unit: str) -> dict[str, str]:
    """Return the exercises by the dotted names of the functions that answer them."""
    found: dict[str, str] = {}
    for exercise in exercises(unit) if unit in units() else []:
        implied = [f"course.functional.{exercise.name}", f"course.functional.{exercise.name}_plain"]
        for name in [*(name for name in implied if _exists(name)), *exercise.answered_by]:
            found.setdefault(name, exercise.name)
    return found


def _exists(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    return hasattr(importlib.import_module(module), attribute)


def _entries(real: Path) -> list[str]:
    return [path.name for path in real.iterdir() if path.name != "data"] + [
        "data/" + p.name for p in (real / "data").glob("*.py")
    ]


def _sources(here: Path) -> list[str]:
    """Return the folders of the course that a student must not read, where this is a checkout."""
    return [str(here.parent / name) for name in ("solutions", "tests", "docs", "notebooks", ".git")]


def _sentence(name: str, exercise: str) -> str:
    return f"{name} is not there while {exercise} is graded: it does what you are asked to write."


@cache
def _key() -> str:
    """Name the state of the library: a changed file makes a new copy."""
    import course

    root = Path(str(course.__file__)).parent
    text = "".join(f"{path}{path.stat().st_mtime_ns}{path.stat().st_size}" for path in sorted(root.rglob("*.py")))
    return text + Path(__file__).read_text(encoding="utf-8") + sys.version


def overlay(masked: dict[str, str]) -> Path:
    """Return a folder with the masked copy of `course` and the stub of `autograder`; it is made once and kept in the cache.

    Parameters
    ----------
    masked
        Exercises by the names of what answers them.
    """
    digest = hashlib.sha256((_key() + repr(sorted(masked.items()))).encode()).hexdigest()[:20]
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    target = Path(cache_home) / "sobel-to-vgg" / "masks" / digest
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent))
        _build(beside, masked)
        try:
            beside.rename(target)
        except OSError:  # somebody else was first
            shutil.rmtree(beside)
        _forget(target.parent, keep=20)
    os.utime(target)
    return target


def _forget(folder: Path, keep: int) -> None:
    """Remove the copies that were not used for the longest time."""
    old = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in old[:-keep]:
        shutil.rmtree(path, ignore_errors=True)


def _build(folder: Path, masked: dict[str, str]) -> None:
    import course

    real = Path(str(course.__file__)).parent
    shutil.copytree(real, folder / "course", ignore=_without_data)
    (folder / "course" / "data" / "files").symlink_to(real / "data" / "files")
    (folder / "autograder").mkdir()
    (folder / "autograder" / "__init__.py").write_text(STUB, encoding="utf-8")
    edits: dict[Path, list[tuple[int, str, str]]] = {}
    for name, exercise in masked.items():
        if name.startswith("course.") and (place := _definition(name)) is not None:
            path, line, defined = place
            edits.setdefault(folder / "course" / path.relative_to(real), []).append(
                (line, defined, _sentence(name, exercise))
            )
    for path, lines in edits.items():
        path.write_text(_emptied(path.read_text(encoding="utf-8"), lines), encoding="utf-8")
    folder.chmod(0o755)


def _without_data(folder: str, names: list[str]) -> list[str]:
    inside = Path(folder)
    return ["files"] if inside.name == "data" and inside.parent.name == "course" else []


def _definition(name: str) -> tuple[Path, int, str] | None:
    """Find where a function or class of the course is defined: file, line and name; None for anything else."""
    found = _resolve(name)
    code = getattr(inspect.unwrap(found), "__code__", None) if callable(found) else None
    if code is not None:
        return Path(code.co_filename), code.co_firstlineno, code.co_name
    if inspect.isclass(found):
        lines, line = inspect.getsourcelines(found)
        return Path(str(inspect.getsourcefile(found))), line, found.__name__
    return None


def _resolve(name: str) -> Any:
    parts = name.split(".")
    for i in range(
        len(parts) - 1, 0, -1
    ):  # a function may have the name of its file, and then it is the function that counts
        try:
            found: Any = importlib.import_module(".".join(parts[:i]))
        except ImportError:
            continue
        for part in parts[i:]:
            found = getattr(found, part, None)
        return found
    return None


def _emptied(source: str, edits: list[tuple[int, str, str]]) -> str:
    """Return the source with an error in the place of the body of each function or class that starts in one of these lines."""
    lines = source.splitlines()
    nodes: dict[int, Any] = {}
    for found in ast.walk(ast.parse(source)):
        if isinstance(found, (ast.FunctionDef, ast.ClassDef)):
            first = min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)])
            nodes[first] = found
    changes: list[tuple[int, int, list[str]]] = []
    for line, name, sentence in edits:
        node = nodes.get(line)
        if node is None or node.name != name or (line - 1, node.end_lineno) in [change[:2] for change in changes]:
            continue
        refuse = f"raise RuntimeError({sentence!r})"
        node.body = ast.parse(
            f"def __init__(self, *_, **__):\n    {refuse}" if isinstance(node, ast.ClassDef) else refuse
        ).body
        node.decorator_list = []
        indent = " " * node.col_offset
        changes.append((line - 1, node.end_lineno, [indent + text for text in ast.unparse(node).splitlines()]))
    for first, last, text in sorted(changes, reverse=True):
        lines[first:last] = text
    return "\n".join(lines) + "\n"
