"""docs/topics.md names what there is, and all of it."""

import re
from pathlib import Path

import course.explore
from autograder.registry import exercises, units

TOPICS = (Path(__file__).parents[2] / "docs" / "topics.md").read_text()
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TOPICS.splitlines() if line.startswith("|")][2:]


def test_every_exercise_stands_in_a_row_of_its_unit():
    named = {(unit, name) for _, unit, cell, _ in ROWS for name in re.findall(r"`(\w+)`", cell)}
    assert named == {(unit[:2], exercise.name) for unit in units() for exercise in exercises(unit)}


def test_every_explorer_is_named_and_exists():
    named = {name for *_, cell in ROWS for name in re.findall(r"\w+", cell)}
    explorers = {name for name in course.explore.__all__ if name.endswith(("Explorer", "Dashboard", "Pad"))}
    assert named == explorers
