"""A thread that looks after a sandbox: what limits of the system do not catch, or not for root, it catches."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Bounds:
    """What all processes of a sandbox may use together, in MB and seconds; `grader` is for the process that grades."""

    memory: int = 2048
    processes: int = 64
    wall: float = 1800.0
    disk: int = 256
    files: int = 5000
    grader: int = 280


class Watchdog(threading.Thread):
    """Look several times a second, and end the sandbox with a sentence if it is too much.

    Parameters
    ----------
    pid
        The sandbox's first process.
    bounds
        What is allowed.
    folders
        Where it can write.
    end
        Called with the sentence, once.
    """

    def __init__(self, pid: int, bounds: Bounds, folders: list[Path], end: Callable[[str], None]) -> None:
        super().__init__(daemon=True, name="sandbox-watchdog")
        self.pid, self.bounds, self.folders, self.end = pid, bounds, folders, end
        self._over, self._since = threading.Event(), time.monotonic()
        self._baseline: int | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """In this block the grading process takes in what the sandbox sends; what its memory grows by elsewhere is its own work."""
        self._baseline = memory(os.getpid())
        try:
            yield
        finally:
            self._baseline = None

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def run(self) -> None:
        """Look until something is wrong or nobody is there."""
        rounds = 0
        while not self._over.wait(0.05):
            rounds += 1
            sentence = self._grader() or (self._processes() if rounds % 2 else self._disk() if rounds % 10 == 0 else "")
            if sentence:
                self.end(sentence)
                return

    def _grader(self) -> str:
        if (baseline := self._baseline) is None:
            return ""
        most = max(self.bounds.grader << 20, baseline + (128 << 20))
        return "it sent more than can be taken in" if memory(os.getpid()) > most else ""

    def _processes(self) -> str:
        pids = tree(self.pid)
        if len(pids) > self.bounds.processes:
            return f"it started more than {self.bounds.processes} processes"
        if sum(map(memory, pids)) > self.bounds.memory << 20:
            return f"it used more than {self.bounds.memory} MB of memory"
        if time.monotonic() - self._since > self.bounds.wall:
            return f"the whole notebook took more than {self.bounds.wall:g} seconds"
        return ""

    def _disk(self) -> str:
        size = count = 0
        for folder in self.folders:
            for where, _, names in os.walk(folder):
                count += len(names) + 1
                if count > self.bounds.files:
                    return f"it wrote more than {self.bounds.files} files"
                size += sum(_size(os.path.join(where, name)) for name in names)
        return f"it wrote more than {self.bounds.disk} MB" if size > self.bounds.disk << 20 else ""


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found: list[int] = []
    waiting = [pid]
    while waiting and len(found) < 10_000:
        pid = waiting.pop()
        found.append(pid)
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                    waiting += map(int, file.read().split())
        except OSError:
            continue
    return found


def memory(pid: int) -> int:
    """Return a process's resident memory in bytes; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_blocks * 512
    except OSError:
        return 0
