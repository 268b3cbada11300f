"""`course bench`: the table on the screen, and the numbers in a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from course.bench.machine import Machine
from course.bench.memory import peak
from course.bench.run import about_this_machine
from course.bench.run import run as results
from course.bench.scaling import scaling
from course.bench.table import machine_line, row_line
from course.kernels.warmup import tasks


def run(quick: bool, threads: tuple[int, ...], file: Path | None) -> None:
    """Print each row as soon as it is measured.

    Raises
    ------
    NotADirectoryError : there is no folder for the file; said before anything is measured
    """
    if file and not file.parent.is_dir():
        raise NotADirectoryError(f"{file}: there is no folder {file.parent}; make it first.")
    for _, task in tasks():
        task()
    about = about_this_machine()
    click.echo(", ".join(f"{name} {what}" for name, what in about.items()))
    counts = iter(threads)
    found: dict[str, Any] = {"machine": about, "peaks": [], "rows": []}
    for result in results(threads, quick):
        if isinstance(result, Machine):
            n = next(counts)
            found["peaks"].append({"threads": n, **result._asdict()})
            click.echo(machine_line(result, n))
        else:
            found["rows"].append(result.as_dict())
            click.echo(row_line(result))
    if not quick:
        found["memory"] = _memory()
    if max(threads) > 1:
        found["scaling"] = _scaling(max(threads))
    if file:
        unfinished = file.with_name(file.name + ".part")
        unfinished.write_text(json.dumps(found, indent=1) + "\n")
        os.replace(unfinished, file)


def _scaling(threads: int) -> dict[str, float]:
    """How many times as fast our training steps are on so many threads as on one, printed and returned."""
    click.echo()
    found = {}
    for name, ratio, spread in scaling(threads):
        click.echo(f"{name:28}{ratio:5.2f} +-{spread / 2:4.0%} times as fast on {threads} threads as on one")
        found[name] = ratio
    return found


def _memory() -> dict[str, dict[str, int | None]]:
    """Peak memory of training steps, printed and returned in bytes."""
    found = {model: {way: peak(way, model) for way in ("course", "torch")} for model in ("lenet5", "vgg11")}
    click.echo("\nmemory of a training step, beyond the network and its images")
    for model, ways in found.items():
        text = {way: "-" if n is None else f"{n / 1e6:.0f} MB" for way, n in ways.items()}
        click.echo(f"{model:28}{text['course']:>11}{'':11}{text['torch']:>11}")
    return found
