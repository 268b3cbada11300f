"""Layers that remember, networks that walk themselves backwards, and losses."""

from course.nn.activation import ReLU
from course.nn.conv import Conv2d
from course.nn.linear import Flatten, Linear
from course.nn.loss import CrossEntropyLoss
from course.nn.module import Module, Sequential
from course.nn.parameter import Buffer, Parameter
from course.nn.pool import AvgPool2d, MaxPool2d

__all__ = [
    "AvgPool2d",
    "Buffer",
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
