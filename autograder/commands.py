"""What the smaller commands of `course-grade` do: each puts one room of the grader to work and says what came of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from autograder.errors import UsageError
from autograder.intake import examine_file
from autograder.intake.find import without_copy_number
from autograder.intake.template import from_release

Say = Callable[[str], None]


def take_in_download(source: Path, root: Path, unit: str, say: Say) -> None:
    """Sort a download into `submitted/`, look at each submission, and keep the list of students up to date.

    Parameters
    ----------
    source
        A folder or an archive.
    root
        The course folder.
    unit
        Name of the unit.
    say
        Takes lines.
    """
    from autograder.intake import take_in
    from autograder.intake.collect import collect
    from autograder.roster import Person, read_roster, write_roster

    template = from_release(_release(root, unit))
    found = collect(source, root, unit)
    people = read_roster(root)
    for student, who in found.senders.items():
        first, _, last = who.name.rpartition(" ")
        new = Person(student, first_name=first, last_name=last, lms_id=who.lms_id)
        old = people.get(student, Person(student))
        people[student] = replace(old, **{k: v for k, v in vars(new).items() if v and not getattr(old, k)})
    reasons = 0
    for student in sorted(found.files):
        intake = take_in(root / "autograder" / "submitted" / student / unit, template)
        reasons += bool(intake.reason)
        said = f"cannot be graded: {intake.reason}" if intake.reason else "; ".join(intake.notes) or "fine"
        late = ", marked as late" if found.senders[student].late else ""
        names = f", handed in as {', '.join(found.files[student])}" if found.files[student] != [f"{unit}.ipynb"] else ""
        again = ", replaces an earlier one" if student in found.replaced else ""
        say(f"  {student}{late}{names}{again}: {said}")
    for stranger in found.strangers:
        say(f"  not taken: {stranger}")
    path = write_roster(root, people)
    say(
        f"{len(found.files)} submissions are in {root / 'autograder' / 'submitted'}, {reasons} of them cannot be graded."
    )
    say(f"The list of students is {path}: complete names and numbers there.")


def examine_notebook(path: Path, unit: str) -> bool:
    """Tell a student what the intake would say of a notebook; return whether it can be graded.

    Parameters
    ----------
    path
        The notebook.
    unit
        Name of the unit; "" takes it from the file's name.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    template = from_release(_release_for(path, unit))
    intake = examine_file(path, template)
    if intake.reason:
        click.echo(f"This cannot be graded: {intake.reason}.")
        return False
    if path.name != f"{template.unit}.ipynb":
        click.echo(f"The file should be called {template.unit}.ipynb.")
    for note in intake.notes:
        click.echo(f"Would be repaired before grading: {note}.")
    if intake.unanswered:
        click.echo(f"Not answered yet: {', '.join(intake.unanswered)}.")
    click.echo(f"{path.name} can be handed in for {template.unit}; nothing was changed.")
    return True


def examine_machine(root: Path, workers: int, say: Say) -> bool:
    """Print what the doctor finds and how ten cheats fare; return whether all is well."""
    from autograder.doctor import examine
    from autograder.nbgrader_commands import require_nbgrader

    good = True
    for finding in examine(root):
        say(f"{'ok  ' if finding.good else '!!  '} {finding.sentence}")
        good &= finding.good
    require_nbgrader()
    from autograder.self_test import self_test

    say("\nSelf-test, about a minute: an honest student and ten who are not hand in unit 04.")
    verdicts = self_test(root, workers, lambda line: None)
    for verdict in verdicts:
        points = "not graded" if verdict.points is None else f"{verdict.points:g} points"
        word = "ok    " if verdict.fair else "UNFAIR"
        say(f"{word} {verdict.name}: {verdict.tries}; {points}, deserved {verdict.deserved:g}")
    unfair = [verdict.name for verdict in verdicts if not verdict.fair]
    if unfair:
        say(f"\nNot caught: {', '.join(unfair)}. Do not trust marks from this set-up without looking at the notebooks.")
    else:
        say("\nAll ten were caught, and the honest student has full marks.")
    return good and not unfair


def write_report(root: Path, unit: str) -> list[Path]:
    """Write the class report from what is graded so far; return where it is."""
    from autograder.books import open_gradebook
    from autograder.class_report import report_csv, report_html
    from autograder.grading import earlier_run
    from autograder.late import settle
    from autograder.registry import mistakes, units
    from autograder.results import read_results

    _require_marks(root, unit)
    with open_gradebook(root) as gradebook:
        settle(root, unit, gradebook)
    results = read_results(root, unit, earlier_run(root, unit))
    known = mistakes(unit) if unit in units() else {}
    diagnoses = {(name, wrong.name): wrong.diagnosis for name, found in known.items() for wrong in found}
    folder = root / "autograder" / "grades"
    page, numbers = folder / f"{unit}-report.html", folder / f"{unit}-report.csv"
    page.write_text(report_html(unit, results, diagnoses), encoding="utf-8")
    numbers.write_text(report_csv(results), encoding="utf-8")
    return [page, numbers]


def write_export(root: Path, unit: str, kind: str, to: Path | None, sheet: Path | None) -> tuple[Path, list[str]]:
    """Write the marks for another system; return where, and who has none."""
    from autograder.books import open_gradebook
    from autograder.export import export
    from autograder.grading import earlier_run
    from autograder.late import settle
    from autograder.results import read_results
    from autograder.roster import read_roster

    if sheet is not None and kind == "csv":
        raise UsageError("--sheet goes with --format canvas or moodle: it is the file which that system exports.")
    _require_marks(root, unit)
    with open_gradebook(root) as gradebook:
        settle(root, unit, gradebook)
    results = read_results(root, unit, earlier_run(root, unit))
    path = to or root / "autograder" / "grades" / f"{unit}-{kind}.csv"
    if not path.parent.is_dir():
        raise UsageError(f"The folder {path.parent} is not there.")
    path.write_text(export(kind, unit, results, read_roster(root), sheet), encoding="utf-8", newline="")
    return path, [result.student for result in results if not result.graded]


def _require_marks(root: Path, unit: str) -> None:
    from autograder.books import open_gradebook
    from autograder.nbgrader_commands import require_nbgrader

    require_nbgrader()
    if (root / "autograder" / "gradebook.db").is_file():
        with open_gradebook(root) as gradebook:
            if unit in [assignment.name for assignment in gradebook.assignments]:
                return
    raise UsageError(f"{unit} has no marks yet: `course-grade run {unit}` comes first.")


def _release(root: Path, unit: str) -> Path:
    return root / "notebooks" / unit / f"{unit}.ipynb"


def _release_for(path: Path, unit: str) -> Path:
    """Find the released notebook that a student's file belongs to: here, or where the package was installed from."""
    from autograder.config import course_root

    try:
        root = course_root()
    except UsageError:
        root = course_root(Path(__file__).parent)
    units = sorted(release.parent.name for release in root.glob("notebooks/*/*.ipynb"))
    if not unit:
        stem, _ = without_copy_number(path.name)
        unit = next((name for name in units if name in stem or name.split("_")[0] == stem[:2]), "")
    if unit not in units:
        raise UsageError(f"{path.name} does not say which unit it is: add --unit with one of {', '.join(units)}.")
    return _release(root, unit)
