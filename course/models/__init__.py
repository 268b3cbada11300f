"""Networks, each in a file that reads like its paper's figure."""

from course.models.alexnet import AlexNet, alexnet, alexnet_small, alexnet_two_towers
from course.models.capsnet import CapsNet, capsnet, capsnet_small
from course.models.fcn import FCN, fcn_small
from course.models.fully_convolutional import to_fully_convolutional
from course.models.googlenet import GoogLeNet, SmallGoogLeNet, googlenet, googlenet_small
from course.models.googlenet_heads import GoogLeNetWithHeads, googlenet_with_heads
from course.models.lenet import LeNet5, lenet5, lenet5_bn, lenet5_rgb
from course.models.locally_connected import LocallyConnectedNet, Net3, locally_connected, net3
from course.models.mlp import MLP, mlp
from course.models.resnet import (
    BasicBlock,
    Bottleneck,
    PlainBlock,
    ResNet,
    plain18,
    plain34,
    resnet18,
    resnet34,
    resnet50,
)
from course.models.resnet_small import PaddedBlock, SmallResNet, plain20, plain56, resnet20, resnet56
from course.models.signal import SignalCNN, signal_cnn, signal_cnn_small
from course.models.unet import UNet, unet_small
from course.models.vgg import (
    VGG,
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
    vgg_small,
)

MODELS = {
    "lenet5": lenet5,
    "lenet5_bn": lenet5_bn,
    "mlp": mlp,
    "locally_connected": locally_connected,
    "alexnet_small": alexnet_small,
    "vgg_small": vgg_small,
    "googlenet_small": googlenet_small,
    "resnet20": resnet20,
    "plain20": plain20,
}
"""Classifiers of small images, by name: functions of seed, input_shape (1, 28, 28 unless given) and num_classes (10)."""

__all__ = [
    "FCN",
    "MLP",
    "MODELS",
    "VGG",
    "AlexNet",
    "BasicBlock",
    "Bottleneck",
    "CapsNet",
    "GoogLeNet",
    "GoogLeNetWithHeads",
    "LeNet5",
    "LocallyConnectedNet",
    "Net3",
    "PaddedBlock",
    "PlainBlock",
    "ResNet",
    "SignalCNN",
    "SmallGoogLeNet",
    "SmallResNet",
    "UNet",
    "alexnet",
    "alexnet_small",
    "alexnet_two_towers",
    "capsnet",
    "capsnet_small",
    "fcn_small",
    "googlenet",
    "googlenet_small",
    "googlenet_with_heads",
    "lenet5",
    "lenet5_bn",
    "lenet5_rgb",
    "locally_connected",
    "mlp",
    "net3",
    "plain18",
    "plain20",
    "plain34",
    "plain56",
    "resnet18",
    "resnet20",
    "resnet34",
    "resnet50",
    "resnet56",
    "signal_cnn",
    "signal_cnn_small",
    "to_fully_convolutional",
    "unet_small",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vgg_small",
]
