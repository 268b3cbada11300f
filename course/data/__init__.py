"""Real data, shipped with the package, and batches of it."""

from course.data.dataset import Dataset, Normalization
from course.data.digit import read_digit
from course.data.idx import read_idx
from course.data.loader import DataLoader
from course.data.mnist import mnist
from course.data.photo import photo

__all__ = ["DataLoader", "Dataset", "Normalization", "mnist", "photo", "read_digit", "read_idx"]
