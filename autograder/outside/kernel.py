"""A kernel that nobody trusts: started, spoken to within limits, interrupted, killed."""

import contextlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client import BlockingKernelClient, KernelManager

from autograder.errors import Unreachable
from autograder.outside.limits import Limits

HERE = Path(__file__).parent
# The agent as one cell: a module made of three texts, filed where no student's name can meet it.
_TEXT = "".join((HERE / name).read_text(encoding="utf-8") for name in ("wire.py", "compiling.py", "agent.py"))
_TEXT = re.sub(r"^from autograder\..*\n", "", _TEXT, flags=re.MULTILINE)
_MAKE = """
import sys, types
sys.modules["_outside_agent"] = agent = types.ModuleType("_outside_agent")
exec(text, agent.__dict__)
agent.listen()
"""
_PLAIN = {"user_expressions": {}, "allow_stdin": False}
_AGENT = f"__import__('builtins').exec({_MAKE!r}, {{'text': {_TEXT!r}}})"


@dataclass
class Reply:
    """What came of one request.

    Parameters
    ----------
    status
        "ok", "error" (the code raised), "time" (interrupted), "flood" (interrupted for its output) or "lost" (the kernel is gone).
    answer, buffers
        What the agent sent, if anything.
    reason
        Why the kernel is gone.
    """

    status: str
    answer: dict[str, Any] | None = None
    buffers: Sequence[Any] = ()
    reason: str = ""


class BoundedClient(BlockingKernelClient):
    """A client that keeps few and small messages waiting, however many the kernel sends."""

    @classmethod
    def bounded(cls, manager: KernelManager, limits: Limits) -> "BoundedClient":
        """Return a client of the manager's kernel with a context of its own, for the options hold for all of its sockets."""
        context = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, limits.message)
        context.setsockopt(zmq.RCVHWM, 16)
        context.setsockopt(zmq.LINGER, 0)
        manager.client_factory = cls
        client = manager.client(context=context)
        client._created_context = True
        return client


class Kernel:
    """One running kernel.

    Parameters
    ----------
    name
        Name of the kernelspec.
    config
        Configuration for the manager and its provisioner.
    folder
        Where the kernel runs.
    limits
        What it may use.
    """

    def __init__(self, name: str, config: Any, folder: str | None, limits: Limits) -> None:
        self.limits, self.compiled = limits, 0.0
        self.manager = KernelManager(kernel_name=name, config=config)
        arguments = ["--HistoryManager.enabled=False"]
        self.manager.start_kernel(extra_arguments=arguments, **({"cwd": folder} if folder else {}))
        try:
            self._connect()
            self.install()
        except BaseException:
            self.stop()
            raise

    def _connect(self) -> None:
        """Wait until the kernel answers on both channels.

        The library's `wait_for_ready` also waits for 0.2 s of silence: time lost, and without end where a thread goes on
        printing. Here every message is matched with its request, so what else arrives does no harm.
        """
        self.client = BoundedClient.bounded(self.manager, self.limits)
        self.client.start_channels(stdin=False, hb=False)
        self.client.allow_stdin = False
        shell, iopub = self.client.shell_channel.socket, self.client.iopub_channel.socket
        deadline = time.monotonic() + self.limits.startup
        self.client.kernel_info()
        while not (shell.poll(1000) and iopub.poll(200)):
            if not self.alive():
                raise Unreachable("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise Unreachable(f"Kernel didn't respond in {self.limits.startup:g} seconds")
            self.client.kernel_info()

    def _hang_up(self) -> None:
        if getattr(self, "client", None) is not None:
            self.client.stop_channels()
            self.client.context.destroy(linger=0)

    def execute(self, source: str, seconds: float, show: Callable[[str, dict[str, Any]], None]) -> Reply:
        """Run a cell; `show(type, content)` gets what it puts out."""
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
        return self._request("execute_request", content | _PLAIN, (), seconds, show)

    def install(self) -> None:
        """Bring the agent in."""
        content = {"code": _AGENT, "silent": True, "store_history": False}
        self._request("execute_request", content | _PLAIN, (), self.limits.startup, None)

    def ask(self, request: dict[str, Any], buffers: Sequence[bytes], seconds: float) -> Reply:
        """Send a request to the agent and wait for its answer."""
        reply = self._request("outside_request", request, buffers, seconds, None)
        if reply.status in ("ok", "error") and reply.answer is None:  # somebody took the agent away
            self.install()
            reply = self._request("outside_request", request, buffers, seconds, None)
        return reply

    def stop(self) -> None:
        """End the kernel and all that it started, at once."""
        self._hang_up()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def _request(
        self,
        kind: str,
        content: dict[str, Any],
        buffers: Sequence[bytes],
        seconds: float,
        show: Callable[[str, dict[str, Any]], None] | None,
    ) -> Reply:
        message = self.client.session.send(self.client.shell_channel.socket, kind, content, buffers=list(buffers))
        watchdog = getattr(self.manager.provisioner, "watchdog", None)
        with watchdog.listening() if watchdog is not None else contextlib.nullcontext():
            return _Exchange(self, message["header"], seconds, show).run()

    def reconnect(self) -> None:
        """Listen to the output anew: libzmq hangs up for good on a message that is too long."""
        self._hang_up()
        self._connect()

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the kernel, if it listens."""
        if self.manager.has_kernel:
            self.manager.interrupt_kernel()

    def alive(self) -> bool:
        """Say whether the process still runs."""
        return bool(self.manager.is_alive())

    def verdict(self) -> str:
        """Say why the kernel was killed, if a watchdog did it."""
        return str(getattr(self.manager.provisioner, "verdict", ""))


class _Exchange:
    """Everything between one request and its end."""

    def __init__(
        self, kernel: Kernel, header: Any, seconds: float, show: Callable[[str, dict[str, Any]], None] | None
    ) -> None:
        self.kernel, self.request, self.show = kernel, header["msg_id"], show
        self.asked = header["msg_type"] == "outside_request"  # which a kernel without the agent does not reply to
        self.deadline = time.monotonic() + seconds
        self.answer: dict[str, Any] | None = None
        self.buffers: list[Any] = []
        self.reply: str | None = None
        self.idle, self.bytes, self.compiling, self.stopped = False, 0, 0.0, ""

    def run(self) -> Reply:
        kernel, limits = self.kernel, self.kernel.limits
        client = kernel.client
        iopub, shell = client.iopub_channel.socket, client.shell_channel.socket
        poller = zmq.Poller()
        poller.register(iopub, zmq.POLLIN)
        poller.register(shell, zmq.POLLIN)
        checked = time.monotonic()
        settle = 0.0
        while True:
            for socket, _ in poller.poll(100):
                for _ in range(50):  # a flood on one channel does not keep the other waiting
                    if not self._take(socket):
                        break
            now = time.monotonic()
            if (self.reply or self.asked) and (self.idle or (self.answer is not None and not self.stopped)):
                return self._end()
            if self.reply and not settle:
                settle = now + 1.0  # the rest of the output is on its way, or was lost in a flood
            if settle and now > settle:
                kernel.reconnect()
                self.stopped = self.stopped or "flood"
                return self._end()
            if now - checked > 0.5:
                checked = now
                if not kernel.alive():
                    return Reply("lost", reason=kernel.verdict() or "it ended the kernel")
            if not self.stopped and self.bytes > limits.output:
                self._stop("flood", now)
            elif now > self.deadline + self._compile_time(now):
                if self.stopped:
                    return Reply("lost", reason=_STUBBORN[self.stopped])
                self._stop("time", now)

    def _stop(self, why: str, now: float) -> None:
        self.stopped = why
        self.deadline, self.compiling = now + self.kernel.limits.grace, 0.0
        self.kernel.interrupt()

    def _compile_time(self, now: float) -> float:
        """Seconds that the deadline is put off while Numba compiles."""
        if self.compiling and not self.stopped:
            return min(now - self.compiling, max(0.0, self.kernel.limits.compiling - self.kernel.compiled))
        return 0.0

    def _end(self) -> Reply:
        status = self.stopped or ("ok" if self.reply == "ok" else "error")
        return Reply(status, self.answer, self.buffers)

    def _take(self, socket: Any) -> bool:
        """Take one message off a channel; False if there is none."""
        try:
            frames = socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return False
        size = sum(map(len, frames))
        try:
            session = self.kernel.client.session
            _, parts = session.feed_identities(frames)
            message = session.deserialize(parts)
            kind, content = message["header"]["msg_type"], message["content"]
            ours = message["parent_header"].get("msg_id") == self.request
        except Exception:  # forged or broken: as if it had not come
            self.bytes += size
            return True
        if not ours or not isinstance(content, dict):
            self.bytes += size
        elif kind in ("execute_reply", "outside_reply"):
            self.reply = str(content.get("status"))
        elif kind == "status":
            self.idle = content.get("execution_state") == "idle"
        elif kind == "outside_answer":
            self.answer, self.buffers = content, message["buffers"]
            self.reply = "ok" if self.asked else self.reply
        elif kind == "outside_compiling":
            self._clock(content.get("now") is True)
        else:
            self.bytes += size
            if self.show and self.bytes <= self.kernel.limits.output:
                self.show(kind, content)
        return True

    def _clock(self, compiling: bool) -> None:
        now = time.monotonic()
        if compiling:
            self.compiling = self.compiling or now
        elif self.compiling:
            spent = self._compile_time(now)
            self.kernel.compiled += spent
            self.deadline += spent
            self.compiling = 0.0


_STUBBORN = {
    "time": "it did not end and could not be interrupted",
    "flood": "it put out more than is allowed and could not be interrupted",
}
