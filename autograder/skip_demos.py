"""Cells that only show something are not run when grading, and no student decides which cells run."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor


class SkipDemos(NbGraderPreprocessor):
    """Rewrite the tags of a submission: locked demo cells are skipped, everything else is run.

    A check cell that is skipped shows no points, which nbgrader reads as all of them; so the tags that
    came with the submission are thrown away.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Set the tags of one cell; nbgrader has just restored everything that is locked."""
        marks = cell.metadata.get("nbgrader", {})
        demo = marks.get("locked") and not marks.get("grade") and marks.get("grade_id", "").startswith("demo-")
        cell.metadata["tags"] = ["skip-execution"] if demo else []
        return cell, resources
