"""What the Binder image is made of: our own files, and the Jupyter that repo2docker brings."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository without what is not in it: no history, no environments, no caches."""
    ignored = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", "runs")
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("binder") / "checkout", ignore=ignored))


@pytest.fixture(scope="session")
def base_image() -> dict[str, str]:
    """The version of each package in repo2docker's base environment for Python 3.12."""
    repo2docker = pytest.importorskip("repo2docker", reason="repo2docker is not installed")
    lock = Path(repo2docker.__file__).parent / "buildpacks/conda/environment.py-3.12-linux-64.lock"
    return dict(re.findall(r"/([^/]+)-([^-/]+)-[^-/]+\.(?:conda|tar\.bz2)#", lock.read_text()))
