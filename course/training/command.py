"""`course train`: a run with a progress bar, a clean Ctrl-C, and files that are never lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click

from course.data import Dataset
from course.nn import Module
from course.training import checkpoint
from course.training.data_parallel import DataParallel, has_batch_norm
from course.training.loop import Score, compute_gradients, evaluate
from course.training.plan import Plan, read
from course.training.recipes import MODELS, RECIPES, Sets, check_fit, loss_for, metric_for, usual_data
from course.training.trainer import Trainer


def run(
    model: str,
    folder: Path,
    data: str | None = None,
    augment: bool = False,
    epochs: int | None = None,
    batch_size: int | None = None,
    lr: float = 3e-3,
    seed: int = 0,
    patience: int | None = None,
    scheduler: str | None = None,
) -> None:
    """Train, tell how it goes, and test once if the run came to its end."""
    data = data or usual_data(model)
    recipe = RECIPES[data]
    sets = recipe.sets()
    check_fit(model, data, sets.train)
    arguments: dict[str, Any] = {"input_shape": sets.train.images.shape[1:], "num_classes": len(sets.train.classes)}
    facts = {"model": model, "arguments": arguments, "data": data, "augment": augment}
    plan = Plan(
        epochs=epochs or recipe.epochs,
        batch_size=batch_size or recipe.batch_size,
        lr=lr,
        held_out=min(5000, len(sets.train) // 10),
        seed=seed,
        patience=patience,
    )
    network = MODELS[model](seed=seed, **arguments)
    with _cluster(scheduler) as cluster:
        if cluster:
            facts["parts"] = cluster.parts
        _move_aside(folder)
        _train(_trainer(network, sets, folder, plan, facts, cluster), sets, cluster)


def resume(model: str, folder: Path, scheduler: str | None = None) -> None:
    """Go on with the run in a folder, with all that it was started with, here or on the workers of a scheduler."""
    facts = _facts_of_run(folder, model)
    last = folder / "last.safetensors"
    plan, _ = read(last, facts)
    sets = RECIPES[facts["data"]].sets()
    with _cluster(scheduler, facts.get("parts")) as cluster:
        trainer = _trainer(checkpoint.build(last, facts), sets, folder, plan, facts, cluster)
        trainer.resume()
        if trainer.finished:
            click.echo(f"The run in {folder} is complete: {trainer.best}")
        else:
            _train(trainer, sets, cluster)


def _cluster(scheduler: str | None, parts: int | None = None) -> AbstractContextManager[DataParallel | None]:
    return DataParallel(scheduler, parts) if scheduler else nullcontext()


def _trainer(
    network: Module,
    sets: Sets,
    folder: Path,
    plan: Plan,
    facts: checkpoint.Facts,
    cluster: DataParallel | None,
) -> Trainer:
    return Trainer(
        network,
        sets.train,
        folder,
        plan,
        {name: facts[name] for name in ("model", "arguments", "data", "augment", "parts") if name in facts},
        validation=sets.validation,
        loss=loss_for(network),
        metric=metric_for(sets.train),
        augment=RECIPES[facts["data"]].augment if facts["augment"] else None,
        compute=cluster or compute_gradients,
    )


def _train(trainer: Trainer, sets: Sets, cluster: DataParallel | None) -> None:
    model, p = trainer.facts["model"], trainer.progress
    click.echo(
        f"{model}: {sum(p.size for p in trainer.model.parameters()):,} parameters; {len(trainer.training_part):,} images of "
        f"{trainer.facts['data']} to train on, {len(trainer.held_out):,} held out to choose the best weights"
    )
    if cluster:
        click.echo(_workers(cluster, trainer.model))
    again = f"Go on with: course train {model} --resume{_folder_option(model, trainer.folder)}"
    try:
        with _stop_on_ctrl_c(trainer):
            _fit_with_bar(trainer)
    except ConnectionError as error:
        raise ConnectionError(f"{error} The run is kept up to its last step. {again}") from error
    if not trainer.finished:
        of = "pixels" if sets.test.has_label_maps else "images"
        click.echo(
            f"Stopped. best weights so far: {trainer.best} ({p.best_accuracy:.2%} of the held-out {of} after "
            f"{p.best_epoch:.2g} epochs)\n{again}"
        )
        return
    if p.epoch < trainer.plan.epochs:
        click.echo(f"ended after epoch {p.epoch}: {trainer.plan.patience} in a row without better weights")
    best = checkpoint.load_model(trainer.best)
    test = evaluate(best, sets.test, loss=trainer.loss, metric=trainer.metric)
    click.echo(f"test: {_answers(test, sets.test)}, with the weights of epoch {p.best_epoch:g}")
    click.echo(
        f"{p.seconds:.0f} s, {len(p.history) * len(trainer.training_part) / p.seconds:,.0f} images/s; weights: {trainer.best}"
    )


def _workers(cluster: DataParallel, model: Module) -> str:
    workers, parts = (
        f"{n} {what}{'s' * (n > 1)}" for n, what in ((cluster.workers, "worker"), (cluster.parts, "part"))
    )
    text = f"{workers} at {cluster.address}, each batch in {parts}"
    if cluster.parts > 1 and has_batch_norm(model):
        text += "; batch norm takes its statistics over a part, so the result is not quite that of one process"
    return text


def _answers(test: Score, test_set: Dataset) -> str:
    if test.metric is None:
        return f"{test.accuracy:.2%} of {len(test_set):,} images right"
    return f"{test.accuracy:.2%} of the pixels of {len(test_set):,} images right, mean Dice {test.metric:.3f}"


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
                + (f", mean Dice {line['held_out_metric']:.3f}" if "held_out_metric" in line else "")
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


def _facts_of_run(folder: Path, model: str) -> checkpoint.Facts:
    """What the folder's run was started with; raises unless it is one of this network."""
    last = folder / "last.safetensors"
    if not last.is_file():
        raise FileNotFoundError(f"{folder}: there is no run to go on with; start one with: course train {model}")
    facts = checkpoint.load(last)[1]
    known = facts.get("model") == model and facts.get("data") in RECIPES
    if not known or not {"plan", "progress", "arguments", "augment"} <= facts.keys():
        raise ValueError(f"{last}: this is not the state of a {model} run.")
    return facts


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
