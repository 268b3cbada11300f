"""nbgrader's own commands, run as an instructor would type them, with all they say kept in a log."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import UsageError

CONFIG = Path(__file__).parent / "nbgrader_config"  # without .py, which nbgrader adds itself


def nbgrader(root: Path, log: Path, *arguments: str) -> Iterator[str]:
    """Run one nbgrader command and yield its lines as they come.

    nbgrader's output is mostly noise to a reader: SQLAlchemy's SAWarnings for every new submission, a
    warning about TCP for every kernel, one line for every file. So it goes to the log, and callers pick.

    Parameters
    ----------
    root
        The course folder.
    log
        File that the output is appended to.
    arguments
        The command and its options, such as "autograde", "04_convolution_layer".

    Yields
    ------
    str
        Each line of output.

    Raises
    ------
    UsageError
        If nbgrader is not installed.
    subprocess.CalledProcessError
        If the command fails; `output` is its last line.
    """
    require_nbgrader()
    command = [sys.executable, "-m", "autograder.quickly", *arguments, f"--JupyterApp.config_file={CONFIG}"]
    line = ""
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None  # it was asked for just above
        for line in process.stdout:
            file.write(line)
            yield line.rstrip("\n")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output=line.strip())


def require_nbgrader() -> None:
    """Raise UsageError, which says what to install, if nbgrader is not there."""
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError("Grading needs nbgrader, which is not installed: pip install 'sobel-to-vgg[grade]'.")
