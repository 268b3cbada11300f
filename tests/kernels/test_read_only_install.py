"""A package that lies where nobody may write, used by somebody whose home is not writable either, still convolves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import os
from pathlib import Path
import course
for folder in (Path(course.__file__).parent / "kernels", Path.home()):
    try:
        (folder / "probe").touch()
    except OSError:
        continue
    print(f"{folder} is writable all the same")
    raise SystemExit(3)
import numpy as np
from course.functional import conv2d_forward, max_pool2d_forward
from course.kernels import columns, jit
jit.PATIENCE = 0
x = np.arange(36.0).reshape(1, 1, 6, 6)
print(conv2d_forward(x, np.ones((1, 1, 3, 3)))[0, 0, 0, 0], max_pool2d_forward(x, 2)[0, 0, 0, 0])
print(type(columns.im2col.compiled).__name__)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_it_still_convolves(tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    shutil.copytree(ROOT / "course", site / "course", ignore=shutil.ignore_patterns("__pycache__", "files"))
    home.mkdir()
    folders = [Path(folder) for folder, _, _ in os.walk(tmp_path)]
    for folder in folders:
        folder.chmod(0o555)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG", "PYTHON", "COVERAGE"))}
    environment |= {"HOME": str(home), "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*_without_the_right_to_write_anywhere(), sys.executable, "-c", SCRIPT],
            cwd=site,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        for folder in folders:
            folder.chmod(0o755)
    if done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.split() == ["63.0", "7.0", "CPUDispatcher"]


def _without_the_right_to_write_anywhere() -> list[str]:
    """Root may write into any folder until it gives that right away; everybody else has nothing to give."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root writes anywhere, and there is no setpriv to stop it")
    return ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"]
