"""`TrustedExecute` takes the place of nbgrader's Execute: test cells are judged from outside, nothing in the kernel decides."""

import importlib
import json
import math
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Float, Integer, Unicode

from autograder.outside import safe
from autograder.outside.kernel import Kernel, Reply
from autograder.outside.limits import Limits
from autograder.outside.student import Student
from autograder.outside.verdict import Judge, Verdict, noted, outputs

SHOWN = 300_000  # characters of output that a cell keeps


class TrustedExecute(Execute):
    """Run a submission's cells in a kernel and judge its test cells from this process.

    Cells that show something get their output as usual, bounded and harmless. A test cell that the judge knows is not run;
    one that it does not know is run as nbgrader would, and labelled so. Every test cell ends with a finite number of points.
    """

    judge = Unicode("", help="module:function(assignment, grade_id, source) -> Judge or None").tag(config=True)
    call_seconds = Float(10.0, help="limit for one call of a student's function").tag(config=True)
    grace_seconds = Float(2.0, help="what an interrupted kernel gets before it is killed").tag(config=True)
    restarts = Integer(3, help="how many lost kernels are replaced in one submission").tag(config=True)
    output_bytes = Integer(4 << 20, help="what one cell may put out").tag(config=True)
    note = Unicode("", help="a sentence above every page: with what it was graded, where that is weak").tag(config=True)
    prepare = Unicode("", help="module:function(assignment, config), called before a kernel starts").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Run and judge one notebook."""
        assignment = resources.get("nbgrader", {}).get("assignment", "")
        if self.prepare:
            _named(self.prepare)(assignment, self.config)
        limits = Limits(
            cell=float(self.timeout or 300),
            call=self.call_seconds,
            grace=self.grace_seconds,
            startup=float(self.startup_timeout),
            output=self.output_bytes,
            restarts=self.restarts,
        )
        folder = resources.get("metadata", {}).get("path") or None
        name = self.kernel_name or nb.metadata.get("kernelspec", {}).get("name", "python3")
        with Student(lambda: Kernel(name, self.config, folder, limits), limits) as student:
            for cell in nb.cells:
                if cell.cell_type == "code":
                    self._cell(cell, student, assignment)
        nb.metadata.pop("widgets", None)
        if self.note:
            nb.metadata["graded"] = {"note": self.note}
        return nb, resources

    def _cell(self, cell: NotebookNode, student: Student, assignment: str) -> None:
        cell.outputs, cell.execution_count = [], None
        tested = utils.is_grade(cell) and not utils.is_solution(cell)
        marks = cell.metadata.get("nbgrader", {})
        check = self._check(assignment, marks.get("grade_id", ""), cell.source) if tested else None
        if check is not None:
            verdict = noted(check.judge(student), self.note)
            cell.outputs = [NotebookNode(output) for output in outputs(verdict, float(marks["points"]))]
        elif cell.source.strip() and self.skip_cells_with_tag not in cell.metadata.get("tags", []):
            shown = _Outputs()
            reply = student.run(cell.source, shown)
            cell.outputs = [*shown.outputs, *_ending(reply, student.limits)]
            if tested:
                _score_classic(cell, reply, float(marks["points"]))
        elif tested:
            cell.outputs = [NotebookNode(output) for output in outputs(Verdict(0, 1), float(marks["points"]))]

    def _check(self, assignment: str, grade_id: str, source: str) -> Judge | None:
        return _named(self.judge)(assignment, grade_id, source) if self.judge else None


class _Outputs:
    """Collects what a cell puts out, made harmless."""

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self._left = SHOWN

    def __call__(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "clear_output":
            self.outputs.clear()
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        try:
            output = safe.output(output_from_msg({"header": {"msg_type": kind}, "content": content}))
            self._left -= len(json.dumps(output))
        except Exception:  # not what the format says: as if it had not come
            return
        if self._left < 0:
            self._say_so()
            return
        last = self.outputs[-1] if self.outputs else None
        if last is not None and kind == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            self.outputs.append(output)

    def _say_so(self) -> None:
        text = "... and more, which is left out.\n"
        if not self.outputs or self.outputs[-1].get("text") != text:
            self.outputs.append(NotebookNode(output_type="stream", name="stdout", text=text))


def _ending(reply: Reply, limits: Limits) -> list[NotebookNode]:
    """Say in the notebook why a cell did not come to its end."""
    sentences = {
        "time": ("CellTimeoutError", f"The cell was stopped after {limits.cell:g} seconds."),
        "flood": ("OutputFlood", f"The cell was stopped because it put out more than {limits.output >> 20} MB."),
        "lost": ("KernelLost", f"The cell lost the kernel: {reply.reason}."),
    }
    if reply.status not in sentences:
        return []
    name, sentence = sentences[reply.status]
    return [NotebookNode(output_type="error", ename=name, evalue=sentence, traceback=[f"{name}: {sentence}"])]


def _score_classic(cell: NotebookNode, reply: Reply, most: float) -> None:
    """Give a test cell that ran in the kernel its points: what it shows, else all or nothing, never anything odd."""
    score = most if reply.status == "ok" else 0.0
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                score = float(output.data["text/plain"]) if score else 0.0
            except (KeyError, TypeError, ValueError):
                score = 0.0
        if output.output_type == "error":
            score = 0.0
        if output.output_type == "stream":
            output.name = "stdout"  # a warning costs nothing
    score = score if math.isfinite(score) and 0 <= score <= most else 0.0
    kept = [output for output in cell.outputs if output.output_type != "execute_result"]
    note = NotebookNode(
        output_type="stream", name="stdout", text="classic: this test ran inside the student's kernel.\n"
    )
    number = NotebookNode(
        output_type="execute_result", data={"text/plain": f"{score:g}"}, metadata={}, execution_count=None
    )
    cell.outputs = [*kept, note, number]


def _named(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
