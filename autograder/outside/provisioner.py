"""`SandboxProvisioner` starts kernels in a sandbox; registered with Jupyter as "outside-sandbox"."""

import contextlib
import json
import os
import shutil
import signal
import site
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Float, Integer, List, Unicode

from autograder.outside import bubblewrap
from autograder.outside.watchdog import Bounds, Watchdog, tree

HERE = Path(__file__).parent
NEEDED = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
)  # for Landlock; bubblewrap has its own
SUBMISSION = 64 << 20  # bytes of files that come with a notebook


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel that sees Python, its own files and nothing else.

    Sockets go through the file system. The kernel starts in a folder of its own, with copies of the plain files that lie
    beside the notebook, but of no notebook and no link.
    """

    engine = Unicode("bubblewrap", help="bubblewrap, landlock, or none, which only sets limits").tag(config=True)
    readable = List(Unicode(), help="more folders that the kernel may read").tag(config=True)
    hidden = List(Unicode(), help="what it may not, though it lies in a readable folder").tag(config=True)
    overlay = List(Unicode(), help="folders that come first on its PYTHONPATH").tag(config=True)
    forbidden = Dict(help="sentences by dotted name of a function or module that raises them").tag(config=True)
    environment = Dict(help="more variables").tag(config=True)
    memory_mb = Integer(2048, help="of all processes together").tag(config=True)
    processes = Integer(64).tag(config=True)
    cpu_seconds = Integer(1200).tag(config=True)
    wall_seconds = Float(1800.0).tag(config=True)
    file_mb = Integer(128, help="of one file").tag(config=True)
    disk_mb = Integer(256, help="of all files").tag(config=True)
    grader_mb = Integer(280, help="resident memory of the process that grades, above which the kernel is ended").tag(
        config=True
    )

    verdict = ""
    private: Path | None = None
    watchdog: Watchdog | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the private folder and wrap the command."""
        self.private = Path(tempfile.mkdtemp(prefix="kernel-"))
        self.home = self.private / "home"
        (self.home / "tmp").mkdir(parents=True)
        _copy_plain_files(kwargs.get("cwd"), self.home)
        manager = self.parent
        manager.transport, manager.cache_ports = "ipc", False
        manager.ip = str(self.private / "k")
        manager.connection_file = str(self.private / "kernel.json")
        kwargs = await super().pre_launch(**kwargs)
        arguments = kwargs["cmd"][kwargs["cmd"].index("ipykernel_launcher") + 1 :]
        self._write_settings(arguments)
        kwargs["cmd"] = self._command()
        kwargs["env"], kwargs["cwd"] = self._environment(), str(self.home)
        return kwargs

    def _paths(self) -> tuple[list[str], list[str], list[str]]:
        readable = [sys.prefix, sys.base_prefix, *self.overlay, *self.readable]
        readable += [path for path in [site.getusersitepackages()] if path in sys.path]
        readable += [str(self.private / name) for name in ("start.py", "confine.py", "start.json")]  # type: ignore[operator]
        hidden = [str(Path(path).resolve()) for path in self.hidden if os.path.exists(path)]
        return [os.path.abspath(path) for path in readable if os.path.exists(path)], [str(self.private)], hidden

    def _write_settings(self, arguments: list[str]) -> None:
        assert self.private is not None
        megabyte = 1 << 20
        limits = {
            "RLIMIT_AS": 4 * self.memory_mb * megabyte,
            "RLIMIT_FSIZE": self.file_mb * megabyte,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_NOFILE": 1024,
            "RLIMIT_CORE": 0,
        }
        for name in ("start.py", "confine.py"):
            shutil.copyfile(HERE / name, self.private / name)
        confine = None
        if self.engine == "landlock":
            readable, writable, hidden = self._paths()
            etc = [f"/etc/{name}" for name in bubblewrap.ETC]
            confine = {
                "readable": [*readable, *bubblewrap.SYSTEM, *etc, *NEEDED],
                "writable": writable,
                "hidden": hidden,
            }
        settings = {"limits": limits, "confine": confine, "forbidden": dict(self.forbidden), "arguments": arguments}
        (self.private / "start.json").write_text(json.dumps(settings), encoding="utf-8")

    def _command(self) -> list[str]:
        argv = [sys.executable, "-P", str(self.private / "start.py")]  # type: ignore[operator]
        if self.engine != "bubblewrap":
            return argv
        readable, writable, hidden = self._paths()
        return bubblewrap.command(argv, readable, writable, hidden, str(self.home))

    def _environment(self) -> dict[str, str]:
        """Nothing of the grader's environment; one thread, and sets in the same order in every run."""
        home = str(self.home)
        threads = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR")
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": home,
            "TMPDIR": f"{home}/tmp",
            "IPYTHONDIR": f"{home}/tmp/ipython",
            "MPLCONFIGDIR": f"{home}/tmp/matplotlib",
            "NUMBA_CACHE_DIR": f"{home}/tmp/numba",
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(self.overlay),
            "NBGRADER_EXECUTION": "autograde",
            **({"JPY_PARENT_PID": str(os.getpid())} if self.engine == "none" else {}),  # the kernel ends when that does
            **{f"{name}_NUM_THREADS": "1" for name in threads},
            **{str(key): str(value) for key, value in self.environment.items()},
        }

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start it, with its noise thrown away, and set the watchdog on it."""
        self.process = subprocess.Popen(
            cmd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("SANDBOX_DEBUG") else subprocess.DEVNULL,
            cwd=kwargs["cwd"],
            env=kwargs["env"],
            start_new_session=True,
        )
        self.pid = self.pgid = self.process.pid
        bounds = Bounds(self.memory_mb, self.processes, self.wall_seconds, self.disk_mb, grader=self.grader_mb)
        assert self.private is not None
        self.watchdog = Watchdog(self.process.pid, bounds, [self.private], self._end)
        self.watchdog.start()
        return self.connection_info

    def _end(self, sentence: str) -> None:
        self.verdict = sentence
        self._kill_all()

    def _kill_all(self) -> None:
        """Kill everything below the first process, then that one; with bubblewrap the namespace goes down as a whole."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        for _ in range(50):
            below = [pid for pid in tree(process.pid) if pid != process.pid]
            if not below:
                break
            for signum in (signal.SIGSTOP, signal.SIGKILL):  # first none may go on making more
                for pid in below:
                    _signal(pid, signum)
            if self.engine == "bubblewrap":
                break
        _signal(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)  # gone in a millisecond; whoever asks the library later would wait for 100

    async def send_signal(self, signum: int) -> None:
        """Interrupts go to the kernel itself, wherever in the sandbox it is; the rest ends it all."""
        if self.process is None:
            return
        if signum == signal.SIGINT:
            depth = {"bubblewrap": 2, "landlock": 1, "none": 0}[self.engine]
            pid: int | None = self.process.pid
            for _ in range(depth):
                pid = _first_child(pid) if pid else None
            if pid:
                _signal(pid, signum)
        elif signum in (signal.SIGKILL, signal.SIGTERM):
            self._kill_all()

    async def wait(self) -> int | None:
        """Wait for the end; polled more often than the base class does."""
        process, code = self.process, None
        if process is not None:
            deadline = time.monotonic() + 10
            while (code := process.poll()) is None and time.monotonic() < deadline:
                time.sleep(0.005)
            self.process = None  # type: ignore[assignment]
        return code

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the private folder."""
        if self.watchdog is not None:
            self.watchdog.stop()
        self._kill_all()
        if self.private is not None and not restart:
            shutil.rmtree(self.private, ignore_errors=True)
        await super().cleanup(restart=restart)


def _first_child(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return None
    return int(text.split()[0]) if text.split() else None


def _signal(pid: int, signum: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signum)


def _copy_plain_files(folder: Any, home: Path) -> None:
    """Copy what a notebook may read: no notebooks (they hold what others wrote), no links, not too much."""
    left = SUBMISSION
    root = Path(str(folder)) if folder else None
    if root is None or not root.is_dir():
        return
    for where, folders, names in os.walk(root):
        folders[:] = [
            name for name in folders if not name.startswith(".") and not os.path.islink(os.path.join(where, name))
        ]
        for name in sorted(names):
            path = Path(where) / name
            found = path.lstat()
            if name.endswith(".ipynb") or not stat.S_ISREG(found.st_mode) or found.st_size > left:
                continue
            left -= found.st_size
            target = home / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
