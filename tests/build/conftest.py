"""A small unit of our own beside the real ones: it has one of everything a source may have, and needs nothing but Python."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from course.build import build, unit_names

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = '''\
# %% [markdown]
# # Doubling · a unit of ten lines
#
# After this unit you can double a number.

# %%
# %pwd
from types import SimpleNamespace


def check(name, function):
    try:
        return SimpleNamespace(status="right" if function(3) == 6 else "wrong", text=name)
    except NotImplementedError:
        return SimpleNamespace(status="not attempted", text=name)


# %% tags=["demo"] jupyter={"source_hidden": true}
print("a picture, drawn")

# %% solution="double"
def double(x):
    """Twice `x`."""
    ### BEGIN SOLUTION
    shifted = x << 1
    return shifted
    ### END SOLUTION


# %% check="double" points=2.5
check("double", double)

# %%
print(double(21))
'''

CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "elsewhere"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """Make a repository of the sources given as name=text."""

    def make(**sources: str) -> Path:
        return _repository(tmp_path / "repository", sources)

    return make


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the sample unit, built once."""
    root = _repository(tmp_path_factory.mktemp("sample"), {"00_sample": SAMPLE})
    build(root)
    return root


@pytest.fixture(params=["00_sample", *(pytest.param(name, marks=pytest.mark.slow) for name in unit_names(ROOT))])
def unit(request: pytest.FixtureRequest, sample_root: Path) -> SimpleNamespace:
    """Each unit in turn: its `name`, its folders, and its two notebooks as they lie on the disk."""
    name = request.param
    root = sample_root if name == "00_sample" else ROOT
    folders = {kind: root / kind / name for kind in ("solutions", "notebooks")}
    for kind, folder in folders.items():
        assert (folder / f"{name}.ipynb").is_file(), f"{kind}/{name} is not built; run: course build {name}"
    solved, release = (nbformat.read(folder / f"{name}.ipynb", as_version=4) for folder in folders.values())
    return SimpleNamespace(name=name, release_folder=folders["notebooks"], solved=solved, release=release)


@pytest.fixture
def sample() -> str:
    return SAMPLE


def _repository(root: Path, sources: dict[str, str]) -> Path:
    for folder in ("solutions", "autograder"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        (root / "solutions" / f"{name}.py").write_text(text, encoding="utf-8")
    (root / "autograder" / "nbgrader_config.py").write_text(CONFIG)
    return root
