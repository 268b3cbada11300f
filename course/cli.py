"""The command `course`: train, predict, look at a network, warm up, build the notebooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

MODELS = ("lenet5",)  # the keys of course.models.MODELS; `course --help` should not wait for the models themselves


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


@main.command()
@click.argument("model", type=click.Choice(MODELS), default="lenet5")
@click.option("--epochs", type=click.IntRange(1), default=3, show_default=True, help="Passes over the training images.")
@click.option("--batch-size", type=click.IntRange(1), default=64, show_default=True, help="Images a step.")
@click.option(
    "--lr", type=click.FloatRange(0, min_open=True), default=3e-3, show_default=True, help="Largest learning rate."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same weights.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the weights.  [default: runs/MODEL]"
)
@click.option("--resume", is_flag=True, help="Go on with the run in the folder, exactly as it was started.")
def train(model: str, epochs: int, batch_size: int, lr: float, seed: int, out: Path | None, resume: bool) -> None:
    """Train MODEL on all of MNIST; the best weights are kept, the test images are used once, at the end."""
    from course.training.command import run

    run(model, epochs, batch_size, lr, seed, out or Path("runs") / model, resume)


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
    from course.training import load_model

    image = read_digit(picture)
    network = load_model(weights)
    data = mnist(train=False)
    probabilities = softmax(network.eval()(data.normalize(image)))[0]
    best, second, third = np.argsort(-probabilities)[:3]
    click.echo(
        f"{picture.name}: {data.classes[best]} ({probabilities[best]:.1%}), then {data.classes[second]} "
        f"({probabilities[second]:.1%}) and {data.classes[third]} ({probabilities[third]:.1%})"
    )


@main.command()
@click.argument("model", type=click.Choice(MODELS), default="lenet5")
def summary(model: str) -> None:
    """Print the shapes and parameters of MODEL, layer by layer."""
    from course import models
    from course.insight import summary as table

    click.echo(table(models.MODELS[model](seed=0), (1, 28, 28)))


@main.command()
def warmup() -> None:
    """Compile all kernels now, so that the first notebook cell does not wait for it."""
    from tqdm import tqdm

    from course.kernels.warmup import tasks

    for _, task in tqdm(tasks(), desc="compiling", unit="kernel", ascii=True, disable=None):
        task()


@main.command()
def bench() -> None:
    """Time a training step of LeNet-5 beside PyTorch's, taking turns, on one thread and on two."""
    from course.bench import lenet_steps

    click.echo("LeNet-5 training step, batch 64, images per second (medians of alternating runs)")
    click.echo("threads     ours  PyTorch  ratio")
    for speed in lenet_steps():
        beside = f"{speed.pytorch:7,.0f}  {speed.ours / speed.pytorch:5.2f}" if speed.pytorch else "not installed"
        click.echo(f"{speed.threads:7}  {speed.ours:7,.0f}  {beside}")


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
