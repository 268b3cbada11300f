"""Fashion-MNIST: a sample that is shipped with the package, and all of it by download."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from course.data.dataset import Dataset, Normalization
from course.data.download import fetch
from course.data.idx import read_labelled

FILES = Path(__file__).parent / "files" / "fashion_sample"
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)
SHA256 = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}


def fashion_sample(train: bool = True) -> Dataset:
    """10,000 (train) or 2,000 (test) pictures of clothes, 28x28: a sample of Fashion-MNIST with a split of its own.

    1,000 training and 200 test images of each class, drawn from all 70,000 images of Fashion-MNIST, so the split is not the
    official one: do not put an accuracy on these test images beside published ones, and say which split it is. With a sixth of
    the training images a network does worse here than on the whole set; and one test picture is, pixel for pixel, also a
    training picture.

    Returns
    -------
    Dataset : images uint8 (N, 1, 28, 28), read-only; labels int64 (N,)

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms* (2017),
    arXiv:1708.07747; copyright (c) 2017 Zalando SE, MIT licence.

    Examples
    --------
    >>> test = fashion_sample(train=False)
    >>> test.images.shape, [test.classes[label] for label in test.labels[:3]]
    ((2000, 1, 28, 28), ['Coat', 'Sneaker', 'T-shirt/top'])
    """
    return _sample("train" if train else "t10k")


def fashion_mnist(train: bool = True) -> Dataset:
    """60,000 (train) or 10,000 (test) pictures of clothes, 28x28: all of Fashion-MNIST, the official split, by download.

    The first call fetches 30 MB (train 26 MB, test 4 MB) into `data_folder()`; later ones read them there.

    Returns
    -------
    Dataset : images uint8 (N, 1, 28, 28), read-only; labels int64 (N,)

    Raises
    ------
    OSError : in one sentence: it could not be downloaded, and where to put the files by hand

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms* (2017),
    arXiv:1708.07747; copyright (c) 2017 Zalando SE, MIT licence.

    Examples
    --------
    >>> fashion_mnist(train=False).images.shape  # doctest: +SKIP
    (10000, 1, 28, 28)
    """
    name = "train" if train else "t10k"
    return _whole(_fetch(f"{name}-images-idx3-ubyte.gz"), _fetch(f"{name}-labels-idx1-ubyte.gz"))


def _fetch(name: str) -> Path:
    # MNIST's files have the same names: in a folder that holds both, these need one of their own
    return fetch(f"fashion-{name}", SHA256[name], [mirror + name for mirror in MIRRORS])


@cache
def _sample(name: str) -> Dataset:
    # mean and standard deviation of the 10,000 training images / 255
    images, labels = FILES / f"{name}-images-idx3-ubyte.gz", FILES / f"{name}-labels-idx1-ubyte.gz"
    return read_labelled(images, labels, CLASSES, Normalization(mean=0.2861, std=0.3531))


@cache
def _whole(images: Path, labels: Path) -> Dataset:
    # mean and standard deviation of the 60,000 training images / 255
    return read_labelled(images, labels, CLASSES, Normalization(mean=0.2860, std=0.3530))
