"""Links in a submission: nbgrader would follow them and hand a student what they point at."""

import os
from pathlib import Path
from typing import Any


def remove_links(assignment: str = "", student: str = "", notebooks: Any = (), **_: Any) -> None:
    """Remove the links from a submission before nbgrader copies its files; what they point at is not touched.

    nbgrader calls it as its `pre_convert_hook`, for one submission at a time, and tells the paths of its notebooks; the other
    arguments say nothing more.

    Parameters
    ----------
    assignment, student
        As given to the command.
    notebooks
        Paths of the submitted notebooks.
    """
    for folder in {Path(str(path)).parent for path in notebooks}:
        for where, folders, names in os.walk(folder):
            for name in [*folders, *names]:
                path = Path(where, name)
                if path.is_symlink():
                    path.unlink()
