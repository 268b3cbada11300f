"""CIFAR-10, by download."""

from __future__ import annotations

import tarfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from course.data.dataset import Dataset, Normalization
from course.data.download import fetch

# the binary version: the Python version is a pickle, and reading a pickle runs whatever its author put into it
NAME = "cifar-10-binary.tar.gz"
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
MIRRORS = (
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
    "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/cifar-10-binary.tar.gz",
)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
RECORD = 1 + 3 * 32 * 32  # bytes: the label, then the red, the green and the blue plane, row by row


def cifar10(train: bool = True) -> Dataset:
    """50,000 (train) or 10,000 (test) colour photographs in ten classes, 32x32, the official split, by download.

    The first call fetches 170 MB into `data_folder()`; each set is then read from the archive there, once in a process.

    Returns
    -------
    Dataset : images uint8 (N, 3, 32, 32), read-only; labels int64 (N,)

    Raises
    ------
    OSError : in one sentence: it could not be downloaded, and where to put the file by hand

    References
    ----------
    A. Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, technical report, University of Toronto (2009),
    chapter 3.

    Examples
    --------
    >>> cifar10(train=False).images.shape  # doctest: +SKIP
    (10000, 3, 32, 32)
    """
    archive = fetch(NAME, SHA256, MIRRORS)
    return _read(archive, tuple(f"data_batch_{i}.bin" for i in range(1, 6)) if train else ("test_batch.bin",))


@cache
def _read(archive: Path, names: tuple[str, ...]) -> Dataset:
    wanted = {f"cifar-10-batches-bin/{name}": name for name in names}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:  # read in memory: no path from the archive is ever written to
            for member in tar:
                file = tar.extractfile(member) if member.name in wanted else None
                if file:
                    found[wanted[member.name]] = file.read()
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ValueError(f"{archive}: not a whole tar.gz archive ({error}); fetch the file again.") from None
    broken = [name for name in names if not found.get(name) or len(found[name]) % RECORD]
    if broken:
        raise ValueError(f"{archive}: {broken[0]} is missing or cut short; fetch the file again.")
    records = np.concatenate([np.frombuffer(found[name], np.uint8).reshape(-1, RECORD) for name in names])
    images = np.ascontiguousarray(records[:, 1:]).reshape(-1, 3, 32, 32)
    labels = records[:, 0].astype(np.int64)
    for array in (images, labels):
        array.setflags(write=False)  # every caller gets the same arrays
    # mean and standard deviation of each channel of the 50,000 training images / 255
    return Dataset(images, labels, CLASSES, Normalization((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)))
