"""Layers that remember, networks that walk themselves backwards, and losses."""

from course.nn.activation import ELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from course.nn.batch_norm import BatchNorm1d, BatchNorm2d
from course.nn.capsule import CapsuleLayer, CapsuleLengths, MarginLoss, PrimaryCapsules
from course.nn.composite import Concat, Identity, Residual
from course.nn.conv import Conv1d, Conv2d
from course.nn.conv_transpose import ConvTranspose2d
from course.nn.dropout import Dropout, Dropout2d, enable_dropout
from course.nn.linear import Flatten, Linear
from course.nn.locally_connected import LocallyConnected2d
from course.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, DiceLoss, L1Loss, Loss, MSELoss, NLLLoss
from course.nn.module import Module, Sequential
from course.nn.norm import GroupNorm, InstanceNorm2d, LayerNorm, LocalResponseNorm
from course.nn.parameter import Buffer, Parameter
from course.nn.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d

__all__ = [
    "ELU",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Buffer",
    "CapsuleLayer",
    "CapsuleLengths",
    "Concat",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "DiceLoss",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "GroupNorm",
    "Identity",
    "InstanceNorm2d",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LocallyConnected2d",
    "LogSoftmax",
    "Loss",
    "MSELoss",
    "MarginLoss",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "NLLLoss",
    "Parameter",
    "PrimaryCapsules",
    "ReLU",
    "Residual",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "enable_dropout",
]
