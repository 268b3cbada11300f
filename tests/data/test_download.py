"""Downloads: whole or not at all, from the first mirror that has the right file, and on from where the last try stopped."""

import hashlib
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.data import data_folder
from course.data import download as module
from course.data.download import fetch

from .conftest import Site

Serve = Callable[[dict[str, bytes]], Site]

BODY = np.random.default_rng(0).bytes(300_000)
SHA = hashlib.sha256(BODY).hexdigest()
OTHER = np.random.default_rng(1).bytes(300_000)


def get(*sites: Site | str, name: str = "digits.gz") -> Path:
    addresses = [site if isinstance(site, str) else site.address for site in sites]
    return fetch(name, SHA, [address + "there/digits.gz" for address in addresses], progress=False)


def part(store: Path) -> Path:
    return store / "digits.gz.part"


@pytest.fixture
def good(serve: Serve) -> Site:
    return serve({"there/digits.gz": BODY})


@pytest.fixture
def wrong(serve: Serve) -> Site:
    return serve({"there/digits.gz": OTHER})


def test_a_whole_file_once(good: Site, store: Path) -> None:
    path = get(good)
    assert path == store / "digits.gz"
    assert path.read_bytes() == BODY
    assert get(good) == path
    assert good.asked == [("there/digits.gz", None)]
    assert os.listdir(store) == ["digits.gz"]


def test_a_length_need_not_be_announced(good: Site, store: Path) -> None:
    good.says_length = False
    assert get(good).read_bytes() == BODY


def test_a_broken_download_goes_on_where_it_stopped(good: Site, store: Path) -> None:
    good.cuts = [100_000]
    assert get(good).read_bytes() == BODY
    assert good.asked == [("there/digits.gz", None), ("there/digits.gz", 100_000)]
    assert os.listdir(store) == ["digits.gz"]


def test_it_goes_on_in_a_later_call(good: Site, store: Path) -> None:
    good.cuts = [70_000, 0]
    with pytest.raises(
        OSError, match=r"^digits\.gz could not be downloaded \(127\.0\.0\.1:\d+: the download broke off\)"
    ):
        get(good)
    assert part(store).read_bytes() == BODY[:70_000]
    assert not (store / "digits.gz").exists()
    assert get(good).read_bytes() == BODY
    assert [first for _, first in good.asked] == [None, 70_000, 70_000]


def test_the_next_mirror_goes_on_where_the_last_one_stopped(good: Site, serve: Serve, store: Path) -> None:
    broken = serve({"there/digits.gz": BODY})
    broken.cuts = [50_000, 40_000, 0]
    assert get(broken, good).read_bytes() == BODY
    assert good.asked == [("there/digits.gz", 90_000)]


@pytest.mark.parametrize("block", [1, 4096])
def test_a_part_may_begin_earlier_than_asked_for(block: int, good: Site, store: Path) -> None:
    good.cuts, good.block = [100_001], block
    assert get(good).read_bytes() == BODY
    assert [first for _, first in good.asked] == [None, 100_001]


def test_a_server_without_parts_sends_the_whole(good: Site, store: Path) -> None:
    good.ranges, good.cuts = False, [200_000, 90_000]
    assert get(good).read_bytes() == BODY
    assert len(good.asked) == 3


def test_a_part_from_nobody_knows_where_is_not_taken(serve: Serve, good: Site, store: Path) -> None:
    silent = serve({"there/digits.gz": BODY})
    silent.cuts, silent.says_range = [100_000], False
    assert get(silent, good).read_bytes() == BODY
    assert [first for _, first in good.asked] == [100_000]


def test_a_server_without_parts_replaces_a_beginning_that_is_too_long(good: Site, store: Path) -> None:
    store.mkdir()
    part(store).write_bytes(BODY + b"!")
    good.ranges = False
    assert get(good).read_bytes() == BODY
    assert len(good.asked) == 1


def test_an_urllib3_that_does_not_count(good: Site, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 1 ends a broken download without a word."""
    import requests

    real = requests.get

    def careless(*args: Any, **kwargs: Any) -> requests.Response:
        answer = real(*args, **kwargs)
        answer.raw.enforce_content_length = False
        return answer

    monkeypatch.setattr(requests, "get", careless)
    good.cuts = [100_000]
    assert get(good).read_bytes() == BODY
    assert [first for _, first in good.asked] == [None, 100_000]


def test_a_server_that_always_breaks_off_is_left_alone_after_a_while(good: Site, store: Path) -> None:
    good.ranges, good.cuts = False, [1000] * 99
    with pytest.raises(OSError, match="the download broke off"):
        get(good)
    assert len(good.asked) == module.ATTEMPTS


def test_a_wrong_file_is_not_taken(wrong: Site, good: Site, store: Path) -> None:
    assert get(wrong, good).read_bytes() == BODY
    assert wrong.asked == good.asked == [("there/digits.gz", None)]


def test_a_wrong_beginning_does_not_spoil_a_good_mirror(wrong: Site, good: Site, store: Path) -> None:
    wrong.cuts = [120_000, 0]
    assert get(wrong, good).read_bytes() == BODY
    assert [first for _, first in good.asked] == [120_000, None]


@pytest.mark.parametrize("old", [BODY, OTHER, BODY + b"!"], ids=["whole", "wrong", "too long"])
def test_a_beginning_as_long_as_the_file(old: bytes, good: Site, store: Path) -> None:
    store.mkdir()
    part(store).write_bytes(old)
    assert get(good).read_bytes() == BODY
    assert [first for _, first in good.asked] == ([len(old)] if old == BODY else [len(old), None])
    assert os.listdir(store) == ["digits.gz"]


def test_a_damaged_file_is_fetched_again(good: Site, store: Path) -> None:
    store.mkdir()
    (store / "digits.gz").write_bytes(BODY[:-1])
    assert get(good).read_bytes() == BODY


def test_a_file_put_there_by_hand_will_do(store: Path, nobody: str) -> None:
    store.mkdir()
    (store / "digits.gz").write_bytes(BODY)
    assert get(nobody).read_bytes() == BODY


def sentence(store: Path, failures: str, damaged: str = "") -> str:
    """The whole message, with a pattern for what each server said."""
    start = "^" + re.escape("digits.gz could not be downloaded (") + failures
    again = re.escape(f"); {damaged}connect to the internet and try again, or fetch ")
    return (
        start
        + again
        + r"http://127\.0\.0\.1:\d+/there/digits\.gz"
        + re.escape(f" on another machine and put it into {store} as digits.gz.")
        + "$"
    )


def test_offline_there_is_one_sentence(store: Path, nobody: str) -> None:
    with pytest.raises(
        OSError, match=sentence(store, r"127\.0\.0\.1:\d+: no connection, 127\.0\.0\.1:\d+: no connection")
    ):
        get(nobody, nobody)


def test_offline_with_a_damaged_file(store: Path, nobody: str) -> None:
    store.mkdir()
    (store / "digits.gz").write_bytes(BODY[:99])
    damaged = f"the digits.gz in {store} is damaged; "
    with pytest.raises(OSError, match=sentence(store, r"127\.0\.0\.1:\d+: no connection", damaged)):
        get(nobody)


def test_every_mirror_says_why(wrong: Site, serve: Serve, nobody: str, store: Path) -> None:
    empty, broken = serve({}), serve({"there/digits.gz": BODY})
    broken.cuts = [0]
    failures = ", ".join(
        rf"127\.0\.0\.1:\d+: {why}"
        for why in ("answers 404", "another file, its SHA-256 is wrong", "the download broke off", "no connection")
    )
    with pytest.raises(OSError, match=sentence(store, failures)):
        get(empty, wrong, broken, nobody)
    assert not (store / "digits.gz").exists()


def test_a_silent_server_is_not_waited_for_long(good: Site, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert get(f"http://127.0.0.1:{silent.getsockname()[1]}/", good).read_bytes() == BODY


def test_a_folder_that_cannot_be_made(good: Site, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "store"
    monkeypatch.setenv("COURSE_DATA", str(folder))
    expected = (
        f"digits.gz cannot be written into {folder} (Not a directory); "
        "make room there, or name another folder in the environment variable COURSE_DATA."
    )
    with pytest.raises(OSError, match=f"^{re.escape(expected)}$"):
        get(good)


def test_a_full_disk(good: Site, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "replace", full)
    with pytest.raises(
        OSError, match=r"^digits\.gz cannot be written into .* \(No space left on device\); make room there, or "
    ):
        get(good, good)
    assert len(good.asked) == 1  # another mirror would not help


def test_ctrl_c_keeps_what_has_come(good: Site, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bar:
        def __init__(self, **_: object) -> None:
            self.chunks = 0

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None: ...

        def update(self, n: int) -> None:
            self.chunks += 1
            if self.chunks == 2:
                raise KeyboardInterrupt

    import tqdm.auto

    with monkeypatch.context() as patch:
        patch.setattr(tqdm.auto, "tqdm", Bar)
        with pytest.raises(KeyboardInterrupt):
            get(good)
    kept = part(store).stat().st_size
    assert 0 < kept < len(BODY)
    assert get(good).read_bytes() == BODY
    assert good.asked[-1] == ("there/digits.gz", kept)


def test_two_at_once_get_the_same_file(good: Site, store: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(get(good).read_bytes())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [BODY] * 4
    if os.name == "posix":
        assert len(good.asked) == 1  # the others waited


def test_there_is_a_bar(good: Site, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good.cuts = [100_000]
    fetch("digits.gz", SHA, [good.address + "there/digits.gz"])
    shown = capsys.readouterr().err
    assert "digits.gz" in shown
    assert "300k/300k" in shown
    assert " 33%" in shown  # the second bar begins where the first one ended
    assert shown.isascii()


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("COURSE_DATA")
    assert data_folder().name == "sobel-to-vgg"
    monkeypatch.setenv("COURSE_DATA", "")
    assert data_folder().name == "sobel-to-vgg"
