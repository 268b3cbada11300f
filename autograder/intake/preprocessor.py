"""The same repairs for those who type `nbgrader autograde`: a step before nbgrader's own."""

from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.errors import UsageError
from autograder.intake.read import tidy_cells
from autograder.intake.repair import repair
from autograder.intake.template import Template, from_gradebook, from_release


class RepairCells(NbGraderPreprocessor):
    """Rebuild the marked cells of a submission from the gradebook; stands first among the sanitize preprocessors."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with its marked cells as they were released."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            template = from_gradebook(gradebook, about["notebook"], self._release(about))
        content, notes = repair({"cells": tidy_cells(nb.cells)}, template)
        for note in notes:
            self.log.warning("Intake: %s", note)
        return nbformat.from_dict(content), resources

    def _release(self, about: dict[str, str]) -> Template | None:
        course = getattr(self.parent, "parent", None)
        course = getattr(course, "coursedir", None)
        if course is None:
            return None
        folder = course.format_path(course.source_directory, ".", about["assignment"])
        try:
            return from_release(Path(folder) / f"{about['notebook']}.ipynb")
        except UsageError:
            return None

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Unused: a repair looks at all cells at once."""
        return cell, resources
