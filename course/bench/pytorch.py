"""PyTorch's side of each comparison; every function answers None where PyTorch is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Work = Callable[[], object]


def torch_or_none(threads: int) -> Any:
    """The module, told to use that many threads."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)
    return torch


def forward(torch: Any, operation: Callable[..., Any], *arrays: np.ndarray) -> Work:
    """The operation on tensors of the same numbers, without gradients."""
    tensors = [torch.from_numpy(a) for a in arrays]

    def work() -> None:
        with torch.no_grad():
            operation(*tensors)

    return work


def forward_backward(torch: Any, operation: Callable[..., Any], grad_out: np.ndarray, *arrays: np.ndarray) -> Work:
    """The operation and its way back, gradients with respect to all of the arrays."""
    tensors = [torch.from_numpy(a).requires_grad_() for a in arrays]
    gradient = torch.from_numpy(grad_out)

    def work() -> None:
        for tensor in tensors:
            tensor.grad = None
        operation(*tensors).backward(gradient)

    return work


def training_step(torch: Any, model: Any, images: np.ndarray, labels: np.ndarray) -> Callable[..., None]:
    """Forward, loss, backward, a step of Adam, on the first `n` images or all."""
    optimizer, loss = torch.optim.Adam(model.parameters()), torch.nn.CrossEntropyLoss()
    x, y = torch.from_numpy(images), torch.from_numpy(labels)

    def work(n: int | None = None) -> None:
        optimizer.zero_grad()
        loss(model(x[:n]), y[:n]).backward()
        optimizer.step()

    return work


def lenet5(torch: Any) -> Any:
    """LeNet-5 as ours."""
    n = torch.nn
    return n.Sequential(
        n.Conv2d(1, 6, 5, padding=2), n.ReLU(), n.MaxPool2d(2), n.Conv2d(6, 16, 5), n.ReLU(), n.MaxPool2d(2),
        n.Flatten(), n.Linear(400, 120), n.ReLU(), n.Linear(120, 84), n.ReLU(), n.Linear(84, 10),
    )  # fmt: skip


def vgg11(torch: Any, classes: int = 10) -> Any:
    """VGG-11 with batch norm for 32x32 images: eight convolutions, five poolings, three linear layers."""
    n = torch.nn
    layers, channels = [], 3
    for width in (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"):
        if isinstance(width, str):
            layers.append(n.MaxPool2d(2))
        else:
            layers += [n.Conv2d(channels, width, 3, padding=1), n.BatchNorm2d(width), n.ReLU()]
            channels = width
    dense = [
        n.Linear(512, 512),
        n.ReLU(),
        n.Dropout(),
        n.Linear(512, 512),
        n.ReLU(),
        n.Dropout(),
        n.Linear(512, classes),
    ]
    return n.Sequential(*layers, n.Flatten(), *dense)
