"""A file server on loopback that can break off, lie and refuse, so that no test needs the internet."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@dataclass
class Site:
    """What a server does, and what it was asked: (path, first byte or None).

    Attributes
    ----------
    address : http://127.0.0.1:port/
    files : path -> bytes
    ranges : whether it knows parts
    cuts : after how many bytes of the body each of the next answers breaks off
    says_length : whether it announces how much will come
    block : parts begin at multiples of this
    says_range : whether it says which part it sends
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    says_length: bool = True
    block: int = 1
    says_range: bool = True


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, bytes]], Site]]:
    """serve(files) -> Site; as many as wanted, all gone after the test."""
    servers: list[ThreadingHTTPServer] = []

    def start(files: dict[str, bytes]) -> Site:
        site = Site(files=files)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, wanted = self.path.strip("/"), self.headers.get("Range")
                first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else None
                site.asked.append((path, first))
                assert self.headers.get("Accept-Encoding") == "identity"
                body = site.files.get(path)
                if body is None:
                    return self.send_error(404)
                start = 0
                if site.ranges and first is not None:
                    if first >= len(body):
                        return self.send_error(416)
                    start = first - first % site.block
                    self.send_response(206)
                    if site.says_range:
                        self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                else:
                    self.send_response(200)
                if site.says_length:
                    self.send_header("Content-Length", str(len(body) - start))
                self.send_header(
                    "Content-Encoding", "gzip"
                )  # some servers say so of .gz files; it must not be unpacked
                self.end_headers()
                self.wfile.write(body[start:][: site.cuts.pop(0) if site.cuts else None])

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        site.address = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def nobody() -> str:
    """An address at which nothing listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    return f"http://127.0.0.1:{port}/"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for downloads; it does not exist yet. Proxies are for the internet, not for these tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "store"))
    return tmp_path / "store"
