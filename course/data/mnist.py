"""MNIST, all of it, shipped with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from course.data.dataset import Dataset, Normalization
from course.data.idx import read_labelled

FILES = Path(__file__).parent / "files" / "mnist"


def mnist(train: bool = True) -> Dataset:
    """60,000 (train) or 10,000 (test) handwritten digits, 28x28; read once, in about a third of a second.

    Returns
    -------
    Dataset : images uint8 (N, 1, 28, 28), read-only; labels int64 (N,)

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*; CC BY-SA 3.0.

    Examples
    --------
    >>> test = mnist(train=False)
    >>> test.images.shape, test.images.dtype, test.labels[:5]
    ((10000, 1, 28, 28), dtype('uint8'), array([7, 2, 1, 0, 4]))
    """
    return _read("train" if train else "t10k")


@cache
def _read(name: str) -> Dataset:
    # mean and standard deviation of the 60,000 training images / 255
    images, labels = FILES / f"{name}-images-idx3-ubyte.gz", FILES / f"{name}-labels-idx1-ubyte.gz"
    return read_labelled(images, labels, tuple("0123456789"), Normalization(mean=0.1307, std=0.3081))
