"""What repo2docker would do to build the image; it says so without building one."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def plan(checkout: Path) -> str:
    """The Dockerfile that repo2docker writes for this repository, and what it says while it does."""
    pytest.importorskip("repo2docker", reason="repo2docker is not installed")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id=1000", "--user-name=jovyan"]
    run = subprocess.run([*command, str(checkout)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


def test_repo2docker_takes_python_3_12(plan: str) -> None:
    assert "Building conda environment for python=3.12\n" in plan


def test_repo2docker_does_our_steps_in_order(plan: str) -> None:
    steps = [
        "COPY --chown=1000:1000 src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt",
        'RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
        "COPY --chown=1000:1000 src/ ${REPO_DIR}/",  # after pip, so that a change in a unit installs nothing anew
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ]
    assert [line for line in plan.splitlines() if line in steps] == steps
