"""Files from the internet: several mirrors, a checksum, and a broken download goes on where it stopped."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHUNK = 1 << 16  # bytes between two steps of the progress bar
TIMEOUT = 20.0  # seconds that a server may be silent
ATTEMPTS = 5  # at one mirror, as long as each of them brings something


def data_folder() -> Path:
    """Where downloaded data is kept: the folder that COURSE_DATA names, else the system's folder for caches."""
    import pooch

    return Path(os.environ.get("COURSE_DATA") or pooch.os_cache("sobel-to-vgg")).expanduser().resolve()


def fetch(name: str, sha256: str, urls: Sequence[str], progress: bool = True) -> Path:
    """A file of `data_folder()`, downloaded unless it is there already.

    A file is taken only if its SHA-256 is the given one, so nothing half-written, damaged or exchanged is ever read. The
    mirrors are asked in turn. What a broken download has brought is kept as NAME.part, and the next try, on any mirror and in
    any later call, asks for the rest; a server that cannot give a part gives the whole.

    Parameters
    ----------
    name : of the file; a file of this name that was put into the folder by hand does as well
    sha256 : its checksum, 64 hexadecimal digits
    urls : the same file on different servers, the best one first
    progress : whether to show a bar

    Returns
    -------
    path of the file

    Raises
    ------
    OSError : in one sentence: no server could be reached or had the right file, or the folder cannot be written
    """
    path = data_folder() / name
    failures = []
    with _alone(path):
        for url in urls:
            for _ in range(ATTEMPTS):
                failure, try_again = _attempt(url, path, sha256, progress)
                if not failure:
                    return path
                if not try_again:
                    break
            failures.append(f"{urlsplit(url).netloc}: {failure}")
    damaged = f"the {name} in {path.parent} is damaged; " if path.is_file() else ""
    raise OSError(
        f"{name} could not be downloaded ({', '.join(failures)}); {damaged}connect to the internet and try again, "
        f"or fetch {urls[0]} on another machine and put it into {path.parent} as {name}."
    )


def _attempt(url: str, path: Path, sha256: str, progress: bool) -> tuple[str, bool]:
    """Download and check once: what went wrong, in a few words or none, and whether the same server is worth another try."""
    import pooch
    import requests
    import urllib3

    download = _Resumable(path.with_name(f"{path.name}.part"), progress)
    try:
        pooch.retrieve(url, f"sha256:{sha256}", path.name, path.parent, downloader=download)
    except requests.HTTPError as error:
        return f"answers {error.response.status_code if error.response is not None else error}", False
    except requests.RequestException:
        return "no connection", False
    except (urllib3.exceptions.HTTPError, _CutShort):
        return "the download broke off", download.received > 0
    except ValueError:  # pooch's way to say it; bytes of an earlier try may be to blame, and they are gone now
        return "another file, its SHA-256 is wrong", download.resumed
    except OSError as error:
        raise _no_room(path, error) from None
    return "", False


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Make the folder, and let one download at a time go there: whoever comes second waits, and finds the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_room(path, error) from None
    try:
        import fcntl
    except ImportError:  # Windows, where a file that one process writes cannot be taken away by another
        yield
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives know no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # and the lock with it, as at the end of the process, whatever end that is


def _no_room(path: Path, error: OSError) -> OSError:
    return OSError(
        f"{path.name} cannot be written into {path.parent} ({error.strerror or error}); "
        f"make room there, or name another folder in the environment variable COURSE_DATA."
    )


class _CutShort(Exception):
    """Fewer bytes came than were promised, or not the ones that were asked for."""


class _Resumable:
    """A downloader for pooch, which has none that goes on where the last one stopped."""

    def __init__(self, part: Path, progress: bool) -> None:
        self.part, self.progress = part, progress
        self.resumed, self.received = False, 0

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        """Bring `part` to its full length, then make it `output_file`, whose checksum pooch looks at before it keeps it."""
        import requests

        have = self.part.stat().st_size if self.part.exists() else 0
        # identity: bytes are to be counted as they are in the file, not as a server may pack them for the way
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if have and answer.status_code == 416:  # no byte is left to send: it may be whole, the checksum will tell
                self.resumed = True
            else:
                answer.raise_for_status()
                self._receive(answer, self._start(answer, have))
        os.replace(self.part, output_file)

    def _start(self, answer: Any, have: int) -> int:
        """The place in the file of the first byte that will come: 0 from a server that knows no parts."""
        if answer.status_code != 206:
            return 0
        found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
        if not found or int(found[1]) > have:
            raise _CutShort
        self.resumed = True
        return int(found[1])

    def _receive(self, answer: Any, start: int) -> None:
        from tqdm.auto import tqdm

        length = answer.headers.get("Content-Length")
        total = start + int(length) if length else None
        bar = tqdm(
            total=total,
            initial=start,
            unit="B",
            unit_scale=True,
            desc=self.part.stem,
            ascii=True,
            disable=not self.progress,
        )
        with bar, open(self.part, "r+b" if self.part.exists() else "wb") as file:
            file.seek(start)
            for chunk in answer.raw.stream(CHUNK, decode_content=False):
                file.write(chunk)
                self.received += len(chunk)
                bar.update(len(chunk))
            if total is not None and file.tell() < total:  # urllib3 2 notices by itself, older ones do not
                raise _CutShort
            file.truncate()
