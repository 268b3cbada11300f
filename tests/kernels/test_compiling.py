"""How our loops are compiled, and that nobody else's are.

A notebook whose cell waits for the compiler is told so, in one line, once; with a warm cache, or elsewhere, nothing is said.
"""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course.kernels.compiling import LINE

STEP = """
import numpy as np
from course.models import lenet5
from course.optim import Adam
from course.training import training_step
model = lenet5()
for _ in range(3):
    training_step(model, Adam(model.parameters()), np.ones((64, 1, 28, 28), np.float32), np.zeros(64, np.int64))
"""


def said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a notebook of two cells that train says in each of them, with compiled loops kept in `folder`."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
    cells = [nbformat.v4.new_code_cell(STEP) for _ in range(2)]
    NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=300, kernel_name="python3").execute()
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


@pytest.mark.slow
def test_once_and_only_where_something_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    assert said(tmp_path, monkeypatch) == [LINE + "\n", ""]
    assert said(tmp_path, monkeypatch) == ["", ""]


LEVEL = """
import gc
import numba
import numpy as np
from numba.core import config, event
from course.kernels import elementwise

class Levels:
    def notify(self, event):
        if event.is_start:
            seen.append((event.data["dispatcher"].py_func.__name__, int(config.OPT), gc.isenabled()))

seen = []
x = np.ones(3, np.float32)
kernel = elementwise.positive_part.compiled  # from here on the course listens
event.Listener.register(Levels)
event.register("numba:compile", Levels())
kernel(x, x)
print(int(config.OPT), gc.isenabled(), sorted(seen))
seen.clear()
numba.njit(lambda a: a + 1)(1)
print(seen)
"""


@pytest.mark.slow
def test_ours_are_compiled_in_haste_and_others_as_always(tmp_path: Path, run_python: Callable[..., str]) -> None:
    pytest.importorskip("numba")
    ours, others = run_python(LEVEL, NUMBA_CACHE_DIR=str(tmp_path)).splitlines()
    names = ("_positive_part", "plain_positive", "streamed")
    assert ours == f"3 True {[(name, 2, False) for name in names]}"  # and afterwards it is as it was
    assert others == "[('<lambda>', 3, True)]"


@pytest.mark.slow
def test_a_script_is_told_nothing(tmp_path: Path, run_python: Callable[..., str]) -> None:
    pytest.importorskip("numba")
    assert run_python(f"{STEP}\nprint('done')", NUMBA_CACHE_DIR=str(tmp_path)) == "done\n"
