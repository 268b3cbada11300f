"""The command line that puts a process into a sandbox of bubblewrap's."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts", "mime.types")


def command(
    argv: list[str], readable: list[str], writable: list[str], hidden: list[str], home: str, temporary: int = 128
) -> list[str]:
    """Return the command that runs `argv` with nothing but these paths, no network, and processes of its own.

    Parameters
    ----------
    argv
        What to run.
    readable, writable
        Files and folders, seen at their own place.
    hidden
        Files and folders below a readable one that are seen empty.
    home
        The writable folder to start in.
    temporary
        MB for /tmp.
    """
    options = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
    options += ["--disable-userns"] if "--disable-userns" in _help() else []
    for path in SYSTEM:
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            options += ["--ro-bind", path, path]
    for name in ETC:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    size = str(temporary << 20)
    options += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--size",
        size,
        "--tmpfs",
        "/dev/shm",
        "--size",
        size,
        "--tmpfs",
        "/tmp",
    ]
    for path in _outermost(readable):
        options += ["--ro-bind", path, path]
    for path in hidden:
        if any(Path(path).is_relative_to(other) for other in [*readable, *SYSTEM]):
            inside = (
                ["--tmpfs", path, "--remount-ro", path] if os.path.isdir(path) else ["--ro-bind", "/dev/null", path]
            )
            options += inside
    for path in writable:
        options += ["--bind", path, path]
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", home]
    return [shutil.which("bwrap") or "bwrap", *options, "--", *argv]


def problem() -> str:
    """Say why bubblewrap does not work here, or return ""."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (no command bwrap)"
    tried = subprocess.run(command(["true"], [], [], [], "/"), capture_output=True, text=True, timeout=30)
    if tried.returncode:
        said = tried.stderr.strip().splitlines()
        return f"bwrap is installed but may not make namespaces ({said[-1] if said else tried.returncode})"
    return ""


def _outermost(paths: list[str]) -> list[str]:
    """Leave out what lies below another path or below the system's folders, which are there already."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if os.path.exists(path) and not any(Path(path).is_relative_to(other) for other in [*kept, *SYSTEM]):
            kept.append(path)
    return kept


@cache
def _help() -> str:
    done = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr
