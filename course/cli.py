"""The command `course`: train, predict, look at a network, warm up, build the notebooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

# What `course --help` says must not wait for the rooms it speaks of; tests/cli holds these lists to them.
MODELS = (  # what can be trained: course.training.recipes.MODELS
    "lenet5",
    "lenet5_bn",
    "mlp",
    "locally_connected",
    "alexnet_small",
    "vgg_small",
    "googlenet_small",
    "resnet20",
    "plain20",
    "fcn_small",
    "unet_small",
    "capsnet_small",
)
OTHERS = (  # what can be looked at besides: the other functions of course.models that make a network
    "alexnet",
    "alexnet_two_towers",
    "capsnet",
    "googlenet",
    "googlenet_with_heads",
    "lenet5_rgb",
    "net3",
    "plain18",
    "plain34",
    "plain56",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet56",
    "signal_cnn",
    "signal_cnn_small",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
)
DATA = ("mnist", "fashion_sample", "fashion_mnist", "cifar10", "brain")  # course.training.recipes.RECIPES


class OneSentence(click.Group):
    """A group whose commands answer a user's mistake with its sentence and exit code 1, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `course summary | head`: click ends quietly
            raise
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sobel-to-vgg")
def main() -> None:
    """Sobel to VGG: learn convolutional networks by building one."""


@main.command(epilog=f"MODEL is one of {', '.join(MODELS)}.")
@click.argument("model", type=click.Choice(MODELS), default="lenet5", metavar="[MODEL]")
@click.option("--data", type=click.Choice(DATA), help="[default: brain for fcn_small and unet_small, else mnist]")
@click.option("--augment", is_flag=True, help="Move, turn or mirror the images, as far as their labels allow it.")
@click.option(
    "--epochs", type=click.IntRange(1), help="Passes over the training images.  [default: 3; fashion 10, brain 25 ...]"
)
@click.option("--batch-size", type=click.IntRange(1), help="Images a step.  [default: 64; brain 3]")
@click.option(
    "--lr", type=click.FloatRange(0, min_open=True), default=3e-3, show_default=True, help="Largest learning rate."
)
@click.option("--patience", type=click.IntRange(1), help="End after so many epochs without better weights.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same weights.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the weights.  [default: runs/MODEL]"
)
@click.option("--resume", is_flag=True, help="Go on with the run in the folder, exactly as it was started.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Share each batch out to a Dask scheduler's workers: tcp://10.0.0.5:8786."
)
def train(model: str, out: Path | None, resume: bool, scheduler: str | None, **how: Any) -> None:
    """Train MODEL; the best weights are kept, the test images are used once, at the end."""
    from course.training import command

    folder = out or Path("runs") / model
    if resume:
        command.resume(model, folder, scheduler)
    else:
        command.run(model, folder, scheduler=scheduler, **how)


@main.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.option(
    "--weights", type=click.Path(path_type=Path), default=Path("runs/lenet5/best.safetensors"), show_default=True
)
def predict(picture: Path, weights: Path) -> None:
    """Say which digit a PICTURE (PNG, JPEG ...) shows."""
    import numpy as np

    from course.data import mnist, read_digit
    from course.functional import softmax
    from course.training import checkpoint, load_model

    image = read_digit(picture)
    network = load_model(weights)
    data = checkpoint.load(weights)[1].get("data", "mnist")
    if data != "mnist":
        raise ValueError(f"{weights}: this network was trained on {data}, and `course predict` reads digits.")
    digits = mnist(train=False)
    probabilities = softmax(network.eval()(digits.normalize(image)))[0]
    best, second, third = np.argsort(-probabilities)[:3]
    click.echo(
        f"{picture.name}: {digits.classes[best]} ({probabilities[best]:.1%}), then {digits.classes[second]} "
        f"({probabilities[second]:.1%}) and {digits.classes[third]} ({probabilities[third]:.1%})"
    )


@main.command()
@click.argument("weights", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def export(weights: Path, out: Path) -> None:
    """Write the network in WEIGHTS (such as runs/lenet5/best.safetensors) as an ONNX file, OUT."""
    from course.interop import export_onnx
    from course.training import load_model

    network = load_model(weights)
    shape = _input_shape(network)
    export_onnx(network, out, shape)
    click.echo(f"{out}: images (N, {', '.join(map(str, shape))}) float32, normalised as in training")


@main.command(epilog=f"MODEL is one of {', '.join(MODELS + OTHERS)}.")
@click.argument("model", type=click.Choice(MODELS + OTHERS), default="lenet5", metavar="[MODEL]")
def summary(model: str) -> None:
    """Print the shapes, parameters and multiply-adds of MODEL, layer by layer."""
    from course import models
    from course.insight import summary as table

    network = getattr(models, model)()
    click.echo(table(network, _input_shape(network)))


def _input_shape(network: Any) -> tuple[int, ...]:
    """(C, H, W) of one image; (C, L) of a signal of 128 samples for networks that take any length."""
    return getattr(network, "input_shape", (1, 128))


@main.command()
def warmup() -> None:
    """Compile all kernels now, so that the first notebook cell does not wait for it."""
    from tqdm import tqdm

    from course.kernels.warmup import run_all, tasks

    for _ in tqdm(run_all(), total=len(tasks()), desc="compiling", unit="kernel", ascii=True, disable=None):
        pass


@main.command()
@click.option("--quick", is_flag=True, help="The four rows that matter most, in less than a minute.")
@click.option("--threads", type=click.IntRange(1), multiple=True, help="Only with so many threads.  [default: 1 and 2]")
@click.option(
    "--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers to a file, too."
)
def bench(quick: bool, threads: tuple[int, ...], file: Path | None) -> None:
    """Time training steps and operations beside PyTorch's and NumPy's, taking turns in one run."""
    from course.bench.command import run

    run(quick, threads or (1, 2), file)


@main.command()
@click.argument("units", nargs=-1)
@click.option("--check", is_flag=True, help="Build nothing; say which notebooks are out of date (exit code 1 if any).")
def build(units: tuple[str, ...], check: bool) -> None:
    """Make solutions/*/*.ipynb and notebooks/*/*.ipynb from solutions/*.py, for all UNITS or those named."""
    from course import build as builder

    root = Path.cwd()
    chosen = list(units) or None
    if check:
        stale = builder.check_current(root, chosen)
        for path in stale:
            click.echo(f"out of date: {path.relative_to(root)}")
        sys.exit(1 if stale else 0)
    for path in builder.build(root, chosen):
        click.echo(path.relative_to(root))
