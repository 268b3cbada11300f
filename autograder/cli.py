"""`course-grade`: grade a unit, or try it all on a class that does not exist."""

from pathlib import Path

import click

from autograder.commands import require_nbgrader
from autograder.config import course_root
from autograder.demo_class import UNIT, build_demo_class
from autograder.errors import UsageError
from autograder.grading import grade
from autograder.results import read_results
from autograder.table import table, write_csv


@click.group()
def main() -> None:
    """Grade what students handed in; nbgrader keeps the books."""


@main.command()
@click.argument("unit")
def run(unit: str) -> None:
    """Autograde UNIT, write the feedback pages and a CSV file, and show the marks.

    Submissions are expected in autograder/submitted/STUDENT/UNIT/UNIT.ipynb.
    """
    try:
        grade_and_show(course_root(), unit)
    except UsageError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs/demo-class"), show_default=True
)
def demo(out: Path) -> None:
    """Build a class of five fictitious submissions in a folder of its own, and grade it."""
    try:
        require_nbgrader()
        build_demo_class(course_root(), out)
        click.echo(f"A demo class is in {out}; grading it takes about a minute.")
        grade_and_show(out.resolve(), UNIT)
    except UsageError as error:
        raise click.ClickException(str(error)) from error


def grade_and_show(root: Path, unit: str) -> None:
    """Grade a unit of the course in `root` and print the marks; exit status 1 if a check is broken.

    Parameters
    ----------
    root
        The course folder.
    unit
        Name of the unit.
    """
    results = read_results(root, unit, grade(root, unit, click.echo))
    path = root / "autograder" / "grades" / f"{unit}.csv"
    write_csv(results, path)
    click.echo("\n" + table(results) + "\n")
    click.echo(f"Feedback pages: {root / 'autograder' / 'feedback'}/STUDENT/{unit}/{unit}.html")
    click.echo(f"The same table: {path}")
    broken = sorted({exercise for result in results for exercise in result.broken})
    if broken:
        raise click.ClickException(
            f"The check itself failed for {', '.join(broken)}: these zeros are the course's error, not the students'."
        )
