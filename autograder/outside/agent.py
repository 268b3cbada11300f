"""The end of the wire inside the student's kernel. Sent there as text, below those of `wire` and `compiling`; nothing it says
is trusted.

It lives in `sys.modules`, so that it takes no name in the student's namespace. A student who tampers with it changes what
arrays come back, which a function that returns those arrays would do too.
"""

import contextlib
import inspect
import io
import linecache
import time
import traceback
import warnings
from typing import Any

import numpy as np

from autograder.outside.compiling import compiling
from autograder.outside.wire import decode, encode

kept: dict[int, Any] = {}


class Nowhere(io.TextIOBase):
    def write(self, text: Any) -> Any:
        return len(text)


def listen() -> None:
    """Have the kernel bring requests here. Each of them as a cell would take twice the time: four flushes and a compiler."""
    from IPython import get_ipython

    shell = get_ipython()
    kernel = shell.kernel
    kernel.shell_handlers["outside_request"] = lambda *received: serve(kernel, shell.user_ns, *received)


def serve(kernel: Any, namespace: Any, stream: Any, sender: Any, message: Any) -> None:
    """Answer a request."""
    request = message["content"]

    def send(kind: Any, content: Any, buffers: Any = ()) -> None:
        kernel.session.send(kernel.iopub_socket, kind, content, parent=message, ident=b"outside", buffers=list(buffers))

    with contextlib.redirect_stdout(Nowhere()), contextlib.redirect_stderr(Nowhere()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content, buffers = OPERATIONS[request["do"]](request, message["buffers"], namespace, send)
    send("outside_answer", content, buffers)
    kernel.session.send(stream, "outside_reply", {"status": "ok"}, parent=message, ident=sender)


def call(request: Any, buffers: Any, namespace: Any, send: Any) -> Any:
    """Call a function and tell everything about it, as `autograder.call.call_here` does for a function nearby."""
    args, kwargs = decode(request["arguments"], buffers, kept.get, lambda text: eval(text, {"np": np}))
    given = [(i, a) for i, a in enumerate([*args, *kwargs.values()]) if isinstance(a, np.ndarray)]
    before = [array.copy() for _, array in given]
    function = None
    try:
        function = resolve(request, namespace)
        with compiling(lambda now: send("outside_compiling", {"now": now})) as spent:
            started = time.perf_counter()
            value = function(*args, **kwargs)
            seconds = time.perf_counter() - started - spent.seconds
    except BaseException as error:
        return {"error": describe(error, function)}, []
    changed = [i for (i, a), b in zip(given, before, strict=True) if not same(a, b)]
    parts = value if isinstance(value, (tuple, list)) else [value]
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    shared = [i for i, a in given if any(np.may_share_memory(a, part) for part in arrays)]
    tree, parts = encode(value, hold)
    return {"value": tree, "changed": changed, "shared": shared, "kept": hold(value), "seconds": seconds}, parts


def resolve(request: Any, namespace: Any) -> Any:
    if "handle" in request:
        found = kept[request["handle"]]
        return getattr(found, request["attribute"]) if request.get("attribute") else found
    return eval(request["expression"], namespace)


def look(request: Any, buffers: Any, namespace: Any, send: Any) -> Any:
    """Send a value again, as it is now."""
    try:
        tree, parts = encode(resolve(request, namespace), hold)
    except BaseException as error:
        return {"error": describe(error, None)}, []
    return {"value": tree, "kept": request.get("handle")}, parts


def hold(value: Any, most: Any = 64) -> Any:
    """Keep a value for a later request; the oldest is let go."""
    handle = 1 + max(kept, default=0)
    kept[handle] = value
    while len(kept) > most:
        del kept[min(kept)]
    return handle


def same(a: Any, b: Any) -> Any:
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def describe(error: Any, function: Any) -> Any:
    """Say what was raised, and the deepest line of the student's own code."""
    home = getattr(inspect.unwrap(function), "__globals__", None) if function is not None else None
    line, source = None, ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if home is not None and frame.f_globals is home:
            line, source = number, linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
    try:
        message = str(error)
    except Exception:
        message = ""
    return {"type": type(error).__name__, "message": message[:2000], "line": line, "source": source[:300]}


OPERATIONS = {"call": call, "look": look}
