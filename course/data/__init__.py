"""Data: shipped with the package, generated, one's own, or downloaded; batches of it, and more pictures out of those there are."""

from course.data import augmentation
from course.data.brain import brain, brain_slice
from course.data.cifar10 import cifar10
from course.data.dataset import Dataset, Normalization
from course.data.digit import centre_digit, read_digit
from course.data.download import data_folder
from course.data.fashion import fashion_mnist, fashion_sample
from course.data.folder import image_folder
from course.data.idx import read_idx
from course.data.loader import DataLoader
from course.data.mnist import mnist
from course.data.npy import open_npy
from course.data.photo import photo
from course.data.shapes import Shapes, shapes

__all__ = [
    "DataLoader",
    "Dataset",
    "Normalization",
    "Shapes",
    "augmentation",
    "brain",
    "brain_slice",
    "centre_digit",
    "cifar10",
    "data_folder",
    "fashion_mnist",
    "fashion_sample",
    "image_folder",
    "mnist",
    "open_npy",
    "photo",
    "read_digit",
    "read_idx",
    "shapes",
]
