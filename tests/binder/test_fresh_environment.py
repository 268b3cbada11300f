"""Binder's steps in a fresh Python 3.12: what a student's server has, and that it does not compile anew."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ONE_CONVOLUTION = """
import importlib.util, json, sysconfig
import numpy as np
import course.functional as F
from course.kernels import jit

jit.PATIENCE = 0  # compile even for this little
out = F.conv2d_forward(np.arange(32.0).reshape(1, 2, 4, 4), np.ones((3, 2, 3, 3)), padding=1)
print(json.dumps({
    "shape": out.shape,
    "corner": out[0, 0, 0, 0],
    "installed": F.__file__.startswith(sysconfig.get_path("purelib")),
    "numba": importlib.util.find_spec("numba") is not None,
    "nbgrader": importlib.util.find_spec("nbgrader") is not None,
}))
"""


def python_3_12() -> str:
    """The path of a Python 3.12 that works, from PATH or from pyenv."""
    found = [shutil.which("python3.12")]
    pyenv = os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")
    found += [str(path) for path in sorted(Path(pyenv).glob("versions/3.12*/bin/python3.12"))]
    for path in filter(None, found):  # pyenv puts a python3.12 on PATH that may only say which versions there are
        run = subprocess.run([path, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True)
        if run.returncode == 0:
            return run.stdout.strip()
    pytest.skip("there is no Python 3.12 on this machine")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Path]:
    """A new virtual environment, thrown away at the end: it grows to 600 MB."""
    folder = tmp_path / "environment"
    subprocess.run([python_3_12(), "-m", "venv", folder], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_binders_steps_give_a_course_that_runs(
    checkout: Path, base_image: dict[str, str], environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "NUMBA_CACHE_DIR", "NUMBA_CPU_NAME", "NUMBA_DISABLE_JIT"):
        monkeypatch.delenv(name, raising=False)

    def run(*command: str, folder: Path = checkout) -> str:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    # The base image's Jupyter comes from conda; that its versions fit beside our pins is what counts here, and pip can tell.
    base = [f"{name}=={base_image[name]}" for name in ("jupyterlab", "ipywidgets", "ipykernel")]
    run("python", "-m", "pip", "install", "--quiet", "--dry-run", *base, "-r", "binder/requirements.txt")
    run("python", "-m", "pip", "install", "--quiet", "--no-compile", "-r", "binder/requirements.txt")
    run("python", "-m", "pip", "check")
    run("./binder/postBuild")
    assert not (checkout / "build").exists()

    start = str(checkout / "binder/start")
    seen = json.loads(run(start, "python", "-c", ONE_CONVOLUTION, folder=tmp_path))
    corner = 0 + 1 + 4 + 5 + 16 + 17 + 20 + 21  # two channels' upper left 2x2 pixels, the rest of the window is padding
    assert seen == {"shape": [1, 3, 4, 4], "corner": corner, "installed": True, "numba": True, "nbgrader": False}

    monkeypatch.setenv("NUMBA_DEBUG_CACHE", "1")
    cache = run(start, "python", "-c", ONE_CONVOLUTION, folder=tmp_path)
    assert "data loaded from" in cache
    assert "data saved to" not in cache, "course warmup has not compiled what a convolution needs"
