"""Networks, each in a file that reads like its paper's figure."""

from course.models.lenet import LeNet5, lenet5

MODELS = {"lenet5": lenet5}
"""What the command line can train, by name; each takes a seed."""

__all__ = ["MODELS", "LeNet5", "lenet5"]
