"""What nbgrader has to know about this course: where things lie, and how a grading run is switched on."""

import os
import sys
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.in_kernel import SEED_VARIABLE


def configure(c: Any, root: Path | str | None = None, engine: str | None = None) -> None:
    """Set up nbgrader for this course; `nbgrader_config.py` calls it.

    Outside of a course folder it says so and sets nothing: an error in a configuration file would come
    out as a traceback in the middle of nbgrader's.

    Parameters
    ----------
    c
        nbgrader's configuration, what `get_config()` returns.
    root
        The course folder; None looks for it from the current folder upwards.
    engine
        The sandbox for students' kernels: "auto", "bubblewrap", "landlock", or "none", which isolates nothing. None takes
        what the variable AUTOGRADER_ENGINE says, else "auto".
    """
    try:
        root = course_root() if root is None else Path(root).resolve()
    except UsageError as error:
        print(error, file=sys.stderr)
        return
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "notebooks"
    c.CourseDirectory.submitted_directory = "autograder/submitted"
    c.CourseDirectory.autograded_directory = "autograder/autograded"
    c.CourseDirectory.feedback_directory = "autograder/feedback"
    c.CourseDirectory.db_url = f"sqlite:///{root / 'autograder' / 'gradebook.db'}"
    (root / "autograder").mkdir(exist_ok=True)

    # A cell gets five minutes: ten times a slow training cell, and short enough that one endless loop does
    # not hold up a class. A check has its own, shorter limit for each call of a student's function.
    c.Execute.timeout = 300
    c.Execute.startup_timeout = 120
    c.Execute.iopub_timeout = 30
    c.Execute.raise_on_iopub_timeout = False
    # A student who deletes a check cell gets it back instead of stopping the run.
    c.OverwriteCells.add_missing_cells = True
    from autograder.intake.preprocessor import RepairCells
    from autograder.late_plugin import LateRules
    from autograder.skip_demos import SkipDemos

    c.Autograde.sanitize_preprocessors.insert(0, RepairCells)  # before nbgrader looks at the cells
    c.AssignLatePenalties.plugin_class = LateRules
    c.Autograde.sanitize_preprocessors.append(SkipDemos)

    from autograder.outside.setup import use

    use(c, engine, judge="autograder.judge:judge", prepare="autograder.masking:prepare")

    # The kernels inherit this. One course folder has one seed, so that grading again gives the same marks.
    os.environ.setdefault(SEED_VARIABLE, str(root))
    # nbgrader starts `alembic` by its bare name, which fails where the environment is not activated.
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ.get("PATH", "")


def course_root(start: Path | None = None) -> Path:
    """Find the course folder, the one that holds `solutions/`.

    Parameters
    ----------
    start
        Where to begin; None is the current folder.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    UsageError
        If neither this folder nor one above it holds `solutions/`.
    """
    start = (start or Path.cwd()).resolve()
    for folder in [start, *start.parents]:
        if (folder / "solutions").is_dir():
            return folder
    raise UsageError(f"{start} is not in a course folder: neither it nor a folder above it holds solutions/.")
