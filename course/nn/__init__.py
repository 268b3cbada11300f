"""Layers that remember, networks that walk themselves backwards, and losses."""

from course.nn.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from course.nn.loss import CrossEntropyLoss
from course.nn.module import Module, Parameter, Sequential

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
]
