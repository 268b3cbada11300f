"""One table of cases for each family of operations, in operations/*.py; the general tests go over all of them.

OPERATIONS  name (of the function, then anything) -> the shapes of its float arguments, and a call that takes them by name
GRADIENTS   name -> float64 arguments by name, the forward call, and a backward call (grad_out, **arguments) -> one gradient each
SENTENCES   name -> a wrong call, and the sentence it is answered with
EMPTY       name -> a call with a batch of no images, and the shapes it returns
"""

import runpy
from pathlib import Path
from typing import Any

import pytest

TABLES = {"operation": "OPERATIONS", "gradient": "GRADIENTS", "sentence": "SENTENCES", "empty": "EMPTY"}
FAMILIES = [runpy.run_path(str(path)) for path in sorted((Path(__file__).parent / "operations").glob("*.py"))]


def table(name: str) -> dict[str, Any]:
    """The entries of all families; a name that two of them use would hide one, so it is refused."""
    entries = [item for family in FAMILIES for item in family.get(name, {}).items()]
    assert len(dict(entries)) == len(entries), f"{name}: a name stands twice"
    return dict(entries)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture, name in TABLES.items():
        if fixture in metafunc.fixturenames:
            entries = table(name)
            metafunc.parametrize(fixture, entries.values(), ids=entries.keys())


@pytest.fixture
def names() -> dict[str, set[str]]:
    """The functions that have an entry, by table."""
    return {name: {entry.split()[0] for entry in table(name)} for name in TABLES.values()}
