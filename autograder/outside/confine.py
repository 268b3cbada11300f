"""Landlock and seccomp for the process that asks for it, without any privilege; Linux 6.12 or later.

Files outside of the given folders cannot be opened, no connection can be made, no process outside can be signalled or traced.
A parent stays behind and ends whatever the kernel leaves running. Imports nothing but the standard library: it runs in the sandbox.
"""

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446
READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
ALL = (1 << 16) - 1
OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
WRITE = ALL & ~(1 << 6 | 1 << 11 | 1 << 15)  # no devices
NEWEST_NEEDED = 6  # the version that keeps signals in
# connect, io_uring_setup, ptrace, process_vm_readv, process_vm_writev, mount, unshare, setns, keyctl, add_key, request_key, bpf,
# userfaultfd, perf_event_open; then socket, clone, sendto, sendmsg, sendmmsg
DENIED = {
    "x86_64": [42, 425, 101, 310, 311, 165, 272, 308, 250, 248, 249, 321, 323, 298],
    "aarch64": [203, 425, 117, 270, 271, 40, 97, 268, 219, 217, 218, 280, 282, 241],
}
SPECIAL = {"x86_64": (41, 56, 44, 46, 307), "aarch64": (198, 220, 206, 211, 269)}
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_libc = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """Return the version of Landlock that this system has; 0 without."""
    return max(0, _libc.syscall(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def problem() -> str:
    """Say why this system cannot confine a process, or return ""."""
    if not sys.platform.startswith("linux") or platform.machine() not in ARCHITECTURE:
        return "it needs Linux on x86-64 or ARM64"
    version = landlock_version()
    if not version:
        return "the kernel has no Landlock, or it is not switched on"
    if version < NEWEST_NEEDED:
        return f"the kernel's Landlock has version {version}; version {NEWEST_NEEDED} (Linux 6.12) is needed"
    return ""


def confine(readable: list[str], writable: list[str], hidden: list[str]) -> None:
    """Fork: the child returns, confined; the parent waits for it, ends what it leaves behind, and exits as it did.

    Parameters
    ----------
    readable, writable
        Files and folders; everything else is out of reach.
    hidden
        Folders and files below a readable one that are out of reach too.
    """
    _prctl(36, 1)  # become the parent of whatever is orphaned below
    child = os.fork()
    if child:
        _wait(child)
    _prctl(1, signal.SIGKILL)  # die with the parent
    os.setsid()
    _drop_capabilities()
    _prctl(38, 1)  # no new privileges
    _restrict_files(readable, [*writable], hidden)
    _restrict_calls()


def _wait(child: int) -> None:
    """Wait, reap, and leave nothing running."""
    _prctl(1, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    status, over = 0, False
    while True:
        try:
            pid, found = os.wait()
        except ChildProcessError:
            break
        if pid == child:
            status, over = found, True
        if over:
            _kill_children()
    os._exit(os.waitstatus_to_exitcode(status) & 255)


def _kill_children() -> None:
    """Kill all that descends from this process; orphans come here, so that nothing is out of sight for long."""
    for _ in range(100):
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        if not children:
            return
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _drop_capabilities() -> None:
    header = struct.pack("Ii", 0x20080522, 0)
    _libc.capset(header, bytes(24))


def _restrict_files(readable: list[str], writable: list[str], hidden: list[str]) -> None:
    attributes = struct.pack("QQQ", ALL, 3, 3)  # files; TCP; abstract sockets and signals
    rules = _libc.syscall(CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        raise OSError(ctypes.get_errno(), "no Landlock ruleset")
    for path in readable:
        _allow_around(rules, Path(path).resolve(), [Path(p).resolve() for p in hidden])
    for path in [*writable, f"/proc/{os.getpid()}"]:
        _allow(rules, path, WRITE)
    for path in ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"):
        _allow(rules, path, READ | 1 << 1)
    if _libc.syscall(RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0)):
        raise OSError(ctypes.get_errno(), "Landlock did not take effect")
    os.close(rules)


def _allow_around(rules: int, path: Path, hidden: list[Path]) -> None:
    """Allow reading below a path, but for what is hidden: then entry by entry, and of the folder itself only the names."""
    if any(path == other or path.is_relative_to(other) for other in hidden):
        return
    if not any(other.is_relative_to(path) for other in hidden):
        _allow(rules, str(path), READ)
        return
    _allow(rules, str(path), 1 << 3)
    for entry in path.iterdir():
        _allow_around(rules, entry.resolve(), hidden)


def _allow(rules: int, path: str, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= OF_FILES
    rule = struct.pack("=Qi", access, handle)
    if access:
        _libc.syscall(ADD, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(handle)


def _restrict_calls() -> None:
    """Refuse system calls that lead outside: connections of any kind, datagrams, tracing, namespaces, io_uring."""
    machine = platform.machine()
    load, equal, masked, give = 0x20, 0x15, 0x45, 0x06
    allow, deny, missing = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
    number, first, second = 0, 16, 24
    code = [(load, 0, 0, 4), (equal, 1, 0, ARCHITECTURE[machine]), (give, 0, 0, 0x80000000), (load, 0, 0, number)]
    if machine == "x86_64":
        code += [(masked, 0, 1, 0x40000000), (give, 0, 0, deny)]
    for call in DENIED[machine]:
        code += [(equal, 0, 1, call), (give, 0, 0, deny)]
    code += [(equal, 0, 1, 435), (give, 0, 0, missing)]  # clone3: the library falls back on clone
    socket, clone, *senders = SPECIAL[machine]
    code += [
        (equal, 0, 3, clone),
        (load, 0, 0, first),
        (masked, 0, 1, 0x7E020000),
        (give, 0, 0, deny),
        (load, 0, 0, number),
    ]
    for call, offset in zip(senders, (40, 32, 40), strict=True):  # MSG_FASTOPEN connects
        code += [
            (equal, 0, 3, call),
            (load, 0, 0, offset),
            (masked, 0, 1, 0x20000000),
            (give, 0, 0, deny),
            (load, 0, 0, number),
        ]
    stream = [(load, 0, 0, second), (0x54, 0, 0, 15), (equal, 0, 1, 1), (give, 0, 0, allow), (give, 0, 0, deny)]
    code += [(equal, 1, 0, socket), (give, 0, 0, allow), (load, 0, 0, first)]
    code += [(equal, 0, 1, 16), (give, 0, 0, allow)]  # netlink, which libzmq cannot do without
    code += [(equal, 3, 0, 1), (equal, 2, 0, 2), (equal, 1, 0, 10), (give, 0, 0, deny), *stream]
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    text = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(text))
    if _libc.prctl(22, ctypes.c_ulong(2), filter_, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp did not take effect")
