"""`course train`: a run with a progress bar, a clean Ctrl-C, and files that are never lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from course.data import mnist
from course.models import MODELS
from course.training import checkpoint
from course.training.loop import Score, evaluate
from course.training.trainer import Plan, Trainer


def run(model: str, epochs: int, batch_size: int, lr: float, seed: int, folder: Path, resume: bool) -> None:
    """Train, tell how it goes, and test once if the run came to its end."""
    if resume:
        _check_run(folder, model)
    else:
        _move_aside(folder)
    network = MODELS[model](seed)
    plan = Plan(epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    trainer = Trainer(network, mnist(), folder, plan, {"model": model})
    if resume:
        trainer.resume()
    if trainer.finished:
        click.echo(f"The run in {folder} is complete: {trainer.best}")
        return
    parameters = sum(p.data.size for p in network.parameters())
    click.echo(
        f"{model}: {parameters:,} parameters; {len(trainer.training_part):,} images to train on, "
        f"{len(trainer.held_out):,} held out to choose the best weights"
    )
    with _stop_on_ctrl_c(trainer):
        _fit_with_bar(trainer)
    p = trainer.progress
    kept = f"best weights so far: {trainer.best} ({p.best_accuracy:.2%} of the held-out images after {p.best_epoch:.2g} epochs)"
    if not trainer.finished:
        click.echo(f"Stopped. {kept}\nGo on with: course train {model} --resume" + _folder_option(model, folder))
        return
    test_set = mnist(train=False)
    test = evaluate(checkpoint.load_model(trainer.best), test_set)
    click.echo(
        f"test: {test.accuracy:.2%} of {len(test_set):,} images right, with the weights of epoch {p.best_epoch:g}"
    )
    click.echo(
        f"{p.seconds:.0f} s, {len(p.history) * len(trainer.training_part) / p.seconds:,.0f} images/s; weights: {trainer.best}"
    )


def _fit_with_bar(trainer: Trainer) -> None:
    from tqdm import tqdm

    images, p = len(trainer.training_part), trainer.progress
    done = p.epoch * images + p.epoch_seen
    with tqdm(
        total=trainer.plan.epochs * images, initial=done, unit="img", unit_scale=True, ascii=True, disable=None
    ) as bar:

        def on_step(score: Score, n: int) -> None:
            bar.set_description(f"epoch {p.epoch + 1}/{trainer.plan.epochs}", refresh=False)
            bar.set_postfix_str(f"loss {score.loss:.4f}, accuracy {score.accuracy:.2%}", refresh=False)
            bar.update(n)

        def on_epoch(line: dict[str, float]) -> None:
            bar.write(
                f"epoch {line['epoch']:.0f}: loss {line['loss']:.4f}, accuracy {line['accuracy']:.2%}; "
                f"held out: loss {line['held_out_loss']:.4f}, accuracy {line['held_out_accuracy']:.2%}"
            )

        trainer.fit(on_step, on_epoch)


@contextmanager
def _stop_on_ctrl_c(trainer: Trainer) -> Iterator[None]:
    """The first Ctrl-C ends the run after its step; a second one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(*_: object) -> None:
        trainer.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check_run(folder: Path, model: str) -> None:
    """Raise unless the folder holds a run of this network."""
    last = folder / "last.safetensors"
    if not last.is_file():
        raise FileNotFoundError(f"{folder}: there is no run to go on with; start one with: course train {model}")
    facts = checkpoint.load(last)[1]
    if facts.get("model") != model or "plan" not in facts:
        raise ValueError(f"{last}: this is not the state of a {model} run.")


def _move_aside(folder: Path) -> None:
    """A new run never writes over an old one's files."""
    if any((folder / name).exists() for name in ("best.safetensors", "last.safetensors")):
        if folder.resolve() in (Path.cwd(), *Path.cwd().parents):
            raise ValueError(
                f"{folder}: an earlier run lies here, and you stand in this folder; choose another one with --out."
            )
        n = 1
        while (moved := folder.with_name(f"{folder.name}.{n}")).exists():
            n += 1
        folder.rename(moved)
        click.echo(f"kept the earlier run as {moved}")


def _folder_option(model: str, folder: Path) -> str:
    return "" if folder == Path("runs") / model else f" --out {folder}"
