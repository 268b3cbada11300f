"""`course-grade`: take in, grade, report, regrade and export a unit; look whether all is well; try it on a demo class."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from autograder.errors import UsageError
from autograder.quickly import leave_out_addresses


class OneSentence(click.Group):
    """A group whose commands answer a user's mistake with its sentence and exit status 1, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise click.ClickException(str(error)) from error


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_workers = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=_cores, show_default="one a core", help="Processes."
)
_scheduler = click.option("--scheduler", default="", metavar="ADDRESS", help="Grade on a Dask scheduler instead.")
_students = click.option("--student", "students", multiple=True, help="Only this student; may be repeated.")


@click.group(cls=OneSentence)
def main() -> None:
    """Grade what students handed in; nbgrader keeps the books."""
    leave_out_addresses()


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("unit")
def intake(source: Path, unit: str) -> None:
    """Sort SOURCE, a folder or ZIP archive from Moodle, Canvas or Blackboard, into autograder/submitted/."""
    from autograder.commands import take_in_download
    from autograder.config import course_root

    take_in_download(source, course_root(), unit, click.echo)


@main.command()
@click.argument("unit")
@_workers
@_scheduler
@_students
@click.option("--again", is_flag=True, help="Grade also what has not changed.")
def run(unit: str, jobs: int, scheduler: str, students: tuple[str, ...], again: bool) -> None:
    """Autograde UNIT, write the feedback pages and a CSV file, and show the marks.

    Submissions are expected in autograder/submitted/STUDENT/UNIT/. What was graded before and has not changed is
    skipped, so a run that was interrupted goes on where it stopped.
    """
    from autograder.config import course_root
    from autograder.grading import Options

    grade_and_show(course_root(), unit, Options(jobs, scheduler, students, again))


@main.command()
@click.argument("unit")
@_workers
@_scheduler
@_students
@click.option("--all", "again", is_flag=True, help="Grade also what should give the same marks.")
@click.option("--yes", is_flag=True, help="Write the new marks.")
def regrade(unit: str, jobs: int, scheduler: str, students: tuple[str, ...], again: bool, yes: bool) -> None:
    """Grade UNIT again after a check has changed: show each mark before and after, and write with --yes."""
    from autograder.config import course_root
    from autograder.grading import Options, grade
    from autograder.regrade import compare, table

    root = course_root()
    changes, graded, found = compare(root, unit, click.echo, Options(jobs, scheduler, students, again))
    if not graded and not found.broken:
        click.echo("Nothing has changed since the last run: neither submissions nor checks nor versions.")
        return
    click.echo(f"\n{len(changes)} of {len(graded)} graded submissions change:\n{table(changes)}" if changes else "")
    if not changes:
        click.echo(f"{len(graded)} submissions were graded again, and no mark changes.")
    if not yes:
        click.echo("Nothing is written yet. To write it: the same command with --yes, which does not grade again.")
    elif sound := tuple(student for student in graded if student not in found.broken):
        grade(root, unit, lambda line: None, Options(jobs, scheduler, sound))
        click.echo("Written.")
    _report_broken(found)


@main.command()
@click.argument("unit")
def report(unit: str) -> None:
    """Write what the class did in UNIT as one HTML page and a CSV file."""
    from autograder.commands import write_report
    from autograder.config import course_root

    for path in write_report(course_root(), unit):
        click.echo(f"Written: {path}")


@main.command()
@click.argument("unit")
@click.option("--format", "kind", type=click.Choice(["csv", "canvas", "moodle"]), default="csv", show_default=True)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The CSV file that Canvas or Moodle exports; the marks are filled in.",
)
def export(unit: str, kind: str, to: Path | None, sheet: Path | None) -> None:
    """Write the marks of UNIT for another system."""
    from autograder.commands import write_export
    from autograder.config import course_root

    path, missing = write_export(course_root(), unit, kind, to, sheet)
    click.echo(f"Written: {path}")
    if missing:
        click.echo(f"Without marks: {', '.join(missing)}")


@main.command()
@click.argument("notebook", required=False, type=click.Path(path_type=Path))
@click.option("--unit", default="", help="The unit of NOTEBOOK, where its name does not say.")
@_workers
def doctor(notebook: Path | None, unit: str, jobs: int) -> None:
    """Look whether this machine is fit to grade; with NOTEBOOK, whether that file can be handed in.

    The second needs no nbgrader and writes nothing: students run it before they hand in.
    """
    from autograder.commands import examine_machine, examine_notebook
    from autograder.config import course_root

    good = examine_machine(course_root(), jobs, click.echo) if notebook is None else examine_notebook(notebook, unit)
    if not good:
        raise SystemExit(1)


@main.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/demo-class"), show_default=True
)
@_workers
def demo(out: Path, jobs: int) -> None:
    """Build a class of five fictitious submissions in a folder of its own, and grade it."""
    from autograder.config import course_root
    from autograder.demo_class import UNIT, build_demo_class
    from autograder.grading import Options
    from autograder.nbgrader_commands import require_nbgrader

    require_nbgrader()
    build_demo_class(course_root(), out)
    click.echo(f"A demo class is in {out}; grading it takes about a minute.")
    grade_and_show(out.resolve(), UNIT, Options(jobs))


def grade_and_show(root: Path, unit: str, options: Any) -> None:
    """Grade a unit of the course in `root` and print the marks; exit status 1 if a check is broken.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    options
        How to grade: `autograder.grading.Options`.
    """
    from autograder.grading import grade
    from autograder.results import read_results
    from autograder.table import table, write_csv

    run = grade(root, unit, click.echo, options)
    results = read_results(root, unit, run)
    path = root / "autograder" / "grades" / f"{unit}.csv"
    write_csv(results, path)
    click.echo("\n" + table(results) + "\n")
    click.echo(f"Feedback pages: {root / 'autograder' / 'feedback'}/STUDENT/{unit}/{unit}.html")
    click.echo(f"The same table: {path}")
    ungraded = [result.student for result in results if not result.graded]
    if ungraded:
        click.echo(f"Not graded, see the reasons above: {', '.join(ungraded)}")
    _report_broken(run)


def _report_broken(run: Any) -> None:
    """Exit with status 1 and a sentence for each check that is broken, if there are any."""
    if run.broken:
        reasons = sorted({run.ungraded[student] for student in run.broken})
        raise click.ClickException(
            f"Not graded because a check is broken, with the marks that they had: {', '.join(sorted(run.broken))}. "
            f"This is the course's error: {'; '.join(reasons)}."
        )
