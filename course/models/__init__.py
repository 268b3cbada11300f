"""Networks, each in a file that reads like its paper's figure."""

from course.models.lenet import LeNet5, lenet5

__all__ = ["LeNet5", "lenet5"]
