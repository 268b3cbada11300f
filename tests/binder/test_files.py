"""The files in binder/: the pins, and what `start` sets before it hands over."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
BINDER = ROOT / "binder"
FROM_THE_BASE_IMAGE = {"jupyterlab", "ipywidgets"}
ON_BINDER = {"python_version": "3.12", "python_full_version": "3.12.0", "sys_platform": "linux"}
ON_BINDER |= {"platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64", "extra": ""}


def pins(name: str) -> dict[str, str]:
    """The versions in a file of lines `package==version`; any other line but a comment is an error."""
    lines = [line for line in (BINDER / name).read_text().splitlines() if line and not line.startswith("#")]
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines]
    assert all(found), f"{name} has a line that is not a pin"
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"]]


def needed(requirements: list[Requirement]) -> set[str]:
    """The names of packages and of all that they need on Binder."""
    names: set[str] = set()
    todo = list(requirements)
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate(ON_BINDER)
        if applies and name not in names:
            names.add(name)
            todo += [Requirement(line) for line in importlib.metadata.requires(name) or []]
    return names


def test_requirements_are_what_the_course_needs_and_no_more() -> None:
    own = [requirement for requirement in dependencies() if requirement.name not in FROM_THE_BASE_IMAGE]
    assert set(pins("requirements.txt")) == needed(own)


def test_requirements_agree_with_the_versions_all_tests_use() -> None:
    constraints = pins("constraints.txt")
    for name, version in pins("requirements.txt").items():
        assert constraints.get(name) == version, name


def test_pins_are_within_the_limits_of_pyproject() -> None:
    constraints = pins("constraints.txt")
    for requirement in dependencies():
        assert constraints[canonicalize_name(requirement.name)] in requirement.specifier, str(requirement)


def test_the_base_image_has_the_jupyter_we_leave_to_it(base_image: dict[str, str]) -> None:
    left = [requirement for requirement in dependencies() if requirement.name in FROM_THE_BASE_IMAGE]
    assert {requirement.name for requirement in left} == FROM_THE_BASE_IMAGE
    for requirement in left:
        assert base_image[requirement.name] in requirement.specifier, str(requirement)


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_ones_that_linux_runs(name: str) -> None:
    script = BINDER / name
    assert os.access(script, os.X_OK)
    content = script.read_bytes()
    assert content.startswith(b"#!/bin/bash\n")
    assert b"\r" not in content


def test_start_sets_limits_and_becomes_the_command_it_is_given() -> None:
    show = "import os, sys; print(os.getpid(), *sys.argv[1:], sep='|'); print(*(os.environ[n] for n in names)); sys.exit(7)"
    names = ["NUMBA_CPU_NAME", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"]
    command = [BINDER / "start", sys.executable, "-c", f"names = {names}\n{show}", "two words", "$HOME", ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate(timeout=60)
    assert output.splitlines() == [f"{process.pid}|two words|$HOME|", "generic 2 2 2"]
    assert process.returncode == 7


def test_numba_is_told_the_same_cpu_when_building_and_when_running() -> None:
    told = {
        re.search(r"^export NUMBA_CPU_NAME=\w+", (BINDER / name).read_text(), re.MULTILINE)
        for name in ("postBuild", "start")
    }
    assert {match and match[0] for match in told} == {"export NUMBA_CPU_NAME=generic"}
